"""Money out (EX 8, EX 9): what a run posts, sends and settles; what banks answer; what is refused."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connections, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st
from lxml import etree

from cast import ALWAYS, AT, DAY, iban, inside, new_unit, person, plan_of, run, set_term, unit
from expenditure.payment_tables import (
    a_ban,
    account,
    in_books,
    open_of,
    pay,
    payable,
    payments_of,
    released,
    supplier,
)
from reskontra.database.refused import ActRefused, constraint_of
from reskontra.exchange import archive
from reskontra.exchange.models import OutboxEvent, OutboxFile
from reskontra.exchange.outbox import state_of, waiting
from reskontra.exchange.signing import public_key, verify
from reskontra.expenditure.payment.actions import (
    came_back,
    end_ban,
    hear_bank,
    hold,
    permit,
    release,
    unhold,
)
from reskontra.expenditure.payment.run import PaymentRun
from reskontra.expenditure.payment.sending import send_payments, timing
from reskontra.insight import supplier_payments
from reskontra.insight.invariants import broken
from reskontra.kernel.days import bank_days_later
from reskontra.kernel.terms import terms_on
from reskontra.ledger.models import Entry
from reskontra.purchases.models import (
    Payable,
    PayableDecision,
    PayableSettlement,
    PaymentFile,
    PaymentHold,
    SupplierPayment,
)
from reskontra.registers.addresses import is_address_payable
from reskontra.registers.models import SupplierAccount, Unit, UnitTerm
from reskontra.registers.policy import NotAllowed
from reskontra.runs.run import RunRefused

pytestmark = pytest.mark.usefixtures("database")

SCHEMAS = Path(__file__).resolve().parents[3] / "shared" / "standards" / "iso20022" / "xsd"
needs_schemas = pytest.mark.skipif(
    not SCHEMAS.is_dir(), reason="the public schemas are kept beside the project in shared/standards/iso20022"
)
DUE = date(2026, 3, 16)
NATIONAL, RF = "1232", "RF18539007547034"
OPEN_HOURS = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)


def a_payable(where: Unit, amount: str = "100.00", **told: Any) -> Payable:
    """A payable of a supplier of its own, due today."""
    of = supplier("one")
    account(of, verification="match")
    return payable(where, of, amount, DUE, **told)


def balances(where: Unit) -> dict[str, Decimal]:
    """Balances of the vouchers of payments by account. Called inside ``working_in``."""
    found: dict[str, Decimal] = {}
    for one in Entry.objects.filter(unit=where, voucher__kind="SP"):
        found[one.account] = found.get(one.account, Decimal(0)) + one.amount
    return {key: amount for key, amount in found.items() if amount}


def written(where: Unit) -> etree._Element:
    """The newest payment file, as the archive has it. Called inside ``working_in``."""
    kept = PaymentFile.objects.select_related("file").filter(unit=where).order_by("-id")[0]
    return etree.fromstring(archive.read(kept.file.digest))


def texts(root: etree._Element, name: str) -> list[str]:
    return [one.text or "" for one in root.iter(f"{{*}}{name}")]


# --- what a run writes ---


def test_a_run_pays_posts_and_seals_and_everything_agrees() -> None:
    """EX 9-a"""
    where = unit()
    one, two = a_payable(where, "100.00", reference=NATIONAL), a_payable(where, "50.50", stream="other")
    result = pay(where)
    assert result.facts == {"payments": 2, "paid": "150.50"}
    assert {control.name for control in result.controls} >= {
        "payables decided = payments", "files hold the payments", "payables in the ledger moved by the payments",
    }  # fmt: skip
    with inside(where):
        assert (open_of(where, one), open_of(where, two)) == (0, 0)
        assert in_books(where) == 0
        assert balances(where) == {
            "25700100": Decimal("100.00"), "26270100": Decimal("50.50"), "25700190": Decimal("-150.50"),
        }  # fmt: skip
        kept = PaymentFile.objects.get(unit=where)
        assert (kept.count, kept.total, kept.version) == (2, Decimal("150.50"), "pain.001.001.09")
    assert broken([where.pk]) == []


@needs_schemas
@pytest.mark.parametrize("version", ["pain.001.001.09", "pain.001.001.03"])
def test_the_file_is_valid_by_the_public_schema_in_either_version(version: str) -> None:
    """EX 9-b"""
    where = unit()
    if version.endswith(".03"):
        with inside(where):
            until = type(ALWAYS)(date(2026, 1, 1), date(2026, 12, 1))
            UnitTerm.objects.create(
                unit=where, key="payment_file_version", value=version, validity=until, source="test"
            )
    a_payable(where, "10.00", reference=NATIONAL)
    a_payable(where, "20.00", reference=RF)
    a_payable(where, "30.00", message="Kiitos & <näkemiin>")
    a_payable(where, "40.00", reference="12345")  # no reference: its check digit is wrong
    abroad = supplier("abroad", country="SE", town="Provby", street="Gatan 1", postcode="111 11")
    account(abroad)
    payable(where, abroad, "50.00", DUE)
    pay(where)
    with inside(where):
        root = written(where)
    assert etree.XMLSchema(etree.parse(str(SCHEMAS / f"{version}.xsd"))).validate(root)
    assert texts(root, "Ref") == [NATIONAL, RF]
    assert texts(root, "Ustrd")[:2] == ["Kiitos & <näkemiin>", "12345"]
    assert texts(root, "TwnNm") == ["Provby"]
    assert texts(root, "CtrlSum") == ["150.00", "150.00"]


def test_the_older_version_is_a_setting_with_an_end() -> None:
    """EX 9-b"""
    where = unit()
    set_term(where, "payment_file_version", "pain.001.001.03")
    a_payable(where)
    planned = released(where)
    with pytest.raises(RunRefused) as refused:
        run(PaymentRun(), where, DAY, planned)
    assert refused.value.key == "payment.older_version_without_end"


ADDRESSES: dict[str, tuple[dict[str, str], list[str]]] = {
    "fields": (
        {"street": "Gatan 1", "postcode": "111 11", "town": "Provby"}, ["Gatan 1", "111 11", "Provby", "SE"],
    ),
    "two free lines beside the town": (
        {"address_lines": "c/o Prov\n Gatan 2 ", "town": "Provby"}, ["Provby", "SE", "c/o Prov", "Gatan 2"],
    ),
    "no town": ({"address_lines": "Gatan 3, 111 11 Provby"}, ["SE", "Gatan 3, 111 11 Provby"]),
    "no town, and a postcode": (
        {"address_lines": "Gatan 4", "postcode": "111 11"}, ["SE", "111 11", "Gatan 4"],
    ),
    "three free lines": ({"address_lines": "c/o Prov\nPort 2\nGatan 5", "town": "Provby"}, []),
    "a line too long": ({"address_lines": "x" * 71, "town": "Provby"}, []),
    "no country": ({"address_lines": "Gatan 6", "town": "Provby", "country": "se"}, []),
    "nothing known": ({}, []),
    "in Finland": ({"street": "Koetie 1", "town": "Koela", "country": "FI"}, []),
    "a person": ({"street": "Gatan 7", "town": "Provby", "kind": "foreign_person"}, []),
}  # fmt: skip
UNSORTED = {"no town", "no town, and a postcode"}
LEFT_OUT = {"three free lines", "a line too long", "no country"}


@needs_schemas
@pytest.mark.parametrize(
    ("on", "takes_unsorted"),
    [(date(2026, 11, 12), True), (date(2026, 11, 13), False), (date(2026, 11, 16), False)],
)
def test_the_run_the_lists_and_the_register_agree_on_every_address(on: date, takes_unsorted: bool) -> None:
    """EX 9-b: the run of Friday 13 November 2026 is carried out on the 16th, when no unsorted address is taken."""
    where = unit()
    set_term(where, "payment_lead_days", "1")
    numbers, expected = {}, {}
    for name, (told, shown) in ADDRESSES.items():
        one = supplier(name, **{"country": "SE", **told})
        account(one)
        payable(where, one, "10.00", on, day=on)
        numbers[name] = one
        expected[one.name] = [] if name in UNSORTED and not takes_unsorted else shown
    with inside(where):
        carried_out = bank_days_later(on, 1)
        refused = {one.supplier for one in supplier_payments.addresses_not_payable(where, carried_out)}
        by_register = {
            one.number for one in numbers.values()
            if not is_address_payable(one, terms_on(carried_out, {})).payable
        }  # fmt: skip
    left_out = LEFT_OUT if takes_unsorted else LEFT_OUT | UNSORTED
    assert refused == by_register == {numbers[name].number for name in left_out}
    pay(where, on)
    with inside(where):
        root = written(where)
    found = {
        one.findtext("{*}Nm"): [part.text for part in one.iterfind("{*}PstlAdr/*")]
        for one in root.iter("{*}Cdtr")
    }
    assert found == expected
    assert etree.XMLSchema(etree.parse(str(SCHEMAS / "pain.001.001.09.xsd"))).validate(root)


def test_invoices_of_one_reference_are_one_payment_and_those_without_are_told_by_their_numbers() -> None:
    """EX 9-a"""
    where = unit()
    of = supplier("many")
    account(of)
    for amount, told in (
        ("1.00", {"reference": NATIONAL}), ("2.00", {"reference": "0000 1232"}), ("3.00", {"reference": RF}),
        ("4.00", {"number": "A-1"}), ("5.00", {"number": "A-2"}), ("6.00", {"message": "for you"}),
    ):  # fmt: skip
        payable(where, of, amount, DUE, **told)
    pay(where)
    with inside(where):
        found = {(one.reference, one.message, one.amount) for one in payments_of(where)}
    assert found == {
        (NATIONAL, "", Decimal("3.00")), (RF, "", Decimal("3.00")), ("", "A-1, A-2", Decimal("9.00")),
        ("", "for you", Decimal("6.00")),
    }  # fmt: skip


def test_a_message_never_holds_more_numbers_than_its_signs() -> None:
    """EX 9-a"""
    where = unit()
    of = supplier("many")
    account(of)
    numbers = [f"{'N' * (place % 3 * 30)}{place:05d}" for place in range(20)]
    for number in numbers:
        payable(where, of, "1.00", DUE, number=number)
    pay(where)
    with inside(where):
        messages = [one.message for one in payments_of(where)]
    assert sorted(part for one in messages for part in one.split(", ")) == sorted(numbers)
    assert 1 < len(messages) < 20
    assert max(map(len, messages)) <= 140


def test_invoices_without_a_reference_are_paid_one_by_one_where_the_unit_says_so() -> None:
    """EX 9-a"""
    where = unit()
    set_term(where, "payments_bundled", "no")
    of = supplier("many")
    account(of)
    for number in ("A-1", "A-2"):
        payable(where, of, "4.00", DUE, number=number)
    pay(where)
    with inside(where):
        assert sorted(one.message for one in payments_of(where)) == ["A-1", "A-2"]


def test_what_is_set_off_moves_no_money_and_needs_no_release() -> None:
    """EX 9-a"""
    where = unit()
    of = supplier("even")
    account(of)
    invoice, credit = payable(where, of, "10.00", DUE), payable(where, of, "-10.00", DUE)
    run(PaymentRun(), where)
    with inside(where):
        assert (open_of(where, invoice), open_of(where, credit)) == (0, 0)
        assert payments_of(where) == []
        assert balances(where) == {}
    assert broken([where.pk]) == []


# --- bans over several runs ---


def test_a_ban_goes_on_over_several_runs_until_its_sum_is_reached() -> None:
    """EX 8-a"""
    where = unit()
    of = supplier("banned")
    account(of)
    made = a_ban(where, of, amount=Decimal("70.00"), share=Decimal(50))
    taken = []
    for amount in ("100.00", "30.00", "100.00"):
        payable(where, of, amount, DUE)
        pay(where)
        with inside(where):
            (told,) = supplier_payments.bans(where, DAY)
            taken.append((told.taken, told.left))
    assert taken == [(Decimal(50), Decimal(20)), (Decimal(65), Decimal(5)), (Decimal(70), Decimal(0))]
    with inside(where):
        remitted = [one for one in payments_of(where) if one.pays == "ban"]
        assert [(one.payee, one.iban, one.reference) for one in remitted] == [
            ("Ulosottolaitos", made.iban, made.reference)
        ] * 3
        assert balances(where) == {"25700100": Decimal("230.00"), "25700190": Decimal("-230.00")}
    assert broken([where.pk]) == []


def test_a_ban_that_ends_in_between_leaves_the_rest_alone() -> None:
    """EX 8-a"""
    where = unit()
    of = supplier("banned")
    account(of)
    made = a_ban(where, of, amount=Decimal("70.00"))
    payable(where, of, "50.00", DUE)
    pay(where)
    with inside(where) as acting:
        end_ban(acting, made, DAY)
    payable(where, of, "50.00", DUE)
    pay(where)
    with inside(where):
        assert [(one.pays, one.amount) for one in payments_of(where)] == [
            ("ban", Decimal("50.00")), ("supplier", Decimal("50.00")),
        ]  # fmt: skip


def test_what_comes_back_of_a_remittance_is_given_back_to_its_ban() -> None:
    """EX 8-a"""
    where = unit()
    of = supplier("banned")
    account(of)
    a_ban(where, of, amount=Decimal("70.00"), share=Decimal(40))
    one = payable(where, of, "100.00", DUE)
    pay(where)
    with inside(where) as acting:
        (remitted,) = [payment for payment in payments_of(where) if payment.pays == "ban"]
        came_back(acting, remitted, "unknown account")
    with inside(where):
        assert open_of(where, one) == Decimal("40.00")
        (told,) = supplier_payments.bans(where, DAY)
        assert (told.taken, told.left) == (Decimal(0), Decimal(70))
    with inside(where) as acting:
        unhold(acting, one)
    pay(where)
    with inside(where):
        (told,) = supplier_payments.bans(where, DAY)
        assert told.taken == Decimal(40)  # again of the gross amount: the supplier gets nothing more
        assert open_of(where, one) == 0
    assert broken([where.pk]) == []


def test_a_ban_does_not_take_twice_of_an_invoice_whose_payment_came_back() -> None:
    """EX 8-a"""
    where = unit()
    of = supplier("banned")
    account(of)
    a_ban(where, of, share=Decimal(40))
    one = payable(where, of, "100.00", DUE)
    pay(where)
    with inside(where) as acting:
        (paid,) = [payment for payment in payments_of(where) if payment.pays == "supplier"]
        came_back(acting, paid, "closed")
        unhold(acting, one)
    pay(where)
    with inside(where):
        (told,) = supplier_payments.bans(where, DAY)
        assert told.taken == Decimal(40)
        assert payments_of(where)[-1].amount == Decimal(60)


# --- release ---


def test_nothing_leaves_that_somebody_else_has_not_released() -> None:
    """EX 9-a"""
    where = unit()
    a_payable(where)
    with pytest.raises(RunRefused) as refused:
        run(PaymentRun(), where)
    assert refused.value.key == "payment.not_released"
    planned = plan_of(PaymentRun(), where).run
    with pytest.raises(RunRefused):
        run(PaymentRun(), where, DAY, planned)
    with inside(where, "gunnar") as acting, pytest.raises(NotAllowed):
        release(acting, planned, planned.digest)
    with inside(where, "petra") as acting, pytest.raises(RunRefused) as other:
        release(acting, planned, "0" * 64)
    assert other.value.key == "payment.another_plan"
    with inside(where, "petra") as acting:
        release(acting, planned, planned.digest)
    with inside(where, "petra") as acting, pytest.raises(ActRefused) as twice:
        release(acting, planned, planned.digest)
    assert twice.value.constraint == "a_payment_run_is_released_once"
    run(PaymentRun(), where, DAY, planned)
    with pytest.raises(RunRefused) as again:
        run(PaymentRun(), where, DAY, planned)
    assert again.value.key == "run.already_applied"


def test_who_planned_a_run_or_approved_in_it_does_not_release_it() -> None:
    """EX 9-a"""
    from reskontra.registers.models import RoleAssignment

    where = unit()
    of = supplier("approved")
    account(of)
    payable(where, of, "100.00", DUE, approver="gunnar")
    for name in ("cecilia", "gunnar"):
        RoleAssignment.objects.create(person=person(name), role="PG", in_unit=where, validity=ALWAYS)
    planned = plan_of(PaymentRun(), where).run
    for name, constraint in (
        ("cecilia", "who_plans_a_payment_run_does_not_release_it"),
        ("gunnar", "who_approved_an_invoice_does_not_release_its_payment"),
    ):
        with inside(where, name) as acting, pytest.raises(ActRefused) as refused:
            release(acting, planned, planned.digest)
        assert refused.value.constraint == constraint


def test_what_has_changed_since_the_plan_waits_with_all_that_is_tied_to_it() -> None:
    """EX 9-a: an invoice that is held since leaves its supplier's credit alone, and other suppliers are paid."""
    where = unit()
    of = supplier("tied")
    account(of)
    first, second = payable(where, of, "100.00", DUE), payable(where, of, "20.00", DUE)
    credit, other = payable(where, of, "-110.00", DUE), a_payable(where, "5.00")
    planned = released(where)
    with inside(where) as acting:
        hold(acting, first, "a question")
    run(PaymentRun(), where, DAY, planned)
    with inside(where):
        left = [open_of(where, one) for one in (first, second, credit, other)]
    assert left == [Decimal(100), Decimal(20), Decimal(-110), Decimal(0)]
    assert broken([where.pk]) == []


