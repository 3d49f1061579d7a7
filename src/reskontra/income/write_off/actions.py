"""What only people can judge: that a claim leaves the books, that it is kept, that it lives again (OC 5.1)."""

from collections.abc import Mapping, Sequence
from datetime import date

from reskontra.claims.models import (
    Claim,
    WriteOff,
    WriteOffApproval,
    WriteOffProposal,
    WriteOffRefusal,
)
from reskontra.claims.models.settlements import GROUNDS
from reskontra.database.refused import ActRefused, refused_as
from reskontra.database.rows import one_row
from reskontra.income.write_off.lists import Waiting, waiting_proposals
from reskontra.income.write_off.run import UndoWriteOffRun
from reskontra.kernel.clauses import clause
from reskontra.registers.policy import require
from reskontra.runs.run import Acting, Result, RunRefused, apply, lock

# A small remainder is waived with a payment; everything else is somebody's proposal.
PROPOSABLE = tuple(ground for ground in GROUNDS if ground != "small_remainder")


@clause("OC 5.1-b")
def propose(acting: Acting, claim: Claim, ground: str, why: str) -> WriteOffProposal:
    """Propose to write off what is open of ``claim``, on the unit's own initiative.

    Called inside ``working_in``. Raises ``NotAllowed``; ``RunRefused`` when nothing is open; ``ActRefused`` when
    another proposal waits; ``ValueError`` for a ground that is none.
    """
    require(acting.person, "propose_write_off", acting.unit, acting.day)
    if ground not in PROPOSABLE or not why.strip():
        raise ValueError("a proposal names one of the known grounds, and says why")
    lock(acting.unit, "settlement")
    (open_amount,) = one_row(
        "SELECT c.amount - coalesce((SELECT sum(s.amount) FROM claims_claim_settlement s WHERE s.claim_id = c.id), 0)"
        " FROM claims_claim c WHERE c.id = %s",
        [claim.pk],
    )
    if open_amount <= 0:
        raise RunRefused("write_off.nothing_open", reference=claim.reference)
    evidence = {"why": why.strip()}
    (digest,) = one_row(
        "SELECT claims_proposal_digest(%s, %s, %s, jsonb_build_object('why', %s::text))",
        [claim.pk, ground, open_amount, evidence["why"]],
    )
    with refused_as(ActRefused):
        return WriteOffProposal.objects.create(
            unit=acting.unit,
            claim=claim,
            ground=ground,
            amount=open_amount,
            proposed_date=acting.day,
            clause="OC 5.1-b",
            evidence=evidence,
            digest=digest,
            person=acting.person,
            given_at=acting.at,
        )


@clause("OC 5.1-b")
def review(acting: Acting, proposal: WriteOffProposal, digest: str, comment: str = "") -> WriteOffApproval:
    """Find the proposal as it stood at ``digest`` right in facts and figures. Raises as ``approve``."""
    require(acting.person, "review_write_off", acting.unit, acting.day)
    return _act(acting, proposal, digest, "review", comment)


@clause("OC 5.1-b")
def approve(acting: Acting, proposal: WriteOffProposal, digest: str, comment: str = "") -> WriteOffApproval:
    """Decide that the claim is written off; the next run posts it.

    Called inside ``working_in``. Raises ``NotAllowed``, and ``ActRefused`` with the constraint: nobody reviewed
    it, the same person did, he made the proposal, or it was refused meanwhile.
    """
    require(acting.person, "approve_write_off", acting.unit, acting.day)
    return _act(acting, proposal, digest, "approve", comment)


@clause("OC 5.1-b", "OC 6.4-a")
def refuse(acting: Acting, proposal: WriteOffProposal, reason: str, follow_up: date) -> WriteOffRefusal:
    """Keep the claim, with the reason and the day on which it is looked at again. Raises ``ActRefused``."""
    require(acting.person, "refuse_write_off", acting.unit, acting.day)
    with refused_as(ActRefused):
        return WriteOffRefusal.objects.create(
            unit=acting.unit,
            proposal=proposal,
            day=acting.day,
            reason=reason,
            follow_up_date=follow_up,
            person=acting.person,
            given_at=acting.at,
        )


# What a decision of several proposals does, and for what they must wait.
DECISIONS = {"review": "WAITS_FOR_REVIEW", "approve": "WAITS_FOR_APPROVAL"}


