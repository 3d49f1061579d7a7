"""Register files: readable CSV (UTF-8, semicolons), one a register, columns named as the register's fields.

A period stands in two columns, first and last day, both included: ``valid_from`` and ``valid_to``. Yes and no
are ``yes`` and ``no``, numbers have a point, days are ``2026-01-01``. What the file does not name keeps its
value; what it leaves empty is empty.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, NamedTuple

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models.fields.related import ForeignKey

from reskontra.database.tables import Table
from reskontra.documents.findings import Finding, Refused
from reskontra.kernel.identifiers import (
    NotAnIdentifier,
    find_personal_codes,
    is_iban,
    is_ovt,
    is_test_personal_code,
    is_vat_id,
    normal_business_id,
    normal_personal_code,
)

Folder = Traversable | Path
_MOST_FINDINGS = 100
_YES_NO = {"yes": True, "no": False}
_SHOWN = 40


class Wrong(ValueError):
    """A cell that cannot be used: the rule it breaks, its clause, and details for the sentence."""

    def __init__(self, rule: str, clause: str = "X-1", **detail: str) -> None:
        super().__init__(rule)
        self.rule, self.clause, self.detail = rule, clause, detail


class Row(NamedTuple):
    """One row as it stands: its number in the file (the heading is row 1) and its cells by column."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Column:
    """One or two columns of a file and the attribute of the register's row that they fill."""

    field: str
    names: tuple[str, ...]
    needed: bool
    read: Callable[[Sequence[str]], Any]


Keys = Mapping[type[models.Model], Mapping[str, Any]]


def read_rows(folder: Folder, name: str, columns: Iterable[Column], extra: Iterable[str] = ()) -> list[Row]:
    """The rows of ``name`` in ``folder``. Raises ``Refused`` for a file that is no such table."""
    try:
        text = (folder / name).read_bytes().decode("utf-8-sig")
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise Refused(Finding("register_file_unreadable", clause="X-1", where=name)) from None
    heading = [cell.strip() for cell in records[0]] if records else []
    _check_heading(name, heading, columns, extra)
    rows = [(number, record) for number, record in enumerate(records[1:], start=2) if any(record)]
    uneven = [
        Finding(
            "register_row_width",
            clause="X-1",
            where=name,
            row=number,
            detail={"fields": str(len(record)), "expected": str(len(heading))},
        )
        for number, record in rows
        if len(record) != len(heading)
    ]
    if uneven:
        raise Refused(*uneven[:_MOST_FINDINGS])
    return [Row(number, dict(zip(heading, map(str.strip, record), strict=True))) for number, record in rows]


def _check_heading(name: str, heading: list[str], columns: Iterable[Column], extra: Iterable[str]) -> None:
    known = {label for column in columns for label in column.names} | set(extra)
    needed = {label for column in columns if column.needed for label in column.names}
    wrong = [("register_column_unknown", label) for label in heading if label not in known]
    wrong += [("register_column_twice", label) for label in sorted(set(heading)) if heading.count(label) > 1]
    wrong += [("register_column_missing", label) for label in sorted(needed - set(heading))]
    if wrong:
        raise Refused(
            *(Finding(rule, clause="X-1", where=name, row=1, column=label) for rule, label in wrong)
        )


def read_values(name: str, rows: Sequence[Row], columns: Sequence[Column]) -> list[dict[str, Any]]:
    """The rows' values by field, in order. Raises ``Refused`` with everything wrong in any of them."""
    findings: list[Finding] = []
    values: list[dict[str, Any]] = []
    for row in rows:
        read: dict[str, Any] = {}
        for column in columns:
            if not all(label in row.cells for label in column.names):
                continue
            texts = [row.cells[label] for label in column.names]
            try:
                read[column.field] = column.read(texts)
            except Wrong as wrong:
                findings.append(finding_of(wrong, name, row.number, column.names[0], texts[0]))
        values.append(read)
    if findings:
        raise Refused(*findings[:_MOST_FINDINGS])
    return values


def finding_of(wrong: Wrong, where: str, row: int, column: str, text: str) -> Finding:
    """The finding of a wrong cell; a personal code, or what may be one, is never repeated (OC 2.2-f)."""
    secret = column == "personal_code" or find_personal_codes(text, glued=True)
    return Finding(
        wrong.rule,
        clause=wrong.clause,
        where=where,
        row=row,
        column=column,
        value="****" if secret else text[:_SHOWN],
        detail=wrong.detail,
    )


def columns_of(model: type[Table], keys: Keys, without: Iterable[str] = ()) -> list[Column]:
    """The columns of a register, from its fields; ``keys`` names the rows of other registers."""
    skipped = {"id", *without}
    return [
        _column(field, keys)
        for field in model._meta.concrete_fields
        if field.name not in skipped and not isinstance(field, models.BinaryField)
    ]


