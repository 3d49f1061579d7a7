"""Forms of expenditure: rows of a table or of JSON to entries, each with a head and the parts that rows add.

A payment, an order, a contract: the row that begins it carries what concerns the whole; later rows leave it
empty or repeat it. Rows with the same key belong together, wherever they stand. Every row ends in an entry,
or in a finding with its row and column as the sender sees them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from reskontra.documents.findings import Finding, Severity
from reskontra.formats.workbooks import limits
from reskontra.formats.workbooks.columns import OTHER, Column, Form, columns
from reskontra.formats.workbooks.expenditure_values import KINDS, NUMBERS
from reskontra.formats.workbooks.json_values import (
    labels_of,
    list_of,
    looks_like_json,
    object_of,
    parsed,
    row_number,
    text_of,
    value_of,
)
from reskontra.formats.workbooks.readings import EMPTY, ColumnReader, Raw, Reading, masked, written
from reskontra.formats.workbooks.refusals import refuse, shown
from reskontra.formats.workbooks.tables import read_table
from reskontra.kernel.texts import LANGUAGES

_OF_INCOME = frozenset({"OC 3.9-a", "OC 3.9-c"})
_DECLARED = {"declared_rows": "rows", "declared_entries": "entries", "declared_total": "total"}
_BESIDE = ("kind", "source", "labels", "language", "counted_rows", "read_rows", "findings")
_TOLD = ("sender_system", "unit")


@dataclass(slots=True)
class Part:
    """What one row adds to one part of its entry: readings by the name of the column."""

    row: int
    cells: dict[str, Reading] = field(default_factory=dict)

    def value(self, name: str) -> Any:
        """The value of a column, ``None`` when it is empty or cannot be used."""
        return self.cells.get(name, EMPTY).value


@dataclass(slots=True)
class Entry(Part):
    """One payment, order, receipt, contract or template: its head and its parts by level."""

    parts: dict[str, list[Part]] = field(default_factory=dict)

    def of(self, level: str) -> list[Part]:
        """The parts of one level, in the order of the rows."""
        return self.parts.get(level, [])


class Tell:
    """Collects what is wrong, under the clause of the form and with the labels of the file."""

    def __init__(self, form: Form, clause: str, labels: Mapping[str, str], language: str | None) -> None:
        self._columns = columns(form)
        self._labels = labels
        self._language = language or "en"
        self.clause = clause
        self.findings: list[Finding] = []

    def __call__(
        self,
        rule: str,
        row: int | None,
        name: str | None = None,
        value: str | None = None,
        *,
        severity: Severity = "error",
        clause: str | None = None,
        **detail: str,
    ) -> None:
        """One finding; ``name`` is the column's name by ours."""
        column = self._label(name) if name else None
        told = Finding(
            rule, severity, clause or self.clause, row=row, column=column, value=shown(value), detail=detail
        )
        self.findings.append(told)

    def missing(self, part: Part, *names: str) -> None:
        """A value that the form requires: each column of ``names`` that the row left empty."""
        for name in names:
            if not part.cells.get(name, EMPTY).text:
                self("form_value_missing", part.row, name)

    def problems(self, part: Part) -> None:
        """What the values themselves are wrong in."""
        for name, reading in part.cells.items():
            for problem in reading.problems:
                severity: Severity = "warning" if problem.severity == "warning" else "error"
                clause = self.clause if problem.clause in _OF_INCOME else problem.clause
                value = problem.shown or shown(masked(reading.text))
                finding = Finding(problem.rule, severity, clause, row=part.row, column=self._label(name),
                                  value=value, detail=problem.detail)  # fmt: skip
                self.findings.append(finding)

    def _label(self, name: str) -> str:
        label = self._labels.get(name, name.removeprefix(OTHER))
        if label == name and name in self._columns:
            label = self._columns[name].label(self._language)
        return shown(label) or name


@dataclass(frozen=True, slots=True)
class Layout:
    """How a form becomes a document.

    ``entries`` is the document's field; ``key`` the columns that name an entry, the first of them needed;
    ``parts`` maps the level of a column to the entry's field. ``check`` looks at one entry, ``check_all`` at
    all of them together.
    """

    form: Form
    kind: str
    clause: str
    entries: str
    key: tuple[str, ...]
    parts: Mapping[str, str]
    check: Callable[[Entry, Tell], None]
    check_all: Callable[[Sequence[Entry], Tell], None]
    asks_sender: bool = False  # whether a message of an own system must name itself and the receiver

    @property
    def told(self) -> tuple[str, ...]:
        """What a file says of itself as a whole."""
        return (*_TOLD, "receiver") if self.asks_sender else _TOLD


