"""What refunds leave behind: vouchers, files and letters; what people may and may not; what the database refuses."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, connections
from lxml import etree

from cast import DAY, HARBOUR, customer, inside, person, run, set_term, unit
from income.money import LATER, a_claim, a_payment, balance, open_amount, rest_of
from income.refund_tables import account, an_overpayment, applied, approved, at, planned, standing
from reskontra.claims.models import (
    Letter,
    Overpayment,
    OverpaymentDecision,
    PaymentDecision,
    PaymentPointing,
    Refund,
    RefundAccount,
    RefundApproval,
    RefundInquiry,
)
from reskontra.documents.payment_order import PaymentStatus
from reskontra.exchange import archive
from reskontra.exchange.models import OutboxFile
from reskontra.exchange.outbox import hand_over
from reskontra.exchange.paying import StatusReport
from reskontra.income.allocation.actions import undo
from reskontra.income.allocation.run import AllocationRun
from reskontra.income.refunds.actions import (
    approve_refunds,
    ask_refund,
    choose,
    contacted,
    hear,
    hear_bank,
    not_ours,
    tell_account,
)
from reskontra.income.refunds.lists import payers_without_reference
from reskontra.income.refunds.run import RefundsRun
from reskontra.insight.invariants import broken
from reskontra.ledger.models import Entry, Voucher
from reskontra.registers.models import Unit, UnitAccount
from reskontra.registers.policy import NotAllowed
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.models import Run
from reskontra.runs.run import RunRefused, apply

pytestmark = pytest.mark.usefixtures("database")

AFTER_ANSWER = DAY + timedelta(days=22)
EVENTS = (
    "overpayment_refund", "overpayment_income", "refunds_in_transit", "refund_unredeemed", "payments_unallocated",
)  # fmt: skip


def _books(where: Unit) -> dict[str, Decimal]:
    with inside(where):
        return {event: balance(where, event) for event in EVENTS if balance(where, event)}


def _known(where: Unit, amount: str, who: str = "aino", name: str = "Koe Aino") -> Overpayment:
    return an_overpayment(where, who, amount, day=DAY, payer=name, payer_account=account("known"))


def _outcome(where: Unit, run: Run, overpayment: Overpayment) -> str:
    with inside(where):
        return OverpaymentDecision.objects.get(unit=where, run=run, overpayment=overpayment).outcome


# --- money ---------------------------------------------------------------------------------------------------------


def test_a_refund_moves_what_is_owed_into_transit_with_a_voucher_of_its_own() -> None:
    """OC 4.2-a, OC 4.2-b: from the liability above the limit, from income up to it."""
    where = unit()
    over = _known(where, "25.00")
    small = _known(where, "5.00", "berit", "Prov Berit")
    with inside(where) as acting:
        ask_refund(acting, small, "by telephone")
    assert _books(where) == {"overpayment_refund": Decimal(-25), "overpayment_income": Decimal(-5)}
    result = applied(where, DAY)
    assert _books(where) == {"refunds_in_transit": Decimal(-30)}
    assert all(one.expected == one.actual for one in result.controls)
    with inside(where):
        voucher = Voucher.objects.get(unit=where, kind="RF")
        assert (voucher.run_id, voucher.number) == (result.run.pk, 1)
        assert {one.voucher_id for one in Refund.objects.filter(unit=where)} == {voucher.pk}
        assert sum(one.amount for one in Entry.objects.filter(unit=where, voucher=voucher)) == 0
        assert {standing(where, one).clause for one in (over, small)} == {"OC 4.2-a", "OC 4.2-b"}
        assert broken([where.pk]) == []


def test_an_order_that_nobody_redeems_is_other_income_in_the_end() -> None:
    """OC 4.2-b: the order is undone, the money leaves transit and is income; the liability is nothing."""
    where = unit()
    order = an_overpayment(where, "aino", "25.00", day=DAY)
    below = an_overpayment(where, "bruk", "29.99", day=DAY)
    run(RefundsRun(), where, DAY)  # letters need no approval
    applied(where, AFTER_ANSWER)
    assert _books(where) == {"refunds_in_transit": Decimal(-25), "refund_unredeemed": Decimal("-29.99")}
    run(RefundsRun(), where, AFTER_ANSWER + timedelta(days=31))  # nor does what stays in the books
    assert _books(where) == {"refund_unredeemed": Decimal("-54.99")}
    with inside(where):
        told = Refund.objects.filter(unit=where, overpayment=order).order_by("id")
        assert [(one.way, one.amount) for one in told] == [
            ("payment_order", 25), ("payment_order", -25), ("income", 25),
        ]  # fmt: skip
        assert standing(where, below).amount == Decimal("29.99")
        assert broken([where.pk]) == []


def test_what_the_bank_rejected_is_owed_again_and_paid_once() -> None:
    """OC 4.2-b"""
    where = unit()
    over = _known(where, "25.00")
    applied(where, DAY)
    with inside(where) as acting:
        hear(acting, standing(where, over), "rejected", "AC04 closed account")
    run(RefundsRun(), where, DAY)
    assert _books(where) == {"overpayment_refund": Decimal(-25)}
    with inside(where, at=at(LATER)) as acting:
        tell_account(acting, over, account("other"), "Koe Aino", "answer")
    applied(where, LATER)
    assert _books(where) == {"refunds_in_transit": Decimal(-25)}
    with inside(where):
        amounts = [one.amount for one in Refund.objects.filter(unit=where).order_by("id")]
        assert amounts == [25, -25, 25]
        assert standing(where, over).iban == account("other")


def test_the_next_invoice_is_paid_and_the_rest_waits_for_the_one_after() -> None:
    """OC 4.2-c: not a cent is lost on the way, whatever is open of the next invoice."""
    where = unit()
    set_term(where, "recurring_invoicing_least", "1")
    over = _known(where, "50.00")
    with inside(where) as acting:
        choose(acting, over, "next_invoice", "the customer wrote so")
    first = a_claim(where, "aino", "30.00")
    run(RefundsRun(), where, DAY)
    assert _books(where) == {"payments_unallocated": Decimal(-30), "overpayment_refund": Decimal(-20)}
    run(AllocationRun(), where, DAY)
    with inside(where):
        assert open_amount(where, first) == 0
        left = Overpayment.objects.filter(unit=where).latest("id")
        assert (left.amount, left.treatment, left.claim_id) == (20, "refund", over.claim_id)
    second = a_claim(where, "aino", "30.00")
    run(RefundsRun(), where, DAY)
    run(AllocationRun(), where, DAY)
    assert _books(where) == {}
    with inside(where):
        assert open_amount(where, second) == 10
        pointed = PaymentPointing.objects.filter(unit=where).order_by("turn")
        assert [(one.claim_id, one.amount, one.reason) for one in pointed] == [
            (first.pk, 30, "the customer wrote so"), (second.pk, 20, "the customer wrote so"),
        ]  # fmt: skip
        assert broken([where.pk]) == []


def test_a_payment_that_is_not_ours_is_owed_back_and_returned_by_the_bank() -> None:
    """OC 4.2-d"""
    where = unit()
    payment = a_payment(where, "70.00", payer="Somebody Else")
    with inside(where) as acting:
        not_ours(acting, payment, "meant for another authority")
    assert _books(where) == {"overpayment_refund": Decimal(-70)}
    with inside(where):
        over = Overpayment.objects.get(unit=where)
        assert (over.claim_id, over.clause, rest_of(where, payment)) == (None, "OC 4.2-d", 0)
    result = applied(where, DAY)
    assert (_outcome(where, result.run, over), result.files) == ("CHOSEN_BANK_RETURN", [])
    assert _books(where) == {"refunds_in_transit": Decimal(-70)}
    with inside(where):
        assert broken([where.pk]) == []


def test_what_is_not_ours_has_no_customer_to_ask_but_may_go_to_a_told_account() -> None:
    """OC 4.2-d"""
    where = unit()
    payment = a_payment(where, "70.00", payer="Somebody Else")
    with inside(where) as acting:
        not_ours(acting, payment, "meant for another authority")
        over = Overpayment.objects.get(unit=where)
        choose(acting, over, "rule", "the bank has no such service")
    assert _outcome(where, run(RefundsRun(), where, DAY).run, over) == "NO_CUSTOMER_TO_ASK"
    with pytest.raises(RunRefused, match="holder_is_somebody_else"), inside(where) as acting:
        tell_account(acting, over, account("payer"), "Somebody Else", "bank")
    with inside(where) as acting:
        tell_account(acting, over, account("payer"), "Somebody Else", "bank", "from where it came")
    applied(where, DAY)
    with inside(where):
        assert (standing(where, over).iban, standing(where, over).payee) == (
            account("payer"),
            "Somebody Else",
        )
    with pytest.raises(RunRefused, match="nothing_left"), inside(where) as acting:
        not_ours(acting, payment, "once more")


# --- files and letters ---------------------------------------------------------------------------------------------


def test_accounts_are_paid_by_one_file_and_orders_by_another_each_sent_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OC 4.2-b"""
    monkeypatch.setattr(settings, "OUT", tmp_path)
    where = unit()
    order = an_overpayment(where, "skyddbox", "40.00", day=DAY)
    run(RefundsRun(), where, DAY)
    known = an_overpayment(
        where, "berit", "25.50", day=AFTER_ANSWER, payer="Prov Berit", payer_account=account("known")
    )
    applied(where, AFTER_ANSWER)
    with inside(where):
        files = {one.channel: one for one in OutboxFile.objects.filter(unit=where)}
        assert {key: (one.documents, one.amount) for key, one in files.items()} == {
            "pain.001": (1, Decimal("25.50")), "payment-order": (1, Decimal("40.00")),
        }  # fmt: skip
        paid, ordered = standing(where, known), standing(where, order)
        assert (paid.file_id, ordered.file_id) == (files["pain.001"].pk, files["payment-order"].pk)
        paying = UnitAccount.objects.get(unit=where, purpose="expenditure").iban
        invoice = OverpaymentDecision.objects.filter(unit=where, overpayment=known).count()
        assert invoice == 1
    root = etree.fromstring(archive.read(files["pain.001"].digest))
    assert root.findtext(".//{*}DbtrAcct/{*}Id/{*}IBAN") == paying
    (transfer,) = root.iter("{*}CdtTrfTxInf")
    assert transfer.findtext(".//{*}EndToEndId") == paid.end_to_end_id
    assert transfer.findtext("{*}CdtrAcct/{*}Id/{*}IBAN") == account("known")
    assert transfer.findtext("{*}Amt/{*}InstdAmt") == "25.50"
    assert (transfer.findtext(".//{*}Ustrd") or "").startswith(f"Återbetalning, faktura {where.code}")
    line = archive.read(files["payment-order"].digest).decode().splitlines()[1].split(";")
    assert line[3:10] == [ordered.end_to_end_id, "40.00", "EUR", "Gömd Bo", "PB 99", "00991", "Provstad"]
    for file in files.values():
        assert [hand_over(file, at(DAY)).state for _ in range(2)] == ["sent", "sent"]
    fetched = [path.parent.name for path in tmp_path.rglob("*") if path.is_file()]
    assert sorted(fetched) == ["pain.001", "payment-order"]


