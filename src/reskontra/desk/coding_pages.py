"""Coding (S63): an invoice's posting lines in a grid, from a proposal, by shares or by hand; made for the keyboard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from reskontra.desk.access import Place, acts_in_unit, in_unit
from reskontra.desk.acts import REFUSALS, Stale, seen_as
from reskontra.desk.frame import say, show
from reskontra.desk.purchase_acts import standing_of
from reskontra.desk.purchase_pages import found_purchase
from reskontra.desk.refusals import sentence
from reskontra.documents.findings import Refused
from reskontra.exchange.messages import message
from reskontra.expenditure.circulation.actions import code
from reskontra.expenditure.circulation.coding import DIMENSIONS, LineDraft, Proposal, lines_of, propose, split
from reskontra.insight.circulation import list_of
from reskontra.insight.purchases import purchase_number
from reskontra.kernel.money import NotAnAmount, parse_amount, plain, round_cents
from reskontra.kernel.texts import text
from reskontra.purchases.models import Coding, PurchaseInvoice, PurchaseInvoiceLine, PurchaseVat
from reskontra.registers.models import Account, DimensionValue, Unit, VatRate
from reskontra.registers.policy import require
from reskontra.runs.run import lock

BALANCE = "="  # in a cell of an amount: what is left of the invoice
SPARE, MORE = 2, 5  # empty rows under those that are filled, and when more are asked for
MOST_ROWS = 100
CHOICES = 400  # what a look-up lists at most; what is not listed can be written all the same
AMOUNTS = ("net", "vat_percent", "vat", "share")
_NOTHING = Decimal(0)

Row = dict[str, str]


@dataclass(frozen=True)
class Wrong:
    """Something that is wrong with what was written: the sentence, and the row that it is about, if it is about one."""

    row: int | None
    sentence: str


class NotLines(Exception):
    """What was written cannot be read as lines; ``wrong`` says why."""

    def __init__(self, *wrong: Wrong) -> None:
        super().__init__(*(one.sentence for one in wrong))
        self.wrong = wrong


@require_safe
@in_unit
def coding(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """The grid with the lines of the proposal that ``from`` names, else of the newest coding or the surest proposal."""
    require(place.person, "code_invoice", place.unit, place.on)
    found = found_purchase(place.unit, id)
    if standing_of(place, found).circulating is None:
        say(request, text("desk.coding.not_now", request.language), "warn")  # type: ignore[attr-defined]
        return redirect("purchase", code=place.unit.code, id=id)
    return _page(request, place, found)


@require_POST
@acts_in_unit
def act(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """POST ``act`` (code, split or rows), ``seen``, and the cells of each row under their columns' names.

    ``split`` fills the grid by the shares that were written and saves nothing, ``rows`` gives more rows. What is wrong
    with the lines is told above the grid, all of it, with what was written: 422.
    """
    language = request.language  # type: ignore[attr-defined]
    name = request.POST.get("act", "")
    if name not in ("code", "split", "rows"):
        raise Http404
    written = _written(request.POST)
    try:
        with place.working() as acting:
            lock(place.unit, "matching")
            found = found_purchase(place.unit, id)
            require(place.person, "code_invoice", place.unit, place.on)
            seen_as(request.POST, standing_of(place, found).seen)
            if name == "rows":
                return _page(request, place, found, written, spare=MORE)
            if name == "split":
                parted = split(place.unit, found, _parts(written, language))
                return _page(request, place, found, _as_written([_row(one) for one in parted], language))
            code(acting, found, _lines(written, found, language))
            following = _next(place, id)
    except Stale:
        say(request, text("desk.purchase.stale", language), "warn")
        return redirect("purchase", code=place.unit.code, id=id)
    except (NotLines, *REFUSALS, Refused) as problem:
        with place.working():
            return _page(request, place, found_purchase(place.unit, id), written, _wrong(problem, language))
    here = reverse("purchase", args=[place.unit.code, id])
    say(
        request,
        text("desk.coding.done", language, invoice=found.number),
        "good",
        here if following else "",
        text("desk.purchase.look_at", language, id=purchase_number(id)),
    )
    return redirect("coding", code=place.unit.code, id=following) if following else redirect(here)


def _next(place: Place, done: int) -> int | None:
    """The next invoice on the person's list that is to be coded; None when none is left."""
    listed = list_of(place.unit, place.person, place.on)
    return next((one.invoice for one in listed if one.step == "code" and one.invoice != done), None)