# --- what the bank answers ---


def report(where: Unit, group: str = "", listed: str = "", stage: str = "1") -> bytes:
    """A pain.002 about the unit's newest payment file. Called inside ``working_in``."""
    kept = PaymentFile.objects.filter(unit=where).order_by("-id")[0]
    status = f"<GrpSts>{group}</GrpSts>" if group else ""
    batch = f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{kept.message_id}</OrgnlPmtInfId>{listed}</OrgnlPmtInfAndSts>"
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>'
        f"<GrpHdr><MsgId>BANK{stage}</MsgId><CreDtTm>2026-03-16T1{stage}:00:00+02:00</CreDtTm></GrpHdr>"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{kept.message_id}</OrgnlMsgId>"
        f"<OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>{status}</OrgnlGrpInfAndSts>{batch}"
        "</CstmrPmtStsRpt></Document>"
    ).encode()


def said(payment: SupplierPayment, status: str, code: str = "", words: str = "") -> str:
    reason = f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn><AddtlInf>{words}</AddtlInf></StsRsnInf>" if code else ""
    return (
        f"<TxInfAndSts><OrgnlEndToEndId>{payment.end_to_end_id}</OrgnlEndToEndId><TxSts>{status}</TxSts>"
        f"{reason}</TxInfAndSts>"
    )