@clause("OC 5.1-b")
def decide_together(
    acting: Acting, seen: Sequence[tuple[int, str]], act: str, comment: str
) -> list[WriteOffApproval]:
    """Review or approve the proposals ``seen``, each by its id and digest, for one reason: all of them, or none.

    Called inside ``working_in``. Raises ``NotAllowed``; ``RunRefused`` for no proposals, for no reason, for those that
    do not wait for ``act`` any more as they were seen, and for those that this person made or reviewed.
    """
    require(acting.person, f"{act}_write_off", acting.unit, acting.day)
    if not seen:
        raise RunRefused("write_off.none_chosen")
    if not comment.strip():
        raise RunRefused("write_off.without_reason")
    lock(acting.unit, "settlement")
    waiting = {one.proposal: one for one in waiting_proposals(acting.unit, _EVERY, standing=DECISIONS[act])}
    _refuse_stale(acting, seen, waiting)
    _refuse_own(acting, [waiting[proposal] for proposal, _ in seen])
    with refused_as(ActRefused):
        return WriteOffApproval.objects.bulk_create(
            (
                WriteOffApproval(
                    unit=acting.unit,
                    proposal_id=proposal,
                    digest=digest,
                    act=act,
                    person=acting.person,
                    given_at=acting.at,
                    comment=comment.strip(),
                )
                for proposal, digest in seen
            ),
            batch_size=2000,
        )


@clause("OC 5.1-b", "OC 6.4-a")
def refuse_together(
    acting: Acting, seen: Sequence[tuple[int, str]], reason: str, follow_up: date
) -> list[WriteOffRefusal]:
    """Keep the claims of the proposals ``seen``, for one reason and until one day: all of them, or none.

    Raises as ``decide_together``; ``ActRefused`` when the day is not ahead.
    """
    require(acting.person, "refuse_write_off", acting.unit, acting.day)
    if not seen:
        raise RunRefused("write_off.none_chosen")
    if not reason.strip():
        raise RunRefused("write_off.without_reason")
    lock(acting.unit, "settlement")
    _refuse_stale(acting, seen, {one.proposal: one for one in waiting_proposals(acting.unit, _EVERY)})
    with refused_as(ActRefused):
        return WriteOffRefusal.objects.bulk_create(
            (
                WriteOffRefusal(
                    unit=acting.unit,
                    proposal_id=proposal,
                    day=acting.day,
                    reason=reason.strip(),
                    follow_up_date=follow_up,
                    person=acting.person,
                    given_at=acting.at,
                )
                for proposal, _ in seen
            ),
            batch_size=2000,
        )


_EVERY = 2**31 - 1
_NAMED = 5  # proposals that a refusal names; of more it tells how many


def _refuse_stale(acting: Acting, seen: Sequence[tuple[int, str]], waiting: Mapping[int, Waiting]) -> None:
    """Stop where somebody has decided meanwhile on a proposal that was seen."""
    gone = [
        proposal for proposal, digest in seen if proposal not in waiting or waiting[proposal].digest != digest
    ]
    if gone:
        claims = Claim.objects.filter(
            unit=acting.unit,
            pk__in=WriteOffProposal.objects.filter(unit=acting.unit, pk__in=gone).values("claim_id"),
        )
        references = claims.order_by("pk").values_list("reference", flat=True)
        raise RunRefused("write_off.stale_among", references=_named(list(references)))


def _refuse_own(acting: Acting, chosen: Sequence[Waiting]) -> None:
    """Stop where one of them is the person's own, by proposal or by review: two others decide."""
    ids = [one.proposal for one in chosen]
    made = WriteOffProposal.objects.filter(unit=acting.unit, pk__in=ids, person=acting.person)
    acted = WriteOffApproval.objects.filter(unit=acting.unit, proposal__in=ids, person=acting.person)
    own = set(made.values_list("pk", flat=True)) | set(acted.values_list("proposal_id", flat=True))
    if own:
        references = [one.reference for one in chosen if one.proposal in own]
        raise RunRefused("write_off.own_among", references=_named(references))


def _named(references: Sequence[str]) -> str:
    more = f" + {len(references) - _NAMED}" if len(references) > _NAMED else ""
    return ", ".join(references[:_NAMED]) + more


@clause("OC 6.4-a")
def undo(acting: Acting, write_off: WriteOff, why: str) -> Result:
    """Ask for a written-off claim again, such as when its debtor has got means or has paid.

    Called inside ``working_in``. Raises ``NotAllowed``, and ``RunRefused`` when there is nothing to take back.
    """
    require(acting.person, "undo_write_off", acting.unit, acting.day)
    return apply(UndoWriteOffRun(write_off, why), acting, acting.day)


def _act(acting: Acting, proposal: WriteOffProposal, digest: str, act: str, comment: str) -> WriteOffApproval:
    with refused_as(ActRefused):
        return WriteOffApproval.objects.create(
            unit=acting.unit,
            proposal=proposal,
            digest=digest,
            act=act,
            person=acting.person,
            given_at=acting.at,
            comment=comment,
        )
