"""What a person says of a payment at the desk: read from the form, done at once, or told back with the reason."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.http import QueryDict

from reskontra.bank.models import Payment
from reskontra.claims.models import Claim, PaymentDecision
from reskontra.desk.keys import key_of
from reskontra.income.allocation.actions import NotTakenBack, hold, point, take_back, undo
from reskontra.income.allocation.run import AllocationRun
from reskontra.insight.payments import payment_of, rest_of, state_of
from reskontra.kernel.clauses import clause
from reskontra.kernel.money import NotAnAmount, parse_amount, round_cents
from reskontra.kernel.references import NotAReference, normal_reference
from reskontra.kernel.texts import texts
from reskontra.registers.models import Unit
from reskontra.registers.policy import require
from reskontra.runs.run import Acting, apply, lock

LONGEST_REASON = 350
_WAITS = ("WAITING", "LEFT")
_ALLOCATES = (
    "point",
    "share",
    "take_back",
)  # an act that leaves the payment waiting has not done what was meant


@dataclass(frozen=True)
class Rejection:
    """Why an act was not done: the ``key`` of its text with one ``value``, or the ``outcome`` it would have had."""

    act: str
    key: str
    value: str = ""
    outcome: str = ""
    status: int = 422

    @property
    def text_key(self) -> str:
        """The key of what to tell; an act has its own words for what cannot be so."""
        return (
            f"desk.payments.rejected.{self.key}"
            if f"desk.payments.rejected.{self.key}" in texts()
            else f"finding.{self.key}"
        )

    @property
    def stale(self) -> bool:
        """The payment is no longer as it was seen."""
        return self.key == "stale"


class ActRejected(Exception):
    """Nothing was done; ``rejection`` says why."""

    def __init__(self, rejection: Rejection) -> None:
        super().__init__(rejection.key)
        self.rejection = rejection


@clause("OC 4.1-c")
def act_on(acting: Acting, payment: Payment, act: str, sent: QueryDict) -> str:
    """Do ``act`` (of ``ACTS``) on ``payment`` with what was ``sent``; returns the outcome that the payment has now.

    Called inside ``working_in``, whose transaction is undone by what it raises: ``NotAllowed``, ``RunRefused``,
    and ``ActRejected`` for a payment that has changed, a form that does not say enough, or shares that do not fit.
    """
    require(acting.person, "point_payment", acting.unit, acting.day)
    lock(acting.unit, "settlement")
    if sent.get("seen", "") != state_of(payment) or not _fits(act, rest_of(payment)):
        raise ActRejected(Rejection(act, "stale"))
    reason = sent.get("reason", "").strip()[:LONGEST_REASON]
    if not reason:
        raise ActRejected(Rejection(act, "no_reason"))
    ACTS[act](acting, payment, sent, reason)
    if act == "undo":
        return "UNDONE"
    result = apply(AllocationRun([payment.pk]), acting, acting.day)
    decided = PaymentDecision.objects.get(unit=acting.unit, run=result.run, payment=payment)
    if act in _ALLOCATES and decided.standing in _WAITS:
        raise ActRejected(Rejection(act, "waits", outcome=decided.outcome, status=409))
    return decided.outcome


def _point(acting: Acting, payment: Payment, sent: QueryDict, reason: str) -> None:
    chosen = key_of(sent.get("claim", ""))
    claim = Claim.objects.filter(unit=acting.unit, pk=chosen, amount__gt=0).first()
    if claim is None:
        raise ActRejected(Rejection("point", "no_claim"))
    point(acting, payment, [(claim, None)], reason)


def _share(acting: Acting, payment: Payment, sent: QueryDict, reason: str) -> None:
    rows = zip(sent.getlist("reference"), sent.getlist("amount"), strict=False)
    shares = [_share_of(acting.unit, *row) for row in rows if any(word.strip() for word in row)]
    if not shares:
        raise ActRejected(Rejection("share", "no_share"))
    point(acting, payment, shares, reason)


def _share_of(unit: Unit, reference: str, amount: str) -> tuple[Claim, Decimal | None]:
    """The claim and the euro of one row."""
    try:
        claim = Claim.objects.filter(unit=unit, reference=normal_reference(reference), amount__gt=0).first()
    except NotAReference:
        claim = None
    if claim is None:
        raise ActRejected(Rejection("share", "unknown_reference", reference.strip()))
    try:
        euro = parse_amount(amount)
    except NotAnAmount:
        euro = Decimal(0)
    if euro <= 0 or euro != round_cents(euro):
        raise ActRejected(Rejection("share", "no_amount", amount.strip() or "–"))
    return claim, euro


def _fits(act: str, rest: Decimal) -> bool:
    """Whether there is anything left that ``act`` is about: money that came in, or that the bank took back."""
    if act == "undo":
        return True
    return rest != 0 if act == "hold" else rest < 0 if act == "take_back" else rest > 0


def _take_back(acting: Acting, payment: Payment, sent: QueryDict, reason: str) -> None:
    told = sent.get("number", "").strip() or sent.get("payment", "")
    taken = payment_of(acting.unit, told)
    if taken is None:
        raise ActRejected(Rejection("take_back", "no_payment", told or "–"))
    try:
        take_back(acting, payment, taken, reason)
    except NotTakenBack as refused:
        raise ActRejected(Rejection("take_back", refused.rule, status=409)) from refused


def _hold(acting: Acting, payment: Payment, sent: QueryDict, reason: str) -> None:
    hold(acting, payment, reason)


def _undo(acting: Acting, payment: Payment, sent: QueryDict, reason: str) -> None:
    undo(acting, payment, reason)


ACTS: Mapping[str, Callable[[Acting, Payment, QueryDict, str], None]] = {
    "point": _point,
    "share": _share,
    "take_back": _take_back,
    "hold": _hold,
    "undo": _undo,
}
