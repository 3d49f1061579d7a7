# ruff: noqa: E501 - a table of one line for each file reads better than one of twenty
"""The corpus of harmful workbooks, built here and nowhere stored: name to rule and bytes."""

from collections.abc import Callable

from workbook_cast import (
    CONTENT_TYPES,
    MAIN,
    PROLOG,
    RELATIONS,
    ZipPart,
    by_hand,
    packed,
    request,
    row_markup,
    rows_markup,
    workbook_parts,
    worksheet,
    zip_of,
)

GOOD = rows_markup(request())
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
MEGABYTE = 1_000_000

Made = Callable[[], bytes]


def _parts(markup: str = GOOD, **options: object) -> dict[str, bytes]:
    return workbook_parts({"Rader": markup}, **options)  # type: ignore[arg-type]


def _sheet(markup: str) -> Made:
    return lambda: by_hand(markup)


def _stored(markup: str) -> Made:
    """The sheet not packed, so that it is not the ratio that gives it away."""
    parts = [ZipPart(name, data, method=0) for name, data in _parts(markup).items()]
    return lambda: zip_of(parts)


def _zip(*more: ZipPart, **options: object) -> Made:
    parts = [ZipPart(name, data) for name, data in _parts().items()]
    return lambda: zip_of([*parts, *more], **options)  # type: ignore[arg-type]


def _replaced(part: str, data: bytes) -> Made:
    return lambda: packed({**_parts(), part: data})


def _corners(last: str, row: int) -> Made:
    markup = f'<sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="{row}"><c r="{last}{row}"><v>1</v></c></row></sheetData>'
    return lambda: by_hand(markup)


def _overlapping() -> bytes:
    """Two entries of the table that read the same bytes."""
    data = bytearray(zip_of([ZipPart(name, data) for name, data in _parts().items()]))
    entries = [at for at in range(len(data)) if data[at : at + 4] == b"PK\x01\x02"]
    data[entries[-1] + 42 : entries[-1] + 46] = data[entries[0] + 42 : entries[0] + 46]
    return bytes(data)


def _one_text_for_all() -> bytes:
    """One text of 30 kB, used by 20,000 cells: 600 MB once a reader has copied it."""
    cells = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 20_001))
    return by_hand(f"<sheetData>{cells}</sheetData>", strings=f"<si><t>{'Ö' * 15_000}</t></si>")


def _many_cells(columns: int) -> bytes:
    return by_hand(f"<sheetData>{row_markup(1, ['x'] * columns)}</sheetData>")


def _entities() -> bytes:
    nested = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    return (
        f'{PROLOG}<!DOCTYPE worksheet [<!ENTITY a0 "ha">{nested}]>{worksheet("&a9;")[len(PROLOG) :]}'.encode()
    )


def _external_entity() -> bytes:
    return (
        f'{PROLOG}<!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1" t="str"><v>&x;</v></c></row></sheetData></worksheet>'
    ).encode()


def _relation(kind: str, target: str) -> str:
    return f'<Relationship Id="rx" Type="{RELATIONS}/{kind}" Target="{target}" TargetMode="External"/>'


SHEET = "xl/worksheets/sheet1.xml"

