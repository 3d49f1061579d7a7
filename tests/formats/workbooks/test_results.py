# ruff: noqa: E501 - tables of one line for each case
"""Answers and forms: every row answered, no live cell whatever it begins with (OC 3.9-c; D24)."""

import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest
import python_calamine
from workbook_cast import ROWS, packed, request, request_file, rows_markup, workbook_parts

from reskontra.documents.billing_request import (
    BillingRequest,
    RequestLine,
    RequestOrder,
    RequestParty,
    RequestRow,
)
from reskontra.formats.workbooks.billing import counts_agree, read_billing
from reskontra.formats.workbooks.columns import columns
from reskontra.formats.workbooks.gate import pass_gate
from reskontra.formats.workbooks.results import RowOutcome, template, write_billing, write_results

STARTERS = [
    "=1+1", "=HYPERLINK(\"http://192.0.2.1\")", "=cmd|' /C calc'!A0", "=WEBSERVICE(\"x\")", "=@SUM(A1)", "+1+1", "+358401234567",
    "-1+1", "-2+cmd|' /C calc'!A0", "@SUM(A1:A9)", "@", "=", "+", "-", "\t=1+1", "\r=1+1", "\n=1+1", "\t", "＝1+1", "＋1",
    "－1", "＠SUM(A1)", "{=1+1}", "\x00=1+1", "=1\t", "=\"a\"", "http://192.0.2.1/x", "mailto:a@b.example", "internal:A1", "external:x.xlsx",
]  # fmt: skip


def cells(workbook: bytes, sheet: int = 0) -> list[list[object]]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(workbook))
    return book.get_sheet_by_index(sheet).to_python(skip_empty_area=False)  # type: ignore[return-value]


def outcomes(language: str) -> dict[int, RowOutcome]:
    return {
        2: RowOutcome("accepted", order_number="90001"),
        3: RowOutcome("accepted", order_number="90001"),
        4: RowOutcome("returned", "Antal: fel"),
    }


@pytest.mark.parametrize(
    ("language", "added", "status"),
    [
        ("en", ["Status", "Error", "Sales order"], ["accepted", "returned"]),
        ("sv", ["Status", "Fel", "Försäljningsorder"], ["godtagen", "returnerad"]),
        ("fi", ["Tila", "Virhe", "Myyntitilaus"], ["hyväksytty", "palautettu"]),
    ],
)
def test_an_answer_is_the_senders_own_rows_with_what_became_of_them(
    language: str, added: list[str], status: list[str]
) -> None:
    original = read_billing(request_file(request("sv")), "x")
    heading, *rows = cells(write_results(original, outcomes(language), language))
    assert heading == [*request("sv")[0], *added]
    assert rows[0][:4] == ["1", "Z001", "100245", "2026-03-15"]
    assert [row[-3:] for row in rows] == [[status[0], "", "90001"]] * 2 + [[status[1], "Antal: fel", ""]]


def test_a_row_without_an_outcome_is_no_answer() -> None:
    with pytest.raises(KeyError):
        write_results(read_billing(request_file(request("sv")), "x"), {2: RowOutcome("accepted")}, "sv")


@pytest.mark.parametrize("language", ["sv", "fi", "en"])
def test_an_answer_can_be_corrected_and_sent_again(language: str) -> None:
    original = read_billing(request_file(request(language)), "x")
    again = read_billing(write_results(original, outcomes(language), language), "x")
    assert again.orders == original.orders
    assert again.findings == ()


def test_unknown_columns_of_the_sender_come_back_in_the_answer() -> None:
    rows = [[*row, extra] for row, extra in zip(request("sv"), ("Egen", "a", "b", "c"), strict=True)]
    answer = cells(write_results(read_billing(request_file(rows), "x"), outcomes("sv"), "sv"))
    assert [row[13] for row in answer] == ["Egen", "a", "b", "c"]


def test_thirty_starters_in_every_text_column_leave_no_live_cell() -> None:
    assert len(STARTERS) == 30
    texts = [name for name, column in columns("billing").items() if column.level != "answer"]
    rows = tuple(RequestRow(number, 0, dict.fromkeys(texts, cell)) for number, cell in enumerate(STARTERS, 2))
    original = BillingRequest("csv", (), rows, dict(zip(texts, STARTERS * 2, strict=False)))
    answers = {row.row: RowOutcome("returned", cell, cell) for row, cell in zip(rows, STARTERS, strict=True)}
    _assert_dead(write_results(original, answers, "sv"))