@pytest.mark.parametrize(("who", "language"), [("berit", "sv"), ("aino", "fi"), ("tokyo", "en")])
def test_the_question_for_the_account_is_written_in_the_customers_language(who: str, language: str) -> None:
    """OC 4.2-b: amount, invoice and the last day to answer; no personal code."""
    where = unit()
    an_overpayment(where, who, "25.00", day=DAY)
    run(RefundsRun(), where, DAY)
    with inside(where):
        letter = Letter.objects.get(unit=where)
        inquiry = RefundInquiry.objects.get(unit=where)
    assert (letter.kind, letter.language, letter.customer_id) == (
        "refund_inquiry",
        language,
        customer(who).pk,
    )
    assert (inquiry.letter_id, inquiry.sent_date, inquiry.answer_by) == (letter.pk, DAY, date(2026, 4, 6))
    said = " ".join(letter.document["paragraphs"])
    day = {"sv": "6.4.2026", "fi": "6.4.2026", "en": "6 Apr 2026"}[language]
    assert day in said
    assert "25" in letter.document["subject"]
    assert f"{where.code}0000" in said
    assert "-900" not in str(letter.document)
    assert "-901" not in str(letter.document)


def test_a_unit_that_has_no_account_pays_nobody() -> None:
    """OC 4.2-b: the account for income pays where there is none for expenditure."""
    where = unit()
    over = _known(where, "25.00")
    with inside(where):
        spending = UnitAccount.objects.get(unit=where, purpose="expenditure")
        spending.validity = type(spending.validity)(date(2010, 1, 1), date(2011, 1, 1))
        spending.save()
    applied(where, DAY)
    with inside(where):
        file = OutboxFile.objects.get(unit=where)
        income = UnitAccount.objects.get(unit=where, purpose="income")
        assert income.iban in archive.read(file.digest).decode()
        hear_id = standing(where, over)
        income.validity = spending.validity
        income.save()
    with inside(where) as acting:
        hear(acting, hear_id, "rejected")
        tell_account(acting, over, account("other"), "Koe Aino", "answer")
    run(RefundsRun(), where, DAY)
    plan = approved(where, DAY)
    with pytest.raises(RunRefused, match="no_paying_account"):
        applied(where, DAY, plan)


