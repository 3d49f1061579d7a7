"""Purchase orders: the register, one order with what came and was invoiced, receipts, changes, orders by hand."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from reskontra.desk.access import Place, acts_in_unit, in_unit
from reskontra.desk.acts import (
    REFUSALS,
    Incomplete,
    Stale,
    ToldBack,
    day_of,
    seen_as,
    told_back,
    written,
)
from reskontra.desk.coding_pages import NotLines, Row, Wrong, choices
from reskontra.desk.entry_grid import (
    CODED,
    LARGEST_NUMBER,
    MORE,
    SPARE,
    Cells,
    Column,
    coded_columns,
    grid,
    shown_money,
    shown_number,
    written_rows,
)
from reskontra.desk.frame import say, show
from reskontra.desk.keys import key_of
from reskontra.desk.matched_anew import match_anew, tell_matched
from reskontra.desk.paging import ROWS, key, page_of
from reskontra.documents.findings import Refused
from reskontra.expenditure.matching.orders import (
    OrderLineTold,
    OrderTold,
    ReceiptTold,
    change_order,
    end_order,
    keep_orders,
    receive,
)
from reskontra.insight.agreed_invoices import invoices_naming
from reskontra.insight.purchase_orders import (
    KINDS,
    LineListed,
    OrderListed,
    lines_listed,
    order_events,
    order_listed,
    orders_listed,
)
from reskontra.kernel.clauses import clause
from reskontra.kernel.money import NotAnAmount, parse_amount
from reskontra.kernel.purchase_numbers import NumberKind, purchase_numbers
from reskontra.kernel.texts import text
from reskontra.purchases.models import (
    PurchaseDecision,
    PurchaseOrder,
    PurchaseOrderEnd,
    PurchaseOrderLine,
    PurchaseOrderLineChange,
    Receipt,
)
from reskontra.registers.models import Supplier
from reskontra.registers.policy import require
from reskontra.registers.tracking import Tracking
from reskontra.runs.run import Acting, RunRefused, lock

AREA = "purchases"
LINE = ("text", "quantity", "measure", "net", "vat_percent", *CODED)
_FIRST = (
    Column("text", "posting.text", most=200),
    Column("quantity", "desk.purchase.quantity", "number", 20),
    Column("measure", "desk.buying.measure", most=10),
    Column("net", "posting.net", "number", 20),
    Column("vat_percent", "posting.vat_percent", "number", 6),
)
_EXAMPLES: Mapping[NumberKind, str] = {"order": "V12026001", "contract": "VSK12026001", "posting": "TK1-500"}
_WHO = {
    "receive": "receive_goods",
    "receive_all": "receive_goods",
    "correct": "receive_goods",
    "end": "keep_orders",
}


@require_safe
@in_unit
def orders(request: HttpRequest, place: Place) -> HttpResponse:
    """The register, the newest first, by where they stand; a search looks in numbers and suppliers of all of them."""
    asked = request.GET.get("show", "open")
    kind = asked if asked in KINDS else "open"
    words = request.GET.get("q", "").strip()[:60]
    found, sums, counts = orders_listed(place.unit, kind, words, key(request), ROWS + 1)
    return show(
        request,
        place,
        "desk/purchase_orders.html",
        AREA,
        {
            "page": page_of(request, found, "id"),
            "sums": sums,
            "kinds": [(one, counts[one]) for one in KINDS],
            "kind": kind,
            "words": words,
            "may_keep": place.may("keep_orders"),
            "roles": place.who_may("keep_orders", request.language),  # type: ignore[attr-defined]
            "query": urlencode({"q": words} if words else {"show": kind}),
            "tab": "purchase-orders",
        },
    )


@require_safe
@in_unit
def order(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """One order: its lines, what came and was invoiced of each, its history, its invoices, and what may be done."""
    return _page(request, place, _listed(place, id))


def _page(
    request: HttpRequest, place: Place, found: OrderListed, rejected: ToldBack | None = None
) -> HttpResponse:
    lines = lines_listed(place.unit, found.id)
    sent = request.POST if rejected and rejected.act == "receive" else {}
    invoices = invoices_naming(place.unit, found.number, key(request), ROWS + 1)
    return show(
        request,
        place,
        "desk/purchase_order.html",
        AREA,
        {
            "order": found,
            "lines": lines,
            "to_come": [_to_come(one, sent) for one in lines if one.left > 0],
            "receipts": _correctable(place, lines),
            "events": order_events(found.id),
            "page": page_of(request, invoices, "id"),
            "seen": seen_of(place, found.id),
            "may": {right: place.may(right) for right in ("receive_goods", "keep_orders")},
            "roles": {
                right: place.who_may(right, request.language)  # type: ignore[attr-defined]
                for right in ("receive_goods", "keep_orders")
            },
            "rejected": rejected,
            "olds": {name: request.POST if rejected and rejected.act == name else {} for name in _WHO},
            "today": place.on.isoformat(),
        },
        status=rejected.status if rejected else 200,
    )


def _to_come(line: LineListed, sent: Mapping[str, str]) -> tuple[LineListed, str, str]:
    """A line of which something may still come, with what was written beside it."""
    return line, sent.get(f"quantity-{line.position}", ""), sent.get(f"amount-{line.position}", "")


def _correctable(place: Place, lines: Sequence[LineListed]) -> Sequence[Receipt]:
    """The receipts that brought something, the newest first: what may be corrected, while something of it is left."""
    left = [one.id for one in lines if one.received > 0]
    told = Receipt.objects.filter(unit=place.unit, line__in=left, net__gt=0)
    return list(told.select_related("line").order_by("-id")[:ROWS])


def seen_of(place: Place, order: int) -> str:
    """What of an order changes: its lines, their changes, what came, and its end."""
    lines = PurchaseOrderLine.objects.filter(unit=place.unit, order=order)
    newest = [
        told.order_by("-pk").values_list("pk", flat=True).first() or 0
        for told in (
            lines,
            PurchaseOrderLineChange.objects.filter(unit=place.unit, line__order=order),
            Receipt.objects.filter(unit=place.unit, line__order=order),
            PurchaseOrderEnd.objects.filter(unit=place.unit, order=order),
        )
    ]
    return ".".join(map(str, newest))


@require_POST
@acts_in_unit
@clause("EX 3-a")
def act(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """POST ``act`` (receive, receive_all, correct or end), ``seen`` and what the act needs.

    What was sent on another state of the order than now does nothing. The invoices that wait for the order are matched
    at once, and the next page says what became of them.
    """
    language = request.language  # type: ignore[attr-defined]
    name = request.POST.get("act", "")
    if name not in ACTS:
        raise Http404
    try:
        with place.working() as acting:
            lock(acting.unit, "matching")
            found = _listed(place, id)
            require(acting.person, _WHO[name], acting.unit, acting.day)
            seen_as(request.POST, seen_of(place, id))
            said = ACTS[name](acting, found, request.POST, language)
            decided = match_anew(acting, found.number, corrected=name == "correct")
    except Stale:
        say(request, text("desk.buying.stale", language), "warn")
        return redirect("purchase-order", code=place.unit.code, id=id)
    except REFUSALS as problem:
        rejected = told_back(problem, name, language)
        with place.working():
            return _page(request, place, _listed(place, id), rejected)
    say(request, said)
    tell_matched(request, place, decided)
    return redirect("purchase-order", code=place.unit.code, id=id)


def _receive_all(acting: Acting, found: OrderListed, sent: QueryDict, language: str) -> str:
    """Everything that is left of every line has come: by quantity where the line was received so, else by amount."""
    day = day_of(sent, "day")
    lines = [one for one in lines_listed(acting.unit, found.id) if one.left > 0]
    if not lines:
        raise RunRefused("desk.buying.nothing_left", number=found.number)
    for one in lines:
        whole = one.left_quantity > 0
        receive(
            acting,
            ReceiptTold(
                found.number, one.position, day, acting.person.name[:70],
                net=None if whole else one.left, quantity=one.left_quantity if whole else None,
            ),
        )  # fmt: skip
    return text("desk.buying.received_all", language, number=found.number)


def _receive(acting: Acting, found: OrderListed, sent: QueryDict, language: str) -> str:
    """What was written beside the lines: a quantity or an amount of each; lines without either have not come."""
    day, told = day_of(sent, "day"), 0
    for one in lines_listed(acting.unit, found.id):
        quantity = _number(sent, f"quantity-{one.position}")
        net = _number(sent, f"amount-{one.position}")
        if quantity is None and net is None:
            continue
        if quantity is not None and net is not None:
            raise Incomplete("one_of_two")
        if (quantity or net or Decimal(0)) <= 0:
            raise Incomplete("received_above_nothing")
        receive(
            acting,
            ReceiptTold(found.number, one.position, day, acting.person.name[:70], net=net, quantity=quantity),
        )
        told += 1
    if not told:
        raise Incomplete("received")
    return text("desk.buying.received", language, number=found.number, count=told)


def _correct(acting: Acting, found: OrderListed, sent: QueryDict, language: str) -> str:
    """Take back of a receipt what did not come: by quantity where it was told so, else by amount; all when unsaid."""
    receipts = Receipt.objects.filter(unit=acting.unit, line__order=found.id, net__gt=0)
    one = receipts.filter(pk=key_of(sent.get("receipt", ""))).select_related("line").first()
    if one is None:
        raise Incomplete("receipt")
    whole = one.net if one.quantity is None else one.quantity
    back = _number(sent, "back")
    back = whole if back is None else back
    if back <= 0:
        raise Incomplete("received_above_nothing")
    if back > whole:
        raise RunRefused("desk.buying.more_than_receipt", came=f"{whole.normalize():f}")
    receive(
        acting,
        ReceiptTold(
            found.number, one.line.position, day_of(sent, "day"), acting.person.name[:70],
            net=-back if one.quantity is None else None, quantity=None if one.quantity is None else -back,
        ),
    )  # fmt: skip
    return text("desk.buying.corrected", language, number=found.number, line=one.line.position)


def _end(acting: Acting, found: OrderListed, sent: QueryDict, language: str) -> str:
    order = PurchaseOrder.objects.get(unit=acting.unit, pk=found.id)
    end_order(acting, order, day_of(sent, "day"), written(sent, "reason", 200))
    return text("desk.buying.order_ended", language, number=found.number)


Act = Callable[[Acting, OrderListed, QueryDict, str], str]
ACTS: Mapping[str, Act] = {"receive": _receive, "receive_all": _receive_all, "correct": _correct, "end": _end}


def _number(sent: QueryDict, name: str) -> Decimal | None:
    words = sent.get(name, "").strip()
    if not words:
        return None
    try:
        return parse_amount(words)
    except NotAnAmount:
        raise Incomplete("number_form") from None


# --- lines: a new order, a changed one ---


@require_safe
@in_unit
def new(request: HttpRequest, place: Place) -> HttpResponse:
    """The form of an order by hand."""
    require(place.person, "keep_orders", place.unit, place.on)
    return _form(request, place, None, [], {"day": place.on.isoformat()})


@require_safe
@in_unit
def change(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """The form with the lines of an order as they are now."""
    require(place.person, "keep_orders", place.unit, place.on)
    found = _listed(place, id)
    if found.ended is not None:
        say(request, text("matching.order_has_ended", request.language, number=found.number), "warn")  # type: ignore[attr-defined]
        return redirect("purchase-order", code=place.unit.code, id=id)
    lines = [one for one in lines_listed(place.unit, id) if one.quantity]
    return _form(request, place, found, [_as_row(one, request.language) for one in lines], {})  # type: ignore[attr-defined]


@require_POST
@acts_in_unit
@clause("EX 3-a")
def make(request: HttpRequest, place: Place) -> HttpResponse:
    """POST an order: ``number``, ``supplier``, ``day`` and the cells of its lines; ``rows`` gives more rows."""
    language = request.language  # type: ignore[attr-defined]
    rows = written_rows(request.POST, LINE, "position")
    try:
        with place.working() as acting:
            require(acting.person, "keep_orders", acting.unit, acting.day)
            if request.POST.get("act") == "rows":
                return _form(request, place, None, rows, request.POST, spare=MORE)
            lock(acting.unit, "matching")
            number = number_on_invoices(request.POST, "number", "order", 20)
            told = OrderTold(
                number,
                supplier_of(request.POST).number,
                day_of(request.POST, "day"),
                _lines(acting, rows, {}, language),
            )
            keep_orders(acting, [told])
            made = PurchaseOrder.objects.get(unit=acting.unit, number=number)
            decided = match_anew(acting, number)
    except (NotLines, Refused, *REFUSALS) as problem:
        wrong = wrong_of(problem, "make", language)
        with place.working():
            return _form(request, place, None, rows, request.POST, wrong)
    return _made(request, place, made.pk, text("desk.buying.order_made", language, number=number), decided)


@require_POST
@acts_in_unit
@clause("EX 3-a")
def change_act(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """POST the lines that the order asks for from now on, whole: a line that is left out asks for nothing more."""
    language = request.language  # type: ignore[attr-defined]
    rows = written_rows(request.POST, LINE, "position")
    try:
        with place.working() as acting:
            require(acting.person, "keep_orders", acting.unit, acting.day)
            found = _listed(place, id)
            if request.POST.get("act") == "rows":
                return _form(request, place, found, rows, request.POST, spare=MORE)
            lock(acting.unit, "matching")
            seen_as(request.POST, seen_of(place, id))
            before = {str(one.position): one for one in lines_listed(place.unit, id)}
            lines = _lines(acting, rows, before, language)
            changed = change_order(acting, PurchaseOrder.objects.get(unit=acting.unit, pk=id), lines)
            decided = match_anew(acting, found.number)
    except Stale:
        say(request, text("desk.buying.stale", language), "warn")
        return redirect("purchase-order", code=place.unit.code, id=id)
    except (NotLines, Refused, *REFUSALS) as problem:
        wrong = wrong_of(problem, "change", language)
        with place.working():
            return _form(request, place, _listed(place, id), rows, request.POST, wrong)
    outcome = "desk.buying.order_changed" if changed else "desk.buying.order_as_before"
    return _made(request, place, id, text(outcome, language, number=found.number, count=changed), decided)


def _made(
    request: HttpRequest, place: Place, id: int, said: str, decided: Sequence[PurchaseDecision]
) -> HttpResponse:
    say(request, said)
    tell_matched(request, place, decided)
    return redirect("purchase-order", code=place.unit.code, id=id)


def _lines(
    acting: Acting, rows: Sequence[Row], before: Mapping[str, LineListed], language: str
) -> list[OrderLineTold]:
    """The lines that the rows say; raises ``NotLines`` with everything that is wrong.

    A new row takes the next place; a price that nobody changed stays as it was told.
    """
    cells = Cells(language)
    codings = cells.codings(acting.unit, rows, acting.day)
    following = max((one.position for one in before.values()), default=0)
    lines: list[OrderLineTold] = []
    for at, (row, coding) in enumerate(zip(rows, codings, strict=True), start=1):
        known = before.get(row["position"])
        if known is None:
            following += 1
        told = _line(cells, row, at, coding, known, known.position if known else following)
        if told is not None:
            lines.append(told)
    if not rows:
        cells.note(None, "desk.coding.no_lines")
    cells.tell()
    return lines


def _line(
    cells: Cells, row: Row, at: int, coding: Tracking, known: LineListed | None, position: int
) -> OrderLineTold | None:
    quantity, net = cells.number(row, "quantity", at), cells.money(row, "net", at)
    percent = cells.percent(row, "vat_percent", at)
    if not row["text"]:
        cells.missing(at, "posting.text")
    if not row["net"]:
        cells.missing(at, "posting.net")
    quantity = Decimal(1) if quantity is None and not row["quantity"] else quantity
    if quantity is None or net is None:
        return None
    if quantity <= 0 or net < 0:
        cells.note(at, "desk.grid.asks_for_nothing", row=at)
        return None
    same = known is not None and (known.quantity, known.net) == (quantity, net)
    if net / quantity >= LARGEST_NUMBER:
        cells.note(at, "desk.grid.too_large", row=at, value=row["quantity"])
        return None
    return OrderLineTold(
        text=row["text"],
        net=net,
        quantity=quantity,
        price=known.price if same and known else None,
        item=known.item if known else "",
        measure=row["measure"][:10],
        vat_percent=percent,
        coding=coding,
        position=position,
    )


def _as_row(line: LineListed, language: str) -> Row:
    numbers = {name: shown_number(getattr(line, name), language) for name in ("quantity", "vat_percent")}
    numbers["net"] = shown_money(line.net, language)
    words = {name: getattr(line, name) for name in ("text", "measure", *CODED)}
    return {**numbers, **words, "position": str(line.position)}


def _form(
    request: HttpRequest,
    place: Place,
    found: OrderListed | None,
    rows: Sequence[Row],
    old: Mapping[str, str],
    wrong: Sequence[Wrong] = (),
    spare: int = SPARE,
) -> HttpResponse:
    language = request.language  # type: ignore[attr-defined]
    offered = choices(place, language)
    return show(
        request,
        place,
        "desk/purchase_order_form.html",
        AREA,
        {
            "order": found,
            "old": old,
            "seen": seen_of(place, found.id) if found else "",
            "grid": grid(
                "line",
                (*_FIRST, *coded_columns(rows, offered)),
                rows,
                spare,
                [one.row for one in wrong],
                "position",
            ),
            "choices": offered,
            "wrong": wrong,
            "suppliers": Supplier.objects.none() if found else offered_suppliers(),
        },
        status=422 if wrong else 200,
    )


def number_on_invoices(sent: QueryDict, name: str, kind: NumberKind, most: int) -> str:
    """The number that was written, in capitals, if an invoice that carries it is recognised by it (EX 3-c).

    Raises ``Incomplete`` for nothing, ``RunRefused`` for what no invoice would be matched by.
    """
    told = written(sent, name, most, name).upper()
    if [(one.kind, one.value) for one in purchase_numbers([(name, told)])] != [(kind, told)]:
        raise RunRefused("desk.buying.not_on_invoices", number=told, example=_EXAMPLES[kind])
    return told


def offered_suppliers() -> Sequence[Supplier]:
    """What the look-up of suppliers offers: those that may be paid, by name; another can be written by number."""
    return list(Supplier.objects.filter(blocked="").order_by("sort_key")[:400])


def wrong_of(problem: Exception, act: str, language: str) -> Sequence[Wrong]:
    """What to tell above a form, line by line; raises ``problem`` again when there are no words for it."""
    if isinstance(problem, NotLines):
        return problem.wrong
    return [Wrong(None, told_back(problem, act, language).sentence)]


def supplier_of(sent: QueryDict) -> Supplier:
    """The supplier that was written, by number, business id or whole name; raises ``Incomplete`` for nobody or two."""
    told = written(sent, "supplier", 140, "supplier")
    found = Supplier.objects.filter(number=told.split()[0]).first()
    found = found or Supplier.objects.filter(business_id=told).exclude(business_id="").first()
    if found is None:
        named = list(Supplier.objects.filter(name__iexact=told)[:2])
        found = named[0] if len(named) == 1 else None
    if found is None:
        raise Incomplete("supplier")
    return found


def _listed(place: Place, id: int) -> OrderListed:
    found = order_listed(place.unit, id)
    if found is None:
        raise Http404
    return found
