"""Forms and answers as workbooks: what goes out to those who send billing requests.

Everything is written as text cells or typed numbers and dates; no text ever becomes a formula or a link,
whatever it begins with.
"""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

import xlsxwriter  # type: ignore[import-untyped]

from reskontra.documents.billing_request import BillingRequest, CustomerUpdates, RequestLine, RequestOrder
from reskontra.formats.workbooks.columns import Column, columns
from reskontra.formats.workbooks.readings import masked
from reskontra.kernel.money import round_cents
from reskontra.kernel.texts import text

Status = Literal["accepted", "returned", "duplicate"]

_LONGEST_CELL = 32_767
_MESSAGE_WIDTH = 60
_TEMPLATE_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What became of one row: its status, why in the reader's language, and the order's number if any.

    ``customer`` is the number of the customer that the row named in other words, to be filled in.
    """

    status: Status
    message: str = ""
    order_number: str | None = None
    customer: str = ""


@dataclass(frozen=True, slots=True)
class _Form:
    """The columns of a form that its answer treats in a way of their own."""

    name: Literal["billing", "customers"]
    customer: str  # where the customer's number is
    identity: str  # what stays as the sender wrote it
    answers: tuple[str, ...]


_BILLING = _Form("billing", "customer_no", "identity", ("answer_status", "answer_error", "answer_order"))
_CUSTOMERS = _Form("customers", "number", "personal_code", ("answer_status", "answer_error"))


def write_results(original: BillingRequest, outcomes: Mapping[int, RowOutcome], language: str) -> bytes:
    """The sender's own columns and rows with status, error and order number, as an xlsx workbook.

    ``outcomes`` is by row number; every row of the request must have one, or ``KeyError`` is raised: no
    row may end as nothing. Labels are the file's own; the added columns are named in ``language``
    (``Status`` and ``Error`` in English). A customer's number that the row lacks is filled in (OC 3.2-b).
    Personal codes in texts where they do not belong are masked; the customer's own identity stays as the
    sender wrote it, so that the file can be corrected and sent again (OC 2.2-f, 3.9-c).
    """
    rows = [(row.row, row.cells) for row in original.rows]
    return _answer(_BILLING, original.labels, rows, outcomes, language)


def write_customer_results(
    original: CustomerUpdates, outcomes: Mapping[int, RowOutcome], language: str
) -> bytes:
    """The same of a customer update: the numbers that the register gave stand where they were left empty."""
    rows = [(one.row, one.cells) for one in original.customers]
    return _answer(_CUSTOMERS, original.labels, rows, outcomes, language)


def _answer(
    form: _Form,
    labels: Mapping[str, str],
    rows: Sequence[tuple[int, Mapping[str, str]]],
    outcomes: Mapping[int, RowOutcome],
    language: str,
) -> bytes:
    names = list(labels) or list(dict.fromkeys(name for _, cells in rows for name in cells))
    if form.customer not in names and any(outcome.customer for outcome in outcomes.values()):
        names.append(form.customer)
    heading = [labels.get(name) or _label(form, name, language) for name in names]
    heading += [columns(form.name)[name].label(language) for name in form.answers]
    buffer = io.BytesIO()
    with _workbook(buffer) as book:
        sheet = _Sheet(book, text("workbook.sheet.result", language), heading)
        for place, (number, cells) in enumerate(rows, start=1):
            outcome = outcomes[number]
            own = [_own_cell(form, name, cells.get(name, ""), outcome) for name in names]
            status = text(f"workbook.status.{outcome.status}", language)
            told = {"answer_error": masked(outcome.message), "answer_order": outcome.order_number or ""}
            sheet.write(place, [*own, status, *(told[name] for name in form.answers[1:])])
    return buffer.getvalue()


def _label(form: _Form, name: str, language: str) -> str:
    return columns(form.name)[name].label(language) if name in columns(form.name) else name


def write_billing(
    orders: Sequence[RequestOrder], language: str, *, unit: str | None = None, contact: str | None = None
) -> bytes:
    """A billing request as a workbook of our form, with a control sheet that declares its own counts.

    Reading it again gives the same orders. Rows are numbered anew; the order keys stand in their column.
    """
    used = [column for column in columns("billing").values() if _is_used(column, orders)]
    rows = [(order, index, line) for order in orders for index, line in enumerate(order.lines)]
    buffer = io.BytesIO()
    with _workbook(buffer) as book:
        heading = [column.label(language) for column in used]
        sheet = _Sheet(book, text("workbook.sheet.rows", language), heading)
        for number, (order, index, line) in enumerate(rows, start=1):
            sheet.write(number, [_value(column, order, line, index == 0) for column in used])
        lines = [line for _, _, line in rows]
        _write_control(book, language, _declared(orders, lines, unit, contact))
    return buffer.getvalue()


def template(language: str) -> bytes:
    """An empty form in ``language``: heading row, drop-down lists, a control sheet and a help sheet."""
    form = [column for column in columns("billing").values() if column.level != "answer"]
    buffer = io.BytesIO()
    with _workbook(buffer) as book:
        sheet = _Sheet(
            book, text("workbook.sheet.rows", language), [column.label(language) for column in form]
        )
        for place, column in enumerate(form):
            sheet.offer(place, column, language)
        _write_control(book, language, dict.fromkeys(columns("control")))
        _write_help(book, form, language)
    return buffer.getvalue()


@contextmanager
def _workbook(buffer: io.BytesIO) -> Iterator[Any]:
    book = xlsxwriter.Workbook(
        buffer,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    # The same content gives the same bytes.
    book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001 - written as it stands
    yield book
    book.close()


class _Sheet:
    """A sheet with a frozen heading row; rows are written in order and leave memory at once."""

    def __init__(self, book: Any, name: str, heading: Sequence[str]) -> None:
        self._sheet = book.add_worksheet(name)
        self._text = book.add_format({"num_format": "@"})
        self._bold = book.add_format({"bold": True, "num_format": "@", "text_wrap": True})
        self._date = book.add_format({"num_format": "d.m.yyyy"})
        self._sheet.freeze_panes(1, 0)
        for place, label in enumerate(heading):
            self._sheet.set_column(place, place, max(12, min(len(label) + 2, _MESSAGE_WIDTH)))
            self._put(0, place, label, self._bold)

    def write(self, row: int, cells: Sequence[str | Decimal | date | None]) -> None:
        for place, cell in enumerate(cells):
            if isinstance(cell, Decimal):
                self._sheet.write_number(row, place, float(cell))
            elif isinstance(cell, date):
                self._sheet.write_datetime(row, place, datetime(cell.year, cell.month, cell.day), self._date)  # noqa: DTZ001
            elif cell:
                self._put(row, place, cell, self._text)

    def offer(self, place: int, column: Column, language: str) -> None:
        """Cell formats and drop-down lists for the rows that will be filled in."""
        kept = {"date": self._date, "quantity": None, "unit_price": None}.get(column.kind, self._text)
        self._sheet.set_column(place, place, max(12, len(column.label(language)) + 2), kept)
        choices = _CHOICES.get(column.kind)
        if choices:
            self._sheet.data_validation(
                1, place, _TEMPLATE_ROWS, place, {"validate": "list", "source": list(choices)}
            )

    def _put(self, row: int, place: int, cell: str, how: Any) -> None:
        self._sheet.write_string(row, place, _printable(cell)[:_LONGEST_CELL], how)


_CHOICES: Mapping[str, tuple[str, ...]] = {
    "flag": ("1", "0"),
    "language": ("fi", "sv", "en"),
    "gross_net": ("N",),
}


_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def _printable(cell: str) -> str:
    """Without the signs that XML cannot carry: a workbook with one of them opens nowhere."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", cell)