# --- people --------------------------------------------------------------------------------------------------------


def test_money_leaves_only_by_a_plan_that_somebody_else_approved() -> None:
    """OC 4.2-b, OC 3.9-f"""
    where = unit()
    _known(where, "25.00")
    with pytest.raises(RunRefused, match=r"refunds\.not_approved"):
        run(RefundsRun(), where, DAY)
    result = planned(where, DAY)
    with pytest.raises(RunRefused, match=r"refunds\.not_approved"):
        applied(where, DAY, result.run)
    with pytest.raises(NotAllowed), inside(where, "cecilia") as acting:
        approve_refunds(acting, result.run, result.run.digest)
    with pytest.raises(RunRefused, match="another_plan"), inside(where, "petra") as acting:
        approve_refunds(acting, result.run, "0" * 64)
    with inside(where, "petra") as acting:
        approve_refunds(acting, result.run, result.run.digest)
    applied(where, DAY, result.run)
    assert _books(where) == {"refunds_in_transit": Decimal(-25)}
    with pytest.raises(RunRefused, match="already_applied"):
        applied(where, DAY, result.run)
    with pytest.raises(RunRefused, match="no_plan"), inside(where, "petra") as acting:
        approve_refunds(acting, result.run, result.run.digest)


def _both_roles(name: str) -> None:
    """Somebody of the centre who also approves."""
    from cast import ALWAYS
    from reskontra.registers.models import RoleAssignment

    for role in ("PK", "PG"):
        RoleAssignment.objects.get_or_create(
            person=person(name), role=role, in_unit=None, defaults={"validity": ALWAYS}
        )