def _wrong(problem: Exception, language: str) -> Sequence[Wrong]:
    if isinstance(problem, NotLines):
        return problem.wrong
    if isinstance(problem, Refused):
        return [Wrong(found.row, message(found, language)) for found in problem.findings]
    said = sentence(problem, language)
    if said is None:
        raise problem
    return [Wrong(None, said)]


def _columns() -> tuple[str, ...]:
    return ("account", "net", "vat_percent", "vat", *DIMENSIONS, "text", "share")


def _written(sent: QueryDict) -> list[Row]:
    """The rows as they were written; empty ones are left out, and what is more than the grid takes."""
    cells = {name: sent.getlist(name) for name in _columns()}
    rows = [
        {name: told[at].strip()[:120] if at < len(told) else "" for name, told in cells.items()}
        for at in range(min(max(map(len, cells.values())), MOST_ROWS))
    ]
    return [row for row in rows if any(told for name, told in row.items() if name != "vat_percent")]


def _lines(rows: Sequence[Row], invoice: PurchaseInvoice, language: str) -> list[LineDraft]:
    """The lines that the rows say; VAT that was not written is that of the percent. Raises ``NotLines``."""
    if not rows:
        raise NotLines(Wrong(None, text("desk.coding.no_lines", language)))
    wrong: list[Wrong] = []
    amounts = [_amounts(row, at, wrong, language) for at, row in enumerate(rows, start=1)]
    _balance(rows, amounts, "net", invoice.net, wrong, language)
    for told in amounts:
        if told.get("vat") is None and told.get("vat_percent") and told.get("net") is not None:
            told["vat"] = round_cents((told["net"] or _NOTHING) * (told["vat_percent"] or _NOTHING) / 100)
    _balance(rows, amounts, "vat", invoice.vat, wrong, language)
    if wrong:
        raise NotLines(*wrong)
    return [
        _draft(row, told["net"] or _NOTHING, told["vat"] or _NOTHING, told["vat_percent"])
        for row, told in zip(rows, amounts, strict=True)
    ]


def _amounts(row: Row, at: int, wrong: list[Wrong], language: str) -> dict[str, Decimal | None]:
    told: dict[str, Decimal | None] = {}
    for name in ("net", "vat", "vat_percent"):
        told[name] = None
        if row[name] and not (row[name] == BALANCE and name != "vat_percent"):
            try:
                told[name] = parse_amount(row[name].removesuffix("%"))
            except NotAnAmount:
                wrong.append(Wrong(at, text("desk.coding.no_number", language, row=at, value=row[name])))
    return told


def _balance(
    rows: Sequence[Row],
    amounts: Sequence[dict[str, Decimal | None]],
    name: str,
    whole: Decimal | None,
    wrong: list[Wrong],
    language: str,
) -> None:
    """Put what is left of ``whole`` into the one cell of column ``name`` that asks for it."""
    asking = [at for at, row in enumerate(rows) if row[name] == BALANCE]
    if not asking:
        return
    if len(asking) > 1 or whole is None:
        wrong.append(Wrong(asking[-1] + 1, text("desk.coding.one_balance", language, row=asking[-1] + 1)))
        return
    others = sum((told[name] or _NOTHING for at, told in enumerate(amounts) if at != asking[0]), _NOTHING)
    amounts[asking[0]][name] = whole - others


def _parts(rows: Sequence[Row], language: str) -> list[tuple[Decimal, LineDraft]]:
    """The shares (percent) with the coding of each; raises ``NotLines``."""
    parts, wrong = [], []
    for at, row in enumerate(rows, start=1):
        try:
            share = parse_amount(row["share"].removesuffix("%"))
        except NotAnAmount:
            wrong.append(
                Wrong(at, text("desk.coding.no_number", language, row=at, value=row["share"] or "–"))
            )
            continue
        parts.append((share, _draft(row, _NOTHING, _NOTHING, None)))
    if wrong:
        raise NotLines(*wrong)
    return parts


def _draft(row: Row, net: Decimal, vat: Decimal, percent: Decimal | None) -> LineDraft:
    return LineDraft(
        net,
        vat,
        row["account"],
        percent,
        row["text"],
        **{name: row[name] for name in DIMENSIONS},
    )


def _row(line: LineDraft) -> Row:
    """A line as it is written into the grid."""
    told = {name: str(value) for name, value in line.as_values().items() if isinstance(value, str)}
    percent = "" if line.vat_percent is None else f"{line.vat_percent.normalize():f}"
    return {**told, "net": plain(line.net), "vat": plain(line.vat), "vat_percent": percent, "share": ""}


