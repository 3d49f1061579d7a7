"""Orders (S21, S22): the worklists, and one order with its lines beside the price list and what may be done with it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from reskontra.database.refused import ActRefused
from reskontra.desk.access import Place, acts_in_unit, in_unit
from reskontra.desk.acts import REFUSALS, ToldBack, told_back, written
from reskontra.desk.files import archived
from reskontra.desk.frame import say, show
from reskontra.desk.paging import ROWS, key, page_of
from reskontra.desk.refusals import constraint
from reskontra.desk.why import why
from reskontra.exchange.messages import message
from reskontra.income.order_handling.actions import approve, reopen, review, send_back, withdraw
from reskontra.insight.explanations import invoice_number
from reskontra.insight.orders import (
    INVOICED,
    STATES,
    WITHDRAWN,
    Listed,
    age_in_days,
    customers_named,
    events_of,
    lines_of,
    order_state,
    orders_listed,
    told_to_sender,
)
from reskontra.kernel.texts import text
from reskontra.registers.models import Unit
from reskontra.runs.run import Acting
from reskontra.sales.models import InvoicedOrder, Order, OrderApproval, OrderStop

SHOWN = ("review", "approval", "returned", "undecided", "ready", INVOICED, WITHDRAWN, "all")
ACTS = {"review": review, "approve": approve}
# What is done with a reason, and where an order stands when it may be.
STOPS: Mapping[str, Callable[[Acting, Order, str, str], object]] = {"return": send_back, "withdraw": withdraw}
_IN_STATE = {
    "return": ("review", "approval", "undecided", "ready"),
    "reopen": ("returned",),
    "withdraw": ("returned",),
}
RIGHTS = {
    "review": "review_order",
    "approve": "approve_order",
    "return": "return_order",
    "reopen": "reopen_order",
    "withdraw": "withdraw_order",
}
LONGEST_COMMENT = 350
_FIRST = (("review", "SG"), ("approval", "GK"))


@dataclass(frozen=True)
class Offer:
    """An act that the page offers, or refuses with the reason in words."""

    name: str
    refusal: str = ""


@require_safe
@in_unit
def orders(request: HttpRequest, place: Place) -> HttpResponse:
    """The orders in one state; a search by number or customer looks in all of them."""
    language = request.language  # type: ignore[attr-defined]
    words = request.GET.get("q", "").strip()
    asked = request.GET.get("state", "")
    state = asked if asked in SHOWN else "all" if words else _first_for(place)
    narrow = _searched(words) if words else {}
    found = orders_listed(place.unit, state, key(request), ROWS + 1, **narrow)
    return show(
        request,
        place,
        "desk/orders.html",
        "orders",
        {
            "page": page_of(request, found, "number"),
            "state": state,
            "states": SHOWN,
            "waiting": state in STATES,
            "words": words,
            "empty": text(f"desk.orders.none.{'search' if words else state}", language),
            "ages": {one.number: age_in_days(one.since, place.on) for one in found if one.since},
        },
    )


def _first_for(place: Place) -> str:
    """The list that the person's roles work with, else all."""
    return next((state for state, role in _FIRST if role in place.roles), "all")


def _searched(words: str) -> Mapping[str, Any]:
    """An order's number is shorter than a customer's by custom only, so a number is looked for as both."""
    customers = customers_named(words)
    if words.isdecimal() and len(words) < 16 and not customers:
        return {"number": int(words)}
    return {"customers": customers}


