"""Refunds (S33): what is owed back and how far each has come, what a person knows of one, and the plan's approval."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from reskontra.claims.models import Overpayment
from reskontra.desk.access import Place, acts_in_unit, in_unit
from reskontra.desk.acts import REFUSALS, Stale, ToldBack, chosen, seen_as, told_back, written
from reskontra.desk.frame import say, show
from reskontra.desk.paging import ROWS, key, page_of
from reskontra.desk.refusals import sentence
from reskontra.income.refunds.actions import approve_refunds, ask_refund, choose, tell_account
from reskontra.insight.refunds import Owed, overpayment, overpayments_open
from reskontra.kernel.texts import text
from reskontra.registers.models import Unit
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, lock

RIGHT = "prepare_refund"
SOURCES = ("answer", "unit", "bank")
WAYS = ("next_invoice", "bank_return", "rule")
PLANS_SHOWN = 5


@require_safe
@in_unit
def refunds(request: HttpRequest, place: Place) -> HttpResponse:
    """What is owed back, the oldest first, and the plans that have not been applied."""
    found = overpayments_open(place.unit, key(request), ROWS + 1)
    shown = page_of(request, found, "id")
    plans = Run.objects.filter(unit=place.unit, name="refunds", state="planned").select_related("person")
    return show(
        request,
        place,
        "desk/refunds.html",
        "payments",
        {
            "page": shown,
            "count": len(shown.rows),
            "amount": sum((one.amount for one in shown.rows), Decimal(0)),
            "plans": list(plans.defer("terms").order_by("-id")[:PLANS_SHOWN]),
            "tab": "refunds",
        },
    )


@require_safe
@in_unit
def refund(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """One overpayment: where it came from, what is known and decided, and what a person may say of it."""
    return _page(request, place, _owed(place.unit, id))


def _page(request: HttpRequest, place: Place, one: Owed, rejected: ToldBack | None = None) -> HttpResponse:
    language = request.language  # type: ignore[attr-defined]
    return show(
        request,
        place,
        "desk/refund.html",
        "payments",
        {
            "one": one,
            "sources": SOURCES,
            "ways": WAYS,
            "may": place.may(RIGHT),
            "roles": place.who_may(RIGHT, language),
            "rejected": rejected,
            "apart": rejected is not None and (one.refund is not None or rejected.act == "ask"),
            "olds": {name: request.POST if rejected and rejected.act == name else {} for name in ACTS},
        },
        status=rejected.status if rejected else 200,
    )


@require_POST
@acts_in_unit
def act(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """POST ``act`` (account, ask or choose), ``seen`` and what the act needs.

    What was sent on another state of the overpayment than now does nothing, so an act sent twice is done once.
    """
    language = request.language  # type: ignore[attr-defined]
    name = request.POST.get("act", "")
    if name not in ACTS:
        raise Http404
    try:
        with place.working() as acting:
            lock(place.unit, "settlement")
            seen_as(request.POST, _owed(place.unit, id).seen)
            ACTS[name](acting, Overpayment.objects.get(unit=place.unit, pk=id), request.POST)
    except Stale:
        say(request, text("desk.refunds.stale", language), "warn")
        return redirect("refund", code=place.unit.code, id=id)
    except REFUSALS as problem:
        rejected = told_back(problem, name, language)
        with place.working():
            return _page(request, place, _owed(place.unit, id), rejected)
    say(request, text(f"refunds.{name}_done", language))
    return redirect("refund", code=place.unit.code, id=id)


def _account(acting: Acting, found: Overpayment, sent: QueryDict) -> None:
    iban, holder = written(sent, "iban", 42, "iban"), written(sent, "holder", 70, "holder")
    source = chosen(sent, "source", SOURCES, "source")
    tell_account(acting, found, iban, holder, source, sent.get("comment", "").strip()[:350])


def _ask(acting: Acting, found: Overpayment, sent: QueryDict) -> None:
    ask_refund(acting, found, sent.get("message", "").strip()[:350])


def _choose(acting: Acting, found: Overpayment, sent: QueryDict) -> None:
    choose(acting, found, chosen(sent, "way", WAYS, "way"), written(sent, "reason"))


ACTS: Mapping[str, Callable[[Acting, Overpayment, QueryDict], None]] = {
    "account": _account,
    "ask": _ask,
    "choose": _choose,
}


@require_POST
@acts_in_unit
def approve(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """POST ``seen``, the digest of the planned refund run: approve it, or be told why not."""
    language = request.language  # type: ignore[attr-defined]
    try:
        with place.working() as acting:
            found = Run.objects.filter(unit=place.unit, pk=id).first()
            if found is None:
                raise Http404
            comment = request.POST.get("comment", "").strip()[:350]
            approve_refunds(acting, found, request.POST.get("seen", ""), comment)
    except REFUSALS as problem:
        say(request, sentence(problem, language) or "", "warn")
        return redirect("run", code=place.unit.code, id=id)
    say(request, text("refunds.approve_done", language, run=str(id)))
    return redirect("run", code=place.unit.code, id=id)


def _owed(unit: Unit, id: int) -> Owed:
    found = overpayment(unit, id)
    if found is None:
        raise Http404
    return found
