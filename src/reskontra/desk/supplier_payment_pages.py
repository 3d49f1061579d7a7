"""Money out (S66): payables by due date, one payable, and the proposal that somebody else releases."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from reskontra.desk.access import Place, acts_in_unit, in_unit
from reskontra.desk.acts import REFUSALS, Stale, ToldBack, seen_as, told_back, written
from reskontra.desk.confirming import asks_password, confirmed_by
from reskontra.desk.frame import say, show
from reskontra.desk.paging import ROWS, key, page_of
from reskontra.desk.why import claim_why
from reskontra.expenditure.payment.actions import hold, release, unhold
from reskontra.expenditure.payment.stopping import drop_plan
from reskontra.insight.payables import (
    KINDS,
    Owed,
    Planned,
    payable_decisions,
    payable_of,
    payables_counted,
    payables_listed,
    payments_of,
    payments_to,
    planned_payables,
    planned_totals,
)
from reskontra.insight.supplier_payments import addresses_not_payable
from reskontra.kernel.clauses import clause
from reskontra.kernel.texts import text
from reskontra.purchases.models import Payable, PaymentHold, PaymentHoldEnd, PaymentRelease
from reskontra.registers.models import Unit
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, lock

AREA = "purchases"
PLANS_SHOWN = 10
NEW_ACCOUNT = timedelta(
    days=30
)  # so long an account is shown as new: what is looked at, decided by nobody's rule
LONGEST_REASON = 200


@dataclass(frozen=True)
class Plan:
    """A payment plan that waits: what it would pay, who made it, and who has released it."""

    run: Run
    release: PaymentRelease | None


@require_safe
@in_unit
def payables(request: HttpRequest, place: Place) -> HttpResponse:
    """Open payables by when they fall due, what came back, and the plans that wait; ``show`` and ``q`` narrow it."""
    kind = request.GET.get("show", "all")
    kind = kind if kind in KINDS else "all"
    words = request.GET.get("q", "").strip()[:60]
    found = payables_listed(place.unit, place.on, kind, words, key(request), ROWS + 1)
    sums = payables_counted(place.unit, place.on)
    page = page_of(request, found, "id")
    back = payments_of(place.unit, None, "rejected") if kind == "back" else []
    language = request.language  # type: ignore[attr-defined]
    return show(
        request,
        place,
        "desk/payables.html",
        AREA,
        {
            "page": page,
            "groups": grouped(page.rows, place.on),
            "kinds": [sums[name] for name in KINDS],
            "kind": kind,
            "words": words,
            "plans": plans_of(place.unit),
            "back": [(one, one.said(language)) for one in back],
            "addresses": addresses_not_payable(place.unit, place.on)
            if kind == "all" and page.first and not words
            else [],
            "may_run": place.may("run_payment"),
            "day": place.on,
            "tab": "supplier-payments",
        },
    )


def plans_of(unit: Unit) -> list[Plan]:
    """The payment plans that nobody has applied or dropped, the newest first."""
    runs = Run.objects.filter(unit=unit, name="payment", state="planned").select_related("person")
    found = list(runs.defer("terms").order_by("-id")[:PLANS_SHOWN])
    released = PaymentRelease.objects.filter(unit=unit, run__in=[one.pk for one in found])
    by_run = {one.run_id: one for one in released.select_related("person")}
    return [Plan(one, by_run.get(one.pk)) for one in found]


def grouped(found: Sequence[Owed], on: date) -> list[tuple[str, list[Owed]]]:
    """Payables by how near their due date is: late, today, tomorrow, this week or later; empty groups are left out."""
    groups: dict[str, list[Owed]] = {}
    for one in found:
        groups.setdefault(nearness(one.due_date, on), []).append(one)
    return list(groups.items())


def nearness(due: date, on: date) -> str:
    """How near ``due`` is on the day ``on``; a week ends on Sunday."""
    if due < on:
        return "late"
    if due == on:
        return "today"
    if due == on + timedelta(days=1):
        return "tomorrow"
    return "week" if due <= on + timedelta(days=6 - on.weekday()) else "later"


# --- one payable ---


@require_safe
@in_unit
def payable(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """One payable: what it is, why it is paid or not, its payments, and what may be done."""
    return _payable_page(request, place, _owed(place.unit, id))


def _payable_page(
    request: HttpRequest, place: Place, one: Owed, rejected: ToldBack | None = None
) -> HttpResponse:
    language = request.language  # type: ignore[attr-defined]
    ended = PaymentHoldEnd.objects.filter(unit=place.unit).values("hold_id")
    holds = PaymentHold.objects.filter(unit=place.unit, payable=one.id).exclude(pk__in=ended)
    return show(
        request,
        place,
        "desk/payable.html",
        AREA,
        {
            "one": one,
            "holds": list(holds.select_related("person").order_by("id")),
            "paid": [(paid, paid.said(language)) for paid in payments_to(place.unit, one.id)],
            "why": claim_why(payable_decisions(place.unit, one.id, language), language),
            "may": place.may("hold_payment"),
            "roles": place.who_may("hold_payment", language),
            "rejected": rejected,
            "reason": request.POST.get("reason", "") if rejected else "",
        },
        status=rejected.status if rejected else 200,
    )


@require_POST
@acts_in_unit
def payable_act(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """POST ``act`` (hold or unhold), ``seen`` and ``reason``; on another state than was seen nothing is done."""
    language = request.language  # type: ignore[attr-defined]
    name = request.POST.get("act", "")
    if name not in PAYABLE_ACTS:
        raise Http404
    try:
        with place.working() as acting:
            lock(place.unit, "settlement")
            seen_as(request.POST, _owed(place.unit, id).seen)
            PAYABLE_ACTS[name](acting, Payable.objects.get(unit=place.unit, pk=id), request.POST)
    except Stale:
        say(request, text("desk.money_out.stale", language), "warn")
        return redirect("payable", code=place.unit.code, id=id)
    except REFUSALS as problem:
        rejected = told_back(problem, name, language)
        with place.working():
            return _payable_page(request, place, _owed(place.unit, id), rejected)
    say(request, text(f"desk.money_out.{name}_done", language))
    return redirect("payable", code=place.unit.code, id=id)


def _hold(acting: Acting, found: Payable, sent: QueryDict) -> None:
    hold(acting, found, written(sent, "reason", LONGEST_REASON))


def _unhold(acting: Acting, found: Payable, sent: QueryDict) -> None:
    unhold(acting, found)


PAYABLE_ACTS: Mapping[str, Callable[[Acting, Payable, QueryDict], None]] = {
    "hold": _hold,
    "unhold": _unhold,
}


# --- the proposal ---


@dataclass(frozen=True)
class Line:
    """One payable of a plan as it is shown; ``new_account``: the account was approved lately."""

    planned: Planned
    new_account: bool


@require_safe
@in_unit
def plan(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """A payment plan, payable by payable: what leaves, what is withheld, where to; ``show=left`` what waits and why."""
    return _plan_page(request, place, _plan(place.unit, id))


@clause("EX 9-a")
def _plan_page(
    request: HttpRequest, place: Place, found: Plan, rejected: ToldBack | None = None
) -> HttpResponse:
    language = request.language  # type: ignore[attr-defined]
    run, only = found.run, "left" if request.GET.get("show") == "left" else "ready"
    listed = planned_payables(run, "READY" if only == "ready" else "", key(request), ROWS + 1)
    totals = planned_totals(run)
    page = page_of(request, listed, "id")
    since = run.planned_at - NEW_ACCOUNT
    return show(
        request,
        place,
        "desk/payment_plan.html",
        AREA,
        {
            "run": run,
            "release": found.release,
            "seen": _seen(found),
            "page": page,
            "lines": [Line(one, is_new(one.account_since, since)) for one in page.rows],
            "only": only,
            "totals": totals,
            "leaves": totals.pays + totals.withheld,
            "not_due": sum(one["count"] for one in run.outcomes if one["outcome"] == "PAYABLE_NOT_DUE"),
            "mine": run.person_id == place.person.pk,
            "may_release": place.may("release_payment"),
            "may_run": place.may("run_payment"),
            "roles": {act: place.who_may(act, language) for act in ("release_payment", "run_payment")},
            "password": asks_password(),
            "rejected": rejected,
            "comment": request.POST.get("comment", "") if rejected else "",
        },
        status=rejected.status if rejected else 200,
    )


def is_new(approved: datetime | None, since: datetime) -> bool:
    """Whether an account was approved after ``since``."""
    return approved is not None and approved > since


@sensitive_post_parameters("password")
@require_POST
@acts_in_unit
@clause("EX 9-a")
def plan_act(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """POST ``act``: release (``seen``, the digest, and ``password``: who lets money go says who they are) or drop."""
    language = request.language  # type: ignore[attr-defined]
    name = request.POST.get("act", "")
    if name not in ("release", "drop"):
        raise Http404
    try:
        if name == "release":
            confirmed_by(request, place.person.username)
        with place.working() as acting:
            found = _plan(place.unit, id)
            if name == "drop":
                seen_as(request.POST, _seen(found))
                drop_plan(acting, found.run)
            else:
                comment = request.POST.get("comment", "").strip()[:350]
                release(acting, found.run, request.POST.get("seen", ""), comment)
    except Stale:
        say(request, text("desk.money_out.stale", language), "warn")
        return redirect("payment-plan", code=place.unit.code, id=id)
    except REFUSALS as problem:
        rejected = told_back(problem, name, language)
        with place.working():
            return _plan_page(request, place, _plan(place.unit, id), rejected)
    say(request, text(f"desk.money_out.plan.{name}_done", language, run=str(id)))
    if name == "release":
        return redirect("payment-plan", code=place.unit.code, id=id)
    return redirect("supplier-payments", code=place.unit.code)


def _seen(found: Plan) -> str:
    """The plan and whether it is released: dropping what somebody has released since is asked about anew."""
    return f"{found.run.digest}{'.released' if found.release else ''}"


def _plan(unit: Unit, id: int) -> Plan:
    run = Run.objects.filter(unit=unit, pk=id, name="payment").select_related("person", "unit").first()
    if run is None:
        raise Http404
    given = PaymentRelease.objects.filter(unit=unit, run=run).select_related("person").first()
    return Plan(run, given)


def _owed(unit: Unit, id: int) -> Owed:
    found = payable_of(unit, id)
    if found is None:
        raise Http404
    return found
