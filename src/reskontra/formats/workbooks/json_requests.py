"""Billing requests as JSON: the very keys that ``BillingRequest.as_json`` prints (OC 3.2-a, own systems).

What ``reskontra read`` prints can so be sent in again. Required are ``kind`` and ``orders``; inside an
order whatever the form requires. Numbers may be JSON numbers, read digit by digit, or texts with a point.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from reskontra.documents.billing_request import BillingRequest, RequestLine, RequestOrder, RequestParty
from reskontra.documents.findings import Finding
from reskontra.formats.workbooks import limits
from reskontra.formats.workbooks.columns import columns
from reskontra.formats.workbooks.readings import Raw
from reskontra.formats.workbooks.refusals import refuse, shown

_LARGEST_EXPONENT = 30
_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,20})?")
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


def looks_like_json(data: bytes) -> bool:
    """Whether the first sign is a brace or a bracket."""
    return data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def read_json_request(data: bytes) -> JsonRequest:
    """Take a JSON request apart into rows. Raises ``Refused`` for anything that is not one."""
    if len(data) > limits.PACKED_BYTES:
        refuse("file_too_large", limit=limits.PACKED_BYTES // 1_000_000)
    request = _object(_parsed(data), "$", _REQUEST_KEYS)
    if request.get("kind") != "billing_request":
        refuse("file_json_kind", where="$.kind", value=str(request.get("kind")))
    orders = _list(request.get("orders"), "$.orders")
    rows = list(_rows(orders))
    if len(rows) > limits.ROWS:
        refuse("file_sheet_too_many_rows", limit=limits.ROWS)
    given_rows = request.get("rows")
    return JsonRequest(
        rows=rows,
        counted_rows=len(rows) if given_rows is None else len(_list(given_rows, "$.rows")),
        labels=_labels(request.get("labels")),
        language=_text(request.get("language"), "$.language"),
        unit=_text(request.get("unit"), "$.unit"),
        sender=_text(request.get("sender"), "$.sender"),
        declared={
            name: _value(request[key], f"$.{key}", number=True)
            for name, key in (
                ("rows", "declared_rows"),
                ("orders", "declared_orders"),
                ("total", "declared_total"),
            )
            if request.get(key) is not None
        },
    )


def _parsed(data: bytes) -> Any:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        refuse("file_json_not_utf8")
    _check_depth(text)
    try:
        return json.loads(
            text, object_pairs_hook=_once, parse_float=Decimal, parse_int=_whole, parse_constant=_no_constant
        )
    except (ValueError, RecursionError):
        refuse("file_json_damaged")


def _check_depth(text: str) -> None:
    """Nesting, counted outside texts, before the parser goes down into it."""
    depth = deepest = 0
    for sign in re.finditer(r'"(?:[^"\\]|\\.)*+"|[\[\]{}]', text, re.DOTALL):
        if sign[0] in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign[0] in "]}":
            depth -= 1
        if deepest > limits.JSON_DEPTH:
            refuse("file_json_too_deep", limit=limits.JSON_DEPTH)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        refuse("file_json_key_twice", where=next(name for name in names if names.count(name) > 1))
    return found


def _whole(digits: str) -> Decimal:
    return Decimal(digits)


def _no_constant(name: str) -> None:
    refuse("file_json_not_a_number", value=name)


def _rows(orders: Sequence[Any]) -> Iterator[JsonRow]:
    number = 0
    for place, given in enumerate(orders):
        where = f"$.orders[{place}]"
        order = _object(given, where, _ORDER_KEYS)
        lines = _list(order.get("lines"), f"{where}.lines")
        if not lines:
            refuse("file_json_order_without_lines", where=where)
        header = _header(order, where)
        for index, line_given in enumerate(lines):
            line_where = f"{where}.lines[{index}]"
            line = _object(line_given, line_where, _LINE_KEYS)
            number = _row_number(line.get("row"), number, line_where)
            cells = {**(header if index == 0 else {}), **_line(line, line_where)}
            yield JsonRow(number, index == 0, cells)


def _row_number(given: Any, before: int, where: str) -> int:
    """The row that the sender sees; without one, rows are numbered in order."""
    if given is None:
        return before + 1
    if not isinstance(given, Decimal) or given != given.to_integral_value() or not 0 < given < 10**7:
        refuse("file_json_value", where=f"{where}.row", value=str(given))
    if int(given) <= before:
        refuse("file_rows_out_of_order", where=where, row=int(given))
    return int(given)


def _header(order: Mapping[str, Any], where: str) -> dict[str, Raw]:
    cells: dict[str, Raw] = {}
    for key, given in order.items():
        place = f"{where}.{key}"
        if key in ("row", "lines") or given is None:
            continue
        if key in _PARTIES:
            cells.update(_party(key, given, place))
        elif key == "attachments":
            names = [_text(name, place) or "" for name in _list(given, place)]
            if names:
                cells["attachments"] = ";".join(names)
        elif key == "key":
            cells["order_key"] = _value(given, place)
        else:
            cells[_BY_FIELD[key]] = _value(given, place)
    return cells


def _party(name: str, given: Any, where: str) -> Iterator[tuple[str, Raw]]:
    for key, value in _object(given, where, _PARTY_KEYS).items():
        if value is None:
            continue
        column = _BY_FIELD.get(f"{name}.{key}")
        if column is None:
            refuse("file_json_key_unknown", where=f"{where}.{key}")
        yield column, _value(value, f"{where}.{key}")


def _line(line: Mapping[str, Any], where: str) -> dict[str, Raw]:
    return {
        _BY_FIELD[key]: _value(given, f"{where}.{key}", number=key in _NUMBERS)
        for key, given in line.items()
        if key != "row" and given is not None
    }


def _value(given: Any, where: str, *, number: bool = False) -> Raw:
    """A text or a number; a number written as text has a point before its decimals, always."""
    if isinstance(given, str):
        return Decimal(given) if number and _PLAIN_NUMBER.fullmatch(given) else given
    if not isinstance(given, Decimal) or abs(given.adjusted()) >= _LARGEST_EXPONENT:
        refuse("file_json_value", where=where, value=type(given).__name__)
    return given


def _text(given: Any, where: str) -> str | None:
    if given is not None and not isinstance(given, str):
        refuse("file_json_value", where=where, value=type(given).__name__)
    return given or None


def _labels(given: Any) -> Mapping[str, str]:
    if given is None:
        return {}
    found = given if isinstance(given, dict) else refuse("file_json_value", where="$.labels")
    return {shown(name) or "": shown(_text(label, "$.labels")) or name for name, label in found.items()}


def _object(given: Any, where: str, keys: frozenset[str]) -> Mapping[str, Any]:
    if not isinstance(given, dict):
        refuse("file_json_value", where=where, value=type(given).__name__)
    for key in given:
        if key not in keys:
            refuse("file_json_key_unknown", where=f"{where}.{key}")
    return given


def _list(given: Any, where: str) -> Sequence[Any]:
    if not isinstance(given, list):
        refuse("file_json_value", where=where, value=type(given).__name__)
    return given
