"""Write-offs (S49): what is proposed, why and for whom it waits; one proposal to review, approve or refuse."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from reskontra.claims.models import Claim, WriteOff, WriteOffApproval, WriteOffProposal, WriteOffRefusal
from reskontra.desk.access import Place, acts_in_unit, in_unit
from reskontra.desk.acts import REFUSALS, Stale, ToldBack, day_of, told_back, written
from reskontra.desk.frame import say, show
from reskontra.desk.keys import key_of
from reskontra.desk.why import rested_on
from reskontra.income.write_off.actions import (
    DECISIONS,
    PROPOSABLE,
    approve,
    decide_together,
    refuse,
    refuse_together,
    review,
)
from reskontra.income.write_off.lists import Group, waiting_groups, waiting_proposals
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
    """The proposals that wait, the oldest first, by whom they wait for and by cause."""
    return _list(request, place, request.GET.get("for", ""), request.GET.get("ground", ""))


def _list(
    request: HttpRequest, place: Place, whose: str, ground: str, rejected: ToldBack | None = None
) -> HttpResponse:
    language = request.language  # type: ignore[attr-defined]
    whose = whose if whose in WAITS_FOR else ""
    ground = ground if ground in PROPOSABLE else ""
    groups = waiting_groups(place.unit)
    mine = [one for one in groups if whose in ("", one.standing)]
    chosen = [one for one in mine if ground in ("", one.ground)]
    shown = waiting_proposals(place.unit, SHOWN, ground=ground, standing=whose)
    count = sum(one.count for one in chosen)
    step = _STEPS.get(whose, "")
    return show(
        request,
        place,
        "desk/write_offs.html",
        "claims",
        {
            "proposals": [(one, (place.on - one.due_date).days) for one in shown],
            "more": count > SHOWN,
            "most": SHOWN,
            "count": count,
            "amount": sum((one.amount for one in chosen), Decimal(0)),
            "counts": [
                (name, sum(one.count for one in groups if one.standing == name)) for name in WAITS_FOR
            ],
            "grounds": _by_ground(mine),
            "whose": whose,
            "ground": ground,
            # A cause is decided as a whole only when it is all that is looked at, for one kind of decision.
            "all": next(iter(chosen), None) if step and ground else None,
            "step": step,
            "may": bool(step) and place.may(WAITS_FOR[whose]),
            "may_refuse": whose != "" and place.may("refuse_write_off"),
            "roles": place.who_may(WAITS_FOR[whose], language) if step else "",
            "rejected": rejected,
            "sent": request.POST if rejected else {},
            "asked": request.POST.getlist("proposals") if rejected else [],
            "tab": "write-offs",
        },
        status=rejected.status if rejected else 200,
    )


# What is done next with a proposal by what it waits for.
_STEPS = {standing: act for act, standing in DECISIONS.items()}


def _by_ground(groups: Sequence[Group]) -> list[tuple[str, int]]:
    counts = Counter[str]()
    for one in groups:
        counts[one.ground] += one.count
    return sorted(counts.items())


@require_POST
@acts_in_unit
def decide(request: HttpRequest, place: Place) -> HttpResponse:
    """POST ``act`` (review, approve or refuse), ``for``, and one reason for all that is chosen; then the list.

    Chosen are ``proposals`` (each its id and digest, ``12:ab…``), or with ``all`` every one of ``ground``, whose
    digest as it was seen ``all`` is. Either all of them are decided or none: what was decided meanwhile is told.
    """
    language = request.language  # type: ignore[attr-defined]
    name, whose, ground = (request.POST.get(key, "") for key in ("act", "for", "ground"))
    if name not in ACTS or whose not in WAITS_FOR or (name in DECISIONS and DECISIONS[name] != whose):
        raise Http404
    try:
        with place.working() as acting:
            lock(place.unit, "settlement")
            done = _decide(acting, name, _chosen(place.unit, request.POST, whose, ground), request.POST)
    except REFUSALS as problem:
        rejected = told_back(problem, name, language)
        with place.working():
            return _list(request, place, whose, ground, rejected)
    except Stale:
        rejected = ToldBack(name, text("desk.write_off.cause_changed", language), 409)
        with place.working():
            return _list(request, place, whose, ground, rejected)
    say(request, text(f"desk.write_off.together.{name}", language, count=done))
    return redirect(f"{reverse('write-offs', args=[place.unit.code])}?{urlencode({'for': whose})}")


def _decide(acting: Acting, name: str, seen: Sequence[tuple[int, str]], sent: QueryDict) -> int:
    reason = sent.get("reason", "")[:350]
    if name == "refuse":
        return len(refuse_together(acting, seen, reason, day_of(sent, "follow_up")))
    return len(decide_together(acting, seen, name, reason))


def _chosen(unit: Unit, sent: QueryDict, whose: str, ground: str) -> list[tuple[int, str]]:
    """What was ticked; or all of a cause, which raises ``Stale`` when they are not those that were seen."""
    if not sent.get("all"):
        told = (one.partition(":") for one in dict.fromkeys(sent.getlist("proposals")))
        return [(key_of(proposal), digest) for proposal, _, digest in told]
    groups = [one for one in waiting_groups(unit) if (one.standing, one.ground) == (whose, ground)]
    if [one.digest for one in groups] != [sent["all"]]:
        raise Stale
    waiting = waiting_proposals(unit, groups[0].count, ground=ground, standing=whose)
    return [(one.proposal, one.digest) for one in waiting]


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
    step = _STEPS.get(found.standing, "")
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
