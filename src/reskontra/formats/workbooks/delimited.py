"""CSV files, read strictly: one delimiter, one number of fields, every quote closed."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from reskontra.documents.findings import Finding, Refused
from reskontra.formats.workbooks import limits
from reskontra.formats.workbooks.refusals import refuse

_BOM = b"\xef\xbb\xbf"
_WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = (";", ",", "\t")
# The beginning of an ä, ö or å in UTF-8, read as two letters of Latin-1.
_UTF8_LETTER = re.compile(rb"\xc3[\x80-\xbf]")
_OTHER_FILES = (b"%PDF", b"<", b"{\\rtf", b"\x89PNG", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"MZ")
_UNEVEN_ROWS_TOLD = 100
_LONG_FIELD = re.compile(r"[^;,\t\r\n\"]{32769}")


@dataclass(frozen=True, slots=True)
class Delimited:
    """Heading and rows of a CSV file; a row's number is that of the record, as a spreadsheet shows it."""

    heading: list[str]
    heading_row: int
    rows: list[tuple[int, list[str]]]
    counted_rows: int
    findings: tuple[Finding, ...]


def read_delimited(data: bytes, is_heading: Callable[[Sequence[str]], bool]) -> Delimited:
    """Read a CSV file; the delimiter is the one that makes a heading row out of the first lines.

    UTF-8, or Latin-1 (with the signs that Windows adds) when it cannot be UTF-8, which is told as a
    warning. Raises ``Refused``.
    """
    text, findings = _decoded(data)
    _check_line_ends(text)
    delimiter, heading_row = _delimiter(text, is_heading)
    records = list(_records(text, delimiter))
    heading = records[heading_row - 1]
    rows = [(number, record) for number, record in enumerate(records, start=1) if number > heading_row]
    rows = [(number, record) for number, record in rows if any(field.strip() for field in record)]
    if len(rows) > limits.ROWS:
        refuse("file_sheet_too_many_rows", limit=limits.ROWS)
    if len(heading) > limits.COLUMNS:
        refuse("file_sheet_too_many_columns", limit=limits.COLUMNS)
    _check_widths(rows, len(heading))
    if rows and is_heading(rows[0][1]):
        refuse("file_two_headings", row=rows[0][0])
    return Delimited(heading, heading_row, rows, _raw_count(text, delimiter, heading_row), findings)


def _decoded(data: bytes) -> tuple[str, tuple[Finding, ...]]:
    if data.startswith(_WIDE_BOMS):
        refuse("file_csv_not_utf8")
    if b"\x00" in data:
        refuse("file_csv_holds_nul")
    if data.lstrip().startswith(_OTHER_FILES):
        refuse("file_unknown")
    marked = data.startswith(_BOM)
    try:
        return data.removeprefix(_BOM).decode("utf-8"), ()
    except UnicodeDecodeError:
        if marked:
            refuse("file_csv_not_utf8")
    if _UTF8_LETTER.search(data):
        refuse("file_csv_mixed_letters")
    try:
        return data.decode("cp1252"), (Finding("file_csv_read_as_latin1", "warning", "OC 3.9-a"),)
    except UnicodeDecodeError:
        refuse("file_csv_not_utf8")


def _check_line_ends(text: str) -> None:
    if "\r" in text and "\r" in text.replace("\r\n", ""):
        refuse("file_csv_line_ends")


def _delimiter(text: str, is_heading: Callable[[Sequence[str]], bool]) -> tuple[str, int]:
    """The one delimiter under which one of the first records is a heading row, and that record's number."""
    found: list[tuple[str, int]] = []
    refused: list[Refused] = []
    for delimiter in _DELIMITERS:
        try:
            first = islice(_records(text, delimiter), limits.HEADER_WITHIN_ROWS)
            found += [(delimiter, number) for number, record in enumerate(first, 1) if is_heading(record)][:1]
        except Refused as refusal:
            refused.append(refusal)
    if not found and refused:
        raise refused[0]
    if len(found) != 1:
        refuse("file_csv_delimiter" if found else "file_heading_not_found", within=limits.HEADER_WITHIN_ROWS)
    return found[0]


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, record in enumerate(reader, start=1):
            for field in record:
                if len(field) > limits.CELL_BYTES // 4 and len(field.encode()) > limits.CELL_BYTES:
                    refuse("file_csv_field_too_long", row=number, limit=limits.CELL_BYTES)
            yield record
    except csv.Error:
        # An open quote makes one field of all that follows; with all quotes closed the field is just long.
        closed = text.count('"') % 2 == 0 and _LONG_FIELD.search(text)
        rule = "file_csv_field_too_long" if closed else "file_csv_quotes"
        refuse(rule, row=number + 1, limit=limits.CELL_BYTES)


def _check_widths(rows: Sequence[tuple[int, Sequence[str]]], width: int) -> None:
    uneven = [
        Finding(
            "file_csv_fields_in_row",
            clause="OC 3.9-c",
            row=number,
            detail={"fields": str(len(record)), "expected": str(width)},
        )
        for number, record in rows
        if len(record) != width
    ]
    if uneven:
        raise Refused(*uneven[:_UNEVEN_ROWS_TOLD])


def _raw_count(text: str, delimiter: str, heading_row: int) -> int:
    """Rows that hold something, counted without the CSV reader, from the text alone.

    A quoted field stands between delimiters or line ends; its own line ends are taken out of it, and then
    a line is a row.
    """
    mark = re.escape(delimiter)
    quoted = re.compile(rf'(?:^|(?<=[{mark}\n]))"(?:[^"]|"")*+"(?=[{mark}\r\n]|\Z)')
    lines = quoted.sub(lambda field: field[0].replace("\n", " "), text).split("\n")
    unmarked = str.maketrans("", "", delimiter + '"')
    return sum(1 for line in lines[heading_row:] if line.translate(unmarked).strip())
