"""New orders into the facts: numbers on arrival, rows by COPY and one insert a table (OC 3.9-a)."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from reskontra.documents.billing_request import BillingRequest, RequestOrder
from reskontra.income.order_handling.candidates import Candidate
from reskontra.ledger.numbers import take_numbers
from reskontra.registers.models import Unit
from reskontra.runs.models import Run
from reskontra.sales.models import BillingRequest as StoredRequest


def number_orders(going_in: Sequence[Candidate], unit: Unit) -> None:
    """Order numbers come on arrival (OC 3.9-a), in the order of the rows; a new version keeps its number."""
    new = [candidate for candidate in going_in if candidate.number is None]
    first = take_numbers(unit, "order", len(new)) if new else 0
    for place, candidate in enumerate(new):
        candidate.number = first + place


_ORDER_COLUMNS = [
    "unit_id",
    "run_id",
    "request_id",
    "row",
    "number",
    "version",
    "key",
    "digest",
    "source",
    "order_type",
    "credit",
    "reference_invoice",
    "customer_id",
    "payer_id",
    "bill_to_id",
    "ship_to_id",
    "language",
    "service_date",
    "pricing_date",
    "case_reference",
    "order_number",
    "agreement",
    "accounting",
    "site",
    "tax_country",
    "payment_term",
    "header_text",
    "charge_basis_text",
    "attachments",
    "lines_count",
    "form",
]
_LINE_COLUMNS = [
    "order_id",
    "position",
    "unit_id",
    "row",
    "item_code",
    "quantity",
    "measure",
    "unit_price",
    "item_text",
    "line_text",
    "account",
    "budget_account",
    "operating_unit",
    "project",
    "function",
    "product",
    "area",
    "tracking1",
    "tracking2",
]


def store_orders(
    going_in: Sequence[Candidate], stored: StoredRequest, run: Run, request: BillingRequest
) -> None:
    """Write the orders and their lines, each table by one staged COPY; every order gets its id."""
    source = "own_system" if request.sender else request.source
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('sales_order_id_seq') FROM generate_series(1, %s)", [len(going_in)])
        for candidate, (id,) in zip(going_in, cursor.fetchall(), strict=True):
            candidate.id = id
        _copy(
            cursor,
            "sales_order",
            ["id", *_ORDER_COLUMNS],
            (_order_row(c, stored, run, source) for c in going_in),
        )
        _copy(
            cursor,
            "sales_orderline",
            _LINE_COLUMNS,
            (row for candidate in going_in for row in _line_rows(candidate, stored.unit_id)),
        )


def _order_row(candidate: Candidate, stored: StoredRequest, run: Run, source: str) -> Sequence[Any]:
    order, customer, payer = candidate.order, candidate.customer, candidate.payer
    assert customer is not None
    assert payer is not None
    assert order.service_date is not None
    return (
        candidate.id,
        stored.unit_id,
        run.pk,
        stored.pk,
        order.row,
        candidate.number,
        candidate.version,
        order.key,
        candidate.digest,
        source,
        order.order_type or "",
        candidate.credit,
        (order.reference_invoice or "").replace(" ", ""),
        customer.pk,
        payer.pk,
        candidate.bill_to.pk if candidate.bill_to else None,
        candidate.ship_to.pk if candidate.ship_to else None,
        order.customer.language or customer.language,
        order.service_date,
        order.pricing_date or order.service_date,
        order.case_reference or "",
        order.order_number or "",
        order.agreement or "",
        order.accounting or "",
        order.site or "",
        order.tax_country or "",
        candidate.payment_term,
        order.header_text or "",
        order.charge_basis_text or "",
        json.dumps([kept.as_json() for kept in candidate.attachments]),
        len(order.lines),
        json.dumps(_rest_of_form(order)),
    )


def _rest_of_form(order: RequestOrder) -> dict[str, Any]:
    """What the form said that no rule asks for yet: kept, so that nothing is lost."""
    rest = {
        key: getattr(order, key) for key in ("sales_org", "channel", "division", "sales_office", "biller")
    }
    rest["line_types"] = [line.line_type for line in order.lines if line.line_type]
    return {key: value for key, value in rest.items() if value}


def _line_rows(candidate: Candidate, unit: int) -> Iterable[Sequence[Any]]:
    for position, line in enumerate(candidate.order.lines, 1):
        yield (
            candidate.id,
            position,
            unit,
            line.row,
            line.item,
            line.quantity,
            line.unit or "",
            line.unit_price,
            line.item_text or "",
            line.line_text or "",
            line.account or "",
            (line.budget_account or "").replace(".", ""),
            line.profit_unit or "",
            line.project or "",
            line.function or "",
            line.product or "",
            line.area or "",
            line.tracking1 or "",
            line.tracking2 or "",
        )


def _copy(cursor: Any, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """COPY into a staging table and insert from it: a table under row-level security takes no COPY."""
    named = ", ".join(f'"{column}"' for column in columns)
    cursor.execute(f"CREATE TEMP TABLE staged ON COMMIT DROP AS SELECT {named} FROM {table} WITH NO DATA")
    with cursor.copy(f"COPY staged ({named}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    cursor.execute(f"INSERT INTO {table} ({named}) SELECT {named} FROM staged")
    cursor.execute("DROP TABLE staged")
