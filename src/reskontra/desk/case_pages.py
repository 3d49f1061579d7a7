"""Cases of collection (S45, S46): what waits and every case; one case with its sums, its story and its next steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from reskontra.claims.models import Case, CaseClaim, CaseEvent, Claim, Letter
from reskontra.desk.access import Place, acts_in_unit, in_unit
from reskontra.desk.acts import REFUSALS, Stale, ToldBack, told_back
from reskontra.desk.case_acts import (
    ACTS,
    ON_DOSSIER_PAGE,
    SENDS,
    AfterObstacle,
    act_on,
    after_obstacle,
    offers,
    standing_of,
)
from reskontra.desk.files import download
from reskontra.desk.frame import say, show
from reskontra.desk.paging import ROWS, key, page_of
from reskontra.desk.sending import send_waiting
from reskontra.desk.why import claim_why, rested_on
from reskontra.exchange import archive, enforcement, summonses
from reskontra.exchange.archive import ArchiveBroken
from reskontra.income.delivery.letter_copies import letter_copy
from reskontra.income.legal.events import Task, case_tasks, history
from reskontra.insight.cases import (
    STATES,
    case_sums,
    cases_listed,
    claims_waiting,
    interest_of_case,
    letters_of_case,
    limitation_of_cases,
)
from reskontra.insight.claims import claim_decisions
from reskontra.kernel.courts import courts
from reskontra.kernel.texts import text, texts
from reskontra.registers.models import Unit

KINDS = ("enforcement", "court", "agency")
RULES = ("collection", "enforcement", "court", "agency", "obstacle")
WAITING_SHOWN = 50
# What each task of a case takes: the right of whoever may do it.
RIGHT_OF_TASK: Mapping[str, str] = {
    "case_paid": "decide_case",
    "case_blocked": "decide_case",
    "case_is_stopped": "decide_case",
    "dispute": "decide_case",
    "dossier_missing": "decide_case",
    "sign_dossier": "sign_summons",
    "file_dossier": "decide_case",
    "decide_abroad": "decide_case",
    "collect_abroad": "decide_case",
    "obstacle_waits": "run_obstacles",
    "passive_is_over": "run_obstacles",
    "receipt_missing": "handle_case",
}
_TOLD = {"enforcement": enforcement.told_of_case, "court": summonses.told_of_case}


@dataclass(frozen=True)
class Waiting:
    """Cases that wait for the same: what, for whom, and each with the day until which its claims live."""

    kind: str
    party: str
    clause: str
    mine: bool
    tasks: list[tuple[Task, date | None]]


@require_safe
@in_unit
def cases(request: HttpRequest, place: Place) -> HttpResponse:
    """What waits in cases by what it waits for, and every case with where it stands, the newest first."""
    before = key(request)
    kind, state = request.GET.get("kind", ""), request.GET.get("state", "")
    kind, state = kind if kind in KINDS else "", state if state in STATES else "all"
    found = cases_listed(place.unit, before, ROWS + 1, kind=kind, state=state)
    first = before is None and not kind and state == "all"
    waiting = _waiting(place) if first else []
    return show(
        request,
        place,
        "desk/cases.html",
        "claims",
        {
            "page": page_of(request, found, "id"),
            "waiting": waiting,
            "debtors": _debtors(place.unit, waiting),
            "claims": claims_waiting(place.unit, place.on, WAITING_SHOWN) if first else [],
            "kinds": KINDS,
            "states": STATES,
            "kind": kind,
            "state": state,
        },
    )


def _waiting(place: Place) -> list[Waiting]:
    """What waits, what the person may do first; in each the claims that expire first, then what has waited longest."""
    tasks = case_tasks(place.unit, place.on)
    until = limitation_of_cases(place.unit, place.on, [one.case for one in tasks])
    groups: dict[str, list[Task]] = {}
    for one in tasks:
        groups.setdefault(one.kind, []).append(one)
    waiting = [
        Waiting(
            kind,
            some[0].party,
            some[0].clause,
            place.may(RIGHT_OF_TASK[kind]),
            sorted(((one, until.get(one.case)) for one in some), key=_urgency),
        )
        for kind, some in groups.items()
    ]
    return sorted(waiting, key=lambda group: (not group.mine, _urgency(group.tasks[0])))


def _debtors(unit: Unit, waiting: Sequence[Waiting]) -> dict[int, str]:
    """The debtors' names by the numbers of their cases."""
    numbers = [one.case for group in waiting for one, _ in group.tasks]
    found = Case.objects.filter(unit=unit, number__in=numbers)
    return dict(found.values_list("number", "debtor__name"))


