"""A request as plain values, on its way from the rows to the document, also across a process border.

The reader's answer is built of dictionaries, texts, dates and decimals only. In the same process they
become the document at once; from a child process they come as JSON first, where dates and decimals are
texts. Either way the document is built here, so both ways give the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from reskontra.documents.billing_request import (
    BillingRequest,
    CustomerUpdate,
    CustomerUpdates,
    RequestLine,
    RequestOrder,
    RequestParty,
    RequestRow,
)
from reskontra.documents.findings import Finding

_PARTIES = ("customer", "bill_to", "payer", "ship_to")
_DATES = ("service_date", "pricing_date")
_DECIMALS = ("quantity", "unit_price")
_NOT_TEXTS = frozenset({*_PARTIES, *_DATES, "row", "lines", "attachments"})
_CUSTOMER_NOT_TEXTS = frozenset({"row", "cells", "birth_date", "protected"})

# A row as (number, index of its order, our column name to text as written).
PlainRow = tuple[int, int, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class PlainRequest:
    """A billing request: ``head`` is everything but rows and orders, by the document's field names."""

    head: Mapping[str, Any]
    rows: Sequence[PlainRow]
    orders: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class PlainCustomers:
    """A customer update: ``head`` is everything but the customers."""

    head: Mapping[str, Any]
    customers: Sequence[Mapping[str, Any]]


def request_of(plain: PlainRequest) -> BillingRequest:
    """The document of a whole request."""
    return BillingRequest(
        rows=tuple(map(row_of, plain.rows)),
        orders=tuple(map(order_of, plain.orders)),
        **head_of(plain.head),
    )


def customers_of(plain: PlainCustomers) -> CustomerUpdates:
    """The document of a whole customer update."""
    return CustomerUpdates(customers=tuple(map(customer_of, plain.customers)), **head_of(plain.head))


def row_of(plain: Sequence[Any]) -> RequestRow:
    """One row as it stood in the file."""
    row, order, cells = plain
    _expect(int, (row, order))
    _expect(str, cells.values())
    return RequestRow(row, order, cells)


def order_of(plain: Mapping[str, Any]) -> RequestOrder:
    """One order, its parties and lines."""
    texts = {name: value for name, value in plain.items() if name not in _NOT_TEXTS}
    _expect(str, texts.values())
    fields: dict[str, Any] = {}
    for name in _PARTIES:
        if name in plain:
            _expect(str, plain[name].values())
            fields[name] = RequestParty(**plain[name])
    for name in _DATES:
        if name in plain:
            fields[name] = _day(plain[name])
    if "attachments" in plain:
        _expect(str, plain["attachments"])
        fields["attachments"] = tuple(plain["attachments"])
    _expect(int, (plain["row"],))
    lines = tuple([_line_of(line) for line in plain["lines"]])
    return RequestOrder(row=plain["row"], lines=lines, **texts, **fields)


def finding_of(plain: Mapping[str, Any]) -> Finding:
    """A finding from the form that ``Finding.as_json`` gives."""
    return Finding(**plain)


def _line_of(plain: Mapping[str, Any]) -> RequestLine:
    fields = dict(plain)
    _expect(int, (fields.pop("row"),))
    numbers: dict[str, Any] = {name: Decimal(fields.pop(name)) for name in _DECIMALS if name in fields}
    _expect(str, fields.values())
    return RequestLine(plain["row"], **fields, **numbers)


def customer_of(plain: Mapping[str, Any]) -> CustomerUpdate:
    """One customer of an update."""
    texts = {name: value for name, value in plain.items() if name not in _CUSTOMER_NOT_TEXTS}
    _expect(str, texts.values())
    _expect(str, plain["cells"].values())
    _expect(int, (plain["row"],))
    fields: dict[str, Any] = {"row": plain["row"], "cells": plain["cells"]}
    if "birth_date" in plain:
        fields["birth_date"] = _day(plain["birth_date"])
    if "protected" in plain:
        _expect(bool, (plain["protected"],))
        fields["protected"] = plain["protected"]
    return CustomerUpdate(**fields, **texts)


def head_of(head: Mapping[str, Any]) -> dict[str, Any]:
    """Everything but the rows, orders or customers, by field name."""
    fields = dict(head)
    if fields.get("declared_total") is not None:
        fields["declared_total"] = Decimal(fields["declared_total"])
    fields["findings"] = tuple(
        finding if isinstance(finding, Finding) else finding_of(finding) for finding in fields["findings"]
    )
    return fields


def _expect(kind: type, values: Iterable[object]) -> None:
    """Raise ``TypeError`` unless all values are exactly of ``kind``: the sender may be a child gone wrong."""
    if not {kind}.issuperset(map(type, values)):
        raise TypeError(f"expected {kind.__name__}")


def _day(given: date | str) -> date:
    return date.fromisoformat(given) if isinstance(given, str) else given