def _column(field: "models.Field[Any, Any]", keys: Keys) -> Column:
    has_default = field.has_default()
    if isinstance(field, DateRangeField):
        stem = "valid" if field.name == "validity" else field.name
        return Column(field.name, (f"{stem}_from", f"{stem}_to"), True, _range(field.null))
    attribute = field.attname if isinstance(field, ForeignKey) else field.name
    empty = None if field.null else (field.get_default() if has_default else "")
    needed = not (field.blank or field.null or has_default)
    return Column(attribute, (field.name,), needed, _or_empty(_reader(field, keys), empty, needed))


def _or_empty(read: Callable[[str], Any], empty: Any, needed: bool) -> Callable[[Sequence[str]], Any]:
    def value(texts: Sequence[str]) -> Any:
        if texts[0]:
            return read(texts[0])
        if needed:
            raise Wrong("register_value_missing")
        return empty

    return value


def _reader(field: "models.Field[Any, Any]", keys: Keys) -> Callable[[str], Any]:
    if isinstance(field, ForeignKey):
        return _named(keys[field.related_model])
    if field.name in _IDENTIFIERS:
        return _IDENTIFIERS[field.name]
    if isinstance(field, models.BooleanField):
        return _yes_no
    if isinstance(field, models.DecimalField):
        return _decimal(field.max_digits, field.decimal_places)
    if isinstance(field, models.IntegerField):
        return _whole
    if isinstance(field, models.DateTimeField):
        return _instant
    if isinstance(field, models.DateField):
        return _day
    return _text(field.max_length or 0)


def _named(keys: Mapping[str, Any]) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        if text not in keys:
            raise Wrong("register_reference_unknown")
        return keys[text]

    return read


def _text(most: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        if len(text) > most:
            raise Wrong("register_value_too_long", most=str(most), length=str(len(text)))
        if find_personal_codes(text):
            raise Wrong("register_code_in_text", "OC 2.2-f")
        return text

    return read


def _yes_no(text: str) -> bool:
    if text not in _YES_NO:
        raise Wrong("register_yes_or_no")
    return _YES_NO[text]


def _decimal(digits: int, places: int) -> Callable[[str], Decimal]:
    def read(text: str) -> Decimal:
        try:
            number = Decimal(text) if text.isascii() and "_" not in text else Decimal("NaN")
        except InvalidOperation:
            number = Decimal("NaN")
        exponent = number.as_tuple().exponent
        if not isinstance(exponent, int) or -exponent > places or number.adjusted() >= digits - places:
            raise Wrong("register_not_a_number", places=str(places))
        return number

    return read


def _whole(text: str) -> int:
    # As many digits as every integer column holds.
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise Wrong("register_not_a_number", places="0")
    return int(text)


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no time zone
    except ValueError:
        raise Wrong("register_not_a_date") from None


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Wrong("register_not_a_time")
    return found


def _range(may_be_empty: bool) -> Callable[[Sequence[str]], DateRange | None]:
    def read(texts: Sequence[str]) -> DateRange | None:
        first = _day(texts[0]) if texts[0] else None
        last = _day(texts[1]) if texts[1] else None
        if first is None and last is None and may_be_empty:
            return None
        if first is not None and last is not None and last < first:
            raise Wrong("register_period_backwards")
        end = last + timedelta(days=1) if last is not None else None
        # The bounds as PostgreSQL gives them back, so that an unchanged period compares equal.
        return DateRange(first, end, "[)" if first is not None else "()")

    return read


def _identifier(holds: Callable[[str], bool]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not holds(text):
            raise Wrong("register_identifier_not_valid")
        return text

    return read


def _business_id(text: str) -> str:
    try:
        return normal_business_id(text)
    except NotAnIdentifier:
        raise Wrong("register_identifier_not_valid") from None


# Written in the one form that is stored; a file that says it otherwise is refused, not mended.
_IDENTIFIERS: Mapping[str, Callable[[str], str]] = {
    "business_id": _business_id,
    "vat_id": _identifier(lambda text: text == "".join(text.split()).upper() and is_vat_id(text)),
    "edi_code": _identifier(is_ovt),
    "iban": _identifier(lambda text: text == "".join(text.split()).upper() and is_iban(text)),
}


def read_test_code(text: str) -> str:
    """A personal code from a readable file: only numbers 900 to 999, which are nobody's (OC 2.2-f)."""
    if not is_test_personal_code(text):
        raise Wrong("register_code_not_for_tests", "OC 2.2-f")
    return normal_personal_code(text)
