"""Whatever comes in, in whatever order: no cent has two owners, and the books say what the facts say."""

from contextlib import suppress
from decimal import Decimal
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cast import DAY, inside, new_unit, run, set_term
from income.money import a_payment, balance, claims_issued, open_amount, rest_of
from reskontra.bank.models import Payment
from reskontra.claims.models import Allocation, Claim, Overpayment
from reskontra.income.allocation.actions import undo
from reskontra.income.allocation.run import AllocationRun
from reskontra.income.allocation.set_off import SetOffRun
from reskontra.registers.models import Unit
from reskontra.runs.run import RunRefused

pytestmark = pytest.mark.usefixtures("database")

_codes = count(620_001)
_amounts = st.integers(1_00, 120_00).map(lambda cents: format(Decimal(cents) / 100, ".2f"))
_claims = st.lists(
    st.integers(10_00, 100_00).map(lambda cents: format(Decimal(cents) / 100, ".2f")), min_size=1, max_size=3
)
_payment = st.fixed_dictionaries(
    {
        "to": st.integers(0, 3),  # 3: to nobody
        "amount": _amounts,
        "exact": st.booleans(),
        "how": st.sampled_from(["reference", "message", "payer", "back"]),
    }
)
_few = settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)


def _holds(where: Unit, claims: list[Claim], payments: list[Payment]) -> None:
    """Inside limits, and equal to the books to the cent. Called inside ``working_in``."""
    for claim in claims:
        assert Decimal(0) <= open_amount(where, claim) <= claim.amount
    for payment in payments:
        rest = rest_of(where, payment)
        assert (0 <= rest <= payment.amount) if payment.amount > 0 else (payment.amount <= rest <= 0)
    assert sum((open_amount(where, one) for one in claims), Decimal(0)) == balance(where, "receivable")
    assert -sum((rest_of(where, one) for one in payments), Decimal(0)) == balance(
        where, "payments_unallocated"
    )
    for treatment, event in (("refund", "overpayment_refund"),):
        held = Overpayment.objects.filter(unit=where, treatment=treatment)
        assert -sum((one.amount for one in held), Decimal(0)) == balance(where, event)


def _claims_of(where: Unit, amounts: list[str]) -> list[Claim]:
    return list(claims_issued(where, {f"{n}": ("bruk", one) for n, one in enumerate(amounts)}, DAY).values())


def _pay(where: Unit, claims: list[Claim], told: dict[str, object]) -> Payment:
    place = int(str(told["to"]))
    claim = claims[place] if place < len(claims) else None
    amount = str(claim.amount) if claim and told["exact"] else str(told["amount"])
    if claim is None:
        return a_payment(where, amount)
    if told["how"] == "reference":
        return a_payment(where, amount, reference=claim.reference)
    if told["how"] == "message":
        return a_payment(where, amount, message=f"invoice {claim.reference}")
    if told["how"] == "payer":
        return a_payment(where, amount, payer="Provbruket")
    return a_payment(where, f"-{amount}", reference=claim.reference)


@given(
    amounts=_claims,
    told=st.lists(_payment, max_size=6),
    undone=st.integers(0, 5),
    waived=st.sampled_from(["0.00", "5.00"]),
)
@_few
def test_every_cent_has_one_owner_at_every_step(
    amounts: list[str], told: list[dict[str, object]], undone: int, waived: str
) -> None:
    """Allocation never above claim or payment; open items are the receivable account at every step."""
    where = new_unit(str(next(_codes)))
    set_term(where, "remainder_waived_up_to", waived)
    claims = _claims_of(where, amounts)
    payments: list[Payment] = []
    for place, one in enumerate(told):
        payments.append(_pay(where, claims, one))
        run(AllocationRun(), where)
        with inside(where):
            _holds(where, claims, payments)
        if place == undone:
            with suppress(RunRefused), inside(where) as acting:  # it may have been used for nothing
                undo(acting, payments[0], "test")
            with inside(where):
                _holds(where, claims, payments)
    run(SetOffRun(), where)
    with inside(where):
        _holds(where, claims, payments)


@given(
    amounts=_claims, told=st.lists(_payment, min_size=2, max_size=5), order=st.randoms(use_true_random=False)
)
@_few
def test_the_order_in_which_payments_come_in_does_not_change_the_books(
    amounts: list[str], told: list[dict[str, object]], order: object
) -> None:
    """Taken in all of them, then allocated: equal balances, equal open amounts, whatever came first."""
    seen = []
    shuffled = list(told)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    for sequence in (told, shuffled):
        where = new_unit(str(next(_codes)))
        claims = _claims_of(where, amounts)
        for one in sequence:
            _pay(where, claims, one)
        run(AllocationRun(), where)
        with inside(where):
            events = ("receivable", "payments_unallocated", "overpayment_refund", "overpayment_income")
            seen.append(
                (
                    [open_amount(where, claim) for claim in claims],
                    [balance(where, event) for event in events],
                    sum((one.amount for one in Allocation.objects.filter(unit=where)), Decimal(0)),
                )
            )
    assert seen[0] == seen[1]
