"""The gate counts what is there, whatever the file says of itself (D23; OC 3.9-a)."""

import pytest
from workbook_cast import (
    MAIN,
    PROLOG,
    by_hand,
    packed,
    request,
    request_file,
    row_markup,
    rows_markup,
    stored,
    workbook_parts,
    worksheet,
)

from reskontra.documents.findings import Refused
from reskontra.formats.workbooks.billing import read_billing
from reskontra.formats.workbooks.gate import pass_gate
from reskontra.formats.workbooks.sheets import column_letters, column_number

HUNDRED = rows_markup([["text", row] for row in range(100)])


@pytest.mark.parametrize("note", ["A1", "A1:A1", "A1:XFD1048576", "nonsense", "A1:B5"])
def test_a_lying_size_note_changes_nothing(note: str) -> None:
    (sheet,) = pass_gate(by_hand(f'<dimension ref="{note}"/>{HUNDRED}')).sheets
    assert (sheet.rows, sheet.last_row, sheet.columns) == (100, 100, 2)


def test_only_rows_with_something_in_them_are_counted() -> None:
    markup = (
        '<sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="2"/><row r="3"><c r="A3" s="1"/></row>'
        '<row r="5"><c r="B5" t="inlineStr"><is><t> \u00a0 </t></is></c></row>'
        '<row r="6"><c r="C6" t="s"><v>1</v></c></row><row r="7"><c r="A7" t="s"><v>0</v></c></row></sheetData>'
    )
    (sheet,) = pass_gate(by_hand(markup, strings="<si><t>a</t></si><si><t> </t></si>")).sheets
    assert (list(sheet.filled), sheet.last_row, sheet.columns) == ([1, 7], 7, 1)
    assert sheet.rows_after(1) == 1


def test_an_empty_formatted_row_at_the_end_of_the_sheet_is_no_row() -> None:
    last = '<row r="1048576"><c r="A1048576" s="1"/></row>'
    markup = f'<sheetData><row r="1"><c r="A1"><v>1</v></c></row>{last}</sheetData>'
    (sheet,) = pass_gate(by_hand(markup)).sheets
    assert (sheet.rows, sheet.last_row) == (1, 1)


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A1" t="str"><v>text</v></c>',
        "<c r='A1' t='str'><v>text</v></c>",
        '<c  t="str"  r="A1" ><v >text</v ></c >',
        '<c t="inlineStr" s="0" r="A1"><is><r><t>te</t></r><r><t>xt</t></r></is></c>',
        '<c r="A1" t="s"><v>0</v><extLst/></c>',
        '<c t="str"><v>text</v></c>',
        '<c r="A1" t="str" vm="1"><v>&#116;ext</v></c>',
    ],
)
def test_unusual_markup_is_counted_like_the_usual(cell: str) -> None:
    markup = f'<sheetData><row r="1">{cell}</row><row r="2"><c r="A2"><v>1</v></c></row></sheetData>'
    (sheet,) = pass_gate(by_hand(markup, strings="<si><r><t>text</t></r><rPh><t>x</t></rPh></si>")).sheets
    assert (sheet.rows, sheet.columns) == (2, 1)


def test_a_workbook_with_prefixes_everywhere_is_read() -> None:
    rows = request("en")
    parts = workbook_parts({"Rows": rows_markup(rows)})
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    for name in ("worksheet", "sheetData", "row", "c", "v", "is", "t"):
        sheet = sheet.replace(f"<{name}>", f"<x:{name}>").replace(f"<{name} ", f"<x:{name} ")
        sheet = sheet.replace(f"</{name}>", f"</x:{name}>")
    sheet = sheet.replace(f'xmlns="{MAIN}"', f'xmlns:x="{MAIN}"')
    read = read_billing(packed({**parts, "xl/worksheets/sheet1.xml": sheet.encode()}), "x")
    assert read.orders == read_billing(by_hand(rows_markup(rows)), "x").orders


def test_hidden_and_merged_places_are_told() -> None:
    markup = (
        '<cols><col min="2" max="3" width="9" hidden="1"/><col min="5" max="5" width="0"/></cols><sheetData>'
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="2" hidden="1"><c r="A2"><v>1</v></c></row>'
        '<row r="3" ht="0" customHeight="1"><c r="A3"><v>1</v></c></row><row r="4" hidden="1"/></sheetData>'
        '<mergeCells count="1"><mergeCell ref="A1:B2"/></mergeCells>'
    )
    (sheet,) = pass_gate(by_hand(markup)).sheets
    assert (sheet.hidden_columns, sheet.hidden_rows, sheet.merged) == ((2, 3, 5), (2, 3), ("A1:B2",))


