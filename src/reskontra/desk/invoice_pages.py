"""Invoices (S25): the list, and one invoice with everything about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from reskontra.claims.models import Claim
from reskontra.desk.access import Place, in_unit
from reskontra.desk.acts import ToldBack
from reskontra.desk.clock import now
from reskontra.desk.files import download
from reskontra.desk.frame import show
from reskontra.desk.paging import ROWS, key, page_of
from reskontra.desk.why import why
from reskontra.income.delivery.channels import channels_on
from reskontra.income.delivery.follow_up import Followed, follow_up, not_sent
from reskontra.income.delivery.image import invoice_copy, invoice_image
from reskontra.insight.explanations import invoice_number
from reskontra.insight.invoices import (
    KINDS,
    entries_of,
    invoices_listed,
    lines_of,
    number_of,
    vat_of,
    way_out,
)
from reskontra.insight.orders import customers_named
from reskontra.insight.payments import open_of, settlements_of_claim
from reskontra.kernel.texts import text
from reskontra.registers.models import Unit
from reskontra.runs.run import Acting
from reskontra.sales.models import DeliveryDecision, Invoice, InvoicedOrder


@require_safe
@in_unit
def invoices(request: HttpRequest, place: Place) -> HttpResponse:
    """The invoices, newest first; a search by invoice number, reference or customer."""
    language = request.language  # type: ignore[attr-defined]
    words = request.GET.get("q", "").strip()
    asked = request.GET.get("kind", "")
    kind = asked if asked in KINDS else "all"
    narrow = _searched(place.unit, words) if words else {}
    found = invoices_listed(place.unit, kind, key(request), ROWS + 1, **narrow)
    return show(
        request,
        place,
        "desk/invoices.html",
        "invoices",
        {
            "page": page_of(request, found, "number"),
            "kind": kind,
            "kinds": KINDS,
            "words": words,
            "empty": text(f"desk.invoices.none.{'search' if words else kind}", language),
        },
    )


def _searched(unit: Unit, words: str) -> Mapping[str, Any]:
    number = number_of(unit, words)
    customers = customers_named(words)
    return {"customers": customers} if customers or number is None else {"number": number}


@require_safe
@in_unit
def invoice(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """One invoice: facts, lines, VAT, its way out, its voucher, and why it is as it is."""
    return invoice_page(request, place, found_invoice(place.unit, number))


@dataclass(frozen=True)
class Delivery:
    """How the delivery of an invoice stands when a person may have to settle it; ``seen`` is what a form binds to."""

    waits: Followed | None
    seen: str


def delivery_of(acting: Acting, found: Invoice) -> Delivery:
    """Where the delivery of ``found`` stands now. Called inside ``working_in``."""
    followed = follow_up(acting.unit, acting.at, [found.pk], standing="REVIEW") or not_sent(
        acting, [found.pk]
    )
    asked = DeliveryDecision.objects.filter(unit=acting.unit, invoice=found).count()
    waits = followed[0] if followed else None
    return Delivery(waits, f"{waits.attempt if waits else 0}.{waits.outcome if waits else ''}.{asked}")


def invoice_page(
    request: HttpRequest, place: Place, found: Invoice, rejected: ToldBack | None = None
) -> HttpResponse:
    """The page of ``found``; an act that was ``rejected`` puts back into its fields what was written."""
    language = request.language  # type: ignore[attr-defined]
    lines = lines_of(place.unit, found, language)
    orders = InvoicedOrder.objects.filter(unit=place.unit, invoice=found).order_by("number")
    steps = way_out(place.unit, found)
    acting = Acting(place.person, place.unit, now())
    claim = Claim.objects.filter(unit=place.unit, invoice=found).first()
    settled = settlements_of_claim(place.unit, claim.pk) if claim else []
    return show(
        request,
        place,
        "desk/invoice.html",
        "invoices",
        {
            "invoice": found,
            "written": invoice_number(place.unit, found.number),
            "original": invoice_number(place.unit, found.original.number) if found.original else "",
            "lines": lines,
            "vat": vat_of(lines),
            "orders": list(orders.values_list("number", flat=True)),
            "steps": steps,
            "state": invoices_listed(place.unit, number=found.number)[0].state,
            "delivery": delivery_of(acting, found),
            "channels": [one.key for one in channels_on(acting.day).by_key.values() if one.connected],
            "may": {"again": place.may("send_again"), "channel": place.may("change_channel")},
            "roles": place.who_may("send_again", language),
            "rejected": rejected,
            "old": request.POST if rejected else {},
            "entries": entries_of(place.unit, found, language),
            "settled": settled,
            "open": open_of(claim.amount, settled) if claim else None,
            "why": why(place.unit, invoice_number(place.unit, found.number), language),
        },
        status=rejected.status if rejected else 200,
    )


@require_safe
@in_unit
def finvoice(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """The Finvoice document of the invoice as it lies in its sealed batch; 404 before it is in one."""
    found = found_invoice(place.unit, number)
    copy = invoice_copy(place.unit, found.pk)
    if not copy.sent:
        raise Http404
    return download(copy.xml, f"{invoice_number(place.unit, found.number)}.xml")


@require_safe
@in_unit
def image(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """The invoice as the customer sees it, as PDF: as it was sent, or as it will be."""
    found = found_invoice(place.unit, number)
    data = invoice_image(place.unit, found.pk)
    return download(data, f"{invoice_number(place.unit, found.number)}.pdf", shown=True)


@require_safe
@in_unit
def picture(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """The first page of the same as a picture."""
    found = found_invoice(place.unit, number)
    first = invoice_copy(place.unit, found.pk).pages()[0]
    return download(first, f"{invoice_number(place.unit, found.number)}.png", shown=True)


def found_invoice(unit: Unit, number: int) -> Invoice:
    """The unit's invoice; raises ``Http404``."""
    found = (
        Invoice.objects.filter(unit=unit, number=number)
        .select_related("customer", "payer", "bill_to", "ship_to", "original", "voucher")
        .first()
        if number < 10**9
        else None
    )
    if found is None:
        raise Http404
    return found
