"""What a person says of a claim at the desk: blocks, complaints, write-off, waived interest (S42, S44, S49)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.http import QueryDict

from reskontra.claims.models import (
    Block,
    BlockExtension,
    BlockLift,
    Claim,
    Complaint,
    ComplaintAnswer,
    DeferralRequest,
    InterestWaiver,
    Interruption,
    SummonsStatement,
    WriteOff,
    WriteOffProposal,
    WriteOffRefusal,
)
from reskontra.desk import claim_legal_acts
from reskontra.desk.acts import Incomplete, chosen, day_of, seen_as, written
from reskontra.desk.keys import key_of
from reskontra.income.interest.actions import waive_interest
from reskontra.income.reminders.actions import (
    COMPLAINT,
    Lifted,
    answer_complaint,
    block,
    complain,
    extend,
    lift,
)
from reskontra.income.reminders.lists import BlockNow, blocks_of_claim
from reskontra.income.write_off.actions import PROPOSABLE, propose
from reskontra.kernel.blocks import WORK, block_codes
from reskontra.kernel.clauses import clause
from reskontra.kernel.days import format_date
from reskontra.kernel.money import format_amount
from reskontra.kernel.texts import text
from reskontra.registers.models import Unit
from reskontra.runs.run import Acting, lock

ANSWERS = ("upheld", "partly", "rejected")
LONGEST_MESSAGE = 700


@dataclass(frozen=True)
class Held:
    """A block in force as people read it: its code's name, and the names of the work that it stops."""

    block: BlockNow
    name: str
    stops: str


@dataclass(frozen=True)
class Standing:
    """What holds a claim on a day, and what waits for somebody; ``seen`` names all of it."""

    blocks: list[Held]
    complaint: Complaint | None
    proposal: WriteOffProposal | None
    seen: str


@clause("OC 6.1.2-a", "OC 6.1.2-b")
def standing_of(unit: Unit, claim: Claim, on: date, language: str) -> Standing:
    """The blocks in force on ``claim`` and its customer, the oldest open complaint, and the proposal that waits."""
    held = Q(claim=claim) | Q(customer=claim.payer_id)
    every = Block.objects.filter(held, unit=unit)
    lifts = BlockLift.objects.filter(unit=unit, block__in=every.values("pk"))
    extensions = BlockExtension.objects.filter(unit=unit, block__in=every.values("pk"))
    complaints = Complaint.objects.filter(unit=unit, claim=claim)
    answers = ComplaintAnswer.objects.filter(unit=unit, complaint__in=complaints.values("pk"))
    proposals = WriteOffProposal.objects.filter(unit=unit, claim=claim)
    refused = WriteOffRefusal.objects.filter(unit=unit, proposal__in=proposals.values("pk"))
    posted = WriteOff.objects.filter(unit=unit, proposal__in=proposals.values("pk"))
    proposal = (
        proposals.exclude(pk__in=refused.values("proposal_id"))
        .exclude(pk__in=posted.values("proposal_id"))
        .order_by("-pk")
        .first()
    )
    waivers = InterestWaiver.objects.filter(unit=unit, claim=claim)
    interruptions = Interruption.objects.filter(unit=unit, claim=claim)
    statements = SummonsStatement.objects.filter(Q(claim=claim) | Q(customer=claim.payer_id), unit=unit)
    requests = DeferralRequest.objects.filter(unit=unit, customer=claim.payer_id)
    newest = [
        found.order_by("-pk").values_list("pk", flat=True).first() or 0
        for found in (
            every,
            lifts,
            extensions,
            complaints,
            answers,
            proposals,
            waivers,
            interruptions,
            statements,
            requests,
        )
    ]
    return Standing(
        [_held(one, language) for one in blocks_of_claim(unit, claim.pk, on)],
        complaints.exclude(pk__in=answers.values("complaint_id")).order_by("pk").first(),
        proposal,
        ".".join(map(str, newest)),
    )


def codes(language: str) -> list[tuple[str, str, str]]:
    """The sixteen codes in their order: letter, name, and what each one stops."""
    return [(one.code, one.name[language], _stops(one.code, language)) for one in block_codes().values()]


def act_on(acting: Acting, claim: Claim, act: str, sent: QueryDict, language: str) -> list[str]:
    """Do ``act`` (of ``ACTS``) on ``claim`` with what was ``sent``; returns what to tell, in words.

    Called inside ``working_in``, whose transaction is undone by what it raises: ``NotAllowed``, ``Stale`` for a claim
    that has changed since it was seen, and ``REFUSALS``.
    """
    lock(acting.unit, "settlement")
    seen_as(sent, standing_of(acting.unit, claim, acting.day, language).seen)
    return ACTS[act](acting, claim, sent, language)


