"""CSV files: one delimiter, one number of fields, letters that are what they say."""

import pytest
from workbook_cast import csv_file, request, without_rows

from reskontra.documents.findings import Refused
from reskontra.formats.workbooks.billing import read_billing

GOOD = csv_file(request("sv"))
HEADING = GOOD.split(b"\r\n")[0]

REFUSED = {
    "NUL": ("file_csv_holds_nul", GOOD.replace(b"T-10", b"T\x00", 1)),
    "UTF-16": ("file_csv_not_utf8", GOOD.decode().encode("utf-16")),
    "a mark of UTF-8 and letters of Latin-1": ("file_csv_not_utf8", b"\xef\xbb\xbf" + GOOD.decode().encode("latin-1")),
    "two encodings": ("file_csv_mixed_letters", GOOD + "1;Z001;1;;;Ärende;;T;1;st;1;;\r\n".encode("latin-1")),
    "bytes of no encoding": ("file_csv_not_utf8", GOOD.decode().encode("latin-1") + b"\x81"),
    "carriage returns only": ("file_csv_line_ends", GOOD.replace(b"\r\n", b"\r")),
    "one lone carriage return": ("file_csv_line_ends", GOOD.replace(b"T-20", b"T\r20")),
    "quote never closed": ("file_csv_quotes", GOOD.replace(b"T-20", b'"T-20')),
    "text after a closing quote": ("file_csv_quotes", GOOD.replace(b"T-20", b'"T"20')),
    "delimiter in a name": ("file_csv_fields_in_row", GOOD.replace(b"T-20", b"T;20")),
    "a field short": ("file_csv_fields_in_row", GOOD.replace(b";T-20", b"")),
    "a field of 33 kB": ("file_csv_field_too_long", GOOD.replace(b"T-20", b"T" * 33_000)),
    "a line of 10 MB": ("file_csv_field_too_long", GOOD + b"x" * 10_000_000),
    "heading in no known language": ("file_heading_not_found", b"Nummer;Person;Sak\r\n1;2;3\r\n"),
    "heading too far down": ("file_heading_not_found", b";\r\n" * 11 + GOOD),
    "two headings": ("file_two_headings", HEADING + b"\r\n" + GOOD),
    "101 columns": ("file_sheet_too_many_columns", HEADING + b";x" * 100 + b"\r\n"),
    "PDF": ("file_unknown", b"%PDF-1.7 " + GOOD),
    "a page of the web": ("file_unknown", b"<html><table>" + GOOD),
    "100,001 rows": ("file_sheet_too_many_rows", HEADING + b"\r\n" + b"1;;1;;;;;T;1;;;;\r\n" * 100_001),
    "more than 20 MB": ("file_too_large", GOOD + b"1;;1;;;;;T;1;;;;\r\n" * 1_200_000),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_faulty_csv_file_is_refused_by_the_rule_that_names_it(name: str) -> None:
    rule, data = REFUSED[name]
    with pytest.raises(Refused) as refusal:
        read_billing(data, "x.csv")
    assert {finding.rule for finding in refusal.value.findings} == {rule}


def test_rows_of_another_width_are_all_listed() -> None:
    with pytest.raises(Refused) as refusal:
        read_billing(GOOD.replace(b";T-10", b"").replace(b";T-20", b""), "x")
    assert [(f.row, f.detail["fields"], f.detail["expected"]) for f in refusal.value.findings] == [
        (2, "12", "13"), (3, "12", "13"), (4, "12", "13"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + GOOD,
        GOOD.replace(b"\r\n", b"\n"),
        GOOD.removesuffix(b"\r\n"),
        GOOD + b"\r\n\r\n",
        b"Titel" + b";" * 12 + b"\r\n" + GOOD,
        GOOD.replace(b"T-20", b'"T-20"'),
    ],
    ids=["byte order mark", "line feeds", "no last line end", "empty lines at the end", "title", "quotes"],
)
def test_forms_of_csv_that_mean_the_same_give_the_same_orders(data: bytes) -> None:
    read = read_billing(data, "x")
    assert without_rows(read.orders) == without_rows(read_billing(GOOD, "x").orders)
    assert (read.findings, read.counted_rows, len(read.rows)) == ((), 3, 3)


def test_latin_1_is_read_and_said() -> None:
    text = GOOD.decode().replace("Våren", "5 € våren –")
    read = read_billing(text.encode("cp1252"), "x")
    assert read.orders[0].header_text == "5 € våren – 2026"
    assert [(finding.rule, finding.severity) for finding in read.findings] == [
        ("file_csv_read_as_latin1", "warning")
    ]


def test_a_field_may_hold_delimiters_quotes_and_line_ends() -> None:
    rows = request("sv")
    rows[2][12] = 'Rör 5", svart;\nenligt protokoll\n'
    read = read_billing(csv_file(rows), "x")
    assert read.orders[0].lines[1].line_text == 'Rör 5", svart;\nenligt protokoll'
    assert [row.row for row in read.rows] == [2, 3, 4]
    assert read.counted_rows == 3


def test_a_quote_inside_an_unquoted_field_is_a_sign_like_any_other() -> None:
    read = read_billing(GOOD.replace(b"T-20", b'T 5"'), "x")
    assert read.orders[0].lines[1].item == 'T 5"'
    assert read.counted_rows == len(read.rows)