def test_who_planned_or_told_an_account_is_not_the_somebody_else() -> None:
    """OC 4.2-b, OC 3.9-f"""
    where = unit()
    _both_roles("petra")
    over = an_overpayment(where, "aino", "25.00", day=DAY)
    with inside(where, "petra") as acting:
        tell_account(acting, over, account("told"), "Koe Aino", "answer")
    result = planned(where, DAY)
    with pytest.raises(RunRefused, match="somebody_else"), inside(where, "petra") as acting:
        approve_refunds(acting, result.run, result.run.digest)
    mine = planned(where, DAY, who="petra")
    with pytest.raises(RunRefused, match="somebody_else"), inside(where, "petra") as acting:
        approve_refunds(acting, mine.run, mine.run.digest)


def test_an_account_that_changed_after_the_approval_is_not_paid_to() -> None:
    """OC 4.2-b: what was approved is set aside and waits for the next plan; the others are paid."""
    where = unit()
    over, other = _known(where, "25.00"), _known(where, "30.00", "berit", "Prov Berit")
    plan = approved(where, DAY)
    with inside(where, "kirsi") as acting:
        tell_account(acting, over, account("swapped"), "Koe Aino", "answer")
    result = applied(where, DAY, plan)
    assert {one.outcome: one.count for one in result.counts} == {
        "CHANGED_SINCE_PLAN": 1,
        "REFUND_TO_ACCOUNT": 1,
    }
    with inside(where):
        assert [one.overpayment_id for one in Refund.objects.filter(unit=where)] == [other.pk]


def test_nobody_is_sent_an_order_to_no_address() -> None:
    """OC 4.2-b: it waits until the unit has brought the customer's data up to date; nothing becomes income."""
    where = unit()
    over = an_overpayment(where, "aino", "25.00", day=DAY)
    run(RefundsRun(), where, DAY)
    moved = customer("aino")
    town, moved.town = moved.town, ""
    moved.save()
    assert _outcome(where, planned(where, AFTER_ANSWER).run, over) == "ADDRESS_NOT_PAYABLE"
    moved.town = town
    moved.save()
    assert _outcome(where, planned(where, AFTER_ANSWER).run, over) == "PAYMENT_ORDER"


def test_an_order_to_an_address_that_changed_is_not_sent() -> None:
    """OC 4.2-b"""
    where = unit()
    an_overpayment(where, "aino", "25.00", day=DAY)
    run(RefundsRun(), where, DAY)
    plan = approved(where, AFTER_ANSWER)
    moved = customer("aino")
    moved.street = "Another street 2"
    moved.save()
    assert [one.outcome for one in applied(where, AFTER_ANSWER, plan).counts] == ["CHANGED_SINCE_PLAN"]