def hears(where: Unit, data: bytes) -> tuple[int, int, int]:
    with inside(where) as acting:
        heard = hear_bank(acting, data, "answer.xml")
    return heard.accepted, heard.pending, heard.rejected


def test_a_report_in_three_stages_moves_each_payment_once() -> None:
    """EX 9-a: the form of the file, its content, the payments; each report twice changes nothing."""
    where = unit()
    good, bad = a_payable(where, "10.00"), a_payable(where, "20.00")
    pay(where)
    with inside(where):
        first, second = payments_of(where)
        stages = [
            report(where, "ACTC", stage="1"),
            report(where, "ACCP", stage="2"),
            report(where, "PART", said(first, "ACSC") + said(second, "RJCT", "AC04", "Closed"), stage="3"),
        ]
    assert [hears(where, stage) for stage in stages] == [(0, 2, 0), (2, 0, 0), (0, 0, 1)]
    assert [hears(where, stage) for stage in stages] == [(0, 0, 0)] * 3
    with inside(where):
        (told,) = supplier_payments.came_back(where, DAY)
        assert (told.code, told.said("sv")) == ("AC04", "kontot är avslutat; AC04 Closed")
        assert told.waits
        assert (open_of(where, good), open_of(where, bad)) == (0, Decimal(20))
        assert in_books(where) == Decimal(20)
        (file,) = supplier_payments.going_out(where, DAY)
        assert (file.accepted, file.pending, file.rejected) == (1, 0, 1)
    assert broken([where.pk]) == []


