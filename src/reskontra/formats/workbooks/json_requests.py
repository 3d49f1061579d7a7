"""Billing requests as JSON: the very keys that ``BillingRequest.as_json`` prints (OC 3.2-a, own systems).

What ``reskontra read`` prints can so be sent in again. Required are ``kind`` and ``orders``; inside an
order whatever the form requires. Numbers may be JSON numbers, read digit by digit, or texts with a point.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from reskontra.documents.billing_request import BillingRequest, RequestLine, RequestOrder, RequestParty
from reskontra.documents.findings import Finding
from reskontra.formats.workbooks import limits
from reskontra.formats.workbooks.columns import columns
from reskontra.formats.workbooks.json_values import (
    labels_of,
    list_of,
    object_of,
    parsed,
    row_number,
    text_of,
    value_of,
)
from reskontra.formats.workbooks.readings import Raw
from reskontra.formats.workbooks.refusals import refuse

_PARTIES = ("customer", "bill_to", "payer", "ship_to")
_REQUEST_KEYS = frozenset(field.name for field in fields(BillingRequest))
_ORDER_KEYS = frozenset(field.name for field in fields(RequestOrder))
_LINE_KEYS = frozenset(field.name for field in fields(RequestLine))
_PARTY_KEYS = frozenset(field.name for field in fields(RequestParty))
_NUMBERS = frozenset({"quantity", "unit_price"})
# Parties other than the customer are named by number or name only, as in the form.
_BY_FIELD: Mapping[str, str] = {column.field: name for name, column in columns("billing").items()}


@dataclass(frozen=True, slots=True)
class JsonRow:
    """One line of an order as if it stood in a form: our column names and the values as given."""

    row: int
    starts_order: bool
    cells: Mapping[str, Raw]


@dataclass(frozen=True, slots=True)
class JsonRequest:
    """A request as it stands in JSON, before any value is judged."""

    rows: Sequence[JsonRow]
    counted_rows: int
    labels: Mapping[str, str]
    language: str | None
    unit: str | None
    sender: str | None
    declared: Mapping[str, Raw]
    findings: tuple[Finding, ...] = ()


def read_json_request(data: bytes) -> JsonRequest:
    """Take a JSON request apart into rows. Raises ``Refused`` for anything that is not one."""
    if len(data) > limits.PACKED_BYTES:
        refuse("file_too_large", limit=limits.PACKED_BYTES // 1_000_000)
    request = object_of(parsed(data), "$", _REQUEST_KEYS)
    if request.get("kind") != "billing_request":
        refuse("file_json_kind", where="$.kind", value=str(request.get("kind", "–")))
    orders = list_of(request.get("orders"), "$.orders")
    rows = list(_rows(orders))
    if len(rows) > limits.ROWS:
        refuse("file_sheet_too_many_rows", limit=limits.ROWS)
    given_rows = request.get("rows")
    return JsonRequest(
        rows=rows,
        counted_rows=len(rows) if given_rows is None else len(list_of(given_rows, "$.rows")),
        labels=labels_of(request.get("labels")),
        language=text_of(request.get("language"), "$.language"),
        unit=text_of(request.get("unit"), "$.unit"),
        sender=text_of(request.get("sender"), "$.sender"),
        declared={
            name: value_of(request[key], f"$.{key}", number=True)
            for name, key in (
                ("rows", "declared_rows"),
                ("orders", "declared_orders"),
                ("total", "declared_total"),
            )
            if request.get(key) is not None
        },
    )


def _rows(orders: Sequence[Any]) -> Iterator[JsonRow]:
    number = 0
    for place, given in enumerate(orders):
        where = f"$.orders[{place}]"
        order = object_of(given, where, _ORDER_KEYS)
        lines = list_of(order.get("lines"), f"{where}.lines")
        if not lines:
            refuse("file_json_order_without_lines", where=where)
        header = _header(order, where)
        for index, line_given in enumerate(lines):
            line_where = f"{where}.lines[{index}]"
            line = object_of(line_given, line_where, _LINE_KEYS)
            number = row_number(line.get("row"), number, line_where)
            cells = {**(header if index == 0 else {}), **_line(line, line_where)}
            yield JsonRow(number, index == 0, cells)


def _header(order: Mapping[str, Any], where: str) -> dict[str, Raw]:
    cells: dict[str, Raw] = {}
    for key, given in order.items():
        place = f"{where}.{key}"
        if key in ("row", "lines") or given is None:
            continue
        if key in _PARTIES:
            cells.update(_party(key, given, place))
        elif key == "attachments":
            names = [text_of(name, place) or "" for name in list_of(given, place)]
            if names:
                cells["attachments"] = ";".join(names)
        elif key == "key":
            cells["order_key"] = value_of(given, place)
        else:
            cells[_BY_FIELD[key]] = value_of(given, place)
    return cells


def _party(name: str, given: Any, where: str) -> Iterator[tuple[str, Raw]]:
    for key, value in object_of(given, where, _PARTY_KEYS).items():
        if value is None:
            continue
        column = _BY_FIELD.get(f"{name}.{key}")
        if column is None:
            refuse("file_json_key_unknown", where=f"{where}.{key}")
        yield column, value_of(value, f"{where}.{key}")


def _line(line: Mapping[str, Any], where: str) -> dict[str, Raw]:
    return {
        _BY_FIELD[key]: value_of(given, f"{where}.{key}", number=key in _NUMBERS)
        for key, given in line.items()
        if key != "row" and given is not None
    }