@dataclass(slots=True)
class Content:
    """All that a file of one form says: plain entries, and everything beside them by field name."""

    entries: list[dict[str, Any]]
    head: dict[str, Any]


def read_entries(layout: Layout, data: bytes) -> Content:
    """The entries of a workbook, CSV or JSON file. Raises ``Refused`` when the file cannot be used as a whole."""
    if looks_like_json(data):
        return _from_json(layout, data)
    return _from_table(layout, data)


def under_clause(finding: Finding, clause: str) -> Finding:
    """A finding of what all forms share, under the clause of the form that was read."""
    return replace(finding, clause=clause) if finding.clause in _OF_INCOME else finding


# --- tables ---


def _from_table(layout: Layout, data: bytes) -> Content:
    table = read_table(layout.form, data)
    readers = [
        None if name is None else _reader(name, columns(layout.form).get(name))
        for name in table.heading.names
    ]
    tell = Tell(layout.form, layout.clause, table.heading.labels, table.heading.language)
    book = _Book(layout, tell)
    for number, values in table.rows:
        cells = {
            reader.name: reading
            for reader, raw in zip(readers, values, strict=False)
            if reader is not None and (reading := reader.read(raw)).text
        }
        book.take(number, cells)
    head = {
        "source": table.source,
        "labels": dict(table.heading.labels),
        "language": table.heading.language,
        "counted_rows": table.counted_rows,
        "read_rows": len(table.rows),
        "findings": table.findings,
    }
    return _content(layout, book, tell, head, table.control)


def _reader(name: str, column: Column | None) -> ColumnReader:
    return ColumnReader(name, column, KINDS.get(column.kind) if column else None)


class _Book:
    """Takes rows in order and puts each into its entry."""

    def __init__(self, layout: Layout, tell: Tell) -> None:
        self._layout = layout
        self._columns = columns(layout.form)
        self._tell = tell
        self._by_key: dict[tuple[object, ...], Entry] = {}
        self.entries: list[Entry] = []
        self.told: dict[str, tuple[int, Reading]] = {}

    def take(self, row: int, cells: Mapping[str, Reading]) -> None:
        whole = Part(row, dict(cells))
        self._tell.problems(whole)
        head: dict[str, Reading] = {}
        parts: dict[str, Part] = {}
        for name, reading in cells.items():
            level = self._columns[name].level if name in self._columns else "row"
            if level == "file":
                self._tell_of_file(row, name, reading)
            elif level == "head":
                head[name] = reading
            elif level in self._layout.parts:
                parts.setdefault(level, Part(row)).cells[name] = reading
        entry = self._entry(row, head)
        if entry is None:
            self._tell("entry_row_starts_nothing", row, (self._layout.key or ("",))[0] or None)
            return
        for level, part in parts.items():
            entry.parts.setdefault(level, []).append(part)

    def _tell_of_file(self, row: int, name: str, reading: Reading) -> None:
        first = self.told.setdefault(name, (row, reading))
        if first[1].plain != reading.plain:
            self._tell("entry_file_field_differs", row, name, masked(reading.text), first=str(first[0]))

    def _entry(self, row: int, head: dict[str, Reading]) -> Entry | None:
        """The entry that the row belongs to, begun here if need be; ``None`` when none has begun."""
        key = self._key(head)
        if key is not None:
            found = self._by_key.get(key) or self._continued(key)
        else:
            found = self.entries[-1] if self.entries and self._layout.key and self._repeats(head) else None
            if found is None and not head:
                return None
        if found is None:
            found = Entry(row, head)
            self.entries.append(found)
            if key is not None:
                self._by_key[key] = found
            return found
        for name, reading in head.items():
            if not _same(found.cells.get(name, EMPTY), reading):
                first = str(found.row)
                self._tell("entry_field_differs", row, name, masked(reading.text), first=first)
        return found

    def _key(self, head: Mapping[str, Reading]) -> tuple[object, ...] | None:
        if not self._layout.key or self._layout.key[0] not in head:
            return None
        return tuple(_meant(head.get(name, EMPTY)) for name in self._layout.key)

    def _continued(self, key: tuple[object, ...]) -> Entry | None:
        """The entry above, when the row names it by the first column of the key alone."""
        if not self.entries or any(part is not None for part in key[1:]):
            return None
        above = self._key(self.entries[-1].cells)
        return self.entries[-1] if above is not None and above[0] == key[0] else None

    def _repeats(self, head: Mapping[str, Reading]) -> bool:
        """Whether a row without a key says nothing but what the entry above says."""
        above = self.entries[-1].cells
        return all(_same(above.get(name, EMPTY), reading) for name, reading in head.items())