def test_an_older_word_that_comes_late_takes_back_nothing() -> None:
    """EX 9-a"""
    where = unit()
    one = a_payable(where, "10.00")
    pay(where)
    with inside(where):
        (payment,) = payments_of(where)
        stages = [
            report(where, "", said(payment, "RJCT", "AC01"), stage="3"), report(where, "ACTC", stage="1"),
            report(where, "ACCP", stage="2"),
        ]  # fmt: skip
    assert [hears(where, stage) for stage in stages] == [(0, 0, 1), (0, 0, 0), (1, 0, 0)]
    with inside(where):
        (told,) = supplier_payments.came_back(where, DAY)
        assert told.accepted_after  # somebody has to ask the bank before it is paid again
        assert open_of(where, one) == Decimal(10)


def test_a_file_that_is_rejected_as_a_whole_is_undone_as_a_whole() -> None:
    """EX 9-a"""
    where = unit()
    payables = [a_payable(where, amount) for amount in ("10.00", "20.00", "30.00")]
    pay(where)
    with inside(where):
        data = report(where, "RJCT")
    assert hears(where, data) == (0, 0, 3)
    with inside(where):
        assert [open_of(where, one) for one in payables] == [Decimal(10), Decimal(20), Decimal(30)]
        assert balances(where) == {}
    assert broken([where.pk]) == []


