"""Payment time (S43): requests that wait, a plan looked at before it is granted, agreements and their instalments."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from reskontra.claims.models import (
    Claim,
    Deferral,
    DeferralDecision,
    DeferralEnd,
    DeferralRefusal,
    DeferralRequest,
)
from reskontra.desk.access import Place, acts_in_unit, in_unit
from reskontra.desk.acts import REFUSALS, Incomplete, Stale, ToldBack, day_of, seen_as, told_back
from reskontra.desk.case_acts import euro, words
from reskontra.desk.frame import say, show
from reskontra.desk.why import Why, claim_why
from reskontra.income.deferral.actions import ask_for_time, grant_time, propose, refuse_time, withdraw_time
from reskontra.income.deferral.lists import (
    agreements,
    claims_to_ask_about,
    instalments_of,
    requests_waiting,
)
from reskontra.kernel.clauses import cite
from reskontra.kernel.days import format_date
from reskontra.kernel.instalments import Instalment
from reskontra.kernel.texts import text
from reskontra.registers.models import Customer, Unit
from reskontra.registers.policy import require
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.run import Acting, RunRefused, lock

ASK, GRANT = "ask_for_time", "grant_time"
STATES = ("running", "kept", "broken", "withdrawn")
SHOWN = 100
LONGEST_MESSAGE = 700
_MOST_COUNT = 600  # more instalments than that is a slip of the pen, as the room says too


# --- the lists ---


@require_safe
@in_unit
def payment_time(request: HttpRequest, place: Place) -> HttpResponse:
    """Requests that wait for an answer, the oldest first, and agreements, the newest first."""
    return _list(request, place)


def _list(request: HttpRequest, place: Place, rejected: ToldBack | None = None) -> HttpResponse:
    language = request.language  # type: ignore[attr-defined]
    asked = request.GET.get("state", "")
    state = asked if asked in STATES else ""
    every = agreements(place.unit, place.on)
    found = [one for one in every if one.state == state] if state else every
    return show(
        request,
        place,
        "desk/payment_time.html",
        "claims",
        {
            "requests": requests_waiting(place.unit),
            "agreements": found[:SHOWN],
            "more": len(found) > SHOWN,
            "most": SHOWN,
            "states": [(name, sum(one.state == name for one in every)) for name in STATES],
            "state": state,
            "may_ask": place.may(ASK),
            "roles": place.who_may(ASK, language),
            "rejected": rejected,
            "sent": request.POST if rejected else {},
        },
        status=rejected.status if rejected else 200,
    )


@require_POST
@acts_in_unit
def ask(request: HttpRequest, place: Place) -> HttpResponse:
    """POST ``customer`` (number), ``until`` and ``message``: write down that a customer asks for time.

    A second request while the first one waits for its answer is told, and not written.
    """
    language = request.language  # type: ignore[attr-defined]
    try:
        with place.working() as acting:
            lock(place.unit, "settlement")
            made = asked_by(acting, _customer(request.POST), request.POST, language)
    except REFUSALS as problem:
        rejected = told_back(problem, "ask", language)
        with place.working():
            return _list(request, place, rejected)
    until = format_date(made.wished_until, language)
    say(request, text("deferral.asked", language, request=made.pk, until=until))
    return redirect("time-request", code=place.unit.code, id=made.pk)


def asked_by(acting: Acting, customer: Customer, sent: QueryDict, language: str) -> DeferralRequest:
    """The request of ``customer`` as the form tells it. Raises ``RunRefused`` when it waits for an answer already."""
    until, message = day_of(sent, "until"), sent.get("message", "").strip()[:LONGEST_MESSAGE]
    waiting = {one.number for one in requests_waiting(acting.unit)}
    if DeferralRequest.objects.filter(unit=acting.unit, customer=customer, pk__in=waiting).exists():
        raise RunRefused("desk.time.asked_already", customer=customer.name)
    if message:
        message = words(sent, "message", LONGEST_MESSAGE, "message")
    return ask_for_time(acting, customer, until, message)


def _customer(sent: QueryDict) -> Customer:
    number = sent.get("customer", "").strip()
    found = Customer.objects.filter(number=number).first() if 0 < len(number) <= 20 else None
    if found is None:
        raise Incomplete("customer")
    return found


# --- one request ---


@dataclass(frozen=True)
class Plan:
    """Instalments as they would be agreed, and ``digest``, which names them, their claims and their ground."""

    claims: Sequence[Claim]
    instalments: Sequence[Instalment]
    ground: str

    @property
    def digest(self) -> str:
        """Of what was looked at: granting binds to it."""
        told = [one.reference for one in self.claims]
        told += [f"{one.due_date.isoformat()} {one.amount:.2f}" for one in self.instalments]
        return hashlib.sha256("\n".join([*told, self.ground]).encode()).hexdigest()

    @property
    def total(self) -> Decimal:
        """All of it, euro."""
        return sum((one.amount for one in self.instalments), Decimal(0))

    @property
    def until(self) -> date:
        """When the last instalment falls due."""
        return self.instalments[-1].due_date


@require_safe
@in_unit
def time_request(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """One request: who asks, the customer's open claims, and the answer that may be given."""
    return _request_page(request, place, _request(place.unit, id))