def _as_written(rows: Sequence[Row], language: str) -> list[Row]:
    """Amounts with the comma of the reader's language; both are read."""
    point = "." if language == "en" else ","
    return [
        {name: told.replace(".", point) if name in AMOUNTS else told for name, told in row.items()}
        for row in rows
    ]


def _bare(unit: Unit, invoice: PurchaseInvoice) -> list[Row]:
    """A row for each of the invoice's VAT rates, without its coding."""
    empty = dict.fromkeys(_columns(), "")
    told = [
        {
            **empty,
            "net": plain(one.base),
            "vat": plain(one.amount),
            "vat_percent": "" if one.percent is None else f"{one.percent.normalize():f}",
        }
        for one in PurchaseVat.objects.filter(unit=unit, invoice=invoice).order_by("position")
        if one.base is not None and one.amount is not None
    ]
    if told or invoice.net is None:
        return told
    return [{**empty, "net": plain(invoice.net), "vat": plain(invoice.vat or _NOTHING)}]


def _filled(
    request: HttpRequest, place: Place, invoice: PurchaseInvoice, proposals: Sequence[Proposal]
) -> list[Row]:
    """What the grid begins with."""
    asked = request.GET.get("from", "")
    for one in proposals:
        if one.source == asked:
            return [_row(line) for line in one.lines]
    newest = Coding.objects.filter(unit=place.unit, invoice=invoice).order_by("-version").first()
    if newest is not None and asked != "bare":
        return [_row(line) for line in lines_of(newest.pk)]
    if proposals and asked != "bare":
        return [_row(line) for line in proposals[0].lines]
    return _bare(place.unit, invoice)


def _page(
    request: HttpRequest,
    place: Place,
    invoice: PurchaseInvoice,
    written: Sequence[Row] | None = None,
    wrong: Sequence[Wrong] = (),
    spare: int = SPARE,
) -> HttpResponse:
    language = request.language  # type: ignore[attr-defined]
    proposals = propose(place.unit, invoice, place.on)
    rows = (
        list(written)
        if written is not None
        else _as_written(_filled(request, place, invoice, proposals), language)
    )
    offered = choices(place, language)
    columns = [
        name
        for name in _columns()
        if name not in DIMENSIONS or offered.get(name) or any(row[name] for row in rows)
    ]
    empty: Row = dict.fromkeys(_columns(), "")
    faulty = {one.row for one in wrong}
    shown = [*rows, *[dict(empty) for _ in range(spare)]][:MOST_ROWS]
    grid = [
        {"at": at, "cells": [(name, row[name]) for name in columns], "wrong": at in faulty}
        for at, row in enumerate(shown, start=1)
    ]
    return show(
        request,
        place,
        "desk/coding.html",
        "purchases",
        {
            "invoice": invoice,
            "id": purchase_number(invoice.pk),
            "standing": standing_of(place, invoice),
            "proposals": proposals,
            "columns": columns,
            "amounts": AMOUNTS,
            "grid": grid,
            "choices": offered,
            "wrong": wrong,
            "rates": _rates(invoice),
            "rows": list(
                PurchaseInvoiceLine.objects.filter(unit=place.unit, invoice=invoice).order_by("position")[:50]
            ),
            "vat": list(PurchaseVat.objects.filter(unit=place.unit, invoice=invoice).order_by("position")),
            "pictures": [
                one
                for one in invoice.attachments
                if one.get("digest") and one.get("mime_type") in ("image/png", "image/jpeg")
            ],
            "net": plain(invoice.net) if invoice.net is not None else "",
            "vat_sum": plain(invoice.vat) if invoice.vat is not None else "",
        },
        status=422 if wrong else 200,
    )


def _rates(invoice: PurchaseInvoice) -> list[str]:
    day = invoice.supply_date or invoice.issue_date or invoice.received_date
    found = VatRate.objects.filter(validity__contains=day).values_list("percent", flat=True)
    return [f"{one.normalize():f}" for one in sorted(set(found), reverse=True)]


def choices(place: Place, language: str) -> Mapping[str, list[tuple[str, str]]]:
    """What each look-up offers on the day: code and name."""
    values = DimensionValue.objects.filter(
        Q(in_unit=place.unit) | Q(in_unit__isnull=True), validity__contains=place.on
    ).order_by("code")
    offered: dict[str, list[tuple[str, str]]] = {}
    for name in DIMENSIONS:
        told: Any = values.filter(dimension=name).values_list("code", "name")[:CHOICES]
        if found := list(told):
            offered[name] = found
    accounts = Account.objects.filter(validity__contains=place.on).exclude(kind="income").order_by("code")
    offered["account"] = list(accounts.values_list("code", f"name_{language}")[:CHOICES])
    return offered
