"""Rows to orders: which rows belong together, what the form requires of them, and the order's key."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from reskontra.documents.findings import Finding
from reskontra.formats.workbooks.columns import OTHER, columns
from reskontra.formats.workbooks.plain import PlainRow
from reskontra.formats.workbooks.readings import EMPTY, Reading
from reskontra.formats.workbooks.refusals import shown

_FINNISH_POSTCODE_DIGITS = 5
STEERING = frozenset({"order_start", "order_key"})
_PLACES: dict[str, tuple[str, str]] = {
    name: (column.field.partition(".")[0], column.field.partition(".")[2])
    for name, column in columns("billing").items()
    if column.level == "order"
}
_LINE_FIELDS = {name: column.field for name, column in columns("billing").items() if column.level == "line"}
_REQUIRED_ON_LINE = ("item", "quantity")
_ADDRESS = ("street", "postcode", "town")


@dataclass(slots=True)
class Row:
    """One row as read: texts as written, and the readings of the order's, the line's and other columns.

    ``starts_order`` is given where the file's structure says it (JSON).
    """

    number: int
    texts: dict[str, str] = field(default_factory=dict)
    header: dict[str, Reading] = field(default_factory=dict)
    line: dict[str, Reading] = field(default_factory=dict)
    steering: dict[str, Reading] = field(default_factory=dict)
    faulty: list[tuple[str, Reading]] = field(default_factory=list)
    starts_order: bool | None = None


@dataclass(slots=True)
class _Order:
    row: int
    key: str | None
    header: dict[str, Reading] = field(default_factory=dict)
    lines: list[dict[str, Any]] = field(default_factory=list)
    content: list[str] = field(default_factory=list)


class OrderBook:
    """Takes the rows of one file in order, gives orders and findings. ``labels`` are the file's own."""

    def __init__(self, labels: Mapping[str, str]) -> None:
        self._labels = labels
        self._orders: list[_Order] = []
        self._by_key: dict[str, int] = {}
        self._findings: list[Finding] = []
        self._current = -1

    def take(self, row: Row) -> PlainRow:
        """Put a row where it belongs; a row that belongs to no order is kept with order -1."""
        if row.faulty:
            self._tell_problems(row)
        index = self._place(row)
        if index >= 0:
            self._add(self._orders[index], row)
        return row.number, index, row.texts

    def orders(self) -> Iterator[Mapping[str, Any]]:
        """All orders as plain values; those without a key of their own get one from their content."""
        same: Counter[str] = Counter()
        return (_plain(order, same) for order in self._orders)

    def findings(self) -> tuple[Finding, ...]:
        """All findings in the order of the rows, those of whole orders at their first row."""
        of_orders = [finding for order in self._orders for finding in self._order_findings(order)]
        return tuple(sorted((*self._findings, *of_orders), key=lambda finding: finding.row or 0))

    def _tell_problems(self, row: Row) -> None:
        for name, reading in row.faulty:
            for problem in reading.problems:
                self._findings.append(
                    Finding(
                        problem.rule,
                        "warning" if problem.severity == "warning" else "error",
                        problem.clause,
                        row=row.number,
                        column=self._label(name),
                        value=problem.shown or shown(reading.text),
                        detail=problem.detail,
                    )
                )

    def _tell(self, rule: str, row: int, name: str, value: str | None = None, **detail: str) -> None:
        self._findings.append(self._finding(rule, row, name, value, **detail))

    def _finding(self, rule: str, row: int, name: str, value: str | None = None, **detail: str) -> Finding:
        return Finding(
            rule, clause="OC 3.9-c", row=row, column=self._label(name), value=shown(value), detail=detail
        )

    def _label(self, name: str) -> str:
        return shown(self._labels.get(name, name.removeprefix(OTHER))) or name

    def _place(self, row: Row) -> int:
        """The index of the row's order, begun here if need be; -1 when no order has begun."""
        key = row.steering.get("order_key", EMPTY).text or None
        starts = self._starts(row, key)
        if starts:
            if key is not None and key in self._by_key:
                self._tell("form_order_key_repeated", row.number, "order_key", key)
            self._begin(row, key)
        elif key is not None and row.starts_order is None and key in self._by_key:
            self._current = self._by_key[key]
        elif self._current < 0:
            name = "order_start" if "order_start" in self._labels else "order_key"
            self._tell("form_first_row_starts_no_order", row.number, name)
        return self._current

    def _starts(self, row: Row, key: str | None) -> bool:
        if row.starts_order is not None:
            return row.starts_order
        mark = row.steering.get("order_start", EMPTY)
        if mark.value is not None:
            same_order = self._current >= 0 and key == self._orders[self._current].key
            if mark.value == "0" and key is not None and not same_order and key not in self._by_key:
                self._tell("form_order_key_without_start", row.number, "order_key", key)
                return True
            return bool(mark.value == "1")
        if "order_start" in self._labels and "order_key" not in self._labels and not mark.text:
            self._tell("form_order_start_missing", row.number, "order_start")
        # A mark that cannot be read: what the row carries tells whether its lines are an order of their own.
        if mark.text or "order_key" not in self._labels:
            return bool(row.header)
        return key is not None and key not in self._by_key

    def _begin(self, row: Row, key: str | None) -> None:
        self._current = len(self._orders)
        self._orders.append(_Order(row.number, key))
        if key is not None:
            self._by_key.setdefault(key, self._current)

    def _add(self, order: _Order, row: Row) -> None:
        if not order.lines:
            order.header = row.header
        else:
            self._compare(order, row)
        for name in _REQUIRED_ON_LINE:
            if name not in row.line:
                self._tell("form_value_missing", row.number, name)
        line: dict[str, Any] = {"row": row.number}
        for name, reading in row.line.items():
            if reading.value is not None:
                line[_LINE_FIELDS[name]] = reading.value
        order.lines.append(line)
        order.content.append("\x1e".join(sorted([reading.named for reading in row.line.values()])))

    def _compare(self, order: _Order, row: Row) -> None:
        """A later row leaves the order's fields empty or repeats them; anything else is told."""
        for name, reading in row.header.items():
            if order.header.get(name, EMPTY).plain != reading.plain:
                shown_value = None if name == "identity" else reading.text
                self._tell("form_order_field_differs", row.number, name, shown_value, first=str(order.row))

    def _order_findings(self, order: _Order) -> list[Finding]:
        """What the form requires of the first row as a whole."""
        header = order.header
        findings: list[Finding] = []
        if "customer_no" not in header:
            if "name" not in header:
                findings.append(self._finding("form_customer_missing", order.row, "customer_no"))
            elif not isinstance(header.get("identity", EMPTY).value, str):
                findings += [
                    self._finding("form_address_missing", order.row, name)
                    for name in _ADDRESS
                    if name not in header
                ]
        country = header.get("country", EMPTY).value
        postcode = header.get("postcode", EMPTY).text
        if country in (None, "FI") and postcode.isdigit() and len(postcode) != _FINNISH_POSTCODE_DIGITS:
            findings.append(self._finding("form_postcode_digits", order.row, "postcode", postcode))
        identity = header.get("identity", EMPTY).value
        if identity and _is_day(identity) and country in (None, "FI"):
            findings.append(self._finding("form_birth_date_only_for_foreigners", order.row, "identity"))
        return findings


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _plain(order: _Order, same: Counter[str]) -> dict[str, Any]:
    fields: dict[str, Any] = {"row": order.row, "key": order.key or _content_key(order, same)}
    for name, reading in order.header.items():
        if reading.value is None:
            continue
        party, part = _PLACES[name]
        if part:
            fields.setdefault(party, {})[part] = reading.value
        else:
            fields[party] = reading.value
    fields["lines"] = order.lines
    return fields


def _content_key(order: _Order, same: Counter[str]) -> str:
    """The order's content as a key: the same order in another file, format or column order has the same.

    Equal orders within one file are told apart by a running number, so that two alike are two and the
    same file twice is found twice. A customer with an identity is the same with and without a number: the number
    is filled in on the way back (OC 3.2-b).
    """
    identity = order.header.get("identity", EMPTY).value
    left_out = "customer_no" if identity and not _is_day(identity) else ""
    named = [reading.named for name, reading in order.header.items() if name != left_out]
    header = "\x1e".join(sorted(named))
    whole = "\x1d".join((header, *order.content))
    digest = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    same[digest] += 1
    return f"{digest}-{same[digest]}"
