"""Write-offs (S49): what is proposed, why and for whom it waits; one proposal to review, approve or refuse."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from reskontra.claims.models import Claim, WriteOff, WriteOffApproval, WriteOffProposal, WriteOffRefusal
from reskontra.desk.access import Place, acts_in_unit, in_unit
from reskontra.desk.acts import REFUSALS, Stale, ToldBack, day_of, told_back, written
from reskontra.desk.frame import say, show
from reskontra.desk.why import rested_on
from reskontra.income.write_off.actions import approve, refuse, review
from reskontra.income.write_off.lists import waiting_proposals
from reskontra.kernel.texts import text
from reskontra.registers.models import Customer, Unit
from reskontra.runs.run import Acting, lock

SHOWN = 200
# What each standing waits for: the right of whoever may do it.
WAITS_FOR = {"WAITS_FOR_REVIEW": "review_write_off", "WAITS_FOR_APPROVAL": "approve_write_off",
             "WRITE_OFF": "run_write_offs"}  # fmt: skip


@require_safe
@in_unit
def write_offs(request: HttpRequest, place: Place) -> HttpResponse:
    """The proposals that wait, the oldest first, by whom they wait for."""
    waiting = waiting_proposals(place.unit, SHOWN + 1)
    whose = request.GET.get("for", "")
    shown = [one for one in waiting if one.standing == whose] if whose in WAITS_FOR else waiting
    counts = [(name, sum(one.standing == name for one in waiting)) for name in WAITS_FOR]
    return show(
        request,
        place,
        "desk/write_offs.html",
        "claims",
        {
            "proposals": [(one, (place.on - one.due_date).days) for one in shown[:SHOWN]],
            "more": len(waiting) > SHOWN,
            "most": SHOWN,
            "count": len(shown[:SHOWN]),
            "amount": sum((one.amount for one in shown[:SHOWN]), Decimal(0)),
            "counts": counts,
            "whose": whose,
            "tab": "write-offs",
        },
    )


@dataclass(frozen=True)
class Decision:
    """A proposal with the acts on it, and what became of it: refused, written off, or neither yet."""

    proposal: WriteOffProposal
    claim: Claim
    customer: str
    acts: list[WriteOffApproval]
    refusal: WriteOffRefusal | None
    written_off: bool

    @property
    def standing(self) -> str:
        """For whom it waits; empty when it is over."""
        done = {one.act for one in self.acts if one.digest == self.proposal.digest}
        if self.refusal or self.written_off:
            return ""
        if "approve" in done:
            return "WRITE_OFF"
        return "WAITS_FOR_APPROVAL" if "review" in done else "WAITS_FOR_REVIEW"


@require_safe
@in_unit
def write_off(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """One proposal: its claim, ground and evidence, what was decided of it, and what may be done."""
    return _page(request, place, _decision(place.unit, id))


def _page(
    request: HttpRequest, place: Place, found: Decision, rejected: ToldBack | None = None
) -> HttpResponse:
    language = request.language  # type: ignore[attr-defined]
    step = {"WAITS_FOR_REVIEW": "review", "WAITS_FOR_APPROVAL": "approve"}.get(found.standing, "")
    next_right = WAITS_FOR.get(found.standing, "")
    return show(
        request,
        place,
        "desk/write_off.html",
        "claims",
        {
            "found": found,
            "proposal": found.proposal,
            "claim": found.claim,
            "age": (place.on - found.claim.due_date).days,
            "evidence": rested_on(found.proposal.evidence, language),
            "step": step,
            "may": bool(next_right) and place.may(next_right),
            "may_refuse": found.standing != "" and place.may("refuse_write_off"),
            "roles": place.who_may(next_right, language) if next_right else "",
            "rejected": rejected,
            "apart": rejected is not None and rejected.act not in ("refuse", step),
            "olds": {name: request.POST if rejected and rejected.act == name else {} for name in ACTS},
        },
        status=rejected.status if rejected else 200,
    )


@require_POST
@acts_in_unit
def act(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """POST ``act`` (review, approve or refuse) and ``seen``, the digest of the proposal; then the list.

    The act binds to the digest that was seen. What the database refuses is told back on the page, in words.
    """
    language = request.language  # type: ignore[attr-defined]
    name = request.POST.get("act", "")
    if name not in ACTS:
        raise Http404
    try:
        with place.working() as acting:
            lock(place.unit, "settlement")
            found = _decision(place.unit, id)
            if found.standing == "":
                raise Stale
            ACTS[name](acting, found.proposal, request.POST)
    except Stale:
        say(request, text("desk.write_off.stale", language), "warn")
        return redirect("write-off", code=place.unit.code, id=id)
    except REFUSALS as problem:
        rejected = told_back(problem, name, language)
        with place.working():
            return _page(request, place, _decision(place.unit, id), rejected)
    say(request, text(f"write_off.{_TOLD[name]}", language, proposal=str(id)))
    return redirect("write-offs", code=place.unit.code)


def _review(acting: Acting, proposal: WriteOffProposal, sent: QueryDict) -> None:
    review(acting, proposal, sent.get("seen", ""), sent.get("comment", "").strip()[:350])


def _approve(acting: Acting, proposal: WriteOffProposal, sent: QueryDict) -> None:
    approve(acting, proposal, sent.get("seen", ""), sent.get("comment", "").strip()[:350])


def _refuse(acting: Acting, proposal: WriteOffProposal, sent: QueryDict) -> None:
    if sent.get("seen", "") != proposal.digest:
        raise Stale
    refuse(acting, proposal, written(sent, "reason"), day_of(sent, "follow_up"))


ACTS: Mapping[str, Callable[[Acting, WriteOffProposal, QueryDict], None]] = {
    "review": _review,
    "approve": _approve,
    "refuse": _refuse,
}
_TOLD = {"review": "reviewed", "approve": "approved", "refuse": "refused"}


def _decision(unit: Unit, id: int) -> Decision:
    proposal = WriteOffProposal.objects.filter(unit=unit, pk=id).first()
    if proposal is None:
        raise Http404
    claim = Claim.objects.get(unit=unit, pk=proposal.claim_id)
    return Decision(
        proposal,
        claim,
        Customer.objects.values_list("name", flat=True).get(pk=claim.payer_id),
        list(
            WriteOffApproval.objects.filter(unit=unit, proposal=proposal)
            .select_related("person")
            .order_by("id")
        ),
        WriteOffRefusal.objects.filter(unit=unit, proposal=proposal).select_related("person").first(),
        WriteOff.objects.filter(unit=unit, proposal=proposal).exists(),
    )
