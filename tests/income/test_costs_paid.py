"""Costs are recognised when they are paid (OC 6.1.3-b): what exceeds a reminded claim pays interest, then costs."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest

from cast import inside, run, unit
from income.money import a_payment, balance, open_amount
from income.reminder_tables import Late, a_block, a_cost, a_credit, remind
from income.tables import read
from reskontra.bank.models import Payment
from reskontra.claims.models import (
    Allocation,
    Claim,
    InterestCharge,
    InterestInvoice,
    InterestWaiver,
    Overpayment,
    PaymentDecision,
    SidePayment,
)
from reskontra.income.allocation.actions import undo
from reskontra.income.allocation.run import AllocationRun
from reskontra.insight.payments import settlements_of_claim, uses_of_payment
from reskontra.registers.models import Unit
from reskontra.sales.models import Invoice

pytestmark = pytest.mark.usefixtures("database")

DAY, SENT = date(2026, 3, 16), date(2026, 3, 10)
# 1 000 euro due on 20 February and paid on 16 March: 24 days at 9.5 percent (2.5 + 7) of 365 are 6.2466 euro.
CLAIM = "claim A aino 1000.00 due 2026-02-20"


def _reminded(text: str = CLAIM) -> Late:
    late = Late(read("on 2026-03-16\n" + text), unit()).tell()
    remind(late.where, SENT)
    return late


def _pay(late: Late, amount: str, day: date = DAY, name: str = "A") -> Payment:
    return a_payment(late.where, amount, day=day, reference=late.claims[name].reference)


def _became(late: Late, *payments: Payment) -> list[tuple[str, dict[str, str]]]:
    """Outcome and money by use, of each payment; called after a run."""
    told = []
    with inside(late.where):
        for payment in payments:
            decision = PaymentDecision.objects.filter(unit=late.where, payment=payment).latest("run_id")
            facts = {"unit": late.where, "payment": payment, "undoes__isnull": True}
            money = {
                use: one.amount
                for use, one in zip(["claim"], Allocation.objects.filter(**facts), strict=False)
            }
            money |= {one.kind: one.amount for one in SidePayment.objects.filter(**facts)}
            money |= {one.treatment: one.amount for one in Overpayment.objects.filter(**facts)}
            told.append((decision.outcome, {use: f"{amount:.2f}" for use, amount in money.items()}))
    return told


@pytest.mark.parametrize(
    ("paid", "outcome", "money"),
    [
        ("999.99", "PART_PAID", {"claim": "999.99"}),
        ("1000.00", "PAID", {"claim": "1000.00"}),
        ("1006.25", "PAID_WITH_INTEREST", {"claim": "1000.00", "interest": "6.25"}),
        ("1006.26", "PAID_WITH_COSTS", {"claim": "1000.00", "interest": "6.25", "cost": "0.01"}),
        ("1011.25", "PAID_WITH_COSTS", {"claim": "1000.00", "interest": "6.25", "cost": "5.00"}),
        ("1011.26", "OVERPAID_INCOME", {"claim": "1000.00", "interest": "6.25", "cost": "5.00", "income": "0.01"}),
        ("1021.25", "OVERPAID_INCOME", {"claim": "1000.00", "interest": "6.25", "cost": "5.00", "income": "10.00"}),
        ("1021.26", "OVERPAID_REFUND", {"claim": "1000.00", "interest": "6.25", "cost": "5.00", "refund": "10.01"}),
    ],
)  # fmt: skip
def test_interest_comes_before_costs_and_both_before_too_much(
    paid: str, outcome: str, money: Mapping[str, str]
) -> None:
    """OC 6.1.3-b (Act 513/1999, section 11 a); each bound at, under and over."""
    late = _reminded()
    payment = _pay(late, paid)
    result = run(AllocationRun(), late.where, DAY)
    assert _became(late, payment) == [(outcome, money)]
    assert result.facts["beside"] == len({"interest", "cost"} & money.keys())
    with inside(late.where):
        interest, cost = Decimal(money.get("interest", 0)), Decimal(money.get("cost", 0))
        # Both are income of one account; nothing of them was on the ledger before they were paid.
        assert balance(late.where, "collection_cost") == -(interest + cost + Decimal(money.get("income", 0)))
        assert balance(late.where, "payments_unallocated") == 0
        assert balance(late.where, "receivable") == open_amount(late.where, late.claims["A"])


def test_a_claim_that_was_not_reminded_has_asked_for_nothing_more() -> None:
    """OC 4.2-a: ordinary overpayments stay what they are; so does money booked before the reminder was sent."""
    late = Late(read(f"on 2026-03-16\n{CLAIM}\nclaim B aino 1000.00 due 2026-02-20"), unit()).tell()
    plain = _pay(late, "1011.25")
    run(AllocationRun(), late.where, DAY)
    assert _became(late, plain) == [("OVERPAID_REFUND", {"claim": "1000.00", "refund": "11.25"})]
    remind(late.where, SENT)
    before = _pay(late, "1011.25", date(2026, 3, 9), "B")
    run(AllocationRun(), late.where, DAY)
    assert _became(late, before) == [("OVERPAID_REFUND", {"claim": "1000.00", "refund": "11.25"})]


@pytest.mark.parametrize("together", [True, False])
def test_paid_twice_is_too_much_but_for_interest_and_costs(together: bool) -> None:
    """OC 4.2-a, OC 6.1.3-b: interest to the first payment, 20 days or 5.21 euro, in one run or in two."""
    late = _reminded()
    first = _pay(late, "1000.00", date(2026, 3, 12))
    if not together:
        run(AllocationRun(), late.where, DAY)
    second, third = _pay(late, "1000.00", date(2026, 3, 16)), _pay(late, "30.00", date(2026, 3, 17))
    run(AllocationRun(), late.where, date(2026, 3, 17))
    assert _became(late, first, second, third) == [
        ("PAID", {"claim": "1000.00"}),
        ("OVERPAID_REFUND", {"interest": "5.21", "cost": "5.00", "refund": "989.79"}),
        ("OVERPAID_REFUND", {"refund": "30.00"}),
    ]


@pytest.mark.parametrize("together", [True, False])
def test_small_payments_after_the_claim_pay_interest_and_costs_in_their_turn(together: bool) -> None:
    """OC 6.1.3-b: 5.21 of interest and 5.00 of costs by payments of 4, 4 and 4 euro."""
    late = _reminded()
    payments = [_pay(late, "1000.00", date(2026, 3, 12))]
    for _ in range(3):
        if not together:
            run(AllocationRun(), late.where, DAY)
        payments.append(_pay(late, "4.00", DAY))
    run(AllocationRun(), late.where, DAY)
    assert _became(late, *payments) == [
        ("PAID", {"claim": "1000.00"}),
        ("PAID_WITH_INTEREST", {"interest": "4.00"}),
        ("PAID_WITH_COSTS", {"interest": "1.21", "cost": "2.79"}),
        ("OVERPAID_INCOME", {"cost": "2.21", "income": "1.79"}),
    ]


@pytest.mark.parametrize("together", [True, False])
def test_interest_follows_the_balance_as_it_was_paid_off(together: bool) -> None:
    """OC 6.1.5-a: 1 000 for 9 days and 600 for 15 days at 9.5 percent are 2.3425 + 2.3425 euro."""
    late = _reminded()
    part = _pay(late, "400.00", date(2026, 3, 1))
    if not together:
        run(AllocationRun(), late.where, DAY)
    rest = _pay(late, "605.00", DAY)
    run(AllocationRun(), late.where, DAY)
    assert _became(late, part, rest) == [
        ("PART_PAID", {"claim": "400.00"}),
        ("PAID_WITH_COSTS", {"claim": "600.00", "interest": "4.68", "cost": "0.32"}),
    ]


def test_a_credit_that_waits_has_never_borne_interest() -> None:
    """OC 6.1.5-a: 800 for 24 days are 4.9973 euro."""
    late = _reminded()
    with inside(late.where):
        a_credit(late.where, late.claims["A"], "200.00", DAY)
    payment = _pay(late, "810.00")
    run(AllocationRun(), late.where, DAY)
    assert _became(late, payment) == [
        ("PAID_WITH_COSTS", {"claim": "800.00", "interest": "5.00", "cost": "5.00"})
    ]


def test_what_is_not_owed_is_not_taken() -> None:
    """OC 6.1.5-a: a State unit owes no interest; what is waived, invoiced or stopped by a block is not owed either."""
    payers = {"state": "verket", "waived": "aino", "part": "berit", "held": "bruk", "invoiced": "paja"}
    late = _reminded("\n".join(f"claim {name} {who} 1000.00 due 2026-02-20" for name, who in payers.items()))
    with inside(late.where) as acting:
        for name, until in (("waived", date(2026, 3, 31)), ("part", date(2026, 3, 8))):
            InterestWaiver.objects.create(
                unit=late.where, claim=late.claims[name], until_date=until, reason="test", person=acting.person,
                given_at=acting.at,
            )  # fmt: skip
        a_block(late.where, late.claims["held"], "B", DAY)
        _invoiced_interest(late.where, late.claims["invoiced"], "4.00")
    payments = {name: _pay(late, "1004.00", name=name) for name in late.claims}
    run(AllocationRun(), late.where, DAY)
    assert dict(zip(payments, _became(late, *payments.values()), strict=True)) == {
        "state": ("OVERPAID_INCOME", {"claim": "1000.00", "income": "4.00"}),
        "waived": ("PAID_WITH_COSTS", {"claim": "1000.00", "cost": "4.00"}),
        "part": ("PAID_WITH_COSTS", {"claim": "1000.00", "interest": "2.08", "cost": "1.92"}),  # 8 days
        "held": ("PAID_WITH_COSTS", {"claim": "1000.00", "cost": "4.00"}),
        "invoiced": ("PAID_WITH_COSTS", {"claim": "1000.00", "interest": "2.25", "cost": "1.75"}),
    }


def _invoiced_interest(where: Unit, claim: Claim, amount: str) -> None:
    invoice = InterestInvoice.objects.create(
        unit=where, run_id=claim.run_id, number=1, kind="late", customer_id=claim.payer_id, language="fi",
        issue_date=SENT, due_date=SENT, reference="", total=Decimal(amount),
        voucher_id=Invoice.objects.get(unit=where, pk=claim.invoice_id).voucher_id,
    )  # fmt: skip
    InterestCharge.objects.create(
        unit=where, claim=claim, invoice=invoice, until_date=SENT, amount=Decimal(amount)
    )


def test_a_cost_that_came_after_the_payment_is_not_paid_by_it() -> None:
    """OC 6.1.3-b"""
    late = _reminded()
    with inside(late.where):
        a_cost(late.where, late.claims["A"], "14.00", date(2026, 3, 17))
    payment = _pay(late, "1020.00")
    run(AllocationRun(), late.where, date(2026, 3, 17))
    assert _became(late, payment)[0][1] == {
        "claim": "1000.00", "interest": "6.25", "cost": "5.00", "income": "8.75",
    }  # fmt: skip


# Taken back ---------------------------------------------------------------------------------------------------


def _aside(late: Late, claim: Claim) -> list[str]:
    with inside(late.where):
        found = SidePayment.objects.filter(unit=late.where, claim=claim).order_by("id")
        return [f"{one.kind} {one.amount:.2f}" for one in found]


def test_what_went_beside_is_taken_back_with_its_payment_and_owed_again() -> None:
    """OC 4.1-b, OC 4.1-c: by a person, and by the bank; then the next payment pays it."""
    late = _reminded()
    payment = _pay(late, "1030.00")
    before = _books(late)
    run(AllocationRun(), late.where, DAY)
    with inside(late.where) as acting:
        undo(acting, payment, "not his")
    there_and_back = ["interest 6.25", "cost 5.00", "interest -6.25", "cost -5.00"]
    assert sorted(_aside(late, late.claims["A"])) == sorted(there_and_back)
    assert _books(late) == before
    second = _pay(late, "1011.25")
    run(AllocationRun(), late.where, DAY)
    assert _became(late, second) == [
        ("PAID_WITH_COSTS", {"claim": "1000.00", "interest": "6.25", "cost": "5.00"})
    ]
    back = a_payment(late.where, "-1011.25", day=DAY, reference=late.claims["A"].reference)
    run(AllocationRun(), late.where, DAY)
    with inside(late.where):
        assert PaymentDecision.objects.get(unit=late.where, payment=back).outcome == "TAKES_BACK"
        assert open_amount(late.where, late.claims["A"]) == 1000
    assert len(_aside(late, late.claims["A"])) == 8
    assert sum(Decimal(one.split()[1]) for one in _aside(late, late.claims["A"])) == 0


def _books(late: Late) -> dict[str, Decimal]:
    events = ("receivable", "payments_unallocated", "overpayment_refund", "collection_cost")
    with inside(late.where):
        return {event: balance(late.where, event) for event in events}


def test_uses_and_settlements_tell_what_went_beside() -> None:
    """OC 6.1.3-b: it is a use of the payment, and lessens nothing of the claim."""
    late = _reminded()
    payment = _pay(late, "1011.25")
    run(AllocationRun(), late.where, DAY)
    with inside(late.where):
        uses = uses_of_payment(late.where, payment.pk)
        settled = settlements_of_claim(late.where, late.claims["A"].pk)
    assert {(one.kind, f"{one.amount:.2f}", one.clause) for one in uses} == {
        ("allocation", "1000.00", "OC 6.1.3-b"), ("side_interest", "6.25", "OC 6.1.5-a"),
        ("side_cost", "5.00", "OC 6.1.3-b"),
    }  # fmt: skip
    assert sum(one.amount for one in settled if one.of_claim) == 1000
