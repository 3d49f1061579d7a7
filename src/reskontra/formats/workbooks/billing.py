"""Billing requests from workbooks, CSV and JSON: bytes to ``BillingRequest`` (OC 3.2-a, 3.9-a, 3.9-c).

One row bills one line. A row that begins an order carries what concerns the whole order; later rows leave
it empty or repeat it. Every row that holds something ends in ``rows``, and what is wrong with it in
``findings``, with the row and the column as the sender sees them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import zip_longest
from operator import attrgetter
from typing import Any

from reskontra.documents.billing_request import BillingRequest, Source
from reskontra.documents.findings import Finding
from reskontra.formats.workbooks.columns import columns
from reskontra.formats.workbooks.json_requests import JsonRequest, JsonRow, read_json_request
from reskontra.formats.workbooks.json_values import looks_like_json
from reskontra.formats.workbooks.orders import STEERING, OrderBook, Row
from reskontra.formats.workbooks.plain import PlainRequest, PlainRow, request_of
from reskontra.formats.workbooks.readings import EMPTY, ColumnReader, Raw, Reading, column_readers, written
from reskontra.formats.workbooks.refusals import shown
from reskontra.formats.workbooks.tables import Table, read_table
from reskontra.kernel.money import round_cents

_BATCH = 500
_PROBLEMS = attrgetter("problems")
_TOTAL = ColumnReader("total", columns("control")["total"])


def read_billing(data: bytes, name: str) -> BillingRequest:
    """The billing request in a file, told apart by its content; ``name`` only helps people.

    Returns the orders and rows with all findings; amounts in euro without VAT. Raises ``Refused`` when the
    file as a whole cannot be used: damaged, too large, hostile, or without the columns that are needed.
    """
    reading = open_billing(data)
    rows = [row for batch in reading.rows() for row in batch]
    return request_of(PlainRequest(reading.head(), rows, list(reading.orders())))


def open_billing(data: bytes) -> "BillingReading":
    """A reading that gives a file's content piece by piece, as a child process sends it to its parent."""
    if looks_like_json(data):
        return _json_reading(read_json_request(data))
    return _table_reading(read_table("billing", data))


def counts_agree(request: BillingRequest) -> list[Finding]:
    """Whether all that was counted and declared agrees; each difference is one finding (OC 3.9-a).

    The gate's rows equal the rows read. Where the sender declares rows, orders or a control sum, they
    equal what was read; the sum is quantity times unit price in euro without VAT, rounded by the line or
    at the end, and is compared only when every line has a price. Any finding refuses the whole file.
    """
    pairs: list[tuple[str, object, object]] = [("counted_rows", request.counted_rows, len(request.rows))]
    pairs.append(("declared_rows", request.declared_rows, len(request.rows)))
    pairs.append(("declared_orders", request.declared_orders, len(request.orders)))
    findings = [
        _disagree(what, told, found) for what, told, found in pairs if told is not None and told != found
    ]
    totals = _totals(request)
    if request.declared_total is not None and totals and round_cents(request.declared_total) not in totals:
        findings.append(_disagree("declared_total", request.declared_total, totals[0]))
    return findings


def _disagree(what: str, told: object, found: object) -> Finding:
    return Finding(
        "counts_disagree",
        clause="OC 3.9-a",
        where=what,
        value=str(told),
        detail={"told": str(told), "found": str(found)},
    )


def _totals(request: BillingRequest) -> list[Decimal]:
    """The control sum, rounded at the end and rounded by the line; empty when a price is missing."""
    products: list[Decimal] = []
    for order in request.orders:
        for line in order.lines:
            if line.quantity is None or line.unit_price is None:
                return []
            products.append(line.quantity * line.unit_price)
    if sum(len(order.lines) for order in request.orders) != len(request.rows):
        return []
    return [round_cents(sum(products, Decimal(0))), sum(map(round_cents, products), Decimal(0))]


