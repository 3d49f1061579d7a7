"""What only people can judge: which claim an unclear payment pays, and that an allocation was wrong (OC 4.1-c)."""

from collections.abc import Sequence
from decimal import Decimal

from reskontra.bank.models import Payment
from reskontra.claims.models import Claim, PaymentPointing, PaymentReversal
from reskontra.database.rows import one_row
from reskontra.income.allocation.run import AllocationRun
from reskontra.income.allocation.undo import UndoRun
from reskontra.kernel.clauses import clause
from reskontra.registers.policy import require
from reskontra.runs.run import Acting, Result, apply, lock


@clause("OC 4.1-c")
def point(
    acting: Acting, payment: Payment, shares: Sequence[tuple[Claim, Decimal | None]], reason: str
) -> None:
    """Say which claims ``payment`` pays: one as a whole (no amount), or several by euro amounts.

    The allocation rule takes it from there: too much and too little are decided as for every payment, also what
    several shares leave over. Called inside ``working_in``; raises ``NotAllowed``, and ``ValueError`` for shares that
    do not say one or the other and for money that the bank took back.
    """
    require(acting.person, "point_payment", acting.unit, acting.day)
    whole = len(shares) == 1 and shares[0][1] is None
    if payment.amount < 0:
        raise ValueError("money that the bank took back pays no claim")
    if not shares or (not whole and any(amount is None or amount <= 0 for _, amount in shares)):
        raise ValueError("a payment pays one claim as a whole, or each of several by an amount")
    _say(acting, payment, shares, reason)


class NotTakenBack(Exception):
    """What a person said cannot be so: ``rule`` is the key of why, a finding."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


@clause("OC 4.1-b", "OC 4.1-c")
def take_back(acting: Acting, reversal: Payment, payment: Payment, reason: str) -> None:
    """Say that the money of ``reversal``, which the bank took, takes ``payment`` back, as a whole or in part.

    The allocation rule takes it from there. Called inside ``working_in``; raises ``NotAllowed``, and ``NotTakenBack``
    where one took nothing, the other did not come to the same account by then, or less than that is left of it.
    """
    require(acting.person, "point_payment", acting.unit, acting.day)
    if reversal.amount > 0 or payment.amount < 0:
        raise NotTakenBack("takes_nothing_back")
    if payment.account_id != reversal.account_id or payment.booking_date > reversal.booking_date:
        raise NotTakenBack("not_of_this_account")
    (taken,) = one_row(
        "SELECT coalesce(sum(amount), 0) FROM claims_paymentreversal WHERE payment_id = %s AND reversal_id <> %s",
        [payment.pk, reversal.pk],
    )
    if payment.amount - taken < -reversal.amount:
        raise NotTakenBack("less_is_left")
    _say(acting, reversal, [(None, None)], reason, takes_back=payment)


@clause("OC 4.1-c")
def hold(acting: Acting, payment: Payment, reason: str) -> None:
    """Keep ``payment`` for a person, who has a question to answer first; no rule touches it until then."""
    require(acting.person, "point_payment", acting.unit, acting.day)
    _say(acting, payment, [(None, None)], reason)


@clause("OC 4.1-b", "OC 4.1-c")
def undo(acting: Acting, payment: Payment, reason: str) -> Result:
    """Take back by counter-facts everything that ``payment`` was used for; it then waits for a person.

    Of money that the bank took this is what it takes back: the payments that it was taken from are whole again, and
    are decided anew at once, as if the bank had never taken them. Called inside ``working_in``. Raises ``NotAllowed``,
    and ``RunRefused`` when there is nothing to take back.
    """
    require(acting.person, "point_payment", acting.unit, acting.day)
    result = apply(UndoRun(payment), acting, acting.day)
    _say(acting, payment, [(None, None)], reason)
    given_back = PaymentReversal.objects.filter(unit=acting.unit, run=result.run).values_list(
        "payment", flat=True
    )
    if whole_again := sorted(set(given_back)):
        apply(AllocationRun(whole_again), acting, acting.day)
    return result


def _say(
    acting: Acting,
    payment: Payment,
    shares: Sequence[tuple[Claim | None, Decimal | None]],
    reason: str,
    takes_back: Payment | None = None,
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
            takes_back=takes_back,
            amount=amount,
            reason=reason,
            person=acting.person,
            given_at=acting.at,
        )
        for place, (claim, amount) in enumerate(shares, start=1)
    )
