"""A file as a table: heading, rows with the numbers that the sender sees, and two counts of them."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import python_calamine

from reskontra.documents.findings import Finding, Refused
from reskontra.formats.workbooks import limits
from reskontra.formats.workbooks.columns import (
    Form,
    Heading,
    fit,
    is_heading,
    known_labels,
    plain_label,
    read_heading,
    same_columns,
)
from reskontra.formats.workbooks.delimited import read_delimited
from reskontra.formats.workbooks.gate import is_workbook, pass_gate
from reskontra.formats.workbooks.readings import Raw, written
from reskontra.formats.workbooks.refusals import refuse, shown
from reskontra.formats.workbooks.sheets import SheetCount, column_letters

_CONTROL_SHEETS = frozenset({"control", "kontroll", "tarkistus"})
# Sheets of our own forms that hold nothing to read.
_OWN_SHEETS = frozenset({"help", "hjälp", "ohje", "lists", "listor", "luettelot"})
_CONTROL_ROWS = 50


@dataclass(frozen=True, slots=True)
class Table:
    """Rows below the heading, each with its number in the file; ``control`` is what the sender declares."""

    source: str
    heading: Heading
    heading_row: int
    rows: Sequence[tuple[int, Sequence[Raw]]]
    counted_rows: int
    control: Mapping[str, Raw] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def read_table(form: Form, data: bytes) -> Table:
    """The table in a workbook or a CSV file, told apart by content, never by name. Raises ``Refused``."""
    if not data.strip():
        refuse("file_empty")
    if len(data) > limits.PACKED_BYTES:
        refuse("file_too_large", limit=limits.PACKED_BYTES // 1_000_000)
    return _from_workbook(form, data) if is_workbook(data) else _from_delimited(form, data)


def fitting_form(data: bytes, forms: Sequence[Form]) -> Form | None:
    """The form whose heading a file carries: one with all that it needs before one with more labels.

    ``None`` when no row fits any. Raises ``Refused`` for a file that no form could be read from.
    """
    best: tuple[tuple[bool, int], Form] | None = None
    for cells in _first_rows(data, forms):
        for form in forms:
            found = fit(form, cells)
            if found[1] and (best is None or found > best[0]):
                best = found, form
    return best[1] if best else None


def _first_rows(data: bytes, forms: Sequence[Form]) -> Iterator[Sequence[str]]:
    if not is_workbook(data):
        yield read_delimited(data, lambda cells: any(is_heading(form, cells) for form in forms)).heading
        return
    book = _Book(data)
    for sheet in pass_gate(data).sheets:
        if not sheet.hidden and plain_label(sheet.name) not in _CONTROL_SHEETS:
            for _, row in book.rows(sheet, at_most=limits.HEADER_WITHIN_ROWS):
                yield [written(cell) for cell in row]


def _from_delimited(form: Form, data: bytes) -> Table:
    text = read_delimited(data, lambda cells: is_heading(form, cells))
    heading = read_heading(form, text.heading, text.heading_row)
    table = Table("csv", heading, text.heading_row, text.rows, text.counted_rows, findings=text.findings)
    return _with_place_findings(table)


def _from_workbook(form: Form, data: bytes) -> Table:
    counted = pass_gate(data)
    visible = [sheet for sheet in counted.sheets if not sheet.hidden]
    book = _Book(data)
    candidates = [sheet for sheet in visible if plain_label(sheet.name) not in _CONTROL_SHEETS]
    found = [(sheet, place) for sheet in candidates if (place := _find_heading(form, book, sheet))]
    if not found:
        refuse("file_heading_not_found", within=limits.HEADER_WITHIN_ROWS)
    if len(found) > 1 and sum(1 for sheet, (row, _) in found if sheet.rows_after(row)) > 1:
        refuse("file_two_data_sheets", where=", ".join(sheet.name for sheet, _ in found))
    sheet, (heading_row, cells) = next(
        ((sheet, place) for sheet, place in found if sheet.rows_after(place[0])), found[0]
    )
    _check_area(sheet, heading_row)
    heading = read_heading(form, [written(cell) for cell in cells], heading_row)
    rows = [(number, row) for number, row in book.rows(sheet) if number > heading_row and _filled(row)]
    _refuse_second_heading(form, rows)
    control = _control(form, book, visible)
    table = Table(
        source="workbook",
        heading=heading,
        heading_row=heading_row,
        rows=rows,
        counted_rows=sheet.rows_after(heading_row),
        control=control,
        findings=(*_unread_sheets(counted.sheets, sheet), *_hidden_columns(sheet, heading)),
    )
    return _with_place_findings(table)


class _Book:
    """The spreadsheet library's view of a workbook that has passed the gate; each sheet is read once."""

    def __init__(self, data: bytes) -> None:
        self._sheets: dict[str, Any] = {}
        self._book = self._asked(lambda: python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)))

    def rows(self, sheet: SheetCount, at_most: int | None = None) -> Iterator[tuple[int, list[Raw]]]:
        """Rows of a sheet with their numbers, every row beginning at column A."""
        if sheet.name not in self._sheets:
            self._sheets[sheet.name] = self._asked(lambda: self._book.get_sheet_by_name(sheet.name))
        values = self._sheets[sheet.name]
        if values.start is None:
            return
        first_row, first_column = values.start
        before: list[Raw] = [None] * first_column
        for number, row in enumerate(values.iter_rows(), start=first_row + 1):
            if at_most is not None and number > at_most:
                return
            yield number, before + row if before else row

    def _asked(self, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except python_calamine.CalamineError:
            refuse("file_workbook_unreadable")
        except BaseException as panic:
            _refuse_panic(panic)


def _refuse_panic(panic: BaseException) -> None:
    """A panic inside the library is no ordinary exception; everything else goes on its way."""
    if type(panic).__name__ == "PanicException":
        refuse("file_workbook_unreadable")
    raise panic


def _filled(row: Sequence[Raw]) -> bool:
    return any(cell is not None and (not isinstance(cell, str) or bool(cell.strip())) for cell in row)


def _find_heading(form: Form, book: _Book, sheet: SheetCount) -> tuple[int, list[Raw]] | None:
    """The heading row: labels, or machine names, or machine names with the same columns' labels below."""
    found: tuple[int, list[Raw]] | None = None
    for number, row in book.rows(sheet, at_most=limits.HEADER_WITHIN_ROWS + 1):
        texts = [written(cell) for cell in row]
        if found and (number != found[0] + 1 or not same_columns(form, map(written, found[1]), texts)):
            return found
        if is_heading(form, texts):
            if found:
                return number, row
            found = number, row
    return found


def _refuse_second_heading(form: Form, rows: Sequence[tuple[int, Sequence[Raw]]]) -> None:
    """A second heading is no order: dropping it would let a row of the file end as nothing."""
    if rows and is_heading(form, [written(cell) for cell in rows[0][1]]):
        refuse("file_two_headings", row=rows[0][0])


def _check_area(sheet: SheetCount, heading_row: int) -> None:
    findings = [
        Finding("file_merged_cells", clause="OC 3.9-c", where=shown(sheet.name), value=shown(merged))
        for merged in sheet.merged
        if _last_row_of(merged) >= heading_row
    ]
    findings += [
        Finding("file_hidden_row", clause="OC 3.9-c", where=shown(sheet.name), row=row)
        for row in sheet.hidden_rows
        if row >= heading_row
    ]
    if findings:
        raise Refused(*findings[:100])


def _last_row_of(merged: str) -> int:
    digits = "".join(letter for letter in merged.rpartition(":")[2] if letter.isdigit())
    return int(digits[:8]) if digits else limits.ROWS


def _unread_sheets(sheets: Sequence[SheetCount], read: SheetCount) -> Iterator[Finding]:
    for sheet in sheets:
        own = plain_label(sheet.name) in _CONTROL_SHEETS | _OWN_SHEETS
        if sheet is not read and sheet.rows and not (own and not sheet.hidden):
            rule = "file_hidden_sheet" if sheet.hidden else "file_sheet_not_read"
            yield Finding(rule, "warning", "OC 3.9-a", where=shown(sheet.name))


def _hidden_columns(sheet: SheetCount, heading: Heading) -> Iterator[Finding]:
    for number in sheet.hidden_columns:
        name = heading.names[number - 1] if number <= len(heading.names) else None
        if name is not None:
            yield Finding("file_hidden_column", "warning", "OC 3.9-a", column=shown(heading.labels[name]))


def _with_place_findings(table: Table) -> Table:
    """Values in columns without a label are told: they are in no order, and nobody may think they are."""
    nameless = [index for index, name in enumerate(table.heading.names) if name is None]
    width = len(table.heading.names)
    widest = max((len(row) for _, row in table.rows), default=0)
    nameless = [index for index in (*nameless, *range(width, widest)) if index not in table.heading.answers]
    findings: list[Finding] = []
    for index in nameless:
        first = next(
            (n for n, row in table.rows if index < len(row) and _filled(row[index : index + 1])), None
        )
        if first is not None:
            column = column_letters(index + 1)
            findings.append(
                Finding("file_column_without_label", "warning", "OC 3.9-a", row=first, column=column)
            )
    return Table(
        table.source, table.heading, table.heading_row, table.rows, table.counted_rows, table.control,
        (*table.heading.findings, *table.findings, *findings),
    )  # fmt: skip


def _control(form: Form, book: _Book, sheets: Sequence[SheetCount]) -> dict[str, Raw]:
    """What the control sheet declares: labels in one column, values in the next."""
    found: dict[str, Raw] = {}
    known = known_labels("control" if form in ("billing", "customers") else "expenditure_control")
    for sheet in sheets:
        if plain_label(sheet.name) not in _CONTROL_SHEETS:
            continue
        for _, row in book.rows(sheet, at_most=_CONTROL_ROWS):
            cells = [cell for cell in row if _filled([cell])]
            name = known.get(plain_label(written(cells[0]))) if cells else None
            if name is not None and len(cells) > 1:
                if name in found and written(found[name]) != written(cells[1]):
                    refuse("file_control_twice", where=sheet.name, column=written(cells[0]))
                found[name] = cells[1]
    return found
