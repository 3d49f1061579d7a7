"""Delivery and its reconciliation (S26): batches beside their answers, what waits for a person, the invoice lists."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from reskontra.desk.access import Place, acts_in_unit, in_unit
from reskontra.desk.acts import REFUSALS, Stale, chosen, seen_as, told_back, written
from reskontra.desk.clock import now
from reskontra.desk.frame import say, show
from reskontra.desk.invoice_pages import delivery_of, found_invoice, invoice_page
from reskontra.desk.paging import ROWS, key, page_of
from reskontra.desk.refusals import sentence
from reskontra.income.delivery.actions import change_channel, send_again
from reskontra.income.delivery.channels import channels_on
from reskontra.income.delivery.follow_up import worklist
from reskontra.income.delivery.lists import approve_invoice_list, invoice_lists, review_invoice_list
from reskontra.insight.deliveries import batches
from reskontra.insight.explanations import invoice_number
from reskontra.insight.invoices import KINDS
from reskontra.kernel.clauses import clause
from reskontra.kernel.texts import text
from reskontra.runs.models import Run
from reskontra.runs.run import Acting
from reskontra.sales.models import Invoice

LISTS_SHOWN = 20
LIST_ACTS = {"review": review_invoice_list, "approve": approve_invoice_list}
_LIST_RIGHTS = ("review_invoice_list", "approve_invoice_list", "approve_invoice_list_in_unit")


@require_safe
@in_unit
@clause("OC 3.9-d", "OC 3.9-e")
def deliveries(request: HttpRequest, place: Place) -> HttpResponse:
    """What waits for a person, the batches with their answers, and the invoice lists beside the archive."""
    waiting = worklist(Acting(place.person, place.unit, now()), now())
    found = batches(place.unit, key(request), ROWS + 1)
    lists = invoice_lists(place.unit)
    return show(
        request,
        place,
        "desk/deliveries.html",
        "invoices",
        {
            "kind": "deliveries",
            "waiting": waiting,
            "kinds": KINDS,
            "amount": sum((one.amount for one in waiting), Decimal(0)),
            "page": page_of(request, found, "file"),
            "lists": lists[: -LISTS_SHOWN - 1 : -1],
            "may": {
                act: any(place.may(right) for right in _LIST_RIGHTS if act in right) for act in LIST_ACTS
            },
        },
    )


@require_POST
@acts_in_unit
def act(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """POST ``act`` (again or channel), ``seen``, ``reason`` and, for another channel, ``channel``.

    What was sent on another state of the delivery than now does nothing.
    """
    language = request.language  # type: ignore[attr-defined]
    name = request.POST.get("act", "")
    if name not in ACTS:
        raise Http404
    try:
        with place.working() as acting:
            found = found_invoice(place.unit, number)
            seen_as(request.POST, delivery_of(acting, found).seen)
            ACTS[name](acting, found, request.POST)
    except Stale:
        say(request, text("desk.deliveries.stale", language), "warn")
        return redirect("invoice", code=place.unit.code, number=number)
    except REFUSALS as problem:
        rejected = told_back(problem, name, language)
        with place.working():
            return invoice_page(request, place, found_invoice(place.unit, number), rejected)
    say(request, text("deliveries.again_done", language, invoice=invoice_number(place.unit, number)))
    return redirect("deliveries", code=place.unit.code)


def _send_again(acting: Acting, found: Invoice, sent: QueryDict) -> None:
    send_again(acting, found, written(sent, "reason"))


def _change_channel(acting: Acting, found: Invoice, sent: QueryDict) -> None:
    channel = chosen(sent, "channel", tuple(channels_on(acting.day).by_key), "channel")
    change_channel(acting, found, channel, written(sent, "reason"))


ACTS: Mapping[str, Callable[[Acting, Invoice, QueryDict], None]] = {
    "again": _send_again,
    "channel": _change_channel,
}


@require_POST
@acts_in_unit
@clause("OC 3.9-f")
def list_act(request: HttpRequest, place: Place, run: int) -> HttpResponse:
    """POST ``act`` (review or approve) and ``seen``, the digest of the invoicing report that was looked at."""
    language = request.language  # type: ignore[attr-defined]
    name = request.POST.get("act", "")
    if name not in LIST_ACTS:
        raise Http404
    try:
        with place.working() as acting:
            found = Run.objects.filter(unit=place.unit, name="invoicing", pk=run).first()
            if found is None:
                raise Http404
            comment = request.POST.get("comment", "").strip()[:350]
            LIST_ACTS[name](acting, found, request.POST.get("seen", ""), comment)
    except REFUSALS as problem:
        say(request, sentence(problem, language) or "", "warn")
        return redirect("deliveries", code=place.unit.code)
    told = text(f"deliveries.act_{name}", language)
    say(request, text("deliveries.list_done", language, run=str(run), act=told))
    return redirect("deliveries", code=place.unit.code)