@require_safe
@in_unit
def order(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """One order: lines, what was decided and why, what happened, and what may be done."""
    return _page(request, place, number)


def _page(request: HttpRequest, place: Place, number: int, rejected: ToldBack | None = None) -> HttpResponse:
    language = request.language  # type: ignore[attr-defined]
    found = _newest(place.unit, number)
    lines = lines_of(place.unit, found, language)
    state = order_state(place.unit, found)
    invoiced = InvoicedOrder.objects.filter(unit=place.unit, number=number).select_related("invoice").first()
    return show(
        request,
        place,
        "desk/order.html",
        "orders",
        {
            "order": found,
            "state": state,
            "lines": lines,
            "net": sum((line.net for line in lines if line.net is not None), start=0),
            "off_list": sum((line.off_list for line in lines if line.off_list is not None), start=0),
            "why": why(place.unit, str(number), language),
            "events": events_of(place.unit, found),
            "told": [message(one, language) for one in told_to_sender(place.unit, found)],
            "offers": offers(place, found, state, language),
            "others": others(place, found, state, language),
            "rejected": rejected,
            "reason_written": request.POST.get("reason", ""),
            "invoice": invoiced.invoice.number if invoiced else None,
            "invoice_number": invoice_number(place.unit, invoiced.invoice.number) if invoiced else "",
        },
        status=rejected.status if rejected else 200,
    )


def offers(place: Place, order: Order, state: str, language: str) -> list[Offer]:
    """The two acts as far as they are still to come; what is refused stays visible, with the reason (OC 3.2.1-b)."""
    if state not in ("review", "approval"):
        return []
    done = {
        act.act: act.person_id
        for act in OrderApproval.objects.filter(unit=place.unit, order=order, digest=order.digest)
    }
    return [Offer(act, _refusal(place, act, done, language)) for act in ACTS if act not in done]


def _refusal(place: Place, act: str, done: Mapping[str, int], language: str) -> str:
    """Why ``act`` would be refused, in the words that the refusal itself would have; empty when it would not."""
    if act == "approve" and done.get("review") == place.person.pk:
        return constraint("reviewer_is_not_approver", language)
    if role := _role_refusal(place, act, language):
        return role
    if act == "approve" and "review" not in done:
        return constraint("an_approval_follows_a_review", language)
    return ""


def others(place: Place, order: Order, state: str, language: str) -> list[Offer]:
    """Sending back; and of what is back taking it up again or withdrawing it (OC 3.9-c).

    What a person sent back is not taken up again: it comes again, and is judged anew.
    """
    stopped = OrderStop.objects.filter(unit=place.unit, order=order).exists()
    found = [act for act, states in _IN_STATE.items() if state in states]
    return [
        Offer(act, _role_refusal(place, act, language)) for act in found if not (act == "reopen" and stopped)
    ]


def _role_refusal(place: Place, act: str, language: str) -> str:
    if place.may(RIGHTS[act]):
        return ""
    return text("desk.acts.needs_role", language, roles=place.who_may(RIGHTS[act], language))


@require_POST
@acts_in_unit
def act(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """POST ``act``, ``seen`` (digest), ``comment`` or ``reason``: the act on the version seen; then the next order."""
    language = request.language  # type: ignore[attr-defined]
    name = request.POST.get("act", "")
    if name in _IN_STATE:
        return _other_act(request, place, number, name)
    if name not in ACTS:
        raise Http404
    here = reverse("order", args=[place.unit.code, number])
    try:
        with place.working() as acting:
            found = _newest(place.unit, number)
            before = order_state(place.unit, found)
            comment = request.POST.get("comment", "").strip()[:LONGEST_COMMENT]
            ACTS[name](acting, found, request.POST.get("seen", ""), comment)
            following = orders_listed(place.unit, before, number, 1)
    except ActRefused as refused:
        say(request, constraint(_broken(place, found, name, refused), language), "bad")
        return redirect(here)
    return _done(request, place, number, name, before, following)


def _other_act(request: HttpRequest, place: Place, number: int, name: str) -> HttpResponse:
    """Send back, take up again, withdraw; what stands in the way is told on the page, beside what was written."""
    try:
        with place.working() as acting:
            found = _newest(place.unit, number)
            before = order_state(place.unit, found)
            seen = request.POST.get("seen", "")
            if name == "reopen":
                reopen(acting, found, seen)
            else:
                STOPS[name](acting, found, seen, written(request.POST, "reason", LONGEST_COMMENT))
            following = orders_listed(place.unit, before, number, 1) if before in STATES else []
    except REFUSALS as problem:
        told = told_back(problem, name, request.language)  # type: ignore[attr-defined]
        with place.working():
            return _page(request, place, number, told)
    return _done(request, place, number, name, before, following)


def _done(
    request: HttpRequest, place: Place, number: int, name: str, before: str, following: list[Listed]
) -> HttpResponse:
    """Say what was done, and lead on to the next order of the same list, or to the list."""
    language = request.language  # type: ignore[attr-defined]
    say(
        request,
        text(f"desk.acts.{name}.done", language, order=number),
        "good",
        reverse("order", args=[place.unit.code, number]),
        text("desk.look_at", language, words=number),
    )
    if following:
        return redirect("order", code=place.unit.code, number=following[0].number)
    return redirect(f"{reverse('orders', args=[place.unit.code])}?state={before}")


def _broken(place: Place, order: Order, act: str, refused: ActRefused) -> str:
    """The sentence to tell. Of one act sent twice, that it was done already: it breaks the rule of two persons too."""
    with place.working():
        done = OrderApproval.objects.filter(
            unit=place.unit, order=order, act=act, person=place.person
        ).exists()
    return "an_act_is_given_once" if done else refused.constraint


@require_safe
@in_unit
def attachment(request: HttpRequest, place: Place, number: int, digest: str) -> HttpResponse:
    """An attachment of the order's newest version, from the archive."""
    for one in _newest(place.unit, number).attachments:
        if one["digest"] == digest:
            return archived(digest, one["name"])
    raise Http404


def _newest(unit: Unit, number: int) -> Order:
    found = (
        Order.objects.filter(unit=unit, number=number)
        .select_related("customer", "payer", "bill_to", "ship_to")
        .order_by("-version")
        .first()
    )
    if found is None:
        raise Http404
    return found