def test_what_came_back_waits_until_somebody_lets_it_go() -> None:
    """EX 9-a"""
    where = unit()
    one = a_payable(where, "10.00")
    pay(where)
    with inside(where):
        (payment,) = payments_of(where)
        data = report(where, "", said(payment, "RJCT", "AC04", "Closed"))
    hears(where, data)
    planned = plan_of(PaymentRun(), where)
    with inside(where):
        decided = PayableDecision.objects.get(unit=where, run=planned.run, payable=one)
        assert (decided.outcome, decided.inputs["came_back"]) == ("PAYMENT_CAME_BACK", "AC04 Closed")
    with inside(where) as acting:
        assert unhold(acting, one) == 1
    with inside(where) as acting, pytest.raises(RunRefused):
        unhold(acting, one)
    pay(where)
    with inside(where):
        assert [payment.amount for payment in payments_of(where)] == [10, -10, 10]
        assert open_of(where, one) == 0


def test_an_answer_about_somebody_elses_file_is_refused() -> None:
    """EX 9-a"""
    where = unit()
    a_payable(where)
    pay(where)
    with inside(where):
        data = report(where, "ACCP")
    with inside(new_unit("669999")) as acting, pytest.raises(RunRefused) as refused:
        hear_bank(acting, data, "answer.xml")
    assert refused.value.key == "payment.no_such_file"