def test_what_people_say_is_checked() -> None:
    """OC 4.2-a, OC 4.2-b"""
    where = unit()
    over, small = (
        an_overpayment(where, "aino", "25.00", day=DAY),
        an_overpayment(where, "bruk", "5.00", day=DAY),
    )

    def refused(match: str, act: Callable[[Any], object], who: str = "cecilia") -> None:
        with (
            pytest.raises((RunRefused, NotAllowed, IntegrityError), match=match),
            inside(where, who) as acting,
        ):
            act(acting)

    refused("needs_no_request", lambda acting: ask_refund(acting, over))
    refused(
        "not_an_iban", lambda acting: tell_account(acting, over, "FI0012345600000785", "Koe Aino", "answer")
    )
    refused(
        "holder_is_somebody_else",
        lambda acting: tell_account(acting, over, account("x"), "Koe Aina", "answer"),
    )
    refused("may not prepare_refund", lambda acting: ask_refund(acting, small), "petra")
    refused("may not prepare_refund", lambda acting: choose(acting, over, "rule", "test"), "maria")
    with inside(where) as acting:
        ask_refund(acting, small)
    refused("a_refund_is_asked_once", lambda acting: ask_refund(acting, small))
    with inside(where) as acting:
        written = f"{account('x')[:4]} {account('x')[4:].lower()}"
        told = tell_account(acting, over, written, "AINO KOE", "answer")
    assert (told.iban, told.holder_is_customer) == (account("x"), True)
    applied(where, DAY)
    refused("nothing_left", lambda acting: tell_account(acting, over, account("x"), "Koe Aino", "answer"))
    refused("nothing_left", lambda acting: choose(acting, over, "next_invoice", "test"))
    with inside(where):
        sent = standing(where, over)
    refused("only_a_payment_order_is_redeemed", lambda acting: hear(acting, sent, "redeemed"))


def test_the_bank_answers_by_the_names_that_we_gave() -> None:
    """OC 4.2-b: each payment, or a whole batch that it rejects; what was heard is not heard twice."""
    where = unit()
    one, two = _known(where, "25.00"), _known(where, "30.00", "berit", "Prov Berit")
    result = applied(where, DAY)
    with inside(where):
        first = standing(where, one).end_to_end_id
    report = StatusReport("", False, (PaymentStatus(first, True), PaymentStatus("RF0-0-0", False)))
    whole = StatusReport(f"RF{where.code}-{result.run.pk}-file", True, ())
    for told, expected in ((report, 1), (report, 0), (whole, 2), (whole, 0)):
        with inside(where) as acting:
            assert hear_bank(acting, told) == expected
    again = run(RefundsRun(), where, DAY)
    assert {_outcome(where, again.run, over) for over in (one, two)} == {"REJECTED_BY_BANK"}
    assert _books(where) == {"overpayment_refund": Decimal(-55)}


def test_a_payment_whose_overpayment_was_refunded_is_not_taken_back_silently() -> None:
    """OC 4.1-c: neither by a person's undoing nor when the bank takes the payment back."""
    where = unit()
    over = _known(where, "25.00")
    applied(where, DAY)
    with inside(where):
        payment = over.payment
        reference = payment.reference
    with pytest.raises(RunRefused, match="refunded_already"), inside(where) as acting:
        undo(acting, payment, "wrong")
    taken = a_payment(where, "-125.00", reference=reference)
    result = run(AllocationRun(), where, DAY)
    with inside(where):
        assert (
            PaymentDecision.objects.get(unit=where, run=result.run, payment=taken).outcome
            == "TAKES_BACK_REFUNDED"
        )
        assert broken([where.pk]) == []


# --- what the database refuses, whoever writes ---------------------------------------------------------------------


def _refused(where: Unit, statement: str, *values: Any) -> str:
    with pytest.raises(IntegrityError) as told, inside(where), connection.cursor() as cursor:
        cursor.execute(statement, values)
    diagnosis = getattr(told.value.__cause__, "diag", None)
    return str(getattr(diagnosis, "constraint_name", ""))


_COLUMNS = (
    "unit_id, run_id, overpayment_id, voucher_id, amount, way, iban, payee, end_to_end_id, clause, undoes_id"
)


def _copied(**changes: str) -> str:
    """A refund as one that is there, with some columns told otherwise."""
    values = ", ".join(changes.get(column, column) for column in _COLUMNS.split(", "))
    return f"INSERT INTO claims_refund ({_COLUMNS}) SELECT {values} FROM claims_refund WHERE id = %s"