CORPUS: dict[str, tuple[str, Made]] = {
    # what is no workbook at all
    "nothing": ("file_empty", lambda: b""),
    "spaces": ("file_empty", lambda: b" \r\n "),
    "old workbook renamed": ("file_old_workbook", lambda: OLE2),
    "workbook with a password": (
        "file_workbook_has_password",
        lambda: OLE2 + "EncryptedPackage".encode("utf-16-le"),
    ),
    "more than 20 MB": ("file_too_large", lambda: b"PK\x03\x04" + bytes(20 * MEGABYTE)),
    "a zip of something else": ("file_workbook_of_other_kind", lambda: zip_of([ZipPart("a.txt", b"hello")])),
    "open document sheet": (
        "file_workbook_of_other_kind",
        lambda: zip_of([ZipPart("mimetype", b"application/vnd.oasis.opendocument.spreadsheet", method=0)]),
    ),
    "binary workbook": ("file_workbook_of_other_kind", _zip(ZipPart("xl/workbook.bin", b"x"))),
    # the zip table
    "truncated in the middle": ("file_archive_damaged", lambda: by_hand(GOOD)[:1500]),
    "last byte missing": ("file_archive_damaged", lambda: by_hand(GOOD)[:-1]),
    "bytes after the end": ("file_archive_damaged", lambda: by_hand(GOOD) + b"x"),
    "a comment that could hold another table": ("file_archive_damaged", _zip(comment=b"PK\x05\x06" + bytes(18))),
    "bytes before the first part": ("file_archive_damaged", _zip(before=b"PK\x03\x04junk")),
    "more entries told than written": ("file_archive_damaged", _zip(count=40)),
    "65 parts": ("file_archive_too_many_parts", _zip(*[ZipPart(f"xl/p{n}.xml", b"<a/>") for n in range(60)])),
    "part twice": ("file_archive_part_twice", _zip(ZipPart(SHEET, b"<a/>"))),
    "part twice but for the case": ("file_archive_part_twice", _zip(ZipPart("XL/Worksheets/Sheet1.XML", b"<a/>"))),
    "part outside the file": ("file_archive_part_name", _zip(ZipPart("xl/../../../etc/cron.d/job", b"x"))),
    "part with an absolute name": ("file_archive_part_name", _zip(ZipPart("/etc/passwd", b"x"))),
    "part with a backslash": ("file_archive_part_name", _zip(ZipPart("xl\\evil.xml", b"x"))),
    "part with a drive": ("file_archive_part_name", _zip(ZipPart("C:evil.xml", b"x"))),
    "part without a name": ("file_archive_part_name", _zip(ZipPart("", b"x"))),
    "a link to another file": ("file_archive_link", _zip(ZipPart("xl/link.xml", b"/etc/passwd", made_by=3 << 8, attributes=0o120777 << 16))),
    "encrypted part": ("file_archive_encrypted", _zip(ZipPart("xl/secret.xml", b"x", flags=1))),
    "unknown packing": ("file_archive_damaged", _zip(ZipPart("xl/odd.xml", b"x", method=12))),
    "local name differs": ("file_archive_damaged", _zip(ZipPart("xl/one.xml", b"x", local_name="xl/two.xml"))),
    "parts that overlap": ("file_archive_damaged", _overlapping),
    "size told too small": ("file_archive_damaged", _zip(ZipPart("xl/lie.xml", b"x" * 1000, told_size=10))),
    "size told too large": ("file_archive_damaged", _zip(ZipPart("xl/lie.xml", b"x" * 10, told_size=1000))),
    "wrong checksum": ("file_archive_damaged", _zip(ZipPart("xl/lie.xml", b"x" * 10, told_crc=1))),
    "packed bytes that are none": ("file_archive_damaged", _zip(ZipPart("xl/lie.xml", b"x" * 10, packed=b"\xff" * 20))),
    "zip in the zip": ("file_archive_nested", lambda: packed({**_parts(), "xl/media/inner.png": by_hand(GOOD)})),
    "program in the zip": ("file_archive_nested", lambda: packed({**_parts(), "docProps/thumbnail.jpeg": b"MZ" + bytes(200)})),
    "ratio bomb": ("file_archive_ratio", lambda: packed({**_parts(), "docProps/app.xml": b"<a>" + bytes(20 * MEGABYTE)})),
    "200 MB told": ("file_archive_unpacks_too_large", _zip(ZipPart("xl/big.xml", b"x", told_size=300 * MEGABYTE))),
    "five million empty rows": ("file_sheet_too_many_rows", _replaced(SHEET, worksheet("<sheetData>" + "<row></row>" * 5_500_000 + "</sheetData>").encode())),
    # what acts
    "macros": ("file_active_content", lambda: packed({**_parts(), "xl/vbaProject.bin": b"x"})),
    "macros elsewhere": ("file_active_content", lambda: packed({**_parts(), "other/vbaProject.bin": b"x"})),
    "old macro sheet": ("file_active_content", lambda: packed({**_parts(), "xl/macrosheets/sheet1.xml": b"<a/>"})),
    "macro by content type": ("file_active_content", lambda: packed(_parts(content_types=CONTENT_TYPES.replace("spreadsheetml.sheet.main", "ms-excel.sheet.macroEnabled.main")))),
    "ActiveX": ("file_active_content", lambda: packed({**_parts(), "xl/activeX/activeX1.xml": b"<a/>"})),
    "embedded object": ("file_active_content", lambda: packed({**_parts(), "xl/embeddings/oleObject1.bin": OLE2})),
    "embedded object in the sheet": ("file_active_content", _sheet(GOOD + '<oleObjects><oleObject progId="Package" r:id="r1"/></oleObjects>')),
    "data connection": ("file_active_content", lambda: packed({**_parts(), "xl/connections.xml": b"<a/>"})),
    "macro name": ("file_active_content", lambda: by_hand(GOOD, workbook_extra='<definedNames><definedName name="Auto_Open" xlm="1">Rader!$A$1</definedName></definedNames>')),
    "DDE link": ("file_external_link", lambda: packed({**_parts(), "xl/externalLinks/externalLink1.xml": f'<externalLink xmlns="{MAIN}"><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>'.encode()})),
    "external link by relation": ("file_external_link", lambda: by_hand(GOOD, relations_extra=_relation("externalLink", "file:///x.xlsx"))),
    "picture fetched from the net": ("file_external_link", lambda: by_hand(GOOD, relations_extra=_relation("image", "http://192.0.2.1/x.png"))),
    "name in another workbook": ("file_external_link", lambda: by_hand(GOOD, workbook_extra="<definedNames><definedName name=\"x\">[1]Blad1!$A$1</definedName></definedNames>")),
    # markup
    "nested entities": ("file_xml_declares_entities", _replaced(SHEET, _entities())),
    "external entity": ("file_xml_declares_entities", _replaced(SHEET, _external_entity())),
    "entity in the workbook part": ("file_xml_declares_entities", _replaced("xl/workbook.xml", _external_entity())),
    "entity in a part nobody reads": ("file_xml_declares_entities", lambda: packed({**_parts(), "docProps/app.xml": _external_entity()})),
    "markup not closed": ("file_xml_damaged", _replaced(SHEET, worksheet(GOOD)[:-15].encode())),
    "a row not closed": ("file_xml_damaged", _sheet(GOOD.replace("</row></sheetData>", "</sheetData>"))),
    "200,000 levels": ("file_xml_damaged", _stored(GOOD + "<a>" * 200_000 + "</a>" * 200_000)),
    "many attributes": ("file_workbook_part_too_large", _sheet(GOOD + "<a " + " ".join(f'a{n}="1"' for n in range(300_000)) + "/>")),
    "UTF-16": ("file_xml_not_utf8", _replaced(SHEET, worksheet(GOOD).replace("UTF-8", "UTF-16").encode("utf-16"))),
    "UTF-7 declared": ("file_xml_not_utf8", _replaced(SHEET, worksheet(GOOD).replace("UTF-8", "UTF-7").encode())),
    "comment inside an amount": ("file_xml_hides_text", _sheet('<sheetData><row r="1"><c r="A1"><v>1<!-- -->2</v></c></row></sheetData>')),
    "CDATA inside a text": ("file_xml_hides_text", _sheet('<sheetData><row r="1"><c r="A1" t="str"><v>a<![CDATA[b]]></v></c></row></sheetData>')),
    "instruction inside an amount": ("file_xml_hides_text", _sheet('<sheetData><row r="1"><c r="A1"><v>1<?x ?>2</v></c></row></sheetData>')),
    "two texts in a cell": ("file_xml_unexpected", _sheet('<sheetData><row r="1"><c r="A1"><v>1</v><v>2</v></c></row></sheetData>')),
    "two tables of rows": ("file_xml_unexpected", _sheet(GOOD + GOOD)),
    "row outside the table": ("file_xml_unexpected", _sheet(GOOD + '<row r="9"><c r="A9"><v>1</v></c></row>')),
    "unknown kind of cell": ("file_xml_unexpected", _sheet('<sheetData><row r="1"><c r="A1" t="x"><v>1</v></c></row></sheetData>')),
    "two sheets in one part": ("file_xml_unexpected", lambda: packed({**_parts(), "xl/workbook.xml": _parts()["xl/workbook.xml"].replace(b"</sheets>", b'<sheet name="B" sheetId="2" r:id="r1"/></sheets>')})),
    "sheet part missing": ("file_workbook_part_missing", lambda: packed({name: data for name, data in _parts().items() if name != SHEET})),
    "no sheets": ("file_workbook_sheets", lambda: packed({**_parts(), "xl/workbook.xml": f'<workbook xmlns="{MAIN}"><sheets/></workbook>'.encode()})),
    # rows and cells
    "two cells in opposite corners": ("file_sheet_too_many_columns", _corners("XFD", 2)),
    "a cell in the last row": ("file_sheet_too_many_rows", _corners("A", 1_048_576)),
    "corners inside the limits": ("file_sheet_too_large", _corners("CV", 100_000)),
    "row beyond the format": ("file_rows_out_of_order", _corners("A", 1_048_577)),
    "row number nought": ("file_rows_out_of_order", _sheet('<sheetData><row r="2"/><row r="0"><c r="A1"><v>1</v></c></row></sheetData>')),
    "row twice": ("file_rows_out_of_order", _sheet('<sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1"><c r="A1"><v>2</v></c></row></sheetData>')),
    "rows in falling order": ("file_rows_out_of_order", _sheet('<sheetData><row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>2</v></c></row></sheetData>')),
    "cell twice": ("file_cells_out_of_order", _sheet('<sheetData><row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row></sheetData>')),
    "cells in falling order": ("file_cells_out_of_order", _sheet('<sheetData><row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>2</v></c></row></sheetData>')),
    "cell of another row": ("file_cells_out_of_order", _sheet('<sheetData><row r="1"><c r="A5"><v>1</v></c></row></sheetData>')),
    "cells half without a place": ("file_cells_out_of_order", _sheet('<sheetData><row r="1"><c r="A1"><v>1</v></c><c><v>2</v></c></row></sheetData>')),
    "101 columns": ("file_sheet_too_many_columns", lambda: _many_cells(101)),
    "16,384 columns": ("file_sheet_too_many_columns", lambda: _many_cells(16_384)),
    "100,001 rows": ("file_sheet_too_many_rows", lambda: by_hand("<sheetData>" + "".join(f'<row r="{n}"><c r="A{n}"><v>{n * 7919 % 99991}</v></c></row>' for n in range(1, 100_002)) + "</sheetData>")),
    "a row of 3 MB": ("file_row_too_large", _stored('<sheetData><row r="1"><c r="A1" t="str"><v>' + "".join(chr(65 + n * 7 % 50) for n in range(3 * MEGABYTE)).replace("<", "_") + "</v></c></row></sheetData>")),
    "formula": ("file_formula_in_cell", _sheet('<sheetData><row r="1"><c r="A1"><f>1+1</f><v>2</v></c></row></sheetData>')),
    "formula without value": ("file_formula_in_cell", _sheet('<sheetData><row r="1"><c r="A1"><f>1+1</f></c></row></sheetData>')),
    "error value": ("file_error_in_cell", _sheet('<sheetData><row r="1"><c r="B1" t="e"><v>#DIV/0!</v></c></row></sheetData>')),
    "shared text missing": ("file_shared_text_missing", lambda: by_hand('<sheetData><row r="1"><c r="A1" t="s"><v>7</v></c></row></sheetData>', strings="<si><t>a</t></si>")),
    # bombs that grow in the reader
    "one text used everywhere": ("file_sheet_too_much_text", _one_text_for_all),
    "half a million texts and one": ("file_strings_too_many", lambda: by_hand(GOOD, strings="".join(f"<si><t>{n * 7919 % 999983}</t></si>" for n in range(500_001)))),
    "styles bomb": ("file_styles_too_many", lambda: zip_of([ZipPart(name, data, method=0) for name, data in _parts(styles=_style_bomb()).items()])),
    "100,000 merged cells": ("file_workbook_part_too_large", _sheet(GOOD + "<mergeCells>" + "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(100_000)) + "</mergeCells>")),
    "31 sheets": ("file_workbook_sheets", lambda: packed(workbook_parts({f"S{n}": "<sheetData/>" for n in range(31)}))),
}  # fmt: skip


def _style_bomb() -> str:
    formats = "".join(f'<xf numFmtId="{n % 49}"/>' for n in range(200_001))
    return f'{PROLOG}<styleSheet xmlns="{MAIN}"><cellXfs>{formats}</cellXfs></styleSheet>'