def test_thirty_starters_in_a_written_request_leave_no_live_cell() -> None:
    orders = [
        RequestOrder(2, cell, header_text=cell, customer=RequestParty(number="1", name=cell), lines=(RequestLine(2, cell, Decimal(1)),))
        for cell in STARTERS
    ]  # fmt: skip
    _assert_dead(write_billing(orders, "fi", unit="=1+1", contact="@x"))


def _assert_dead(workbook: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(workbook)) as book:
        for name in book.namelist():
            text = book.read(name)
            assert b"<f>" not in text
            assert b"<f " not in text
            assert b"<hyperlink " not in text
            assert b"externalLink" not in name.encode()
    assert pass_gate(workbook).sheets


def test_an_answer_prints_no_personal_code_where_none_belongs() -> None:
    rows = [
        [*row, code]
        for row, code in zip(request("sv"), ("Kundens identitet", "010190-900P", "", ""), strict=True)
    ]
    rows[1][12] = "Avser 311203A901H"
    original = read_billing(request_file(rows), "x")
    answer = cells(write_results(original, outcomes("sv"), "sv"))
    assert answer[1][12] == "Avser 311203A****"
    assert answer[1][13] == "010190-900P"


@pytest.mark.parametrize("language", ["sv", "fi", "en"])
def test_written_requests_are_read_again_as_the_same_orders(language: str) -> None:
    orders = read_billing(request_file(request("sv")), "x").orders
    read = read_billing(write_billing(orders, language, unit="KPY-1", contact="Maija"), "x")
    assert read.orders == orders
    assert (read.language, read.unit, read.findings, counts_agree(read)) == (language, "KPY-1", (), [])
    assert (read.declared_rows, read.declared_orders, read.declared_total) == (3, 2, Decimal("22.5"))


def test_a_written_request_carries_every_field() -> None:
    full = RequestOrder(
        2, "K-1", "Z001", "1000", "10", "00", "1", "88123",
        RequestParty("1", "Virtanen Maija", "c/o X", "010190-900P", "Katu 1", "00100", "Helsinki", "FI", "fi"),
        RequestParty("2", "B"), RequestParty("3", "C"), RequestParty("4", "D"),
        date(2026, 3, 15), date(2026, 3, 1), "L", "DV-1", "PO-1", "A-1", "3000;1", "S-1", "SE", "ZM21", "H", "Lag", ("a.pdf", "b.pdf"),
        (RequestLine(2, "T", Decimal("1.5"), "st", Decimal("12.34567"), "N", "R", "P", "i", "l", "3000", "p", "b", "s", "f", "a", "1", "2"),),
    )  # fmt: skip
    read = read_billing(write_billing([full], "sv"), "x")
    assert read.orders == (full,)
    assert read.findings == ()


@pytest.mark.parametrize("language", ["sv", "fi", "en"])
def test_the_empty_form_is_read_as_a_request_without_rows(language: str) -> None:
    form = template(language)
    read = read_billing(form, "x")
    assert (read.language, read.orders, read.rows, read.findings, read.counted_rows) == (
        language,
        (),
        (),
        (),
        0,
    )
    assert [sheet.name for sheet in pass_gate(form).sheets] == {
        "sv": ["Rader", "Kontroll", "Hjälp"],
        "fi": ["Rivit", "Tarkistus", "Ohje"],
        "en": ["Rows", "Control", "Help"],
    }[language]
    assert set(read.labels) == {
        name for name, column in columns("billing").items() if column.level != "answer"
    }
    with zipfile.ZipFile(io.BytesIO(form)) as book:
        assert book.read("xl/worksheets/sheet1.xml").count(b"<dataValidation ") == 3


def test_the_same_content_gives_the_same_bytes() -> None:
    orders = read_billing(request_file(request("sv")), "x").orders
    assert write_billing(orders, "sv") == write_billing(orders, "sv")


def test_a_filled_form_is_a_request() -> None:
    """What a person does: keeps our sheets and fills in the rows."""
    heading = [str(label) for label in cells(template("fi"))[0]]
    rows = [dict(zip(request("fi")[0], row, strict=True)) for row in ROWS]
    filled = [[row.get(label, "") for label in heading] for row in rows]
    data = packed(workbook_parts({"Rivit": rows_markup([heading, *filled]), "Ohje": rows_markup([["x"]])}))
    assert read_billing(data, "x").orders == read_billing(request_file(request("fi")), "x").orders