@require_POST
@acts_in_unit
def request_act(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """POST ``act``: propose (looked at, nothing is written), grant what was looked at (``seen``), or refuse."""
    language = request.language  # type: ignore[attr-defined]
    name = request.POST.get("act", "")
    if name not in ("propose", "grant", "refuse"):
        raise Http404
    try:
        with place.working() as acting:
            found = _request(place.unit, id)
            if name == "propose":
                require(acting.person, GRANT, place.unit, acting.day)
                return _request_page(request, place, found, plan=_plan(acting, found, request.POST))
            lock(place.unit, "settlement")
            told, deferral = _ANSWERS[name](acting, found, request.POST, language)
    except Stale:
        say(request, text("desk.time.stale_plan", language), "warn")
        return redirect("time-request", code=place.unit.code, id=id)
    except REFUSALS as problem:
        rejected = told_back(problem, name, language)
        with place.working():
            return _request_page(request, place, _request(place.unit, id), rejected=rejected)
    say(request, told)
    if deferral is not None:
        return redirect("agreement", code=place.unit.code, number=deferral)
    return redirect("payment-time", code=place.unit.code)


def _grant(acting: Acting, found: DeferralRequest, sent: QueryDict, language: str) -> tuple[str, int]:
    plan = _plan(acting, found, sent)
    seen_as(sent, plan.digest)
    result = grant_time(acting, found, plan.claims, plan.instalments, plan.ground)
    number, letter = result.facts["number"], result.facts["letter"]
    until = format_date(plan.until, language)
    return text("deferral.granted", language, until=until, number=number, letter=letter), number


def _refuse(acting: Acting, found: DeferralRequest, sent: QueryDict, language: str) -> tuple[str, None]:
    refuse_time(acting, found, words(sent, "reason"))
    return text("deferral.refused", language, request=found.pk), None


_ANSWERS: Mapping[str, Callable[[Acting, DeferralRequest, QueryDict, str], tuple[str, int | None]]] = {
    "grant": _grant,
    "refuse": _refuse,
}


def _plan(acting: Acting, found: DeferralRequest, sent: QueryDict) -> Plan:
    """The plan that the form asks for. Raises ``Incomplete``, and ``RunRefused`` for what cannot be laid out so."""
    chosen = Claim.objects.filter(
        unit=acting.unit, payer_id=found.customer_id, reference__in=sent.getlist("claims")
    )
    claims = list(chosen.order_by("due_date", "reference"))
    if not claims:
        raise Incomplete("time_claims")
    ground = sent.get("ground", "").strip()
    if ground:
        ground = words(sent, "ground")
    number = sent.get("count", "").strip()
    if number and not (number.isascii() and number.isdecimal() and 0 < int(number[:9]) <= _MOST_COUNT):
        raise Incomplete("count")
    monthly = euro(sent, "monthly") if sent.get("monthly", "").strip() else None
    first = day_of(sent, "first")
    if first <= acting.day:
        raise RunRefused("deferral.instalments_out_of_order")
    laid = propose(acting, claims, first, count=int(number) if number else None, monthly=monthly)
    return Plan(claims, laid, ground)


def _request_page(
    request: HttpRequest,
    place: Place,
    found: DeferralRequest,
    *,
    plan: Plan | None = None,
    rejected: ToldBack | None = None,
) -> HttpResponse:
    language = request.language  # type: ignore[attr-defined]
    claims = claims_to_ask_about(place.unit, found.customer, place.on)
    terms = terms_of(place.unit, place.on)
    sent = request.POST if plan or (rejected and rejected.act != "refuse") else {}
    asked = request.POST.getlist("claims") if sent else [c.reference for c in claims if c.standing == "READY"]
    year_later = (plan.until - place.on).days if plan else 0
    return show(
        request,
        place,
        "desk/time_request.html",
        "claims",
        {
            "asked_for": found,
            "customer": found.customer,
            "answer": _answer(place.unit, found),
            "claims": claims,
            "asked": asked,
            "total": sum((one.open for one in claims if one.reference in asked), Decimal(0)),
            "plan": plan,
            "too_long": plan is not None and year_later > terms.payment_time_maximum and not plan.ground,
            "surcharge": terms.payment_time_surcharge,
            "longest": int(terms.payment_time_maximum),
            "sent": sent,
            "may": place.may(GRANT),
            "roles": place.who_may(GRANT, language),
            "why_roles": cite("OC 6.1.1-b", language),
            "rejected": rejected,
            "reason": request.POST.get("reason", "") if rejected and rejected.act == "refuse" else "",
        },
        status=rejected.status if rejected else 200,
    )


def _answer(unit: Unit, found: DeferralRequest) -> Any:
    """What became of the request: the agreement, the refusal, or None while it waits."""
    return (
        Deferral.objects.filter(unit=unit, request=found).select_related("person").first()
        or DeferralRefusal.objects.filter(unit=unit, request=found).select_related("person").first()
    )


def _request(unit: Unit, id: int) -> DeferralRequest:
    found = DeferralRequest.objects.filter(unit=unit, pk=id).select_related("customer", "person").first()
    if found is None:
        raise Http404
    return found


# --- one agreement ---


@require_safe
@in_unit
def agreement(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """One agreement: its instalments as they were kept, its claims, its letter, and how it ended."""
    return _agreement_page(request, place, _agreement(place.unit, number))


@require_POST
@acts_in_unit
def agreement_act(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """POST ``act`` (withdraw), ``reason`` and ``seen``: the agreement ends, collection goes on where it stood."""
    language = request.language  # type: ignore[attr-defined]
    if request.POST.get("act", "") != "withdraw":
        raise Http404
    try:
        with place.working() as acting:
            found = _agreement(place.unit, number)
            lock(place.unit, "settlement")
            seen_as(request.POST, _seen(found))
            withdraw_time(acting, found, words(request.POST, "reason"))
    except Stale:
        say(request, text("desk.time.stale", language), "warn")
        return redirect("agreement", code=place.unit.code, number=number)
    except REFUSALS as problem:
        rejected = told_back(problem, "withdraw", language)
        with place.working():
            return _agreement_page(request, place, _agreement(place.unit, number), rejected)
    say(request, text("deferral.withdrawn", language, number=number))
    return redirect("agreement", code=place.unit.code, number=number)


def _seen(found: Deferral) -> str:
    """Whether it has ended: all that withdrawing it depends on."""
    ended = DeferralEnd.objects.filter(unit_id=found.unit_id, deferral=found).exists()
    return "ended" if ended else "running"


def _agreement_page(
    request: HttpRequest, place: Place, found: Deferral, rejected: ToldBack | None = None
) -> HttpResponse:
    language = request.language  # type: ignore[attr-defined]
    [told] = agreements(place.unit, place.on, found.number)
    end = DeferralEnd.objects.filter(unit=place.unit, deferral=found).first()
    claims = Claim.objects.filter(unit=place.unit, reference__in=told.claims).order_by(
        "due_date", "reference"
    )
    return show(
        request,
        place,
        "desk/agreement.html",
        "claims",
        {
            "deferral": found,
            "told": told,
            "customer": found.customer,
            "instalments": instalments_of(found, place.on, told.paid, over=end is not None),
            "claims": list(claims),
            "end": end,
            "seen": _seen(found),
            "surcharge": terms_of(place.unit, found.from_date).payment_time_surcharge,
            "may": place.may(GRANT),
            "roles": place.who_may(GRANT, language),
            "why": _why(place.unit, found, language),
            "rejected": rejected,
            "old": request.POST if rejected else {},
        },
        status=rejected.status if rejected else 200,
    )


def _why(unit: Unit, found: Deferral, language: str) -> Why:
    """What the runs said of the agreement, in order of time."""
    said = (
        DeferralDecision.objects.filter(unit=unit, deferral=found, run__state="applied")
        .select_related("run")
        .order_by("run_id")
    )
    return claim_why(
        [
            {
                "outcome": one.outcome,
                "standing": one.standing,
                "citation": cite(one.clause, language),
                "reasons": one.reasons,
                "inputs": one.inputs,
                "terms": one.run.terms.get("terms", {}),
                "run": {"id": one.run_id, "name": one.run.name, "on": one.run.on_date.isoformat()},
            }
            for one in said
        ],
        language,
    )


def _agreement(unit: Unit, number: int) -> Deferral:
    found = (
        Deferral.objects.filter(unit=unit, number=number)
        .select_related("customer", "letter", "person", "request")
        .first()
    )
    if found is None:
        raise Http404
    return found
