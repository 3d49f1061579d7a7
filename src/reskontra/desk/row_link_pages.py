"""Matching an invoice's rows (S62): invoice, order and receipts side by side; each row is linked to its order line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from reskontra.desk.access import Place, acts_in_unit, in_unit
from reskontra.desk.acts import REFUSALS, Incomplete, Stale, ToldBack, seen_as, told_back
from reskontra.desk.frame import say, show
from reskontra.desk.keys import key_of
from reskontra.desk.number_line import number_line
from reskontra.desk.purchase_acts import Standing, matched_anew, standing_of
from reskontra.desk.purchase_pages import agreed_of, difference_told, found_purchase
from reskontra.expenditure.matching.actions import link_rows
from reskontra.insight.purchase_events import InvoiceRow, OrderBeside, order_beside, rows_beside
from reskontra.insight.purchases import purchase_number
from reskontra.kernel.clauses import clause
from reskontra.kernel.texts import text
from reskontra.purchases.models import InvoiceIdentifier, PurchaseInvoice
from reskontra.registers.policy import require
from reskontra.runs.run import lock

_FIELD = "row-"


@dataclass(frozen=True)
class Shown:
    """A row with what is chosen for it: the place of an order line as written, empty for what the row names itself."""

    row: InvoiceRow
    chosen: str

    @property
    def named(self) -> str:
        """The place of the line that the row names itself; empty when it names none."""
        return "" if self.row.named is None else str(self.row.named)


@require_safe
@in_unit
def links(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """The rows of an open invoice beside the lines of the order that it names, and what was received of them."""
    require(place.person, "link_row", place.unit, place.on)
    found = found_purchase(place.unit, id)
    standing = standing_of(place, found)
    order = _order(place, found, standing)
    if order is None or not standing.open or standing.match is not None:
        say(request, text("desk.links.not_now", request.language), "warn")  # type: ignore[attr-defined]
        return redirect("purchase", code=place.unit.code, id=id)
    return _page(request, place, found, standing, order)


@require_POST
@acts_in_unit
@clause("EX 3-a")
def act(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """POST ``seen`` and, as ``row-N``, the place of the order line that row N goes to; empty is what it names itself.

    Rows that are not sent stay as they are. The invoice is matched anew at once, and its own page opens. What cannot be
    done is told back with what was chosen: 422, or 409 when it does not fit.
    """
    language = request.language  # type: ignore[attr-defined]
    try:
        with place.working() as acting:
            lock(place.unit, "matching")
            found = found_purchase(place.unit, id)
            require(place.person, "link_row", place.unit, place.on)
            standing = standing_of(place, found)
            seen_as(request.POST, standing.seen)
            changed = link_rows(acting, found, _links(request.POST, _rows(place, found, standing)))
            told = matched_anew(acting, found, [found.pk], language) if changed else []
    except Stale:
        say(request, text("desk.purchase.stale", language), "warn")
        return redirect("purchase", code=place.unit.code, id=id)
    except REFUSALS as problem:
        rejected = told_back(problem, "link", language)
        with place.working():
            found = found_purchase(place.unit, id)
            standing = standing_of(place, found)
            order = _order(place, found, standing)
            if order is None:
                raise
            return _page(request, place, found, standing, order, rejected)
    done = text("desk.links.done", language, count=changed) if changed else text("desk.links.same", language)
    for one in (done, *told):
        say(request, one, "good" if changed else "warn")
    return redirect("purchase", code=place.unit.code, id=id)


def _order(place: Place, found: PurchaseInvoice, standing: Standing) -> OrderBeside | None:
    numbers = list(InvoiceIdentifier.objects.filter(unit=place.unit, invoice=found).order_by("id"))
    return order_beside(place.unit, found, agreed_of(standing, numbers))


def _rows(place: Place, found: PurchaseInvoice, standing: Standing) -> Mapping[int, InvoiceRow]:
    order = _order(place, found, standing)
    return {one.position: one for one in rows_beside(found, order.order)} if order else {}


def _links(sent: QueryDict, rows: Mapping[int, InvoiceRow]) -> dict[int, int | None]:
    """What was chosen for each row that was sent; the line that a row names itself is no link."""
    chosen: dict[int, int | None] = {}
    for name, value in sent.items():
        if not name.startswith(_FIELD):
            continue
        place, line = key_of(name.removeprefix(_FIELD)), key_of(str(value))
        if not place or (value and not line):
            raise Incomplete("line")
        row = rows.get(place)
        chosen[place] = None if not line or (row is not None and row.named == line) else line
    return chosen


def _page(
    request: HttpRequest,
    place: Place,
    found: PurchaseInvoice,
    standing: Standing,
    order: OrderBeside,
    rejected: ToldBack | None = None,
) -> HttpResponse:
    difference = difference_told(standing)
    rows = rows_beside(found, order.order)
    told = sum((one.net or Decimal(0) for one in rows), Decimal(0))
    return show(
        request,
        place,
        "desk/row_links.html",
        "purchases",
        {
            "invoice": found,
            "id": purchase_number(found.pk),
            "standing": standing,
            "order": order,
            "rows": _shown(rows, request.POST if rejected else {}),
            "whole": told == found.net,
            "line": number_line(difference) if difference else None,
            "rejected": rejected,
        },
        status=rejected.status if rejected else 200,
    )


def _shown(rows: Sequence[InvoiceRow], sent: Mapping[str, str]) -> list[Shown]:
    return [
        Shown(one, sent.get(f"{_FIELD}{one.position}", "" if one.linked is None else str(one.linked)))
        for one in rows
    ]
