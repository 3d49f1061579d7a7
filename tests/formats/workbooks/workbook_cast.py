"""Workbooks of the tests, made by hand: every byte of the zip and of the markup can be set wrong."""

import io
import re
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from xml.sax.saxutils import escape

import xlsxwriter

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
PROLOG = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

CONTENT_TYPES = (
    f'{PROLOG}<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'spreadsheetml.sheet.main+xml"/></Types>'
)
ROOT_RELATIONS = (
    f'{PROLOG}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
    f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
STYLES = (
    f'{PROLOG}<styleSheet xmlns="{MAIN}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
    "</styleSheet>"
)

# The columns of most tests, by our names, in the order of the State's form.
NAMES = (
    "order_start", "order_type", "customer_no", "service_date", "case_reference", "header_text",
    "charge_basis_text", "item", "quantity", "unit", "unit_price", "gross_net", "line_text",
)  # fmt: skip
FINNISH = (
    "T", "Tilauslaji", "Asiakasnro", "Palvelun luontipvm", "Asiaviite", "Otsikkoteksti",
    "Maksuperusteteksti", "Nimike", "Määrä", "Määräyksikkö", "Yksikköhinta", "Brutto/Netto", "Rivimuistio",
)  # fmt: skip
SWEDISH = (
    "Ny order", "Orderslag", "Kundnr", "Tjänstens datum", "Ärendereferens", "Rubriktext",
    "Avgiftsgrund", "Artikel", "Antal", "Enhet", "À-pris", "Brutto eller netto", "Radnotering",
)  # fmt: skip
ENGLISH = (
    "New order", "Order type", "Customer no", "Service date", "Case reference", "Header text",
    "Charge basis", "Item", "Quantity", "Unit", "Unit price", "Gross/net", "Line text",
)  # fmt: skip
LABELS = {"fi": FINNISH, "sv": SWEDISH, "en": ENGLISH}

ROWS: tuple[tuple[object, ...], ...] = (
    (
        "1", "Z001", "100245", date(2026, 3, 15), "DV-2026-17", "Våren 2026", "Lag 150/1992",
        "T-10", 2, "st", 12.5, "N", "",
    ),
    ("0", "", "", "", "", "", "", "T-20", 0.125, "h", 80, "", "Enligt protokoll"),
    ("1", "Z001", "0077", date(2026, 3, 16), "", "", "", "T-10", -1, "st", 12.5, "", ""),
)  # fmt: skip


@dataclass(frozen=True)
class ZipPart:
    """One part as it will stand in the zip, with every word of its headers open to lies."""

    name: str
    data: bytes = b""
    method: int = 8
    flags: int = 0
    attributes: int = 0
    made_by: int = 0
    told_size: int | None = None
    told_crc: int | None = None
    local_name: str | None = None
    packed: bytes | None = None


def zip_of(
    parts: Sequence[ZipPart], *, comment: bytes = b"", before: bytes = b"", count: int | None = None
) -> bytes:
    """A zip archive written out by hand."""
    body, table = bytearray(before), bytearray()
    for part in parts:
        deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = part.packed
        if packed is None:
            packed = deflater.compress(part.data) + deflater.flush() if part.method == 8 else part.data
        size = len(part.data) if part.told_size is None else part.told_size
        crc = zlib.crc32(part.data) if part.told_crc is None else part.told_crc
        name = part.name.encode()
        local = (part.local_name or part.name).encode()
        at = len(body)
        body += struct.pack(
            "<4s5H3L2H",
            b"PK\x03\x04",
            20,
            part.flags,
            part.method,
            0,
            33,
            crc,
            len(packed),
            size,
            len(local),
            0,
        )
        body += local + packed
        table += struct.pack(
            "<4s6H3L5H2L", b"PK\x01\x02", part.made_by, 20, part.flags, part.method, 0, 33, crc, len(packed), size,
            len(name), 0, 0, 0, 0, part.attributes, at,
        )  # fmt: skip
        table += name
    number = len(parts) if count is None else count
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, number, number, len(table), len(body), len(comment))
    return bytes(body + table + end + comment)


