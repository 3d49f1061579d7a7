"""What the database refuses of interest invoices, by name; and what two runs at once make of the same interest."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connections

from cast import DAY, inside, unit
from income.interest_tables import History, broken_books
from income.tables import read
from reskontra.claims.models import Claim, InterestCharge, InterestInvoice, InterestWaiver
from reskontra.income.interest.actions import waive_interest
from reskontra.income.interest.run import InterestRun
from reskontra.kernel.references import unit_reference
from reskontra.ledger.models import Voucher
from reskontra.runs.models import Run
from reskontra.runs.run import RunRefused, apply, plan

pytestmark = pytest.mark.usefixtures("database")


def _charged() -> History:
    told = History(
        read("""
    on 2026-03-16
    claim A bruk 1000.00 due 2026-01-05
    claim B bruk 1000.00 due 2026-01-05
    paid  A 1000.00 2026-03-02
    paid  B 1000.00 2026-03-02
    """),
        unit(),
    ).tell()
    told.decided(DAY)
    return told


def _invoice(told: History, total: str, original: InterestInvoice | None = None) -> InterestInvoice:
    """One more interest invoice, as nobody but a run should write it. Called inside ``working_in``."""
    first = InterestInvoice.objects.filter(unit=told.where).earliest("number")
    return InterestInvoice.objects.create(
        unit=told.where, run_id=first.run_id, number=77, kind="late", customer_id=first.customer_id, original=original,
        language="sv", issue_date=DAY, due_date=date(2026, 4, 7),
        reference=unit_reference(told.where.code, 800_000_077), total=Decimal(total), voucher_id=first.voucher_id,
    )  # fmt: skip


def _charge(told: History, invoice: InterestInvoice, claim: Claim, amount: str) -> None:
    InterestCharge.objects.create(
        unit=told.where, invoice=invoice, claim=claim, until_date=DAY, amount=Decimal(amount)
    )


def _claim(told: History, invoice: InterestInvoice, **changes: Any) -> None:
    values: dict[str, Any] = {
        "unit": told.where, "run_id": invoice.run_id, "kind": "interest", "interest_invoice": invoice,
        "payer_id": invoice.customer_id, "reference": invoice.reference, "public_law": True, "amount": invoice.total,
        "due_date": invoice.due_date,
    }  # fmt: skip
    Claim.objects.create(**{**values, **changes})


def _refused(name: str, told: History, act: Callable[[], None]) -> None:
    with pytest.raises(IntegrityError) as refused, inside(told.where):
        act()
    cause = refused.value.__cause__
    assert cause is not None
    assert getattr(cause, "diag").constraint_name == name  # noqa: B009


def test_what_is_claimed_of_interest_is_what_the_invoice_charges() -> None:
    """OC 6.1.5-a: an invoice without its charges, another amount, another payer, another reference."""
    told = _charged()
    name = "an_interest_claim_is_what_its_invoice_charges"

    def claimed(charge: str | None, **changes: Any) -> None:
        invoice = _invoice(told, "5.00")
        if charge:
            _charge(told, invoice, told.claims["A"], charge)
        _claim(told, invoice, **changes)

    _refused(name, told, lambda: claimed(None))
    _refused(name, told, lambda: claimed("4.99"))
    _refused(name, told, lambda: claimed("5.00", amount=Decimal("4.00")))
    _refused(name, told, lambda: claimed("5.00", reference=unit_reference(told.where.code, 800_000_078)))
    _refused(name, told, lambda: claimed("5.00", payer_id=told.claims["A"].payer_id - 1))
    with inside(told.where):
        claimed("5.00")


def test_no_charge_is_added_to_an_invoice_that_is_claimed() -> None:
    """OC 6.1.5-a"""
    told = _charged()
    with inside(told.where):
        claimed = InterestInvoice.objects.get(unit=told.where)
        interest = Claim.objects.get(unit=told.where, interest_invoice=claimed)
    late = History(
        read("on 2026-03-16\nclaim C bruk 10.00 due 2026-01-05"), told.where, claims=told.claims
    ).tell()
    _refused(
        "interest_charges_come_before_their_claim",
        told,
        lambda: _charge(told, claimed, late.claims["C"], "1.00"),
    )
    _refused(
        "only_invoices_bear_interest", told, lambda: _charge(told, _invoice(told, "5.00"), interest, "5.00")
    )


def test_a_credit_takes_back_no_more_than_its_original_charged() -> None:
    """OC 6.1.5-a: 14.58 was charged for each claim; 14.59 is too much, as are two credits of 10, and a third claim."""
    told = _charged()
    name = "an_interest_credit_takes_back_no_more_than_was_charged"
    with inside(told.where):
        original = InterestInvoice.objects.get(unit=told.where)

    def credit(claim: Claim, amount: str) -> None:
        _charge(told, _invoice(told, amount, original), claim, amount)

    _refused(name, told, lambda: credit(told.claims["A"], "-14.59"))
    late = History(
        read("on 2026-03-16\nclaim C bruk 10.00 due 2026-01-05"), told.where, claims=told.claims
    ).tell()
    _refused(name, told, lambda: credit(late.claims["C"], "-0.01"))
    late.table = read("on 2026-03-16\nwaived A 2026-02-12")
    late.tell()
    assert late.decided(DAY)["A"] == ("CREDIT_INTEREST", "-9.90", "OC 6.1.5-a")
    _refused(name, told, lambda: credit(told.claims["A"], "-4.69"))
    with inside(told.where):
        credit(told.claims["A"], "-4.68")


def test_the_books_hold_after_charges_and_credits() -> None:
    """OC 6.1.5-a"""
    told = _charged()
    told.table = read("on 2026-03-16\nwaived B 2026-02-12")
    told.tell()
    told.decided(DAY)
    assert broken_books(told.where) == []


def _at_once(*works: Callable[[], Any]) -> list[Any]:
    """All of it at the same moment, each with a connection of its own; exceptions in the place of results."""
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


def _two_claims() -> History:
    return History(
        read("""
    on 2026-03-16
    claim A bruk 1000.00 due 2026-01-05
    claim B aino 1000.00 due 2026-01-05
    paid  A 1000.00 2026-03-02
    paid  B 1000.00 2026-03-02
    """),
        unit(),
    ).tell()


def test_two_runs_at_once_charge_once() -> None:
    """OC 6.1.5-a"""
    told = _two_claims()

    def charge() -> int:
        with inside(told.where) as acting:
            return int(apply(InterestRun(), acting, DAY).facts.get("interest_invoices", 0))

    assert sorted(_at_once(charge, charge, charge)) == [0, 0, 2]
    assert len(told.invoices()) == 2


def test_a_plan_is_applied_once_however_often_it_is_asked_for() -> None:
    """OC 6.1.5-a"""
    told = _two_claims()
    with inside(told.where) as acting:
        planned = plan(InterestRun(), acting, DAY).run

    def replay() -> str:
        with inside(told.where) as acting:
            try:
                apply(InterestRun(), acting, DAY, Run.objects.get(unit=told.where, pk=planned.pk))
            except RunRefused as refused:
                return refused.key
            return "applied"

    assert sorted(_at_once(replay, replay)) == ["applied", "run.already_applied"]
    assert len(told.invoices()) == 2


def test_a_waiver_and_a_run_at_once_leave_nothing_charged_that_is_waived() -> None:
    """OC 6.1.5-a: whoever comes first, the next run credits what was charged of the waived interest."""
    told = _two_claims()

    def charge() -> None:
        with inside(told.where) as acting:
            apply(InterestRun(), acting, DAY)

    def waive() -> None:
        with inside(told.where) as acting:
            waive_interest(acting, told.claims["A"], date(2026, 3, 2), "test")

    assert _at_once(charge, waive) == [None, None]
    charge()
    with inside(told.where):
        assert InterestWaiver.objects.filter(unit=told.where).count() == 1
        charges = InterestCharge.objects.filter(unit=told.where, claim=told.claims["A"])
        assert sum((one.amount for one in charges), Decimal(0)) == 0
    assert broken_books(told.where) == []


def test_a_run_whose_control_fails_leaves_no_invoice_no_number_and_no_letter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """OC 6.1.5-a"""
    from reskontra.income.interest import run as room

    told = _two_claims()
    true_controls = room._controls
    monkeypatch.setattr(
        room, "_controls", lambda *told: [room.Control("planted", "1", "2"), *true_controls(*told)]
    )
    with pytest.raises(RunRefused, match=r"run\.control_failed"):
        told.decided(DAY)
    monkeypatch.setattr(room, "_controls", true_controls)
    assert told.invoices() == []
    told.decided(DAY)
    with inside(told.where):
        assert [one.number for one in InterestInvoice.objects.order_by("number")] == [1, 2]
        assert Voucher.objects.filter(unit=told.where, kind="KR").count() == 2
