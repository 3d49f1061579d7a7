"""What only people can judge: which claim an unclear payment pays, and that an allocation was wrong (OC 4.1-c)."""

from collections.abc import Sequence
from decimal import Decimal

from reskontra.bank.models import Payment
from reskontra.claims.models import Claim, PaymentPointing
from reskontra.database.rows import one_row
from reskontra.income.allocation.undo import UndoRun
from reskontra.kernel.clauses import clause
from reskontra.registers.policy import require
from reskontra.runs.run import Acting, Result, apply, lock


@clause("OC 4.1-c")
def point(
    acting: Acting, payment: Payment, shares: Sequence[tuple[Claim, Decimal | None]], reason: str
) -> None:
    """Say which claims ``payment`` pays: one as a whole (no amount), or several by euro amounts.

    The allocation rule takes it from there: too much and too little are decided as for every payment. Called inside
    ``working_in``; raises ``NotAllowed``, and ``ValueError`` for shares that do not say one or the other.
    """
    require(acting.person, "point_payment", acting.unit, acting.day)
    whole = len(shares) == 1 and shares[0][1] is None
    if not shares or (not whole and any(amount is None or amount <= 0 for _, amount in shares)):
        raise ValueError("a payment pays one claim as a whole, or each of several by an amount")
    _say(acting, payment, shares, reason)


@clause("OC 4.1-c")
def hold(acting: Acting, payment: Payment, reason: str) -> None:
    """Keep ``payment`` for a person, who has a question to answer first; no rule touches it until then."""
    require(acting.person, "point_payment", acting.unit, acting.day)
    _say(acting, payment, [(None, None)], reason)


@clause("OC 4.1-c")
def undo(acting: Acting, payment: Payment, reason: str) -> Result:
    """Take back by counter-facts everything that ``payment`` was used for; it then waits for a person.

    Called inside ``working_in``. Raises ``NotAllowed``, and ``RunRefused`` when there is nothing to take back.
    """
    require(acting.person, "point_payment", acting.unit, acting.day)
    result = apply(UndoRun(payment), acting, acting.day)
    _say(acting, payment, [(None, None)], reason)
    return result


def _say(
    acting: Acting, payment: Payment, shares: Sequence[tuple[Claim | None, Decimal | None]], reason: str
) -> None:
    lock(acting.unit, "settlement")
    (turn,) = one_row(
        "SELECT coalesce(max(turn), 0) + 1 FROM claims_paymentpointing WHERE payment_id = %s", [payment.pk]
    )
    PaymentPointing.objects.bulk_create(
        PaymentPointing(
            unit=acting.unit,
            payment=payment,
            turn=turn,
            position=place,
            claim=claim,
            amount=amount,
            reason=reason,
            person=acting.person,
            given_at=acting.at,
        )
        for place, (claim, amount) in enumerate(shares, start=1)
    )