def _meant(reading: Reading) -> object:
    return None if not reading.text else reading.plain if reading.value is None else reading.value


def _same(one: Reading, other: Reading) -> bool:
    return _meant(one) == _meant(other)


# --- JSON ---


def _from_json(layout: Layout, data: bytes) -> Content:
    if len(data) > limits.PACKED_BYTES:
        refuse("file_too_large", limit=limits.PACKED_BYTES // 1_000_000)
    keys = frozenset({layout.entries, *layout.told, *_DECLARED, *_BESIDE})
    given = object_of(parsed(data), "$", keys)
    if given.get("kind") != layout.kind:
        refuse("file_json_kind", where="$.kind", value=str(given.get("kind", "–")))
    labels = labels_of(given.get("labels"))
    language = text_of(given.get("language"), "$.language")
    tell = Tell(layout.form, layout.clause, labels, language if language in LANGUAGES else None)
    book = _JsonBook(layout, tell)
    book.read(list_of(given.get(layout.entries), f"$.{layout.entries}"))
    told = {name: text_of(given.get(name), f"$.{name}") for name in layout.told}
    declared: dict[str, Raw] = {name: value for name, value in told.items() if value}
    for key, name in _DECLARED.items():
        if given.get(key) is not None:
            declared[name] = value_of(given[key], f"$.{key}", number=True)
    if layout.asks_sender:
        for name in ("sender_system", "receiver"):
            if not told[name]:
                tell("payment_message_sender_missing", None, name)
    head = {
        "source": "json",
        "labels": dict(labels),
        "language": language,
        "counted_rows": book.rows,
        "read_rows": book.rows,
        "findings": (),
    }
    return _content(layout, book, tell, head, declared)


class _JsonBook:
    """Entries as they stand in JSON: the keys that the document prints, the same readers as a table."""

    def __init__(self, layout: Layout, tell: Tell) -> None:
        self._layout = layout
        self._tell = tell
        self._readers = {name: _reader(name, column) for name, column in columns(layout.form).items()}
        self._levels = {
            level: {column.field: column for column in columns(layout.form).values() if column.level == level}
            for level in ("head", *layout.parts)
        }
        self._rows: set[int] = set()
        self._last_row = 0
        self.entries: list[Entry] = []
        self.told: dict[str, tuple[int, Reading]] = {}

    def read(self, entries: Sequence[Any]) -> None:
        for place, given in enumerate(entries):
            self._entry(given, f"$.{self._layout.entries}[{place}]")
        self._refuse_repeated()

    def _entry(self, given: Any, where: str) -> None:
        names = frozenset(self._layout.parts.values())
        own, nested = self._taken(given, where, "head", names)
        entry = Entry(0, own)
        found: list[tuple[str, Part]] = []
        for level, name in self._layout.parts.items():
            for index, part in enumerate(list_of(nested.get(name, []), f"{where}.{name}")):
                cells, rest = self._taken(part, f"{where}.{name}[{index}]", level, frozenset())
                found.append((level, Part(self._row(rest.get("row"), where), cells)))
        told_row = nested.get("row")
        entry.row = self._row_of(told_row, found, where)
        self._tell.problems(entry)
        for level, part in found:
            self._tell.problems(part)
            entry.parts.setdefault(level, []).append(part)
        self.entries.append(entry)

    def _row_of(self, told: Any, parts: Sequence[tuple[str, Part]], where: str) -> int:
        """An entry stands on the row of its first part; one without parts has a row of its own."""
        if parts:
            return parts[0][1].row
        return self._row(told, where)

    def _row(self, told: Any, where: str) -> int:
        """The row that the sender told, which parts may share; without one, rows are numbered in order."""
        row = row_number(told, 0 if told is not None else self._last_row, where)
        self._last_row = max(self._last_row, row)
        self._rows.add(row)
        if len(self._rows) > limits.ROWS:
            refuse("file_sheet_too_many_rows", limit=limits.ROWS)
        return row

    @property
    def rows(self) -> int:
        """How many rows the entries stand on."""
        return len(self._rows)

    def _taken(
        self, given: Any, where: str, level: str, beside: frozenset[str]
    ) -> tuple[dict[str, Reading], dict[str, Any]]:
        """The readings of an object, nested ones included, and what it holds beside values."""
        known = self._levels[level]
        groups = {field.partition(".")[0] for field in known if "." in field}
        plain = {field for field in known if "." not in field}
        source = object_of(given, where, frozenset({"row", *beside, *groups, *plain}))
        cells: dict[str, Reading] = {}
        rest: dict[str, Any] = {}
        for key, value in source.items():
            if value is None:
                continue
            if key == "row" or key in beside:
                rest[key] = value
            elif key in groups:
                inner = frozenset(name.partition(".")[2] for name in known if name.startswith(f"{key}."))
                for name, told in object_of(value, f"{where}.{key}", inner).items():
                    if told is not None:
                        self._put(cells, known[f"{key}.{name}"], told, f"{where}.{key}.{name}")
            else:
                self._put(cells, known[key], value, f"{where}.{key}")
        return cells, rest

    def _put(self, cells: dict[str, Reading], column: Column, value: Any, where: str) -> None:
        if isinstance(value, bool) and column.kind == "yes_no":
            value = "1" if value else "0"
        reading = self._readers[column.name].read(value_of(value, where, number=column.kind in NUMBERS))
        if reading.text:
            cells[column.name] = reading

    def _refuse_repeated(self) -> None:
        """Two entries of one key: a table would have joined them, a message must not hold both."""
        seen: dict[tuple[object, ...], int] = {}
        for entry in self.entries:
            if not self._layout.key or self._layout.key[0] not in entry.cells:
                continue
            key = tuple(_meant(entry.cells.get(name, EMPTY)) for name in self._layout.key)
            if key in seen:
                name = self._layout.key[0]
                value = masked(entry.cells[name].text)
                self._tell("entry_repeated", entry.row, name, value, first=str(seen[key]))
            seen.setdefault(key, entry.row)


# --- both ---


def _content(
    layout: Layout, book: _Book | _JsonBook, tell: Tell, head: dict[str, Any], declared: Mapping[str, Raw]
) -> Content:
    for entry in book.entries:
        layout.check(entry, tell)
    layout.check_all(book.entries, tell)
    for name in layout.told:
        head[name] = _told(layout, name, book.told, declared, tell)
    for key, name in _DECLARED.items():
        head[key] = _declared(name, declared, tell)
    shared = [under_clause(finding, layout.clause) for finding in head["findings"]]
    found = sorted(tell.findings, key=lambda finding: finding.row or 0)
    head["findings"] = (*shared, *found)
    return Content([_plain(layout, entry) for entry in book.entries], head)


def _told(
    layout: Layout,
    name: str,
    told: Mapping[str, tuple[int, Reading]],
    declared: Mapping[str, Raw],
    tell: Tell,
) -> str | None:
    """What the file says of itself, in its rows or on its control sheet; both must say the same."""
    column = columns("expenditure_control")[name]
    sheet = _reader(name, column).read(declared.get(name))
    if sheet.problems:
        part = Part(0, {name: sheet})
        tell.problems(part)
    row = told.get(name)
    if row and sheet.text and row[1].plain != sheet.plain:
        tell("entry_file_field_differs", row[0], name, masked(row[1].text), first="-")
    reading = row[1] if row else sheet
    return _safe(reading) if reading.text else None


def _declared(name: str, declared: Mapping[str, Raw], tell: Tell) -> Any:
    raw = declared.get(name)
    if raw is None or not written(raw):
        return None
    reading = _reader(name, columns("expenditure_control")[name]).read(raw)
    if reading.value is None:
        label = columns("expenditure_control")[name].label("en")
        tell.findings.append(
            Finding("file_declared_unclear", clause=tell.clause, where=label, value=shown(reading.text))
        )
    return reading.value


def _plain(layout: Layout, entry: Entry) -> dict[str, Any]:
    known = columns(layout.form)
    plain = {"row": entry.row, **_fields(known, entry)}
    for level, name in layout.parts.items():
        plain[name] = [{"row": part.row, **_fields(known, part)} for part in entry.of(level)]
    return plain


def _fields(known: Mapping[str, Column], part: Part) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, reading in part.cells.items():
        value = _safe(reading) if reading.problems else reading.value
        if name not in known or value is None:
            continue
        group, _, inner = known[name].field.partition(".")
        if inner:
            fields.setdefault(group, {})[inner] = value
        else:
            fields[group] = value
    return fields


def _safe(reading: Reading) -> Any:
    """The value; a personal code in a text never gets as far as the document (OC 2.2-f)."""
    if isinstance(reading.value, str) and any(
        one.rule == "form_personal_code_in_text" for one in reading.problems
    ):
        return masked(reading.value)
    return reading.value