def _block(acting: Acting, claim: Claim, sent: QueryDict, language: str) -> list[str]:
    """Of the claim, or of all that its customer owes; from today and until it is lifted where no days are given."""
    code = chosen(sent, "code", tuple(block_codes()), "code")
    what = claim.payer if sent.get("whole") else claim
    first, until = (day_of(sent, name) if sent.get(name, "") else None for name in ("first", "until"))
    made = block(acting, what, code, written(sent, "reason"), day_of(sent, "review"), first, until)
    told = text(
        "reminders.blocked",
        language,
        code=code,
        name=block_codes()[code].name[language],
        day=format_date(made.from_date, language),
        review=format_date(made.review_date, language),
        subject=claim.payer.name if made.customer_id else claim.reference,
    )
    return [told]


def _extend(acting: Acting, claim: Claim, sent: QueryDict, language: str) -> list[str]:
    """Until it is lifted where no last day is given."""
    found = _sent_block(acting, claim, sent)
    until = day_of(sent, "until") if sent.get("until", "") else None
    made = extend(acting, found, day_of(sent, "review"), until, written(sent, "reason"))
    return [told_extended(found, made, claim.reference, language)]


def _lift(acting: Acting, claim: Claim, sent: QueryDict, language: str) -> list[str]:
    found = _sent_block(acting, claim, sent)
    lifted = lift(acting, found, acting.day, written(sent, "reason"))
    return _lifted(claim, found.code, lifted, language)


def _complain(acting: Acting, claim: Claim, sent: QueryDict, language: str) -> list[str]:
    message = written(sent, "message", LONGEST_MESSAGE, "message")
    made = complain(acting, claim, day_of(sent, "received"), message)
    held = Block.objects.get(unit=acting.unit, pk=made.block_id)
    review = format_date(held.review_date, language)
    return [text("reminders.complaint_taken", language, subject=claim.reference, review=review)]


def _answer(acting: Acting, claim: Claim, sent: QueryDict, language: str) -> list[str]:
    outcome = chosen(sent, "outcome", ANSWERS, "answer")
    message = written(sent, "message", LONGEST_MESSAGE, "message")
    complaint = standing_of(acting.unit, claim, acting.day, language).complaint
    if complaint is None:
        raise Incomplete("complaint")
    done = answer_complaint(acting, complaint, outcome, message)
    told = [text("reminders.complaint_answered", language, subject=claim.reference)]
    if done.credit_to_be_made:
        told.append(text("reminders.credit_to_be_made", language))
    return told + (_lifted(claim, COMPLAINT, done.lifted, language) if done.lifted else [])


def _propose(acting: Acting, claim: Claim, sent: QueryDict, language: str) -> list[str]:
    made = propose(acting, claim, chosen(sent, "ground", PROPOSABLE, "ground"), written(sent, "reason"))
    amount = format_amount(made.amount, language)
    return [text("desk.claim.proposed", language, reference=claim.reference, amount=amount)]


def _waive(acting: Acting, claim: Claim, sent: QueryDict, language: str) -> list[str]:
    made = waive_interest(acting, claim, day_of(sent, "until"), written(sent, "reason"))
    day = format_date(made.until_date, language)
    return [text("interest.waived", language, reference=claim.reference, day=day)]


ACTS: Mapping[str, Callable[[Acting, Claim, QueryDict, str], list[str]]] = {
    "block": _block,
    "extend": _extend,
    "lift": _lift,
    "complain": _complain,
    "answer": _answer,
    "propose": _propose,
    "waive": _waive,
    **claim_legal_acts.ACTS,
}


def _lifted(claim: Claim, code: str, lifted: Lifted, language: str) -> list[str]:
    """That a block is lifted, and where collection goes on with each claim that it held."""
    references = dict(
        Claim.objects.filter(pk__in=[one.claim for one in lifted.steps]).values_list("pk", "reference")
    )
    return [
        text("reminders.lifted", language, code=code, subject=claim.reference),
        *(
            text("reminders.goes_on", language, step=one.said(language), reference=references[one.claim])
            for one in lifted.steps
        ),
    ]


def _sent_block(acting: Acting, claim: Claim, sent: QueryDict) -> Block:
    held = Q(claim=claim) | Q(customer=claim.payer_id)
    found = Block.objects.filter(held, unit=acting.unit, pk=key_of(sent.get("block", ""))).first()
    if found is None:
        raise Incomplete("block")
    return found


def told_extended(block: Block, made: BlockExtension, subject: str, language: str) -> str:
    """That a block was kept, until when and when it is reviewed."""
    key = "reminders.extended_until" if made.until_date else "reminders.extended"
    return text(
        key,
        language,
        code=block.code,
        subject=subject,
        review=format_date(made.review_date, language),
        until=format_date(made.until_date, language) if made.until_date else "",
    )


def _held(one: BlockNow, language: str) -> Held:
    return Held(one, block_codes()[one.code].name[language], _stops(one.code, language))


def _stops(code: str, language: str) -> str:
    stopped = block_codes()[code].stops
    return ", ".join(text(f"desk.work.{work}", language) for work in WORK if work in stopped)
