"""Billing requests from workbooks, CSV and JSON: bytes to ``BillingRequest`` (OC 3.2-a, 3.9-a, 3.9-c).

One row bills one line. A row that begins an order carries what concerns the whole order; later rows leave
it empty or repeat it. Every row that holds something ends in ``rows``, and what is wrong with it in
``findings``, with the row and the column as the sender sees them.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from reskontra.documents.billing_request import BillingRequest, Source
from reskontra.documents.findings import Finding
from reskontra.formats.workbooks.columns import columns
from reskontra.formats.workbooks.json_requests import (
    JsonRequest,
    JsonRow,
    looks_like_json,
    read_json_request,
)
from reskontra.formats.workbooks.orders import STEERING, OrderBook, Row
from reskontra.formats.workbooks.plain import PlainRequest, PlainRow, request_of
from reskontra.formats.workbooks.readings import ColumnReader, Raw, column_readers, written
from reskontra.formats.workbooks.refusals import shown
from reskontra.formats.workbooks.tables import Table, read_table
from reskontra.kernel.money import round_cents

_TOTAL = ColumnReader("total", columns("control")["total"])


def read_billing(data: bytes, name: str) -> BillingRequest:
    """The billing request in a file, told apart by its content; ``name`` only helps people.

    Returns the orders and rows with all findings; amounts in euro without VAT. Raises ``Refused`` when the
    file as a whole cannot be used: damaged, too large, hostile, or without the columns that are needed.
    """
    return request_of(read_plain_billing(data))


def read_plain_billing(data: bytes) -> PlainRequest:
    """The same before it becomes a document: what a child process sends to its parent."""
    if looks_like_json(data):
        return _from_json(read_json_request(data))
    return _from_table(read_table("billing", data))


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


def _from_table(table: Table) -> PlainRequest:
    book = OrderBook(table.heading.labels)
    readers = column_readers(table.heading.names, columns("billing"))
    rows = [book.take(_read_row(number, values, readers)) for number, values in table.rows]
    return _request(
        source="csv" if table.source == "csv" else "workbook",
        book=book,
        rows=rows,
        labels=table.heading.labels,
        language=table.heading.language,
        counted_rows=table.counted_rows,
        declared=table.control,
        findings=table.findings,
    )


def _read_row(number: int, values: Sequence[Raw], readers: Sequence[ColumnReader | None]) -> Row:
    row = Row(number)
    texts, header, line = row.texts, row.header, row.line
    for reader, value in zip(readers, values, strict=False):
        if reader is None or value is None:
            continue
        # The bulk of a file are texts that the column has seen before.
        reading = reader.texts.get(value) if value.__class__ is str else None  # type: ignore[arg-type]
        if reading is None:
            reading = reader.read(value)
        if not reading.text:
            continue
        name = reader.name
        texts[name] = reading.text
        if reading.problems:
            row.faulty.append((name, reading))
        if reader.level == "order":
            header[name] = reading
        elif reader.level == "line":
            line[name] = reading
        elif name in STEERING:
            row.steering[name] = reading
    return row


def _from_json(request: JsonRequest) -> BillingRequest:
    labels = {name: request.labels.get(name, name) for name in columns("billing")}
    book = OrderBook(labels)
    readers = {name: ColumnReader(name, column) for name, column in columns("billing").items()}
    rows = [book.take(_row_of_json(row, readers)) for row in request.rows]
    used = {name for row in request.rows for name in row.cells}
    return _request(
        source="json",
        book=book,
        rows=rows,
        labels={name: label for name, label in labels.items() if name in used},
        language=request.language,
        counted_rows=request.counted_rows,
        declared={**request.declared, "unit": request.unit},
        sender=request.sender,
        findings=request.findings,
    )


def _row_of_json(row: JsonRow, readers: Mapping[str, ColumnReader]) -> Row:
    read = _read_row(row.row, tuple(row.cells.values()), [readers[name] for name in row.cells])
    read.starts_order = row.starts_order
    return read


def _request(
    *,
    source: Source,
    book: OrderBook,
    rows: Sequence[PlainRow],
    labels: Mapping[str, str],
    language: str | None,
    counted_rows: int,
    declared: Mapping[str, Raw],
    findings: Sequence[Finding],
    sender: str | None = None,
) -> PlainRequest:
    declared_findings: list[Finding] = []
    head = {
        "source": source,
        "labels": dict(labels),
        "language": language,
        "unit": shown(written(declared.get("unit"))) or None,
        "sender": shown(sender),
        "declared_rows": _declared_count("rows", declared, declared_findings),
        "declared_orders": _declared_count("orders", declared, declared_findings),
        "declared_total": _declared_number("total", declared, declared_findings),
        "counted_rows": counted_rows,
    }
    orders = book.orders()
    return PlainRequest({**head, "findings": (*findings, *declared_findings, *book.findings())}, rows, orders)


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
        "declared_unclear", clause="OC 3.9-a", where=columns("control")[name].label("en"), value=shown(text)
    )
