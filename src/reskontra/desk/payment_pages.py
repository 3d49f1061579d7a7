"""Payments (S26): what is unallocated and why, one payment with everything about it, and what banks told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from reskontra.bank.chain import chain_gaps
from reskontra.bank.models import Material, Payment
from reskontra.desk.access import Place, acts_in_unit, in_unit
from reskontra.desk.clock import today
from reskontra.desk.frame import say, show
from reskontra.desk.paging import ROWS, key, page_of
from reskontra.desk.payment_acts import ACTS, ActRejected, Rejection, act_on
from reskontra.desk.refusals import sentence
from reskontra.desk.why import outcome, why
from reskontra.exchange.messages import message
from reskontra.income.allocation.candidates import Candidate, candidates, may_be_taken_back
from reskontra.income.bank_material.chain import accounts_in_hand, in_transit
from reskontra.insight.payments import (
    Settled,
    lines_of_payment,
    payment_number,
    payments_found,
    rest_of,
    state_of,
    unallocated,
    uses_of_payment,
)
from reskontra.kernel.money import format_amount, plain
from reskontra.kernel.references import running_number
from reskontra.kernel.texts import text
from reskontra.registers.models import Unit, UnitAccount
from reskontra.runs.run import RunRefused

RIGHT = "point_payment"
SHARES = 6  # rows of the form to share by
MATERIALS_SHOWN = 10
DAYS_SHOWN = 20


@require_safe
@in_unit
def payments(request: HttpRequest, place: Place) -> HttpResponse:
    """The unallocated payments, the oldest first; a search by number, reference or amount looks in all."""
    language = request.language  # type: ignore[attr-defined]
    words = request.GET.get("q", "").strip()
    behind = key(request)
    found = (
        payments_found(place.unit, words, behind, ROWS + 1)
        if words
        else unallocated(place.unit, ROWS + 1, behind)
    )
    page = page_of(request, found, "payment")
    return show(
        request,
        place,
        "desk/payments.html",
        "payments",
        {
            "page": page,
            "listed": [(one, one.age(today())) for one in page.rows],
            "words": words,
            "tab": "payments",
            "empty": text(f"desk.payments.none.{'search' if words else 'unallocated'}", language),
        },
    )


@dataclass(frozen=True)
class Account:
    """A bank account of the unit: what ``accounts_in_hand`` tells of it, and its newest material."""

    told: Mapping[str, Any]
    materials: Sequence[Material]


@require_safe
@in_unit
def bank(request: HttpRequest, place: Place) -> HttpResponse:
    """The newest statements and lists of every account, gaps in their chain, and what is still in transit."""
    language = request.language  # type: ignore[attr-defined]
    ids = dict(UnitAccount.objects.filter(unit=place.unit).values_list("iban", "pk"))
    accounts = [
        Account(told, _newest(place.unit, ids[told["iban"]])) for told in accounts_in_hand(place.unit)
    ]
    waiting = in_transit(place.unit)
    return show(
        request,
        place,
        "desk/bank.html",
        "payments",
        {
            "accounts": accounts,
            "gaps": [message(one, language) for one in chain_gaps(place.unit)],
            "transit": waiting[-DAYS_SHOWN:][::-1],
            "days": len(waiting),
            "tab": "bank",
        },
    )


def _newest(unit: Unit, account: int) -> list[Material]:
    found = Material.objects.filter(unit=unit, account=account).select_related("file")
    return list(found.order_by("-id")[:MATERIALS_SHOWN])


@require_safe
@in_unit
def payment(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """One payment: what the bank told, what it was used for and why, and what a person may say of it."""
    return _page(request, place, _payment(place.unit, id))


def _page(
    request: HttpRequest, place: Place, found: Payment, rejected: Rejection | None = None
) -> HttpResponse:
    """The page of ``found``; what was sent and ``rejected`` stands in its fields again, with the reason."""
    language = request.language  # type: ignore[attr-defined]
    rest = rest_of(found)
    offered = candidates(place.unit, found, rest) if rest > 0 else []
    used = uses_of_payment(place.unit, found.pk)
    sent = request.POST if rejected else {}
    return show(
        request,
        place,
        "desk/payment.html",
        "payments",
        {
            "payment": found,
            "number": payment_number(found.pk),
            "rest": rest,
            "lines": lines_of_payment(place.unit, found.pk),
            "used": used,
            "undoable": _undoable(found, used),
            "taken": [
                (one, payment_number(one.payment)) for one in may_be_taken_back(place.unit, found, rest)
            ],
            "taken_number": sent.get("number", ""),
            "taken_chosen": sent.get("payment", ""),
            "candidates": [(one, running_number(place.unit.code, one.invoice)) for one in offered],
            "shares": _sent_shares(request) if rejected else _shares(place.unit, offered, language),
            "seen": state_of(found),
            "may": place.may(RIGHT),
            "roles": place.who_may(RIGHT, language),
            "rejected": rejected,
            "chosen": sent.get("claim", ""),
            "reasons": {
                name: sent.get("reason", "") if rejected and rejected.act == name else "" for name in ACTS
            },
            "why": why(place.unit, payment_number(found.pk), language),
        },
        status=rejected.status if rejected else 200,
    )


def _undoable(payment: Payment, used: Sequence[Settled]) -> bool:
    """Whether it was used for something that a person may undo: money that came in, or what the bank took."""
    own = [one.amount for one in used if (one.kind == "taken_back") == (payment.amount < 0)]
    return sum(own, start=Decimal(0)) != 0


def _shares(unit: Unit, offered: Sequence[Candidate], language: str) -> list[tuple[str, str]]:
    """The rows of the form to share by: several claims that add up to the payment are written out."""
    together = next((one.together for one in offered if one.together), ())
    claims = {one.claim: one for one in offered}
    rows = [
        (claims[one].reference, plain(claims[one].open).replace(".", "." if language == "en" else ","))
        for one in together
        if one in claims
    ]
    return rows + [("", "")] * (SHARES - len(rows))


def _sent_shares(request: HttpRequest) -> list[tuple[str, str]]:
    rows = list(zip(request.POST.getlist("reference"), request.POST.getlist("amount"), strict=False))[:SHARES]
    return rows + [("", "")] * (SHARES - len(rows))


@require_POST
@acts_in_unit
def act(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """POST ``act`` (one of ``ACTS``), ``seen``, ``reason`` and what the act needs; then the next payment.

    What was sent on another state of the payment than now does nothing, so an act sent twice is done once. What
    cannot be done as it was told is told back on the page with what was written: 422, or 409 when it does not fit.
    """
    language = request.language  # type: ignore[attr-defined]
    name = request.POST.get("act", "")
    if name not in ACTS:
        raise Http404
    here = reverse("payment", args=[place.unit.code, id])
    try:
        with place.working() as acting:
            found = _payment(place.unit, id)
            became = act_on(acting, found, name, request.POST)
            rest = rest_of(found)
            following = unallocated(place.unit, 1, id)
    except ActRejected as rejected:
        if rejected.rejection.stale:
            say(request, text("desk.payments.stale", language), "warn")
            return redirect(here)
        with place.working():
            return _page(request, place, _payment(place.unit, id), rejected.rejection)
    except RunRefused as refused:
        say(request, sentence(refused, language) or "", "warn")
        return redirect(here)
    number = payment_number(id)
    done = {
        "payment": number,
        "what": outcome(became, language),
        "left": format_amount(rest, language),
    }
    kind = "done" if rest == 0 else "left"
    goes_on = name != "undo" and following
    look = (here, text("desk.payments.look_at", language, payment=number)) if goes_on else ("", "")
    say(request, text(f"desk.payments.{kind}", language, **done), "good", *look)
    return redirect("payment", code=place.unit.code, id=following[0].payment) if goes_on else redirect(here)


def _payment(unit: Unit, id: int) -> Payment:
    found = Payment.objects.filter(unit=unit, pk=id).select_related("account").first()
    if found is None:
        raise Http404
    return found