# --- sealed, signed, sent once, in its time ---


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The operator's folder, empty."""
    monkeypatch.setattr(settings, "OUT", tmp_path / "out")
    return tmp_path / "out" / "supplier-payments"


def test_the_signature_holds_for_these_bytes_of_this_unit_and_nothing_else() -> None:
    """EX 9-a"""
    where, other = unit(), new_unit("669998")
    a_payable(where)
    pay(where)
    with inside(where):
        kept = PaymentFile.objects.select_related("file").get(unit=where)
    signature = archive.read(kept.signature)
    key = public_key(where.code)
    assert verify(key, kept.file.digest, signature)
    assert not verify(key, "0" * 64, signature)
    assert not verify(public_key(other.code), kept.file.digest, signature)
    assert not verify(key, kept.file.digest, signature.replace(kept.file.digest.encode(), b"0" * 64))
    assert not verify(key, kept.file.digest, b"{}")
    assert not verify(key, kept.file.digest, b"no json")


def test_a_file_is_sent_once_with_its_signature_and_its_bytes_unchanged(out: Path) -> None:
    """EX 9-a"""
    where = unit()
    a_payable(where)
    pay(where)
    assert [one.state for one in send_payments(where, OPEN_HOURS)] == ["sent"]
    assert send_payments(where, OPEN_HOURS) == []
    with inside(where):
        kept = PaymentFile.objects.select_related("file").get(unit=where)
        assert OutboxEvent.objects.filter(unit=where, state="sent").count() == 1
    assert sorted(path.name for path in out.iterdir()) == [kept.file.name, f"{kept.file.name}.sig"]
    assert (out / kept.file.name).read_bytes() == archive.read(kept.file.digest)
    assert verify(public_key(where.code), kept.file.digest, (out / f"{kept.file.name}.sig").read_bytes())


def test_nobody_else_hands_over_what_goes_by_a_schedule() -> None:
    """EX 9-a"""
    where = unit()
    a_payable(where)
    pay(where)
    with inside(where):
        assert list(waiting(where)) == []
        assert len(list(waiting(where, "supplier-payments"))) == 1


@pytest.mark.parametrize(
    ("day", "hour", "turn"),
    [
        (16, 5, "wait"), (16, 6, "send"), (16, 14, "send"), (16, 15, "hold"), (17, 8, "hold"), (14, 10, "wait"),
        (13, 15, "wait"),
    ],
)  # fmt: skip
def test_a_file_goes_in_its_hours_and_never_after_its_day(day: int, hour: int, turn: str) -> None:
    """EX 9-a: from 6 to 15, on a bank day, by the 16th; afterwards it is held."""
    at, execution = datetime(2026, 3, day, hour), datetime(2026, 3, 16)
    assert timing(execution, at, terms_on(at.date())).turn == turn


def test_a_file_whose_time_has_passed_is_held_and_stays_so(out: Path) -> None:
    """EX 9-a"""
    where = unit()
    a_payable(where)
    pay(where)
    late = datetime(2026, 3, 17, 8, 0, tzinfo=UTC)
    assert [one.state for one in send_payments(where, late)] == ["held"]
    assert send_payments(where, OPEN_HOURS) == []
    with inside(where):
        file = OutboxFile.objects.get(unit=where, channel="supplier-payments")
        assert state_of(file) == "held"
    assert not out.exists()


def test_outside_its_hours_a_file_goes_only_with_a_permit(out: Path) -> None:
    """EX 9-a"""
    where = unit()
    a_payable(where)
    pay(where)
    early = datetime(2026, 3, 16, 2, 0, tzinfo=UTC)
    assert [one.state for one in send_payments(where, early)] == ["scheduled"]
    with pytest.raises(RunRefused) as refused:
        send_payments(where, early, by_hand=True)
    assert refused.value.key == "payment.no_permit"
    with inside(where) as acting:
        permit(acting, "VK/1/2026", DAY, DAY, "the machine reading is down")
    assert [one.state for one in send_payments(where, early, by_hand=True)] == ["sent"]