def test_the_database_refuses_what_no_refund_may_be() -> None:
    """OC 4.2-b: twice, too much, undone otherwise, unapproved, elsewhere than approved, taken back after it."""
    where = unit()
    _both_roles("petra")
    over, other = _known(where, "25.00"), _known(where, "30.00", "berit", "Prov Berit")
    applied(where, DAY, overpayments=[over.pk])
    with inside(where):
        sent = standing(where, over)
    fresh = {"end_to_end_id": "''"}
    assert _refused(where, _copied(**fresh, amount="0.01"), sent.pk) == "a_refund_is_within_its_overpayment"
    undoing = {**fresh, "undoes_id": "id"}
    assert (
        _refused(where, _copied(**undoing, amount="-24.99"), sent.pk)
        == "an_undoing_takes_back_what_was_refunded"
    )
    assert (
        _refused(where, _copied(**undoing, amount="-amount", way="'bank_return'"), sent.pk)
        == "an_undoing_takes_back_what_was_refunded"
    )
    there = {**fresh, "overpayment_id": str(other.pk), "amount": "30.00"}
    assert _refused(where, _copied(**there), sent.pk) == "a_refund_is_what_was_approved"
    unapproved = planned(where, DAY).run
    there |= {"run_id": str(unapproved.pk)}
    for way in ("account", "payment_order", "bank_return"):
        assert (
            _refused(where, _copied(**there, way=f"'{way}'"), sent.pk)
            == "a_refund_run_is_approved_by_somebody_else"
        )
    for digest, who in ((unapproved.digest, "cecilia"), ("0" * 64, "petra")):
        with inside(where):
            by = planned(where, DAY).run
            RefundApproval.objects.create(
                unit=where, run=by, digest=digest if who == "petra" else by.digest, act="approve",
                person=person(who), given_at=at(DAY),
            )  # fmt: skip
        elsewhere = {**there, "run_id": str(by.pk)}
        assert _refused(where, _copied(**elsewhere), sent.pk) == "a_refund_run_is_approved_by_somebody_else"
    approved_run = approved(where, DAY)
    there |= {"run_id": str(approved_run.pk)}
    assert (
        _refused(where, _copied(**there, iban=f"'{account('thief')}'"), sent.pk)
        == "a_refund_is_what_was_approved"
    )
    assert _refused(where, _copied(**there | {"amount": "29.99"}), sent.pk) == "a_refund_is_what_was_approved"
    undone = (
        "INSERT INTO claims_overpayment (unit_id, run_id, voucher_id, payment_id, claim_id, amount, treatment, clause,"
        " undoes_id) SELECT unit_id, run_id, voucher_id, payment_id, claim_id, -amount, treatment, clause, id"
        " FROM claims_overpayment WHERE id = %s"
    )
    assert _refused(where, undone, over.pk) == "what_was_refunded_is_not_taken_back"
    with inside(where), connection.cursor() as cursor:  # the honest one of the last two refusals
        cursor.execute(undone, [other.pk])
        cursor.execute("SELECT count(*) FROM claims_overpayment WHERE undoes_id = %s", [other.pk])
        assert cursor.fetchone() == (1,)
    assert _refused(where, _copied(**there), sent.pk) == "a_refund_is_within_its_overpayment"


def test_the_teller_of_an_account_does_not_approve_it_whoever_writes() -> None:
    """OC 3.9-f"""
    where = unit()
    over = an_overpayment(where, "aino", "25.00", day=DAY)
    with inside(where):
        RefundAccount.objects.create(
            unit=where, overpayment=over, iban=account("mine"), holder="Koe Aino", source="answer", told_date=DAY,
            person=person("petra"), given_at=at(DAY),
        )  # fmt: skip
        by = planned(where, DAY).run
        RefundApproval.objects.create(
            unit=where, run=by, digest=by.digest, act="approve", person=person("petra"), given_at=at(DAY)
        )
    with pytest.raises(IntegrityError, match="a_refund_run_is_approved_by_somebody_else"):
        applied(where, DAY, by)