def _urgency(told: tuple[Task, date | None]) -> tuple[date, date, int]:
    task, until = told
    return until or date.max, task.since, task.case


@require_safe
@in_unit
def case(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """One case: its claims and sums, its debtor, what was sent and answered, every step, and the next ones."""
    return _page(request, place, found_case(place.unit, number))


@require_POST
@acts_in_unit
def act(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """POST ``act`` (of ``ACTS``), ``seen`` and what the act needs.

    What was sent on another state of the case than now does nothing, so an act sent twice is done once. What cannot be
    done as it was told is told back on the page with what was written: 422, or 409 when it does not fit.
    """
    language = request.language  # type: ignore[attr-defined]
    name = request.POST.get("act", "")
    if name not in ACTS:
        raise Http404
    try:
        with place.working() as acting:
            told = act_on(acting, found_case(place.unit, number), name, request.POST, language)
    except Stale:
        say(request, text("desk.case.stale", language), "warn")
        return redirect("case", code=place.unit.code, number=number)
    except REFUSALS as problem:
        rejected = told_back(problem, name, language)
        with place.working():
            return _page(request, place, found_case(place.unit, number), rejected)
    for one in told:
        say(request, one)
    if name in SENDS:
        send_waiting(request, place.unit, language)
    return redirect("case", code=place.unit.code, number=number)


def _page(request: HttpRequest, place: Place, found: Case, rejected: ToldBack | None = None) -> HttpResponse:
    language = request.language  # type: ignore[attr-defined]
    told = history(place.unit, found)
    standing = standing_of(found)
    after = after_obstacle(place, found, standing)
    offered = offers(place, found, standing, after, language)
    forms = [one for one in offered if one.may and one.act not in ON_DOSSIER_PAGE]
    return show(
        request,
        place,
        "desk/case.html",
        "claims",
        {
            "case": found,
            "debtor": found.debtor,
            "court": courts().by_key[found.court].name[language] if found.court in courts().by_key else "",
            "claims": [{**one, "pauses": _pauses(one)} for one in told.claims],
            "sums": case_sums(found),
            "interest": interest_of_case(place.unit, found, place.on),
            "steps": [(one, rested_on(_plain(one["detail"]), language)) for one in told.steps[::-1]],
            "letters": letters_of_case(found),
            "standing": standing,
            "tasks": [one for one in case_tasks(place.unit, place.on) if one.case == found.number],
            "after": after,
            "after_inputs": rested_on(_risks(after), language) if after else [],
            "grounds": _grounds(told.claims, language),
            "offered": offered,
            "forms": forms,
            "others": [one for one in offered if not one.may and one.act not in ON_DOSSIER_PAGE],
            "dossier": found.procedure == "extensive",
            "goes_on": Case.objects.filter(unit=place.unit, follows=found).order_by("pk").first(),
            "why": claim_why(_why(place.unit, found, language), language),
            "rejected": rejected,
            "apart": rejected is not None and rejected.act not in {one.act for one in forms},
            "olds": {name: request.POST if rejected and rejected.act == name else {} for name in ACTS},
            "asked": request.POST.getlist("claims")
            if rejected
            else [one["reference"] for one in told.claims],
        },
        status=rejected.status if rejected else 200,
    )


def _pauses(claim: Mapping[str, Any]) -> list[tuple[date, date]]:
    """The first and the last day of each stretch of payment time on which no late interest runs (OC 6.1.1-a)."""
    return [
        (date.fromisoformat(one["first"]), date.fromisoformat(one["last"]))
        for one in claim["interest_pauses"]
    ]


# What the rule looks at of a case at home only, and what the page shows already.
_AT_HOME = frozenset({"handling_fee", "passive_cost", "passive_until", "procedure"})


def _risks(after: AfterObstacle) -> dict[str, Any]:
    """What the decision after an obstacle rests on; of a debtor abroad the route and the risk alone."""
    left_out = {"case"} | (_AT_HOME if "route" in after.inputs else set())
    return {name: value for name, value in after.inputs.items() if name not in left_out}


def _grounds(claims: Sequence[Mapping[str, Any]], language: str) -> list[tuple[str, str]]:
    """What the claims of a case rest on, and by which ground interest runs on them: each once, in words."""
    told = dict.fromkeys((one["provision"], one["interest_ground"]) for one in claims)
    return [(_rests_on(provision, language), _interest(ground, language)) for provision, ground in told]


def _rests_on(provision: str, language: str) -> str:
    """A provision as it stands; what a summons relies on by its kind in words."""
    kind, parted, rest = provision.partition(": ")
    known = f"input.relies_on.{kind}"
    if known not in texts():
        return provision
    if kind == "stated" and parted:
        return rest
    return f"{text(known, language)}: {rest}" if parted else text(known, language)


def _interest(ground: str, language: str) -> str:
    return text(f"interest.ground.{ground}", language) if f"interest.ground.{ground}" in texts() else ""


def _why(unit: Unit, case: Case, language: str) -> list[dict[str, Any]]:
    """What collection decided of the first claim of the case: the claims of a case go the same way."""
    first = CaseClaim.objects.filter(unit=unit, case=case).order_by("pk").first()
    if first is None:
        return []
    claim = Claim.objects.get(unit=unit, pk=first.claim_id)
    return [one for one in claim_decisions(unit, claim, language) if one["rule"] in RULES]


@require_safe
@in_unit
def document(request: HttpRequest, place: Place, number: int, position: int) -> HttpResponse:
    """What one step of the case told the authority or the court, as people read it; never a personal code."""
    found = found_case(place.unit, number)
    step = (
        CaseEvent.objects.filter(unit=place.unit, case=found, position=position)
        .exclude(digest="")
        .exclude(file__isnull=True)
        .select_related("file")
        .first()
        if position < 2**15
        else None
    )
    if step is None or found.kind not in _TOLD:
        raise Http404
    try:
        told = _TOLD[found.kind](archive.read(step.digest), found.number)
    except FileNotFoundError as lost:
        raise ArchiveBroken(step.digest) from lost
    return show(
        request, place, "desk/case_document.html", "claims", {"case": found, "step": step, "told": told}
    )


@require_safe
@in_unit
def letter(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """A letter to a customer as PDF, in its own language: as it was sent, or as it will be."""
    found = Letter.objects.filter(unit=place.unit, number=number).first() if number < 10**8 else None
    if found is None:
        raise Http404
    copy = letter_copy(place.unit, found)
    return download(copy.pdf(), f"{copy.number}.pdf", shown=True)


def found_case(unit: Unit, number: int) -> Case:
    """The case of ``unit`` with this number and its debtor, or 404. Called inside ``working_in``."""
    found = Case.objects.select_related("debtor", "follows").filter(unit=unit, number=number).first()
    if found is None:
        raise Http404
    return found


# The number that a court gives is told under a name of its own: other steps and decisions have numbers too.
_NAMES = {"number": "court_number"}
_FOR_MACHINES = frozenset({"task", "row"})


def _plain(detail: Mapping[str, Any]) -> dict[str, Any]:
    """What a step tells in single values; lists of rows stand in its document."""
    return {
        _NAMES.get(name, name): value
        for name, value in detail.items()
        if isinstance(value, str | int) and value != "" and name not in _FOR_MACHINES
    }