def test_a_file_whose_signature_is_not_the_units_is_held(out: Path) -> None:
    """EX 9-a: whoever changes the key, changes what was sealed."""
    where = unit()
    a_payable(where)
    pay(where)
    key = Path(settings.HOME) / "keys" / f"signing-{where.code}.pem"
    kept = key.read_bytes()
    key.unlink()
    try:
        assert [one.state for one in send_payments(where, OPEN_HOURS)] == ["held"]
    finally:
        key.write_bytes(kept)
    assert not out.exists()


# --- what the database refuses ---


def refused_by(work: Callable[[], Any]) -> str:
    """The constraint that refused ``work``."""
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        work()
    return constraint_of(refused.value)


def test_the_database_refuses_money_that_must_not_leave() -> None:
    """EX 8-a, EX 9-a, EX 9-c"""
    where = unit()
    of = supplier("banned")
    account(of)
    made = a_ban(where, of, amount=Decimal("70.00"), share=Decimal(50))
    one = payable(where, of, "100.00", DUE)
    a_payable(where)
    pay(where)
    planned = plan_of(PaymentRun(), where).run
    with inside(where):
        settled = PayableSettlement.objects.get(unit=where, payable=one, kind="paid")
        paid = settled.payment
        assert paid is not None
        remitted = next(payment for payment in payments_of(where) if payment.pays == "ban")

        def again(**changes: Any) -> Any:
            row = {field.attname: getattr(paid, field.attname) for field in paid._meta.concrete_fields}
            return SupplierPayment.objects.create(**{**row, "id": None, "end_to_end_id": "X", **changes})

        def settle(**changes: Any) -> Any:
            row = {"unit": where, "run_id": paid.run_id, "payable": one, "payment": paid, "kind": "paid"}
            return PayableSettlement.objects.create(**{**row, "amount": Decimal("0.01"), **changes})

        assert refused_by(lambda: again(run_id=planned.pk)) == "a_payment_run_is_released_before_it_pays"
        assert refused_by(lambda: again(iban=iban("99000000000099"))) == (
            "a_supplier_is_paid_to_an_approved_account"
        )
        assert refused_by(lambda: again(pays="ban", ban_id=made.pk)) == "a_remittance_goes_where_its_ban_says"
        assert (
            refused_by(
                lambda: again(undoes_id=paid.pk, file_id=None, end_to_end_id="", amount=Decimal("-1.00"))
            )
            == "an_undoing_takes_back_what_was_paid"
        )
        assert refused_by(settle) == "a_payable_is_not_paid_beyond_itself"
        assert refused_by(lambda: settle(payment=None, kind="credit", amount=Decimal("-0.01"))) == (
            "a_credit_is_set_off_against_the_same_supplier"
        )
        assert refused_by(lambda: settle(amount=Decimal("-0.01"))) == "a_payment_is_what_it_settles"
        more = {"pays": "ban", "ban_id": made.pk, "iban": made.iban, "amount": Decimal("30.00")}

        def beyond() -> None:
            settle(payment=again(**more), kind="withheld", amount=Decimal("30.00"), payable=next_one)

    next_one = payable(where, of, "100.00", DUE)
    with inside(where):
        assert refused_by(beyond) == "a_ban_takes_no_more_than_it_orders"
        assert remitted.amount == Decimal(50)

        def unlike() -> None:
            settle(payment=again(amount=Decimal("9.00")), amount=Decimal("9.00"), payable=next_one)

        assert refused_by(unlike) == "a_payable_is_paid_as_it_was_released"
    with inside(where) as acting:
        hold(acting, next_one, "a question")
    with inside(where):
        assert refused_by(unlike) == "a_held_payable_is_not_paid"


def test_a_hold_names_an_answer_of_its_own_unit() -> None:
    """EX 9-a"""
    where = unit()
    one = a_payable(where)

    def wrong() -> None:
        PaymentHold.objects.create(
            unit=where, payable=one, reason="x", answer_id=999_999_999, person=person("cecilia"), given_at=AT
        )

    with inside(where):
        assert refused_by(wrong) == "a_hold_follows_an_answer_of_its_unit"


# --- at the same moment ---


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """All of it at the same moment, in threads with connections of their own; exceptions in the place of results."""
    barrier = threading.Barrier(len(works))

    def work(job: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return job()
        except Exception as problem:
            return problem
        finally:
            for alias in ("default", "owner"):
                connections[alias].close()

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(work, works))


