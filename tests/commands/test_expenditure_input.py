"""What people write wrongly in the commands of expenditure is told in a sentence, in three languages (EX 1.2.1-a)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cast import DAY, HARBOUR, business_id, iban, inside, unit
from expenditure.circulation_tables import a_queue, an_invoice, furnish_expenditure
from expenditure.payment_tables import account, payable, supplier
from reskontra.expenditure.circulation.actions import assign
from reskontra.kernel.texts import LANGUAGES
from reskontra.registers.models import Supplier

Command = Callable[..., tuple[int, Any]]
pytestmark = pytest.mark.usefixtures("database")
AT = ("--unit", HARBOUR, "--on", DAY.isoformat(), "--as", "cecilia")
LONG = "x" * 71


def _rules(told: Any) -> list[tuple[str, str | None]]:
    return [(one["rule"], one.get("column")) for one in told["reasons"]]


def test_a_supplier_is_told_what_does_not_fit_field_by_field(command: Command) -> None:
    """EX 5.1-a: form and length of each field at once, and nothing is added."""
    unit()
    good = {"kind": "company", "name": "Koevene Oy", "business-id": business_id(8850), "country": "FI"}

    def added(**changes: str) -> tuple[int, Any]:
        told = good | {name.replace("_", "-"): value for name, value in changes.items()}
        return command("supplier", "add", *AT, *(part for name in told for part in (f"--{name}", told[name])))

    for changes, expected in (
        ({"country": "sverige"}, [("text_too_long", "country"), ("supplier_country", "country")]),
        ({"country": "S1"}, [("supplier_country", "country")]),
        ({"name": LONG}, [("text_too_long", "name")]),
        ({"name": LONG, "street": LONG, "town": "y" * 36}, [
            ("text_too_long", "name"), ("text_too_long", "street"), ("text_too_long", "town")]),
        ({"kind": "robot", "business_id": ""}, [("supplier_kind", "kind")]),
        ({"kind": "company", "business_id": ""}, [("supplier_not_identified", "business_id")]),
    ):  # fmt: skip
        code, told = added(**changes)
        assert (code, _rules(told)) == (2, expected), changes
        assert Supplier.objects.filter(name__startswith="Koe").count() == 0
    code, told = added(name="K" * 70, country="se")
    assert code == 0
    assert Supplier.objects.get(number=told["supplier"]).country == "SE"


def test_an_account_and_a_ban_are_told_what_does_not_fit(command: Command) -> None:
    """EX 8-a, EX 9-c"""
    unit()
    of = supplier("form")
    one = account(of)
    for bic in ("NDEAFIHHXXXX", "NDEAFI", "NDEA1IHH"):
        code, told = command(
            "supplier", "account", of.number, *AT, "--iban", iban("99008850000001"), "--bic", bic
        )
        assert (code, _rules(told)) == (2, [("supplier_bic", "bic")]), bic
    for act in ("account", "verify-account"):
        code, told = command(
            "supplier", act, of.number, *AT, "--iban", one.iban, "--verification", "close", "--verified-name", "n" * 141
        )  # fmt: skip
        assert (code, _rules(told)) == (2, [("text_too_long", "verified_name")])
    code, told = command(
        "supplier", "ban", of.number, *AT, "--protocol", "p" * 71, "--payee", LONG, "--iban",
        iban("99008850000002"), "--reference", "1232",
    )  # fmt: skip
    assert (code, _rules(told)) == (2, [("text_too_long", "protocol"), ("text_too_long", "payee")])
    owed = payable(unit(), of, "10.00", DAY)
    code, told = command("payment", "hold", str(owed.pk), *AT, "--reason", "r" * 5000)
    assert (code, told["refused"]) == (2, "value_does_not_fit")
    assert "200" in told["message"]


@pytest.mark.parametrize("most", ["-1", "0", "1.5", "many"])
def test_a_report_of_no_rows_and_of_no_days_is_not_asked_for(
    command: Command, most: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """EX 1.1-a"""
    unit()
    with pytest.raises(SystemExit) as stopped:
        command("report", "suppliers", *AT, "--most", most)
    assert stopped.value.code == 2
    assert "--most" in capsys.readouterr().err
    code, told = command("report", "suppliers", *AT, "--from", "2026-03-02", "--until", "2026-03-01")
    assert (code, told["refused"]) == (2, "report.days_reversed")
    assert command("report", "suppliers", *AT, "--from", "2026-03-01", "--until", "2026-03-01")[0] == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_looked_for_and_not_found_is_named(command: Command, language: str) -> None:
    """EX 1.2.1-a: what it was that nobody found."""
    unit()
    of = supplier("known")
    said = set()
    for words in (
        ("supplier", "show", "nope"), ("supplier", "end-account", of.number), ("supplier", "end-ban", "99999999"),
        ("payment", "ban", "nope"), ("payment", "end-ban", "99999999"), ("card", "receipt", "nope"),
        ("card", "invoice", "nope"), ("office", "tell", "nope"), ("office", "review", "nope"),
        ("statement", "end", "nope"), ("circulate", "propose", "PI99999999"),
    ):  # fmt: skip
        # By whoever of the cast may do the act: a refusal for want of a right comes first.
        answers = (
            command(*words, *AT[:-1], who, "--lang", language)
            for who in ("cecilia", "kirsi", "petra", "maria")
        )
        code, told = next(one for one in answers if one[1]["refused"] != "not_allowed")
        assert (code, told["refused"]) == (2, "nothing_found"), words
        said.add(told["message"])
    assert len(said) >= 9  # suppliers and bans are looked for by two commands
    assert not any("batch" in one or "erää" in one or "sats" in one for one in said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_purchase_is_named_as_everywhere_and_its_queue_in_words(command: Command, language: str) -> None:
    """EX 1.2.1-a"""
    where = unit()
    furnish_expenditure(where)
    one = an_invoice(where)
    with inside(where):
        queue = a_queue(where, "SOLVE", "code", "kirsi")
        queue.name_sv, queue.name_fi, queue.name_en = "Utred", "Selvä", "Clear"
        queue.save()
    with inside(where) as acting:
        assign(acting, one, "code", queue=queue, reason="test")
    code, told = command("circulation", *AT, "--lang", language, text=True)
    assert getattr(queue, f"name_{language}") in told
    assert "SOLVE" not in told
    assert f"PI{one.pk}" in told
    for number in (f"PI{one.pk}", f"pi{one.pk}", str(one.pk)):
        code, told = command("circulate", "propose", number, *AT, "--lang", language)
        assert code == 0, told
    kirsi = (*AT[:-1], "kirsi", "--lang", language)
    for line, refused in (("40000000 mycket 0", "not_an_amount"), ("40000000", "circulation.line_unclear")):
        code, told = command("circulate", "code", f"PI{one.pk}", "--line", line, *kirsi)
        assert (code, told["refused"]) == (2, refused)
    with pytest.raises(SystemExit):
        command("circulate", "propose", "QI7", *AT)


@pytest.mark.parametrize(
    "data", [b"<?xml version='1.0'?><Order xmlns='urn:x'/>", b"<a><b/></a>", b"<?xml version='1.0'?><?broken"]
)
def test_xml_of_another_kind_is_called_that(command: Command, tmp_path: Path, data: bytes) -> None:
    """OC 3.9-c"""
    file = tmp_path / "other.xml"
    file.write_bytes(data)
    code, told = command("read", str(file))
    assert (code, [one["rule"] for one in told["reasons"]]) == (2, ["file_other_xml"])
