"""One sheet, one pass: rows counted and refused by what stands in the bytes, without building the sheet."""

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from itertools import pairwise

from lxml import etree

from reskontra.formats.workbooks import limits
from reskontra.formats.workbooks.markup import Items
from reskontra.formats.workbooks.refusals import refuse

_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384  # of the format itself (ECMA-376)
_TYPES = frozenset({b"", b"n", b"s", b"str", b"b", b"d", b"inlineStr"})
_MERGES_KEPT = 1_000
_LAYOUTS_KEPT = 1_000
_UNPRINTED = re.compile(r"_x00(?:09|0A|0D|20|A0)_", re.IGNORECASE)
_ROW_NUMBER = re.compile(rb"\sr\s*=\s*[\"']\s*([0-9]{1,7})\s*[\"']")
_HIDDEN = re.compile(rb"\shidden\s*=\s*[\"']\s*(?:1|true)\s*[\"']|\sht\s*=\s*[\"']0(?:\.0*)?[\"']")
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")

# A cell as (letters of its column, number of its row, type, value, inline text).
Cell = tuple[bytes, bytes, bytes, bytes, bytes]


@dataclass(frozen=True, slots=True)
class SheetCount:
    """What the gate counted in one sheet. Rows and columns are numbered from 1, as people see them.

    ``filled`` are the numbers of the rows that hold at least one cell with something in it, in order.
    """

    name: str
    part: str
    hidden: bool
    filled: "array[int]"
    last_row: int
    columns: int
    merged: tuple[str, ...] = ()
    hidden_rows: tuple[int, ...] = ()  # only those that hold something
    hidden_columns: tuple[int, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows hold something."""
        return len(self.filled)

    def rows_after(self, header_row: int) -> int:
        """How many rows below ``header_row`` hold something."""
        return sum(1 for number in self.filled if number > header_row)


def column_number(letters: str) -> int:
    """1 for A, 27 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """A for 1, AA for 27."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@dataclass(slots=True)
class SharedTexts:
    """Sizes in bytes of the texts that cells share; 0 for a blank one."""

    sizes: "array[int]" = field(default_factory=lambda: array("I"))
    used: int = 0  # bytes of text in all cells of all sheets so far

    def count(self, indexes: list[bytes], where: str, row: int) -> None:
        """Add the texts that one row uses; raises ``Refused`` for one that the workbook does not have."""
        try:
            size = sum(map(self.sizes.__getitem__, map(int, indexes)))
        except (IndexError, ValueError):
            refuse("file_shared_text_missing", where=where, row=row)
        self.add(size, where)

    def add(self, size: int, where: str) -> None:
        """Count ``size`` bytes of text; raises ``Refused`` above the limit."""
        self.used += size
        if self.used > limits.TEXT_BYTES:
            refuse("file_sheet_too_much_text", where=where, limit=limits.TEXT_BYTES // 1_000_000)


def read_shared_texts(chunks: Iterator[bytes], where: str) -> SharedTexts:
    """Count the shared texts of a workbook; raises ``Refused`` for too many or too long ones."""
    texts = SharedTexts()
    items = Items(chunks, where, "sst", "si", limits.ROW_BYTES)
    for block in items.blocks():
        plain = _PLAIN_TEXT.findall(block)
        if len(plain) * 4 == block.count(b"<"):
            texts.sizes.extend(map(_size_of, plain))
        else:
            texts.sizes.extend(_size_of(_shown_text(item, items)) for _, item in items.split(block))
        if len(texts.sizes) > limits.STRINGS:
            refuse("file_strings_too_many", where=where, limit=limits.STRINGS)
    _expect_no_more(items.frame(), {"si", "t"}, where)
    return texts


_PLAIN_TEXT = re.compile(rb"<si><t(?: xml:space=\"preserve\")?>([^<]*)</t></si>")


def _shown_text(item: bytes, items: Items) -> bytes:
    """The text of an item with formats inside it; what only says how it is pronounced is left out."""
    texts = [text for text in items.tree(item).iter("{*}t") if _local(text.getparent()) != "rPh"]
    return "".join(text.text or "" for text in texts).encode()


def _size_of(text: bytes) -> int:
    return 0 if is_blank(text) else len(text)


def is_blank(text: bytes) -> bool:
    """Whether nothing is left of a text, as markup, once spaces of every kind are taken away."""
    if not text or text[:1].isalnum():
        return not text
    return not _UNPRINTED.sub("", unescape(text.decode("utf-8", "replace"))).strip()


@dataclass(frozen=True, slots=True)
class _Layout:
    """What rows with cells in the same columns and of the same kinds have in common."""

    places: tuple[int, ...]
    shared: tuple[int, ...]
    types: tuple[bytes, ...]


class SheetReader:
    """Reads one sheet; ``count`` gives its ``SheetCount`` or raises ``Refused``."""

    def __init__(self, name: str, part: str, hidden: bool, texts: SharedTexts) -> None:
        self._name, self._part, self._hidden = name, part, hidden
        self._texts = texts
        self._filled: array[int] = array("I")
        self._hidden_rows: list[int] = []
        self._row = 0
        self._rows = 0
        self._columns = 0
        self._layouts: dict[tuple[tuple[bytes, ...], tuple[bytes, ...]], _Layout] = {}

    def count(self, chunks: Iterator[bytes]) -> SheetCount:
        """One pass over the sheet's bytes."""
        items = Items(chunks, self._part, "sheetData", "row", limits.ROW_BYTES)
        canonical: _Canonical | None = None
        for opening, item in items:
            canonical = canonical or _Canonical(items.prefix)
            self._number(opening)
            self._take(opening, item, canonical.cells(item), items)
        frame = items.frame()
        self._check_frame(frame)
        return SheetCount(
            name=self._name,
            part=self._part,
            hidden=self._hidden,
            filled=self._filled,
            last_row=self._filled[-1] if self._filled else 0,
            columns=self._columns,
            merged=self._merged(frame),
            hidden_rows=tuple(self._hidden_rows),
            hidden_columns=_hidden_columns(frame),
        )

    def _take(self, opening: bytes, item: bytes, cells: list[Cell] | None, items: Items) -> None:
        self._rows += 1
        if self._rows > limits.ROWS:
            refuse("file_sheet_too_many_rows", where=self._name, limit=limits.ROWS)
        if cells is None:
            cells = self._cells_of(items.tree(item))
        if cells and self._check_cells(cells):
            self._filled.append(self._row)
            if self._row > limits.ROWS:
                refuse("file_sheet_too_many_rows", where=self._name, limit=limits.ROWS)
            if (b"hidden" in opening or b"ht" in opening) and _HIDDEN.search(opening):
                self._hidden_rows.append(self._row)

    def _number(self, opening: bytes) -> None:
        found = _ROW_NUMBER.search(opening)
        number = int(found[1]) if found else self._row + 1
        if not self._row < number <= _LAST_ROW:
            refuse("file_rows_out_of_order", where=self._name, row=number)
        self._row = number

    def _check_cells(self, cells: list[Cell]) -> bool:
        """Check order, places and kinds; True when a cell holds something."""
        letters, numbers, types, values, inline = zip(*cells, strict=True)
        layout = self._layouts.get((letters, types)) or self._layout(letters, types, cells)
        if numbers.count(b"%d" % self._row) != len(numbers) and any(letters + numbers):
            refuse("file_cells_out_of_order", where=self._name, row=self._row)
        last = self._last_filled(layout, values, inline)
        if not last:
            return False
        self._columns = max(self._columns, last)
        if last > limits.COLUMNS:
            refuse("file_sheet_too_many_columns", where=self._name, row=self._row, limit=limits.COLUMNS)
        if self._row * self._columns > limits.AREA_CELLS:
            refuse("file_sheet_too_large", where=self._name, limit=limits.AREA_CELLS)
        return True

    def _layout(self, letters: tuple[bytes, ...], types: tuple[bytes, ...], cells: list[Cell]) -> "_Layout":
        """Where a row's cells stand, rising and unique, and which of them hold shared texts.

        A row whose cells do not say where they stand has them side by side from the first column.
        """
        if self._hidden:
            types = tuple(b"str" if kind == b"e" else kind for kind in types)
        if not _TYPES.issuperset(types):
            self._refuse_type(cells)
        if any(letters):
            places = tuple(column_number(name.decode()) for name in letters)
        else:
            places = tuple(range(1, len(letters) + 1))
        if any(before >= after for before, after in pairwise(places)) or not all(places):
            refuse("file_cells_out_of_order", where=self._name, row=self._row)
        if places[-1] > _LAST_COLUMN:
            refuse("file_sheet_too_many_columns", where=self._name, row=self._row, limit=limits.COLUMNS)
        shared = tuple(index for index, kind in enumerate(types) if kind == b"s")
        layout = _Layout(places, shared, types)
        if len(self._layouts) < _LAYOUTS_KEPT:
            self._layouts[letters, types] = layout
        return layout

    def _last_filled(self, layout: "_Layout", values: tuple[bytes, ...], inline: tuple[bytes, ...]) -> int:
        """The number of the last column that holds something, 0 when none does."""
        shared = [values[index] for index in layout.shared if values[index]]
        if shared:
            self._texts.count(shared, self._name, self._row)
        self._texts.add(len(b"".join(inline)), self._name)
        for index in range(len(values) - 1, -1, -1):
            value = values[index]
            if layout.types[index] == b"s":
                blank = not value or self._texts.sizes[int(value)] == 0
            else:
                blank = is_blank(value) and is_blank(inline[index])
            if not blank:
                return layout.places[index]
        return 0

    def _refuse_type(self, cells: list[Cell]) -> None:
        for letters, _, kind, value, _ in cells:
            if kind == b"e":
                cell = f"{letters.decode()}{self._row}"
                refuse(
                    "file_error_in_cell", where=self._name, row=self._row, column=cell, value=value.decode()
                )
        refuse("file_xml_unexpected", where=self._name, row=self._row)

    def _cells_of(self, row: etree._Element) -> list[Cell]:
        """The same cells, from a row that is written in an unusual way."""
        cells: list[Cell] = []
        for element in row:
            if _local(element) == "c":
                cells.append(self._cell_of(element))
            elif _local(element) != "extLst":
                refuse("file_xml_unexpected", where=self._name, row=self._row)
        return cells

    def _cell_of(self, element: etree._Element) -> Cell:
        reference = element.get("r", "")
        place = _REFERENCE.fullmatch(reference)
        if reference and not place:
            refuse("file_cells_out_of_order", where=self._name, row=self._row)
        found: dict[str, etree._Element] = {}
        for child in element:
            if _local(child) in found:
                refuse("file_xml_unexpected", where=self._name, row=self._row)
            found[_local(child)] = child
        # A sheet that nobody sees is never read: its formulas do no harm.
        if "f" in found and not self._hidden:
            refuse("file_formula_in_cell", where=self._name, row=self._row, column=reference or None)
        if not {"v", "is", "f", "extLst"}.issuperset(found) or {"v", "is"}.issubset(found):
            refuse("file_xml_unexpected", where=self._name, row=self._row)
        letters, number = (place[1], place[2]) if place else ("", "")
        kind = (element.get("t") or "").encode()
        value, inline = _text(found.get("v")), _rich_text(found.get("is"))
        return letters.encode(), number.encode(), kind, value, inline

    def _check_frame(self, frame: etree._Element) -> None:
        _expect_no_more(frame, {"row", "c", "f", "v", "is"}, self._name)
        if _local(frame) != "worksheet":
            refuse("file_xml_unexpected", where=self._name)
        data = list(frame.iter("{*}sheetData"))
        if len(data) != 1 or data[0].getparent() is not frame:
            refuse("file_xml_unexpected", where=self._name)
        for name in ("oleObject", "control", "ddeLink"):
            if next(frame.iter(f"{{*}}{name}"), None) is not None:
                refuse("file_active_content", where=self._name, value=name)

    def _merged(self, frame: etree._Element) -> tuple[str, ...]:
        ranges = [merge.get("ref", "") for merge in frame.iter("{*}mergeCell")]
        if len(ranges) > _MERGES_KEPT:
            refuse("file_merged_cells", where=self._name, value=ranges[0])
        return tuple(ranges)


class _Canonical:
    """Rows as nearly every program writes them, taken apart by one pattern; ``None`` for any other row."""

    def __init__(self, prefix: bytes) -> None:
        self._cell = b"<" + prefix + b"c "
        self._close = b"</" + prefix + b"c>"
        self._value = b"<" + prefix + b"v>"
        self._inline = b"<" + prefix + b"is>"
        p = re.escape(prefix)
        self._pattern = re.compile(
            rb"<" + p + rb"c r=\"([A-Z]{1,3})([1-9][0-9]{0,6})\"(?: s=\"[0-9]+\")?(?: t=\"(\w+)\")?(?:/>|>"
            rb"(?:<" + p + rb"v>([^<]*)</" + p + rb"v>"
            rb"|<"
            + p
            + rb"is><"
            + p
            + rb"t(?: xml:space=\"preserve\")?>([^<]*)</"
            + p
            + rb"t></"
            + p
            + rb"is>)?"
            rb"</" + p + rb"c>)"
        )

    def cells(self, item: bytes) -> list[Cell] | None:
        """The cells, if every tag of the row is one that the pattern accounts for."""
        cells = self._pattern.findall(item)
        tags = item.count(b"<")
        accounted = 1 + len(cells) + item.count(self._close) + 2 * item.count(self._value)
        if accounted != tags:
            accounted += 4 * item.count(self._inline)
        return cells if accounted == tags and len(cells) == item.count(self._cell) else None


def _expect_no_more(frame: etree._Element, names: set[str], where: str) -> None:
    """What belongs to the items must not stand outside them: another reader might find it there."""
    for element in frame.iter():
        if _local(element) in names:
            refuse("file_xml_unexpected", where=where)


def _hidden_columns(frame: etree._Element) -> tuple[int, ...]:
    hidden: list[int] = []
    for column in frame.iter("{*}col"):
        if column.get("hidden") in ("1", "true") or _number(column.get("width"), 1.0) == 0:
            first, last = int(_number(column.get("min"), 0)), int(_number(column.get("max"), 0))
            hidden += range(max(first, 1), min(last, limits.COLUMNS) + 1)
    return tuple(hidden)


def _number(text: str | None, otherwise: float) -> float:
    try:
        number = float(text) if text else otherwise
    except ValueError:
        return otherwise
    return number if abs(number) < _LAST_ROW * 2 else otherwise


def _local(element: etree._Element | None) -> str:
    if element is None or not isinstance(element.tag, str):
        return ""
    return etree.QName(element).localname


def _text(element: etree._Element | None) -> bytes:
    return b"" if element is None else (element.text or "").encode()


def _rich_text(element: etree._Element | None) -> bytes:
    if element is None:
        return b""
    return "".join(text.text or "" for text in element.iter("{*}t")).encode()