def test_the_database_refuses_what_nobody_may_say() -> None:
    """OC 4.2-b, OC 4.2-d: constraints of single rows, by their names."""
    where = unit()
    over = an_overpayment(where, "aino", "25.00", day=DAY)
    told = {"unit": where, "overpayment": over, "iban": account("x"), "holder": "X", "source": "answer",
            "told_date": DAY, "given_at": at(DAY)}  # fmt: skip
    with pytest.raises(IntegrityError, match="an_account_of_somebody_else_says_why"), inside(where):
        RefundAccount.objects.create(**told, person=person("kirsi"), holder_is_customer=False)
    free = a_payment(where, "9.00")
    with pytest.raises(IntegrityError, match="only_what_goes_back_has_no_claim"), inside(where):
        Overpayment.objects.create(
            unit=where, run=Run.objects.filter(unit=where).latest("id"), payment=free, amount=Decimal(9),
            voucher=Voucher.objects.filter(unit=where).latest("id"), treatment="income", clause="OC 4.2-a",
        )  # fmt: skip
    run(RefundsRun(), where, DAY)
    applied(where, AFTER_ANSWER)
    with inside(where, at=at(AFTER_ANSWER)) as acting:
        order = standing(where, over)
        hear(acting, order, "redeemed")
    with (
        pytest.raises(IntegrityError, match="a_payment_order_is_redeemed_or_it_is_not"),
        inside(where) as acting,
    ):
        hear(acting, order, "unredeemed")
    with inside(where):
        asked = RefundInquiry.objects.get(unit=where)
    asked.pk = None
    with pytest.raises(IntegrityError, match="an_account_is_asked_for_once"), inside(where):
        asked.save(force_insert=True)


# --- again, and at once --------------------------------------------------------------------------------------------


def _at_once(*works: Callable[[], Any]) -> list[Any]:
    barrier = threading.Barrier(len(works))

    def work(job: Callable[[], Any]) -> Any:
        barrier.wait(30)
        try:
            return job()
        except Exception as problem:
            return problem
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(work, works))


def test_one_plan_applied_twice_at_once_pays_once() -> None:
    """OC 4.2-b"""
    where = unit()
    _known(where, "25.00")
    plan = approved(where, DAY)
    answers = _at_once(*[lambda: applied(where, DAY, plan)] * 2)
    assert sorted(type(one).__name__ for one in answers) == ["Result", "RunRefused"]
    with inside(where):
        assert Refund.objects.filter(unit=where).count() == OutboxFile.objects.filter(unit=where).count() == 1
    assert _books(where) == {"refunds_in_transit": Decimal(-25)}


def test_two_approved_plans_of_the_same_money_applied_at_once_pay_once() -> None:
    """OC 4.2-b: the second finds nothing of what it planned."""
    where = unit()
    _known(where, "25.00")
    plans = [approved(where, DAY) for _ in range(2)]
    answers = _at_once(*(lambda plan=plan: applied(where, DAY, plan) for plan in plans))  # type: ignore[misc]
    assert sorted(one.facts.get("refunds") for one in answers) == [0, 1]
    assert _books(where) == {"refunds_in_transit": Decimal(-25)}


def test_an_approval_and_a_new_plan_at_once_never_approve_what_was_not_seen() -> None:
    """OC 3.9-f: the approval is of the plan that was seen; the new plan, with another account, has none."""
    where = unit()
    over = _known(where, "25.00")
    seen = planned(where, DAY).run

    def swap() -> Run:
        with inside(where, "kirsi") as acting:
            tell_account(acting, over, account("swapped"), "Koe Aino", "answer")
        return planned(where, DAY).run

    def approve() -> RefundApproval:
        with inside(where, "petra") as acting:
            return approve_refunds(acting, seen, seen.digest)

    fresh, approval = _at_once(swap, approve)
    assert (approval.run_id, approval.digest) == (seen.pk, seen.digest)
    with pytest.raises(RunRefused, match="not_approved"):
        applied(where, DAY, fresh)
    assert [one.outcome for one in applied(where, DAY, seen).counts] == ["CHANGED_SINCE_PLAN"]
    assert _books(where) == {"overpayment_refund": Decimal(-25)}


def test_two_approvals_at_once_are_one() -> None:
    """OC 3.9-f"""
    where = unit()
    _known(where, "25.00")
    plan = planned(where, DAY).run

    def approve() -> RefundApproval:
        with inside(where, "petra") as acting:
            return approve_refunds(acting, plan, plan.digest)

    answers = _at_once(approve, approve)
    assert sorted(type(one).__name__ for one in answers) == ["IntegrityError", "RefundApproval"]
    assert "a_refund_run_is_approved_once" in str(
        next(one for one in answers if isinstance(one, IntegrityError))
    )