def workbook_parts(
    sheets: Mapping[str, str],
    *,
    strings: str | None = None,
    states: Mapping[str, str] | None = None,
    workbook_extra: str = "",
    relations_extra: str = "",
    content_types: str = CONTENT_TYPES,
    styles: str = STYLES,
) -> dict[str, bytes]:
    """The parts of a workbook by name: ``sheets`` is sheet name to the markup inside ``worksheet``."""
    parts = {"[Content_Types].xml": content_types, "_rels/.rels": ROOT_RELATIONS, "xl/styles.xml": styles}
    listed, related = [], [f'<Relationship Id="rs" Type="{RELATIONS}/styles" Target="styles.xml"/>']
    for number, (name, markup) in enumerate(sheets.items(), start=1):
        state = f' state="{states[name]}"' if states and name in states else ""
        listed.append(f'<sheet name="{name}" sheetId="{number}"{state} r:id="r{number}"/>')
        related.append(
            f'<Relationship Id="r{number}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        )
        parts[f"xl/worksheets/sheet{number}.xml"] = worksheet(markup)
    if strings is not None:
        parts["xl/sharedStrings.xml"] = f'{PROLOG}<sst xmlns="{MAIN}">{strings}</sst>'
        related.append(f'<Relationship Id="rt" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>')
    parts["xl/workbook.xml"] = (
        f'{PROLOG}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{"".join(listed)}</sheets>'
        f"{workbook_extra}</workbook>"
    )
    parts["xl/_rels/workbook.xml.rels"] = (
        f'{PROLOG}<Relationships xmlns="{PACKAGE}/relationships">{"".join(related)}{relations_extra}</Relationships>'
    )
    return {name: text.encode() for name, text in parts.items()}


def worksheet(markup: str) -> str:
    return f'{PROLOG}<worksheet xmlns="{MAIN}" xmlns:r="{RELATIONS}">{markup}</worksheet>'


def packed(parts: Mapping[str, bytes]) -> bytes:
    return zip_of([ZipPart(name, data) for name, data in parts.items()])


def stored(parts: Mapping[str, bytes]) -> bytes:
    """A workbook whose parts are not packed: what stands where in it is known."""
    return zip_of([ZipPart(name, data, method=0) for name, data in parts.items()])


def by_hand(markup: str, **options: object) -> bytes:
    """A workbook of one sheet with the given markup inside ``worksheet``."""
    return packed(workbook_parts({"Rader": markup}, **options))  # type: ignore[arg-type]


def rows_markup(rows: Sequence[Sequence[object]], first: int = 1) -> str:
    """``sheetData`` with inline texts and plain numbers; ``None`` and empty texts leave the cell out."""
    return (
        f"<sheetData>{''.join(row_markup(number, row) for number, row in enumerate(rows, first))}</sheetData>"
    )


def row_markup(number: int, cells: Sequence[object]) -> str:
    written = []
    for place, cell in enumerate(cells):
        reference = f"{column(place)}{number}"
        if cell is None or cell == "":
            continue
        if isinstance(cell, date):
            serial = (cell - date(1899, 12, 30)).days
            written.append(f'<c r="{reference}" s="1"><v>{serial}</v></c>')
        elif isinstance(cell, int | float):
            written.append(f'<c r="{reference}"><v>{cell!r}</v></c>')
        else:
            written.append(f'<c r="{reference}" t="inlineStr"><is><t>{escape(str(cell))}</t></is></c>')
    return f'<row r="{number}">{"".join(written)}</row>'


def column(place: int) -> str:
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def request(language: str = "sv", rows: Sequence[Sequence[object]] = ROWS) -> list[list[object]]:
    """Heading and rows of the ordinary request."""
    return [list(LABELS[language]), *map(list, rows)]


def request_file(rows: Sequence[Sequence[object]], control: Mapping[str, object] | None = None) -> bytes:
    """The rows as a workbook written by a common library, with an optional control sheet."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet("Rader")
    day = book.add_format({"num_format": "d.m.yyyy"})
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(number, place, datetime(cell.year, cell.month, cell.day), day)
            elif isinstance(cell, bool):
                sheet.write_boolean(number, place, cell)
            elif isinstance(cell, int | float):
                sheet.write_number(number, place, cell)
            elif cell not in (None, ""):
                sheet.write_string(number, place, str(cell))
    if control is not None:
        told = book.add_worksheet("Kontroll")
        for number, (label, value) in enumerate(control.items()):
            told.write_string(number, 0, label)
            if isinstance(value, int | float):
                told.write_number(number, 1, value)
            else:
                told.write_string(number, 1, str(value))
    book.close()
    return buffer.getvalue()


def csv_file(rows: Sequence[Sequence[object]], delimiter: str = ";") -> bytes:
    """The rows as CSV with a decimal comma and Finnish dates."""
    return "".join(delimiter.join(csv_cell(cell) for cell in row) + "\r\n" for row in rows).encode()


def csv_cell(cell: object) -> str:
    if isinstance(cell, date):
        return f"{cell.day}.{cell.month}.{cell.year}"
    text = str(cell).replace(".", ",") if isinstance(cell, float) else str(cell)
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in ',;\t"\n') else text


def without_rows(orders: Sequence[object]) -> list[str]:
    """Orders as compared across formats: everything but the row numbers."""
    return [re.sub(r"\brow=\d+", "row", repr(order)) for order in orders]
