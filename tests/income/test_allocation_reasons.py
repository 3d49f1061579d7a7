"""What else speaks for an outcome is true of the payment, and what runs in between change (OC 4.1)."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest

from cast import inside, run, unit
from income.money import LATER, Purse, a_payment, balance, open_amount
from income.tables import read
from reskontra.bank.models import Payment
from reskontra.claims.models import PaymentDecision
from reskontra.income.allocation.run import AllocationRun

pytestmark = pytest.mark.usefixtures("database")

_Inputs = Mapping[str, Any]
_CLAIM = "claim"


def _open(told: _Inputs) -> Decimal:
    return Decimal(told["open_before"])


def _rest(told: _Inputs) -> Decimal:
    return Decimal(told["rest"])


def _nowhere(told: _Inputs) -> bool:
    return not told.get("claims") and _CLAIM not in told


# What must be so of a payment of which a reason says this: of what the decision looked at, and of the payment itself.
_TRUE: Mapping[str, Callable[[_Inputs, Payment], bool]] = {
    "PAID": lambda told, _: told["found_by"] == "reference" and _CLAIM in told and _rest(told) >= _open(told),
    "PAID_WITHOUT_REFERENCE": lambda told, _: (
        told["found_by"] != "reference" and _CLAIM in told and _rest(told) >= _open(told)
    ),
    "PART_PAID": lambda told, _: _CLAIM in told and _rest(told) < _open(told),
    "REMAINDER_WAIVED": lambda told, _: _CLAIM in told and 0 < _open(told) - _rest(told) <= 2,
    "OVERPAID_REFUND": lambda told, _: _CLAIM in told and _rest(told) - _open(told) > 10,
    "OVERPAID_INCOME": lambda told, _: _CLAIM in told and 0 < _rest(told) - _open(told) <= 10,
    "SHARED": lambda told, _: told["claims"] >= 1 and _CLAIM not in told and _rest(told) > 0,
    "SHARED_OVERPAID_REFUND": lambda told, _: _CLAIM not in told and _rest(told) - _open(told) > 10,
    "SHARED_OVERPAID_INCOME": lambda told, _: _CLAIM not in told and 0 < _rest(told) - _open(told) <= 10,
    "SHARED_REMAINDER_WAIVED": lambda told, _: _CLAIM not in told and 0 < _open(told) - _rest(told) <= 2,
    "SHARES_DO_NOT_FIT": lambda told, _: told["found_by"] in ("person", "parts") and _CLAIM not in told,
    "SEVERAL_POSSIBLE": lambda told, _: told["claims"] > 1 or told["found_by"] == "payer",
    "WRONG_CHECK_DIGIT": lambda told, one: _nowhere(told) and one.reference != "" and not one.reference_holds,
    "UNKNOWN_REFERENCE": lambda told, one: _nowhere(told) and one.reference != "" and one.reference_holds,
    "OTHER_UNITS_REFERENCE": lambda told, one: _nowhere(told) and one.reference_holds,
    "NO_REFERENCE": lambda told, one: _nowhere(told) and one.reference == "",
    "HELD_FOR_PERSON": lambda told, _: told["found_by"] == "person",
    "TAKES_BACK": lambda told, one: "takes_back" in told and one.amount < 0,
    "TAKEN_BACK": lambda told, one: "taken_back_by" in told and one.amount > 0,
    "REVERSAL_UNKNOWN": lambda told, one: "takes_back" not in told and one.amount < 0,
    "BOOKED_LATER": lambda _, one: one.booking_date > LATER,
}


def test_every_further_reason_is_true_of_the_payment() -> None:
    """OC 4.1-c: what stands as "also" beside an outcome is no alternative that did not hold."""
    purse = Purse(read("""
    on 2026-03-16
    term    remainder_waived_up_to 2.00
    claim   A bruk 100.00
    claim   B bruk 100.00
    claim   C bruk 100.00
    claim   D bruk 100.00
    claim   E bruk 100.00
    claim   F aino 70.00
    claim   G paja 50.00
    claim   H paja 50.00
    claim   I bruk 100.00
    claim   J bruk 30.00
    claim   K bruk 31.00
    claim   L bruk 32.00
    claim   M bruk 33.00
    claim   N bruk 34.00
    claim   O bruk 35.00
    claim   P bruk 35.00
    payment plain     100.00 of A
    payment refund    150.00 of B
    payment income    105.00 of C
    payment part       40.00 of D
    payment waived     99.00 of E
    payment by_payer   70.00 from "Koe Aino"
    payment either     50.00 from "Koepaja"
    payment by_message 90.00 says "{I}"
    payment both       61.00 says "{J} {K}"
    payment all        75.00 says "{L} {M}"
    payment most      100.00
    payment almost     34.00
    payment no_fit     10.00
    payment typo      100.00 text 42100000000018
    payment unknown   100.00 number 999999
    payment other     100.00 forest 1
    payment silent    100.00
    payment kept      100.00 of D
    payment came       88.00 number 888888
    payment back      -88.00 number 888888
    payment alone     -12.00
    payment tomorrow  100.00 day 2026-03-18 of A
    point   most   N 34.00
    point   almost O 34.00
    point   no_fit P 11.00
    point   kept   person
    """), unit()).tell()  # fmt: skip
    done = run(AllocationRun(), purse.where, LATER)
    with inside(purse.where):
        said = {one.payment_id: one for one in PaymentDecision.objects.filter(unit=purse.where, run=done.run)}
        seen = set()
        for name, payment in purse.payments.items():
            one = said[payment.pk]
            payment.refresh_from_db()
            seen.add(one.outcome)
            assert one.outcome == "NO_REFERENCE" or one.reasons[0] == one.outcome
            assert len(set(one.reasons)) == len(one.reasons), (name, one.reasons)
            for reason in [one.outcome, *one.reasons]:
                assert _TRUE[reason](one.inputs, payment), (name, reason, one.inputs)
        assert seen == set(_TRUE), seen ^ set(_TRUE)
        assert said[purse.payments["plain"].pk].reasons == ["PAID"]


@pytest.mark.parametrize("reference_first", [True, False])
def test_what_a_run_has_done_stays_when_the_payment_with_the_reference_comes_later(
    *, reference_first: bool
) -> None:
    """ADR 0046: the claim is paid once and no cent is lost; which of the two is too much is told by the run between."""
    purse = Purse(read("on 2026-03-16\nclaim A aino 180.00"), unit()).tell()
    where, claim = purse.where, purse.claims["A"]

    def arrives(*, by_reference: bool) -> str:
        told = {"reference": claim.reference} if by_reference else {"payer": "Koe Aino"}
        payment = a_payment(where, "180.00", **told)
        done = run(AllocationRun(), where)
        with inside(where):
            return PaymentDecision.objects.get(unit=where, run=done.run, payment=payment).outcome

    outcomes = [arrives(by_reference=first) for first in (reference_first, not reference_first)]
    expected = ["PAID", "NO_REFERENCE"] if reference_first else ["PAID_WITHOUT_REFERENCE", "OVERPAID_REFUND"]
    assert outcomes == expected
    with inside(where):
        assert open_amount(where, claim) == 0
        owed_or_waiting = balance(where, "payments_unallocated") + balance(where, "overpayment_refund")
        assert owed_or_waiting == Decimal(-180)
