"""Invoices at offices abroad (S68): the way of each with its reason, the step it waits for, and who signs (EX 7)."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from reskontra.desk.access import Place, acts_in_unit, in_unit
from reskontra.desk.acts import REFUSALS, Stale, ToldBack, seen_as, told_back, written
from reskontra.desk.frame import say, show
from reskontra.expenditure.offices.actions import approve, review, send_back
from reskontra.expenditure.offices.lists import invoices_abroad
from reskontra.insight.offices import office_invoice_number
from reskontra.kernel.clauses import clause
from reskontra.kernel.texts import text
from reskontra.purchases.models import OfficeInvoice, OfficeMemo
from reskontra.runs.run import Acting

AREA = "purchases"
# The act that a step waits for, and the right to it.
STEPS: Mapping[str, tuple[str, str]] = {
    "review": ("review", "review_memo_abroad"),
    "approve": ("approve", "approve_memo_abroad"),
}


@require_safe
@in_unit
def offices(request: HttpRequest, place: Place) -> HttpResponse:
    """What waits, the oldest first; ``show=all`` also what is done."""
    return _page(request, place)


def _page(request: HttpRequest, place: Place, rejected: ToldBack | None = None, of: int = 0) -> HttpResponse:
    language = request.language  # type: ignore[attr-defined]
    everything = request.GET.get("show") == "all"
    found = invoices_abroad(place.unit, everything)
    rights = ("review_memo_abroad", "approve_memo_abroad")
    asked = [one["invoice"] for one in found if one["step"] in STEPS]
    memos = OfficeMemo.objects.filter(unit=place.unit, invoice__in=asked).order_by("version")
    seen = dict(memos.values_list("invoice_id", "digest"))  # the newest of each stays
    return show(
        request,
        place,
        "desk/offices.html",
        AREA,
        {
            "found": [
                {**one, "told": office_invoice_number(one["invoice"]), **_act_of(place, one, seen)}
                for one in found
            ],
            "everything": everything,
            "may_send_back": place.may("review_memo_abroad"),
            "roles": {right: place.who_may(right, language) for right in rights},
            "rejected": rejected,
            "of": of,
            "tab": "offices",
        },
        status=rejected.status if rejected else 200,
    )


def _act_of(place: Place, one: Mapping[str, Any], seen: Mapping[int, str]) -> dict[str, Any]:
    """The act that the invoice waits for at the desk, whether the person may do it, and what of its memo was seen."""
    act, right = STEPS.get(one["step"], ("", ""))
    return {"act": act, "may": bool(right) and place.may(right), "seen": seen.get(one["invoice"], "")}


@require_POST
@acts_in_unit
@clause("EX 7-a")
def act(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """POST ``act`` (review, approve or send_back) and ``seen``, the digest of the memo voucher that was looked at."""
    language = request.language  # type: ignore[attr-defined]
    name = request.POST.get("act", "")
    if name not in _ACTS:
        raise Http404
    try:
        with place.working() as acting:
            memo = _memo(place, id)
            if memo is None:
                raise Http404
            seen_as(request.POST, memo.digest)
            _ACTS[name](acting, memo, request.POST)
    except Stale:
        say(request, text("desk.offices.stale", language), "warn")
        return redirect("offices", code=place.unit.code)
    except REFUSALS as problem:
        rejected = told_back(problem, name, language)
        with place.working():
            return _page(request, place, rejected, id)
    say(request, text(f"offices.{name}_done", language, invoice=office_invoice_number(id)))
    return redirect("offices", code=place.unit.code)


def _memo(place: Place, invoice: int) -> OfficeMemo | None:
    known = OfficeInvoice.objects.filter(unit=place.unit, pk=invoice)
    return OfficeMemo.objects.filter(unit=place.unit, invoice__in=known).order_by("-version").first()


def _send_back(acting: Acting, memo: OfficeMemo, sent: QueryDict) -> None:
    send_back(acting, memo, written(sent, "reason", 200))


_ACTS: Mapping[str, Callable[[Acting, OfficeMemo, QueryDict], object]] = {
    "review": lambda acting, memo, sent: review(acting, memo),
    "approve": lambda acting, memo, sent: approve(acting, memo),
    "send_back": _send_back,
}