def test_formulas_in_a_sheet_that_nobody_sees_or_reads_do_no_harm() -> None:
    lists = '<sheetData><row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1" t="e"><v>#N/A</v></c></row></sheetData>'
    sheets = {"Rader": rows_markup(request()), "Listor": lists}
    counted = pass_gate(packed(workbook_parts(sheets, states={"Listor": "veryHidden"})))
    assert [(sheet.name, sheet.hidden) for sheet in counted.sheets] == [("Rader", False), ("Listor", True)]


def test_hyperlinks_are_followed_by_nobody_and_harm_nobody() -> None:
    link = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink" '
        'Target="mailto:a@b.example" TargetMode="External"/></Relationships>'
    )
    parts = workbook_parts(
        {"Rader": rows_markup(request()) + '<hyperlinks><hyperlink ref="A1" r:id="r1"/></hyperlinks>'}
    )
    assert (
        pass_gate(packed({**parts, "xl/worksheets/_rels/sheet1.xml.rels": link.encode()})).sheets[0].rows == 4
    )


def test_a_row_in_many_pieces_of_the_stream_is_one_row() -> None:
    """Texts long enough that rows and tags fall across the pieces in which a part is unpacked."""
    rows = [[f"{number}-{'åäö' * 900}-{number}"] for number in range(300)]
    (sheet,) = pass_gate(stored(workbook_parts({"Rader": rows_markup(rows)}))).sheets
    assert sheet.rows == 300


@pytest.mark.parametrize("before", range(-6, 3))
@pytest.mark.parametrize("hidden", ["<!-- -->", "<![CDATA[3]]>", "<?x ?>"])
def test_markup_that_hides_text_is_seen_wherever_the_stream_cuts_it(hidden: str, before: int) -> None:
    def sheet(filling: int) -> bytes:
        first = f'<row r="1"><c r="A1" t="str"><v>{"x" * filling}</v></c></row>'
        second = f'<row r="2"><c r="A2"><v>1{hidden}2</v></c></row>'
        return worksheet(f"<sheetData>{first}{second}</sheetData>").encode()

    piece = 1 << 18
    data = sheet(piece + before - sheet(0).index(hidden.encode()))
    assert data.index(hidden.encode()) == piece + before
    parts = {**workbook_parts({"Rader": ""}), "xl/worksheets/sheet1.xml": data}
    with pytest.raises(Refused, match="file_xml_hides_text"):
        pass_gate(stored(parts))


def test_the_gate_and_the_library_count_the_same_rows_of_a_large_sheet() -> None:
    rows = [
        *request("fi"),
        *([["1", "Z001", str(number), "2026-03-15", "", "", "", "T", 1] for number in range(3_000)]),
    ]
    read = read_billing(request_file(rows), "x")
    assert read.counted_rows == len(read.rows) == 3_003


@pytest.mark.parametrize(
    ("letters", "number"), [("A", 1), ("Z", 26), ("AA", 27), ("CV", 100), ("XFD", 16_384)]
)
def test_column_letters_are_numbers_and_back(letters: str, number: int) -> None:
    assert (column_number(letters), column_letters(number)) == (number, letters)


def test_a_prolog_is_not_needed_and_a_byte_order_mark_does_no_harm() -> None:
    parts = workbook_parts({"Rader": HUNDRED})
    sheet = parts["xl/worksheets/sheet1.xml"]
    for variant in (sheet.replace(PROLOG.encode(), b""), b"\xef\xbb\xbf" + sheet):
        assert pass_gate(packed({**parts, "xl/worksheets/sheet1.xml": variant})).sheets[0].rows == 100


def test_one_row_more_than_the_markup_of_one_item_is_not_lost_at_the_end() -> None:
    markup = f"<sheetData>\n  {row_markup(1, ['a'])}\n  {row_markup(2, ['b'])}<row r='3'/>\n</sheetData>"
    assert pass_gate(by_hand(markup)).sheets[0].rows == 2
