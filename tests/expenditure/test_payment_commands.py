"""Payment by command: planned, released by somebody else, applied, sent, answered; and killed anywhere on the way."""

import hashlib
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from cast import DAY, HARBOUR, inside, set_term, unit
from expenditure.payment_tables import account, open_of, payable, payments_of, released, supplier
from faults.child import Death
from faults.forked import killable
from reskontra.database import server
from reskontra.exchange.models import OutboxEvent, OutboxFile
from reskontra.insight.invariants import broken
from reskontra.purchases.models import Payable, PaymentFile
from reskontra.registers.models import Unit

Command = Callable[..., tuple[int, Any]]
IN_HARBOUR = ("--unit", HARBOUR, "--on", DAY.isoformat())
_ANSWER = """<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><GrpHdr><MsgId>1</MsgId>
<CreDtTm>2026-03-16T12:00:00+02:00</CreDtTm></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>{}</OrgnlMsgId>
<OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId><GrpSts>RJCT</GrpSts></OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>"""


def at_any_hour(where: Unit) -> Unit:
    """The tests run at any hour of the day."""
    set_term(where, "payment_sending_from", "0")
    set_term(where, "payment_cut_off", "24")
    return where


def owed(where: Unit, amount: str = "100.00") -> Payable:
    """A payable that is due."""
    of = supplier("one")
    account(of)
    return payable(where, of, amount, DAY)


def test_a_day_of_payment_by_command(command: Command, database: server.Server, tmp_path: Path) -> None:
    """EX 8-a, EX 9-a"""
    where = at_any_hour(unit())
    one, other = owed(where), owed(where, "7.00")
    assert command("payment", "hold", str(other.pk), *IN_HARBOUR, "--reason", "a question")[0] == 0
    code, told = command(
        "payment", "ban", one.supplier.number, *IN_HARBOUR, "--protocol", "P1", "--share", "25", "--payee",
        "Ulosottolaitos", "--iban", "FI2112345600000785", "--reference", "1232", "--from", "2026-01-01",
    )  # fmt: skip
    assert code == 0
    assert command("run", "payment", *IN_HARBOUR)[1]["refused"] == "payment.not_released"
    code, planned = command("run", "payment", *IN_HARBOUR, "--plan")
    assert {one["outcome"]: one["amount"] for one in planned["decisions"]} == {
        "PAID_AND_WITHHELD": "100.00",
        "PAYMENT_HELD": "7.00",
    }
    run = str(planned["run"])
    assert command("payment", "release", run, *IN_HARBOUR)[1]["refused"] == "not_allowed"
    code, told = command("payment", "release", run, *IN_HARBOUR, "--as", "petra")
    assert (code, told["digest"]) == (0, planned["digest"])
    code, done = command("run", "payment", *IN_HARBOUR, "--apply", run)
    assert (code, done["payments"], [one["state"] for one in done["sent"]]) == (0, 2, ["sent"])
    code, status = command("payment", "status", *IN_HARBOUR)
    assert [(one["amount"], one["state"]) for one in status["going_out"]] == [("100.00", "sent")]
    assert [(one["taken"], one["left"]) for one in status["bans"]] == [("25.00", None)]
    assert command("payment", "end-ban", str(status["bans"][0]["ban"]), *IN_HARBOUR)[0] == 0
    with inside(where):
        message = PaymentFile.objects.get(unit=where).message_id
    answer = tmp_path / "answer.xml"
    answer.write_text(_ANSWER.format(message))
    code, told = command("payment", "answers", str(answer), *IN_HARBOUR)
    assert (code, told["rejected"]) == (1, 2)
    assert command("payment", "answers", str(answer), *IN_HARBOUR)[1]["before"]
    assert len(command("payment", "status", *IN_HARBOUR)[1]["came_back"]) == 2
    _explained(command, one)
    assert command("payment", "unhold", str(one.pk), *IN_HARBOUR)[1]["ended"] == 1
    code, told = command(
        "payment",
        "permit",
        "VK/1/2026",
        *IN_HARBOUR,
        "--from",
        "2026-03-16",
        "--reason",
        "no machine reading",
    )
    assert (code, told["number"]) == (0, "VK/1/2026")
    assert "PUBLIC KEY" in command("payment", "key", *IN_HARBOUR)[1]["public_key"]
    assert command("payment", "send", *IN_HARBOUR)[1] == {"count": 0, "files": []}
    for act in ("release", "hold", "ban", "end-ban", "came-back"):
        assert command("payment", act, "999999999", *IN_HARBOUR, "--as", "petra" if act == "release" else "cecilia")[
            1
        ]["refused"] == "nothing_found"  # fmt: skip
    code, shown = command("payment", "status", *IN_HARBOUR, "--lang", "sv", text=True)
    assert "Betalningar till leverantörer" in shown
    assert broken([where.pk]) == []