def _own_cell(form: _Form, name: str, cell: str, outcome: RowOutcome) -> str:
    if name == form.customer and not cell:
        return outcome.customer
    return cell if name == form.identity else masked(cell)


def _is_used(column: Column, orders: Sequence[RequestOrder]) -> bool:
    if column.name in ("order_start", "order_key", "item", "quantity", "customer_no"):
        return True
    return column.level != "answer" and any(
        _value(column, order, line, True) is not None for order in orders for line in order.lines
    )


def _value(
    column: Column, order: RequestOrder, line: RequestLine, first: bool
) -> str | Decimal | date | None:
    if column.name == "order_start":
        return "1" if first else "0"
    if column.name == "order_key":
        return order.key
    if column.level == "line":
        return _plain(getattr(line, column.field))
    if not first:
        return None
    found: Any = order
    for name in column.field.split("."):
        found = getattr(found, name)
    return _plain(found)


def _plain(value: Any) -> str | Decimal | date | None:
    if isinstance(value, tuple):
        return "; ".join(value) or None
    return value if isinstance(value, Decimal | date) else value or None


def _declared(
    orders: Sequence[RequestOrder], lines: Sequence[RequestLine], unit: str | None, contact: str | None
) -> dict[str, str | Decimal | None]:
    priced = [
        line.quantity * line.unit_price
        for line in lines
        if line.quantity is not None and line.unit_price is not None
    ]
    total = round_cents(sum(priced, Decimal(0))) if len(priced) == len(lines) else None
    return {
        "rows": Decimal(len(lines)),
        "orders": Decimal(len(orders)),
        "total": total,
        "unit": unit,
        "contact": contact,
    }


def _write_control(book: Any, language: str, declared: Mapping[str, str | Decimal | None]) -> None:
    sheet = _Sheet(
        book, text("workbook.sheet.control", language), [text("workbook.control.heading", language)]
    )
    for number, (name, column) in enumerate(columns("control").items(), start=1):
        sheet.write(number, [column.label(language), declared.get(name)])


def _write_help(book: Any, form: Sequence[Column], language: str) -> None:
    heading = [text(f"workbook.help.{name}", language) for name in ("column", "what", "name")]
    sheet = _Sheet(book, text("workbook.sheet.help", language), heading)
    for number, column in enumerate(form, start=1):
        about = text(f"workbook.kind.{column.kind}", language, most=column.most or "")
        sheet.write(number, [column.label(language), about, column.name])
    notes = text("workbook.help.notes", language).splitlines()
    for number, note in enumerate(notes, start=len(form) + 2):
        sheet.write(number, [note])