@dataclass(slots=True)
class BillingReading:
    """One file being read: all ``rows`` first, then ``orders``, then ``head``, the rest of the document."""

    source: Source
    book: OrderBook
    batches: Iterator[Iterator[Row]]
    labels: Mapping[str, str]
    language: str | None
    counted_rows: int
    declared: Mapping[str, Raw]
    told: Sequence[Finding] = ()
    sender: str | None = None

    def rows(self) -> Iterator[list[PlainRow]]:
        """All rows in batches; reading them puts them into orders."""
        for batch in self.batches:
            yield list(map(self.book.take, batch))

    def orders(self) -> Iterator[Mapping[str, Any]]:
        """All orders, once the rows are read."""
        return self.book.orders()

    def head(self) -> dict[str, Any]:
        """Everything but rows and orders, once these are read."""
        unclear: list[Finding] = []
        return {
            "source": self.source,
            "labels": dict(self.labels),
            "language": self.language,
            "unit": shown(written(self.declared.get("unit"))) or None,
            "sender": shown(self.sender),
            "declared_rows": _declared_count("rows", self.declared, unclear),
            "declared_orders": _declared_count("orders", self.declared, unclear),
            "declared_total": _declared_number("total", self.declared, unclear),
            "counted_rows": self.counted_rows,
            "findings": (*self.told, *unclear, *self.book.findings()),
        }


def _table_reading(table: Table) -> BillingReading:
    return BillingReading(
        source="csv" if table.source == "csv" else "workbook",
        book=OrderBook(table.heading.labels),
        batches=_batches(table),
        labels=table.heading.labels,
        language=table.heading.language,
        counted_rows=table.counted_rows,
        declared=table.control,
        told=table.findings,
    )


def _batches(table: Table) -> Iterator[Iterator[Row]]:
    """The rows, read a column at a time: equal values stand below each other."""
    columns_read = column_readers(table.heading.names, columns("billing"))
    readers = [(place, reader) for place, reader in enumerate(columns_read) if reader is not None]
    width = len(columns_read)
    for start in range(0, len(table.rows), _BATCH):
        numbers, values = zip(*table.rows[start : start + _BATCH], strict=True)
        by_place = list(zip_longest(*values)) + [()] * width
        by_column = [reader.read_all(by_place[place], len(values)) for place, reader in readers]
        faulty = any(any(map(_PROBLEMS, readings)) for readings in by_column)
        names = [reader for _, reader in readers]
        yield map(partial(_row, names, faulty), numbers, zip(*by_column, strict=True))


def _row(readers: Sequence[ColumnReader], faulty: bool, number: int, readings: Sequence[Reading]) -> Row:
    row = Row(number)
    for reader, reading in zip(readers, readings, strict=True):
        if reading is EMPTY:
            continue
        name = reader.name
        row.texts[name] = reading.text
        if reader.level == "order":
            row.header[name] = reading
        elif reader.level == "line":
            row.line[name] = reading
        elif name in STEERING:
            row.steering[name] = reading
        if faulty and reading.problems:
            row.faulty.append((name, reading))
    return row


def _json_reading(request: JsonRequest) -> BillingReading:
    labels = {name: request.labels.get(name, name) for name in columns("billing")}
    readers = {name: ColumnReader(name, column) for name, column in columns("billing").items()}
    used = {name for row in request.rows for name in row.cells}
    return BillingReading(
        source="json",
        book=OrderBook(labels),
        batches=iter([map(partial(_row_of_json, readers), request.rows)]),
        labels={name: label for name, label in labels.items() if name in used},
        language=request.language,
        counted_rows=request.counted_rows,
        declared={**request.declared, "unit": request.unit},
        told=request.findings,
        sender=request.sender,
    )


def _row_of_json(readers: Mapping[str, ColumnReader], row: JsonRow) -> Row:
    named = [readers[name] for name in row.cells]
    read = _row(named, True, row.row, [readers[name].read(value) for name, value in row.cells.items()])
    read.starts_order = row.starts_order
    return read


def _declared_count(name: str, declared: Mapping[str, Raw], findings: list[Finding]) -> int | None:
    number = _declared_number(name, declared, findings)
    if number is None or number == number.to_integral_value():
        return None if number is None else int(number)
    findings.append(_declared_unclear(name, str(number)))
    return None


def _declared_number(name: str, declared: Mapping[str, Raw], findings: list[Finding]) -> Decimal | None:
    raw = declared.get(name)
    if raw is None or not written(raw):
        return None
    reading = _TOTAL.read(raw)
    if isinstance(reading.value, Decimal):
        return reading.value
    findings.append(_declared_unclear(name, reading.text))
    return None


def _declared_unclear(name: str, text: str) -> Finding:
    return Finding(
        "file_declared_unclear",
        clause="OC 3.9-a",
        where=columns("control")[name].label("en"),
        value=shown(text),
    )
