"""Runs (S04, S24): choose one and a day, see the preview, apply what was seen, look back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from reskontra.claims.models import RefundApproval
from reskontra.desk.access import Place, acts_in_unit, in_unit
from reskontra.desk.acts import ToldBack
from reskontra.desk.collection_plans import ROOMS, listed
from reskontra.desk.files import archived
from reskontra.desk.frame import say, show
from reskontra.desk.paging import ROWS, key, page_of
from reskontra.desk.refusals import StalePlan, sentence
from reskontra.desk.sending import send_waiting
from reskontra.desk.status import RunLine, line_of
from reskontra.desk.steps import GROUPS, STEPS, Step
from reskontra.documents.findings import Finding
from reskontra.exchange.messages import message
from reskontra.insight.runs import Subject, controls_of, files_of, just_decided, runs_listed, stored
from reskontra.kernel.texts import text
from reskontra.registers.models import Unit
from reskontra.registers.policy import require
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.models import Run
from reskontra.runs.run import Result, RunRefused, apply, plan

LEFT_OUT_SHOWN = 5
_ORDER = ("READY", "REVIEW", "RETURNED", "WAITING", "LEFT", "")


@dataclass(frozen=True)
class Row:
    """One outcome of a run: how many, euro, by which clause, what follows, and whether the subjects can be seen."""

    name: str
    standing: str
    clause: str
    count: int
    amount: Decimal
    open: bool


@require_safe
@in_unit
def runs(request: HttpRequest, place: Place) -> HttpResponse:
    """The runs that may be started here, and the earlier ones."""
    found = [_Keyed(line_of(run)) for run in runs_listed(place.unit, key(request), ROWS + 1)]
    may = {step.name: place.may(step.right) for step in STEPS.values()}
    return show(
        request,
        place,
        "desk/runs.html",
        "runs",
        {
            "page": page_of(request, found, "id"),
            "groups": [
                (group, [(step.name, may[step.name]) for step in steps]) for group, steps in GROUPS.items()
            ],
            "may_any": any(may.values()),
            "day": place.on,
        },
    )


@dataclass(frozen=True)
class _Keyed:
    line: RunLine

    @property
    def id(self) -> int:
        return self.line.run.pk


@require_POST
@acts_in_unit
def preview(request: HttpRequest, place: Place) -> HttpResponse:
    """POST ``name`` and ``on``: the plan is made and kept; nothing else is written.

    What stands in the way of it, such as bank material that is not in, is told on the page of runs.
    """
    language = request.language  # type: ignore[attr-defined]
    step = STEPS.get(request.POST.get("name", ""))
    if step is None:
        raise Http404
    try:
        on = date.fromisoformat(request.POST.get("on", ""))
    except ValueError:
        say(request, text("desk.runs.no_day", language), "bad")
        return redirect("runs", code=place.unit.code)
    try:
        with place.working() as acting:
            require(place.person, step.right, place.unit, place.on)
            result = plan(step.room(), acting, on)
    except RunRefused as problem:
        say(request, sentence(problem, language) or "", "warn")
        return redirect("runs", code=place.unit.code)
    return redirect(step.page, code=place.unit.code, id=result.run.pk)


@require_safe
@in_unit
def run(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """One run: the preview with what may be done, or the result with its controls and files."""
    found = found_run(place.unit, id)
    step = STEPS.get(found.name)
    rows = _rows(found, step)
    return show(
        request,
        place,
        "desk/run.html",
        "runs",
        {
            "run": found,
            "rows": rows,
            "count": sum(row.count for row in rows),
            "doing": sum(row.count for row in rows if row.standing == "READY"),
            "controls": controls_of(found),
            "files": files_of(found),
            "step": step,
            "may": step is not None and place.may(step.right),
            "approval": _approval(request, place, found),
        },
    )


@dataclass(frozen=True)
class Approval:
    """The approval of a refund run: the one that was given, or who may give it."""

    given: RefundApproval | None
    may: bool
    roles: str


def _approval(request: HttpRequest, place: Place, run: Run) -> Approval | None:
    """How the approval of ``run`` stands; None for a run that needs none."""
    if run.name != "refunds":
        return None
    given = RefundApproval.objects.filter(unit=place.unit, run=run).select_related("person").first()
    if given is None and run.state != "planned":
        return None
    language = request.language  # type: ignore[attr-defined]
    roles = place.who_may("approve_refunds", language)
    return Approval(given, place.may("approve_refunds") and run.person_id != place.person.pk, roles)


@require_safe
@in_unit
def decided(request: HttpRequest, place: Place, id: int, outcome: str) -> HttpResponse:
    """The subjects that a run gave one outcome. Those of a plan are decided anew: a plan need not keep them."""
    return decided_page(request, place, found_run(place.unit, id), outcome)


def decided_page(
    request: HttpRequest, place: Place, found: Run, outcome: str, rejected: ToldBack | None = None
) -> HttpResponse:
    """The list of what ``found`` gave ``outcome``; an act that was ``rejected`` puts back what was written."""
    step = STEPS.get(found.name)
    row = next((row for row in _rows(found, step) if row.name == outcome and row.open), None)
    if row is None:
        raise Http404
    subject: Subject = step.subject if step else "order"
    if found.state == "planned" and step:
        step.room().decide(found, terms_of(place.unit, found.on_date))
    lines = None
    rows: Sequence[Any]
    if step and found.name in ROOMS:
        after, may = key(request), place.may(step.right)
        lines = listed(place, found, outcome, row.standing, after, ROWS + 1, may=may)
        rows = lines.rows
    elif found.state == "planned" and step:
        rows = just_decided(found, subject, outcome, key(request), ROWS + 1)
    else:
        rows = stored(found, subject, outcome, key(request), ROWS + 1)
    shown = page_of(request, rows, "id")
    left = row.count - len(rows) if shown.first and not shown.following and found.state == "applied" else 0
    return show(
        request,
        place,
        "desk/decided.html",
        "runs",
        {
            "run": found,
            "row": row,
            "subject": subject,
            "page": shown,
            "left": max(left, 0),
            "lines": lines,
            "rejected": rejected,
            "sent": request.POST if rejected else {},
            "asked": request.POST.getlist("claims") if rejected else [],
        },
        status=rejected.status if rejected else 200,
    )


@require_POST
@acts_in_unit
def apply_plan(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """POST ``seen`` (the digest of the preview) and ``confirmed``: what was seen is done, or nothing is.

    Sent twice it is done once: the second is told that it has been done. What is decided otherwise than in the
    preview by now undoes everything, and the person is asked to look again.
    """
    language = request.language  # type: ignore[attr-defined]
    with place.working():
        planned = found_run(place.unit, id)
    step = STEPS.get(planned.name)
    if step is None:
        raise Http404
    if not request.POST.get("confirmed"):
        say(request, text("desk.runs.not_confirmed", language), "bad")
        return redirect("run", code=place.unit.code, id=id)
    try:
        with place.working() as acting:
            require(place.person, step.right, place.unit, place.on)
            result = apply(step.room(), acting, planned.on_date, planned)
            if result.run.digest != request.POST.get("seen", ""):
                raise StalePlan
    except (StalePlan, RunRefused) as problem:
        say(request, sentence(problem, language) or "", "bad" if isinstance(problem, StalePlan) else "warn")
        return redirect("run", code=place.unit.code, id=id)
    say(request, text("desk.runs.applied", language, run=text(f"desk.run.{step.name}", language)))
    _tell_left_out(request, result, language)
    if step.sends:
        send_waiting(request, place.unit, language)
    return redirect("run", code=place.unit.code, id=id)


def _tell_left_out(request: HttpRequest, result: Result, language: str) -> None:
    for one in result.facts.get("refused_files", ()):
        said = " ".join(message(Finding(**found), language) for found in one["findings"])
        say(request, f"{text('purchase.refused_file', language, file=one['file'])} {said}", "warn")
    rejected = result.facts.get("rejected", ())
    if not rejected:
        return
    say(request, text("command.left_out", language, count=len(rejected)), "warn")
    for one in rejected[:LEFT_OUT_SHOWN]:
        for found in one["findings"]:
            about = one.get("invoice") or one["letter"]
            say(request, f"{about}: {message(Finding(**found), language)}", "warn")


@require_safe
@in_unit
def left_file(request: HttpRequest, place: Place, id: int, digest: str) -> HttpResponse:
    """A file that the run left, from the archive."""
    for file in files_of(found_run(place.unit, id)):
        if file.digest == digest:
            return archived(digest, file.name)
    raise Http404


def _rows(run: Run, step: Step | None) -> list[Row]:
    """What the run decided, what goes on first. Which rows lead on to their subjects depends on what was kept."""
    decided_orders = run.name in ("orders", "intake")
    standings = step.standings if step else STEPS["orders"].standings if decided_orders else {}
    kept = step is not None or decided_orders
    rows = []
    for one in run.outcomes:
        standing = standings.get(one["outcome"], "")
        rows.append(
            Row(
                one["outcome"],
                standing,
                one["clause"],
                one["count"],
                Decimal(one["amount"]),
                kept and (step is None or run.state == "planned" or step.kept(one["outcome"], standing)),
            )
        )
    return sorted(rows, key=lambda row: (_ORDER.index(row.standing), -row.count))


def found_run(unit: Unit, id: int) -> Run:
    found = Run.objects.filter(unit=unit, pk=id).select_related("person", "unit").first()
    if found is None:
        raise Http404
    return found