def _explained(command: Command, one: Payable) -> None:
    """The payment that came back and the invoice behind it tell of each other, of the file and of the bank."""
    code, invoice = command("explain", f"PI{one.invoice_id}", *IN_HARBOUR)
    assert (code, [told["outcome"] for told in invoice["decisions"]]) == (
        0,
        ["PAID_AND_WITHHELD", "PAYMENT_CAME_BACK"],
    )
    assert [(told["kind"], told["amount"]) for told in invoice["payments"]] == [
        ("paid", "75.00"), ("withheld", "25.00"), ("paid", "-75.00"), ("withheld", "-25.00"),
    ]  # fmt: skip
    sent = invoice["payments"][0]["number"]
    code, payment = command("explain", sent, *IN_HARBOUR)
    assert (code, payment["subject"], payment["amount"]) == (0, "supplier_payment", "75.00")
    assert payment["file"].endswith(".xml")
    assert payment["undone_by"]
    assert ([told["number"] for told in payment["payments"]], [told["state"] for told in payment["answers"]]) == (
        [f"PI{one.invoice_id}"], ["rejected"],
    )  # fmt: skip
    assert command("explain", payment["end_to_end_id"], *IN_HARBOUR)[1]["number"] == sent
    for language, words in (
        ("sv", "banken har avvisat"),
        ("fi", "pankki hylkäsi"),
        ("en", "the bank rejected it"),
    ):
        for subject in (sent, f"PI{one.invoice_id}"):
            code, shown = command("explain", subject, *IN_HARBOUR, "--lang", language, text=True)
            assert code == 0
            assert (words in shown) == (subject == sent)


@pytest.fixture
def folder() -> Path:
    """The folder that the bank's receiver polls; nothing of another test lies there."""
    found = Path(settings.HOME) / "out" / "supplier-payments"
    shutil.rmtree(found, ignore_errors=True)
    return found


def sent_files(folder: Path) -> list[Path]:
    """What the receiver takes for payment files."""
    return [path for path in folder.glob("*.xml") if not path.name.startswith(".")] if folder.exists() else []


def test_a_run_that_is_killed_anywhere_pays_once_and_sends_once(
    database: server.Server, folder: Path
) -> None:
    """P8, EX 9-a: SIGKILL along the way, on both sides of the commits, of the link and of what is told of it."""
    where = at_any_hour(unit())
    one = owed(where)
    planned = released(where)
    do = killable(database, ("run", "payment", *IN_HARBOUR, "--apply", str(planned.pk)))
    for death in (
        Death("statement", 20),
        Death("statement", 45),
        Death("store", 1, after=True),
        Death("commit", 1),
    ):
        assert do(death) == -signal.SIGKILL, death
        with inside(where):
            assert payments_of(where) == [], death
            assert open_of(where, one) == 100, death
        assert sent_files(folder) == [], death
    assert do(Death("commit", 1, after=True)) == -signal.SIGKILL
    with inside(where):
        assert [payment.amount for payment in payments_of(where)] == [100]
    assert sent_files(folder) == []
    send = killable(database, ("payment", "send", *IN_HARBOUR))
    assert send(Death("link", 1)) == -signal.SIGKILL  # the intent stands: nobody knows, so it is looked up
    assert sent_files(folder) == []
    assert send(None) == 0
    with inside(where):
        file = OutboxFile.objects.get(unit=where)
        assert list(OutboxEvent.objects.filter(file=file).order_by("id").values_list("state", flat=True)) == [
            "intent", "held",
        ]  # fmt: skip
    assert sent_files(folder) == []
    assert broken([where.pk]) == []


@pytest.mark.parametrize("taken", [False, True])
def test_what_was_linked_before_the_kill_is_not_linked_again(
    database: server.Server, folder: Path, taken: bool
) -> None:
    """EX 9-a: a receiver that has not come yet finds one file; one that came and took it leaves the file held."""
    where = at_any_hour(unit())
    owed(where)
    planned = released(where)
    do = killable(database, ("run", "payment", *IN_HARBOUR, "--apply", str(planned.pk)))
    assert do(Death("link", 1, after=True)) == -signal.SIGKILL
    (file,) = sent_files(folder)
    with inside(where):
        batch = OutboxFile.objects.get(unit=where)
    assert hashlib.sha256(file.read_bytes()).hexdigest() == batch.digest
    if taken:
        file.unlink()
    send = killable(database, ("payment", "send", *IN_HARBOUR))
    for _ in range(2):
        assert send(None) == 0
    assert len(sent_files(folder)) == (0 if taken else 1)
    with inside(where):
        states = OutboxEvent.objects.filter(file=batch).order_by("id").values_list("state", flat=True)
        assert list(states) == ["intent", "held" if taken else "sent"]
