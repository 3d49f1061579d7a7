"""Money for a claim that was written off by decision (OC 6.4-a): it waits for a person, and is never refunded."""

from decimal import Decimal

import pytest

from cast import DAY, inside, run, set_term, unit
from income.interest_tables import written_off
from income.money import (
    LATER,
    a_claim,
    a_payment,
    allocate_in_crowd_and_alone,
    balance,
    open_amount,
    write_off,
)
from reskontra.claims.models import Claim, Overpayment, PaymentDecision
from reskontra.income.allocation.run import AllocationRun
from reskontra.income.write_off.actions import undo
from reskontra.insight.explanations import explain
from reskontra.insight.invariants import broken
from reskontra.kernel.texts import text

pytestmark = pytest.mark.usefixtures("database")


def test_what_is_paid_of_a_claim_that_was_written_off_waits() -> None:
    """OC 6.4-a: whole, a cent, too much, and found by its message; of the claim beside it nothing waits."""
    allocate_in_crowd_and_alone("""
    on 2026-03-16
    claim   A bruk 100.00
    claim   B bruk 100.00
    claim   C bruk 100.00
    claim   D bruk 100.00
    claim   E bruk 100.00
    written A
    written B
    written C
    written D
    payment whole  100.00 of A
    payment cent     0.01 of B
    payment much   150.00 of C
    payment named  100.00 says "{D}"
    payment beside 100.01 of E
    expect  whole  CLAIM_WRITTEN_OFF                        # OC 6.4-a
    expect  cent   CLAIM_WRITTEN_OFF                        # OC 6.4-a
    expect  much   CLAIM_WRITTEN_OFF                        # OC 6.4-a
    expect  named  CLAIM_WRITTEN_OFF                        # OC 6.4-a
    expect  beside OVERPAID_INCOME E 100.00 income 0.01     # OC 4.2-a
    open    A 0.00
    open    E 0.00
    """)


def test_what_a_person_holds_or_a_payer_shares_out_waits_as_before() -> None:
    """OC 4.1-c, OC 6.4-a: what a person said comes first; a share of a written-off claim waits like a whole payment."""
    allocate_in_crowd_and_alone("""
    on 2026-03-16
    claim   A bruk 100.00
    claim   B bruk 100.00
    claim   C bruk 50.00
    claim   D bruk 100.00
    written A
    written B
    written D
    payment kept    100.00 of A
    payment shared  150.00 part B 100.00 part C 50.00
    payment pointed 100.00
    point   kept    person
    point   pointed D
    expect  kept    HELD_FOR_PERSON       # OC 4.1-c
    expect  shared  CLAIM_WRITTEN_OFF     # OC 6.4-a
    expect  pointed CLAIM_WRITTEN_OFF     # OC 6.4-a
    """)


def _decided(claim: Claim, amount: str) -> str:
    payment = a_payment(unit(), amount, reference=claim.reference)
    result = run(AllocationRun([payment.pk]), unit())
    with inside(unit()):
        return PaymentDecision.objects.get(unit=unit(), run=result.run, payment=payment).outcome


@pytest.mark.parametrize(
    ("amount", "outcome"), [("39.99", "PART_PAID"), ("40.00", "PAID"), ("40.01", "CLAIM_WRITTEN_OFF")]
)
def test_what_was_left_open_can_be_paid(amount: str, outcome: str) -> None:
    """OC 6.4-a: sixty euro of a hundred were written off; at, under and over what is open."""
    claim = a_claim(unit(), "bruk", "100.00")
    written_off(unit(), claim, "60.00", DAY, "decided")
    assert _decided(claim, amount) == outcome


def test_a_remainder_that_was_waived_is_no_decision() -> None:
    """OC 4.3-a, OC 6.4-a: a second payment is too much, as it always was."""
    set_term(unit(), "remainder_waived_up_to", "2.00")
    claim = a_claim(unit(), "bruk", "100.00")
    assert _decided(claim, "98.00") == "REMAINDER_WAIVED"
    assert _decided(claim, "2.00") == "OVERPAID_INCOME"


def test_the_next_run_allocates_what_waited_when_the_write_off_is_taken_back() -> None:
    """OC 6.4-a: until then the money stands unallocated, and nothing is owed back."""
    where = unit()
    claim = a_claim(where, "bruk", "100.00")
    written = write_off(where, claim, DAY)
    payment = a_payment(where, "100.00", reference=claim.reference)
    for _ in range(2):
        run(AllocationRun(), where)
        with inside(where):
            assert balance(where, "payments_unallocated") == Decimal("-100.00")
            assert not Overpayment.objects.filter(unit=where).exists()
    with inside(where) as acting:
        undo(acting, written, "the debtor has paid")
    result = run(AllocationRun(), where, LATER)
    with inside(where):
        assert PaymentDecision.objects.get(unit=where, run=result.run, payment=payment).outcome == "PAID"
        assert open_amount(where, claim) == 0
        assert balance(where, "payments_unallocated", LATER) == balance(where, "receivable", LATER) == 0
        assert broken([where.pk]) == []


def test_why_it_waits_is_told_with_what_to_do() -> None:
    """OC 6.4-a"""
    where = unit()
    claim = a_claim(where, "bruk", "100.00")
    write_off(where, claim, DAY)
    payment = a_payment(where, "100.00", reference=claim.reference)
    run(AllocationRun(), where)
    with inside(where):
        (decision,) = explain(where, f"P{payment.pk}", "sv")["decisions"]
    assert (decision["outcome"], decision["standing"], decision["clause"]) == (
        "CLAIM_WRITTEN_OFF", "WAITING", "OC 6.4-a",
    )  # fmt: skip
    assert decision["inputs"] == {
        "rest": "100.00", "found_by": "reference", "claim": claim.reference, "open_before": "0.00", "claims": 1,
        "reference_given": True, "written_off": True,
    }  # fmt: skip
    words = {"sv": "ta tillbaka avskrivningen", "fi": "peru poisto", "en": "take the write-off back"}
    for language, what_to_do in words.items():
        assert what_to_do in text("outcome.CLAIM_WRITTEN_OFF", language)
        assert text("input.written_off", language)