def test_a_run_of_some_overpayments_leaves_the_others() -> None:
    where = unit()
    one, two = _known(where, "25.00"), _known(where, "30.00", "berit", "Prov Berit")
    result = applied(where, DAY, overpayments=[two.pk])
    assert [(count.outcome, count.count) for count in result.counts] == [("REFUND_TO_ACCOUNT", 1)]
    assert _books(where) == {"overpayment_refund": Decimal(-25), "refunds_in_transit": Decimal(-30)}
    assert _outcome(where, planned(where, DAY).run, one) == "REFUND_TO_ACCOUNT"


def test_another_units_refunds_are_not_there() -> None:
    where = unit(HARBOUR)
    over = _known(where, "25.00")
    assert planned(unit("4220"), DAY).counts == []
    with pytest.raises(RunRefused, match="nothing_left"), inside(unit("4220")) as acting:
        tell_account(acting, over, account("x"), "Koe Aino", "answer")


# --- payers without a reference ------------------------------------------------------------------------------------


def test_payers_who_leave_the_reference_out_three_times_a_year_are_listed() -> None:
    """OC 4.1-d: at, under and over the count; first and last day of the year; not with a reference that holds."""
    where = unit()
    for day in ("2025-03-17", "2025-12-01", "2026-03-16"):
        a_payment(where, "10.00", day=date.fromisoformat(day), payer="Provbruket Ab")
    for day in ("2025-03-16", "2025-12-01", "2026-03-16"):  # the first is a day too old
        a_payment(where, "10.00", day=date.fromisoformat(day), payer="Too Seldom")
    for day in ("2025-12-01", "2025-12-02", "2025-12-03", "2025-12-04"):
        a_payment(where, "10.00", day=date.fromisoformat(day), payer="Koe Aino", reference="123", holds=False)
        a_payment(
            where, "10.00", day=date.fromisoformat(day), payer="Holds Well", reference="1232", holds=True
        )
    claim = a_claim(where, "bruk", "10.00")
    run(AllocationRun(), where, DAY)
    with inside(where) as acting:
        terms = terms_of(where, DAY)
        found = payers_without_reference(where, terms)
        assert [(one.name, one.payments, one.since, one.last_date) for one in found] == [
            ("Koe Aino", 4, 4, date(2025, 12, 4)), ("Provbruket Ab", 3, 3, DAY),
        ]  # fmt: skip
        assert found[0].customer == ""
        contacted(acting, found[1].key, "their new system leaves it out")
        again = payers_without_reference(where, terms)
        assert [(one.name, one.contacted_date, one.since) for one in again] == [
            ("Koe Aino", None, 4), ("Provbruket Ab", DAY, 0),
        ]  # fmt: skip
        assert claim.payer_id == customer("bruk").pk


def test_the_customer_of_a_payer_is_known_from_where_the_money_went() -> None:
    """OC 4.1-d: one customer, or none; what the bank took back or is not ours counts for nothing."""
    where = unit()
    claim = a_claim(where, "bruk", "30.00")
    payments = [a_payment(where, "10.00", payer="A Bookkeeper", message=claim.reference) for _ in range(3)]
    run(AllocationRun(), where, DAY)
    with inside(where):
        (found,) = payers_without_reference(where, terms_of(where, DAY))
        assert (found.customer, found.payments) == (customer("bruk").number, len(payments))
    other = [a_payment(where, "10.00", payer="Not Ours") for _ in range(3)]
    with inside(where) as acting:
        not_ours(acting, other[0], "test")
        assert len(payers_without_reference(where, terms_of(where, DAY))) == 1
    with pytest.raises(NotAllowed), inside(where, "petra") as acting:
        contacted(acting, found.key, "test")


def test_a_unit_sets_its_own_count() -> None:
    """OC 4.1-d"""
    where = unit()
    set_term(where, "missing_reference_contact_after", "1")
    a_payment(where, "10.00", payer="Once Only")
    with inside(where):
        assert [one.name for one in payers_without_reference(where, terms_of(where, DAY))] == ["Once Only"]


def test_a_plan_that_is_applied_alone_is_the_plan_that_was_seen() -> None:
    """OC 3.9-f: the digest of the applied run is that of the plan."""
    where = unit()
    _known(where, "25.00")
    plan = approved(where, DAY)
    digest = plan.digest
    with inside(where, "cecilia", at(DAY)) as acting:
        result = apply(RefundsRun(), acting, DAY, plan)
    assert result.run.digest == digest
