"""What only people can say: a claim or a customer is blocked, why, and when the ground is gone (OC 6.1.2-a, -b)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from reskontra.claims.models import Block, BlockExtension, BlockLift, Claim, Complaint, ComplaintAnswer
from reskontra.income.reminders.steps import NOTHING_OPEN, NextStep, next_steps
from reskontra.kernel.clauses import clause
from reskontra.registers.models import Customer
from reskontra.registers.policy import CENTRE, MAY, require, roles_of
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.run import Acting, RunRefused, lock

COMPLAINT = "C"
_LOCK = "settlement"  # nobody is reminded while a block is on its way


@dataclass(frozen=True)
class Lifted:
    """A block that was lifted, and where collection goes on with each claim that it held, the earliest first."""

    lift: BlockLift
    steps: list[NextStep]


@dataclass(frozen=True)
class Answered:
    """A complaint that was answered: its block lifted, and whether a credit is to be made by the unit's own order."""

    answer: ComplaintAnswer
    credit_to_be_made: bool
    lifted: Lifted | None  # None where the block had been lifted before


@clause("OC 6.1.2-a")
def block(
    acting: Acting,
    what: Claim | Customer,
    code: str,
    reason: str,
    review_date: date,
    from_date: date | None = None,
    until_date: date | None = None,
) -> Block:
    """Block a claim, or all that a customer owes the unit, from ``from_date`` (today) up to and with ``until_date``.

    Called inside ``working_in``. Raises ``NotAllowed``; what the database refuses it refuses by the constraint's name.
    """
    require(acting.person, "block", acting.unit, acting.day)
    lock(acting.unit, _LOCK)
    return Block.objects.create(
        unit=acting.unit,
        claim=what if isinstance(what, Claim) else None,
        customer=what if isinstance(what, Customer) else None,
        code=code,
        from_date=from_date or acting.day,
        until_date=until_date,
        review_date=review_date,
        reason=reason.strip(),
        party=_party(acting),
        person=acting.person,
        given_at=acting.at,
    )


@clause("OC 6.1.2-a")
def extend(
    acting: Acting, one: Block, review_date: date, until_date: date | None, reason: str
) -> BlockExtension:
    """Keep a block: it holds up to and with ``until_date`` (None: until it is lifted), reviewed on ``review_date``.

    What it was before stays on the books. Called inside ``working_in``. Raises ``NotAllowed``; the database refuses to
    extend what no longer holds, and to shorten: a block that is to end sooner is lifted.
    """
    require(acting.person, "block", acting.unit, acting.day)
    lock(acting.unit, _LOCK)
    return BlockExtension.objects.create(
        unit=acting.unit,
        block=one,
        day=acting.day,
        until_date=until_date,
        review_date=review_date,
        reason=reason.strip(),
        person=acting.person,
        given_at=acting.at,
    )


@clause("OC 6.1.2-a")
def lift(acting: Acting, one: Block, day: date, reason: str) -> Lifted:
    """From ``day`` on the block stops nothing; says at which step collection goes on, and when.

    Called inside ``working_in``. Raises ``NotAllowed``; the database refuses a second lift, and one before the block
    begins.
    """
    require(acting.person, "block", acting.unit, acting.day)
    return _lift(acting, one, day, reason)


@clause("OC 6.1.2-b")
def complain(acting: Acting, claim: Claim, received_date: date, message: str) -> Complaint:
    """A complaint stops reminders at once, whoever received it, and becomes the unit's task.

    Called inside ``working_in``. Raises ``NotAllowed``, and ``RunRefused`` for a complaint that is yet to be received.
    """
    require(acting.person, "block", acting.unit, acting.day)
    if received_date > acting.day:
        raise RunRefused("reminders.complaint_to_come", day=received_date.isoformat())
    days = terms_of(acting.unit, acting.day).complaint_review_days
    message = message.strip()
    set_at_once = block(acting, claim, COMPLAINT, message[:350], acting.day + timedelta(days=days))
    return Complaint.objects.create(
        unit=acting.unit,
        claim=claim,
        block=set_at_once,
        received_date=received_date,
        received_by=set_at_once.party,
        message=message,
        person=acting.person,
        given_at=acting.at,
    )


@clause("OC 6.1.2-b")
def answer_complaint(acting: Acting, complaint: Complaint, outcome: str, message: str) -> Answered:
    """The unit upholds a complaint, in part or in full, or rejects it; its block is lifted.

    No credit is made by machine: after one that was upheld the rule waits for the unit's credit (``CREDIT_PROMISED``).
    Called inside ``working_in``. Raises ``NotAllowed``; the database refuses a second answer.
    """
    require(acting.person, "answer_complaint", acting.unit, acting.day)
    lock(acting.unit, _LOCK)
    answer = ComplaintAnswer.objects.create(
        unit=acting.unit,
        complaint=complaint,
        day=acting.day,
        outcome=outcome,
        message=message.strip(),
        person=acting.person,
        given_at=acting.at,
    )
    held = Block.objects.get(unit=acting.unit, pk=complaint.block_id)
    lifted_before = BlockLift.objects.filter(unit=acting.unit, block=held).exists()
    lifted = None if lifted_before else _lift(acting, held, acting.day, message)
    return Answered(answer, outcome in ("upheld", "partly"), lifted)


def _lift(acting: Acting, one: Block, day: date, reason: str) -> Lifted:
    """The lift is stored with the step that it leads to, so the rule is asked in a world in which it holds."""
    lock(acting.unit, _LOCK)
    with transaction.atomic():
        _store(acting, one, day, reason, [])
        steps = _steps(acting, one, day)
        transaction.set_rollback(True)
    return Lifted(_store(acting, one, day, reason, steps), steps)


def _store(acting: Acting, one: Block, day: date, reason: str, steps: Sequence[NextStep]) -> BlockLift:
    return BlockLift.objects.create(
        unit=acting.unit,
        block=one,
        day=day,
        reason=reason.strip()[:350],
        next_step=str(steps[0]) if steps else "",
        person=acting.person,
        given_at=acting.at,
    )


def _steps(acting: Acting, one: Block, day: date) -> list[NextStep]:
    if one.claim_id is not None:
        return next_steps(acting.unit, day, [one.claim_id])
    owed = Claim.objects.filter(unit=acting.unit, payer=one.customer_id, amount__gt=0)
    steps = next_steps(acting.unit, day, list(owed.values_list("pk", flat=True)))
    return [step for step in steps if step.outcome != NOTHING_OPEN]


def _party(acting: Acting) -> str:
    """Whose person says it: the unit's, or the service centre's."""
    allowed = MAY["block"] & roles_of(acting.person, acting.unit, acting.day)
    return "centre" if allowed <= CENTRE else "unit"