def test_two_who_apply_at_once_pay_once() -> None:
    """EX 9-a: the same plan twice, and two plans over the same payables."""
    where = unit()
    payables = [a_payable(where, "10.00") for _ in range(3)]
    first, second = released(where), released(where)
    told = at_once(*(lambda one=one: run(PaymentRun(), where, DAY, one) for one in (first, first, second)))
    with inside(where):
        assert sum(one.amount for one in payments_of(where)) == Decimal(30)
        assert [open_of(where, one) for one in payables] == [0, 0, 0]
    assert sum(isinstance(one, RunRefused) for one in told) == 1
    assert broken([where.pk]) == []


def test_the_same_answer_at_once_undoes_once() -> None:
    """EX 9-a"""
    where = unit()
    a_payable(where, "10.00")
    pay(where)
    with inside(where):
        data = report(where, "RJCT")
    assert sorted(at_once(*(lambda: hears(where, data),) * 3)) == [(0, 0, 0), (0, 0, 0), (0, 0, 1)]
    with inside(where):
        assert [one.amount for one in payments_of(where)] == [10, -10]


def test_a_hold_at_the_moment_of_a_run_is_before_it_or_after_it() -> None:
    """EX 9-a"""
    where = unit()
    one = a_payable(where, "10.00")
    planned = released(where)

    def holds() -> None:
        with inside(where) as acting:
            hold(acting, one, "stop")

    told = at_once(lambda: run(PaymentRun(), where, DAY, planned), holds)
    assert not [problem for problem in told if isinstance(problem, Exception)]
    with inside(where):
        assert open_of(where, one) in (Decimal(0), Decimal(10))
    assert broken([where.pk]) == []


def test_two_senders_at_once_send_once(out: Path) -> None:
    """EX 9-a"""
    where = unit()
    a_payable(where)
    pay(where)
    told = at_once(*(lambda: send_payments(where, OPEN_HOURS),) * 3)
    assert {one.state for handed in told for one in handed} == {"sent"}
    with inside(where):
        assert OutboxEvent.objects.filter(unit=where, state="sent").count() == 1
    assert len([path for path in out.iterdir() if path.suffix == ".xml"]) == 1


# --- any history ---

_codes = iter(range(670_001, 680_000))
_amounts = st.integers(-3000, 9000).filter(bool)
_steps = st.one_of(
    st.tuples(st.just("invoice"), st.integers(0, 2), _amounts),
    st.tuples(st.just("ban"), st.integers(0, 2), st.integers(1, 5000)),
    st.tuples(st.just("pay"), st.just(0), st.just(0)),
    st.tuples(st.just("back"), st.integers(0, 5), st.just(0)),
    st.tuples(st.just("hold"), st.integers(0, 5), st.just(0)),
)


@trying(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(_steps, min_size=3, max_size=9))
def test_whatever_happens_open_payables_and_what_was_paid_are_what_was_posted(
    steps: list[tuple[str, int, int]],
) -> None:
    """EX 8-a, EX 9-a"""
    where = new_unit(str(next(_codes)))
    of = [supplier("any") for _ in range(3)]
    for one in of:
        account(one)
    payables: list[Payable] = []
    for what, which, cents in [*steps, ("pay", 0, 0)]:
        amount = Decimal(cents) / 100
        if what == "invoice":
            payables.append(payable(where, of[which], amount, DUE))
        elif what == "ban":
            a_ban(where, of[which], amount=amount, share=Decimal("33.3"))
        elif what == "hold" and payables:
            with inside(where) as acting:
                hold(acting, payables[which % len(payables)], "a question")
        elif what == "back":
            with inside(where) as acting:
                undone = {payment.undoes_id for payment in payments_of(where)}
                left = [one for one in payments_of(where) if one.undoes_id is None and one.pk not in undone]
                if left:
                    came_back(acting, left[which % len(left)], "returned")
        elif what == "pay":
            pay(where)
        with inside(where):
            still = sum((open_of(where, one) for one in payables), Decimal(0))
            paid = sum((one.amount for one in payments_of(where)), Decimal(0))
            assert in_books(where) == still
            assert still + paid == sum((one.amount for one in payables), Decimal(0))
    assert broken([where.pk]) == []


def test_an_account_that_has_ended_since_the_plan_is_not_paid_to() -> None:
    """EX 9-c"""
    where = unit()
    one = a_payable(where)
    planned = released(where)
    SupplierAccount.objects.filter(supplier=one.supplier).update(ended_date=DAY)
    run(PaymentRun(), where, DAY, planned)
    with inside(where):
        assert payments_of(where) == []
        assert open_of(where, one) == Decimal(100)
