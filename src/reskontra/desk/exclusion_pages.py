"""Claims left out of a run of reminders or interest, and taken back; the letter that one would get (S41, S44)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from reskontra.claims.exclusions import leave_out, take_back
from reskontra.claims.letters import letter_number
from reskontra.claims.models import Claim, InterestCharge, Letter, Reminder
from reskontra.desk.access import Place, acts_in_unit
from reskontra.desk.acts import REFUSALS, told_back, written
from reskontra.desk.claim_pages import found_claim
from reskontra.desk.collection_plans import ROOMS
from reskontra.desk.files import download
from reskontra.desk.frame import say
from reskontra.desk.run_pages import decided_page, found_run
from reskontra.desk.steps import STEPS
from reskontra.income.delivery.letter_copies import letter_copy
from reskontra.kernel.days import format_date
from reskontra.kernel.texts import text
from reskontra.registers.models import Unit
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Result, plan, rehearsed

NO_NUMBER = 0  # letters are numbered from one: nobody takes a sample for a letter that was sent


@require_POST
@acts_in_unit
def act(request: HttpRequest, place: Place, id: int, outcome: str) -> HttpResponse:
    """POST ``act`` (of ``ACTS``), ``claims`` (references) and what the act needs; then the run is planned anew.

    What cannot be done is told back on the list with what was written, and nothing is: 422, or 409 when it does
    not fit.
    """
    language = request.language  # type: ignore[attr-defined]
    name = request.POST.get("act", "")
    if name not in ACTS:
        raise Http404
    try:
        with place.working() as acting:
            planned = _planned(place.unit, id)
            claims = _claims(place.unit, request.POST.getlist("claims"))
            ACTS[name](acting, planned, claims, request.POST)
            result = plan(STEPS[planned.name].room(), acting, planned.on_date)
    except REFUSALS as problem:
        rejected = told_back(problem, name, language)
        with place.working():
            return decided_page(request, place, found_run(place.unit, id), outcome, rejected)
    told = text(
        _TOLD[name],
        language,
        day=format_date(planned.on_date, language),
        references=", ".join(one.reference for one in claims),
    )
    say(request, f"{told} {text('desk.plan.anew', language)}")
    return _next(place, result, outcome)


def _leave_out(acting: Acting, planned: Run, claims: Sequence[Claim], sent: QueryDict) -> None:
    leave_out(acting, planned.name, claims, planned.on_date, written(sent, "reason"))


def _take_back(acting: Acting, planned: Run, claims: Sequence[Claim], sent: QueryDict) -> None:
    take_back(acting, planned.name, claims, planned.on_date)


ACTS: Mapping[str, Callable[[Acting, Run, Sequence[Claim], QueryDict], None]] = {
    "leave_out": _leave_out,
    "take_back": _take_back,
}
_TOLD = {"leave_out": "exclusion.done", "take_back": "exclusion.taken_back"}


def _next(place: Place, result: Result, outcome: str) -> HttpResponse:
    """The same list in the new plan while there is something in it, else the plan."""
    code, id = place.unit.code, result.run.pk
    if any(one.outcome == outcome for one in result.counts):
        return redirect("run-decided", code=code, id=id, outcome=outcome)
    return redirect("run", code=code, id=id)


@require_safe
@acts_in_unit
def sample(request: HttpRequest, place: Place, id: int, reference: str) -> HttpResponse:
    """The letter that the planned run would write about a claim now, as PDF under no number.

    It is written as the run writes it, shown, and undone: nothing of it has happened.
    """
    with place.working() as acting:
        planned = _planned(place.unit, id)
        claim = found_claim(place.unit, reference)
        with rehearsed(ROOMS[planned.name]([claim.pk]), acting, planned):
            letter = _letter_about(planned, claim)
            if letter is None:
                raise Http404
            copy = replace(letter_copy(place.unit, letter), number=letter_number(place.unit, NO_NUMBER))
            data = copy.pdf()
    return download(data, f"{copy.number}.pdf", shown=True)


def _letter_about(run: Run, claim: Claim) -> Letter | None:
    """The letter of ``run`` about ``claim``: a reminder, or an invoice of its interest."""
    about = {"unit_id": run.unit_id, "claim": claim}
    if run.name == "reminders":
        reminder = Reminder.objects.filter(**about, run=run).first()
        letter = reminder.letter_id if reminder else None
    else:
        charge = InterestCharge.objects.filter(**about, invoice__run=run).order_by("pk").first()
        letter = charge.invoice.letter_id if charge else None
    return Letter.objects.filter(unit_id=run.unit_id, pk=letter).first() if letter else None


def _planned(unit: Unit, id: int) -> Run:
    found = found_run(unit, id)
    if found.name not in ROOMS or found.state != "planned":
        raise Http404
    return found


def _claims(unit: Unit, references: Sequence[str]) -> list[Claim]:
    return [found_claim(unit, one) for one in dict.fromkeys(references)]
