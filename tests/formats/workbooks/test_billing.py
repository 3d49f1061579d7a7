"""Billing requests in three languages and three formats are one and the same document (OC 3.2-a, 3.9-a)."""

import json
import random
from datetime import date
from decimal import Decimal

import pytest
from workbook_cast import (
    FINNISH,
    LABELS,
    NAMES,
    ROWS,
    by_hand,
    csv_file,
    packed,
    request,
    request_file,
    rows_markup,
    without_rows,
    workbook_parts,
)

from reskontra.documents.findings import Refused
from reskontra.formats.workbooks.billing import counts_agree, read_billing
from reskontra.formats.workbooks.columns import columns, known_labels


def rules(data: bytes) -> list[tuple[str, int | None, str | None]]:
    return [(finding.rule, finding.row, finding.column) for finding in read_billing(data, "x").findings]


def test_a_request_is_read_with_its_orders_lines_and_dates() -> None:
    read = read_billing(request_file(request("sv")), "fakturering.xlsx")
    first, second = read.orders
    assert (read.source, read.language, read.counted_rows, read.findings) == ("workbook", "sv", 3, ())
    assert (first.row, first.customer.number, first.service_date) == (2, "100245", date(2026, 3, 15))
    assert (first.case_reference, first.header_text, first.charge_basis_text) == (
        "DV-2026-17",
        "Våren 2026",
        "Lag 150/1992",
    )
    assert [(line.row, line.item, line.quantity, line.unit_price) for line in first.lines] == [
        (2, "T-10", Decimal(2), Decimal("12.5")),
        (3, "T-20", Decimal("0.125"), Decimal(80)),
    ]
    assert (second.customer.number, second.lines[0].quantity) == ("0077", Decimal(-1))
    assert [(row.row, row.order) for row in read.rows] == [(2, 0), (3, 0), (4, 1)]
    assert read.labels["quantity"] == "Antal"
    assert read.rows[0].cells["service_date"] == "2026-03-15"


@pytest.mark.parametrize("language", LABELS)
def test_the_labels_of_every_language_give_the_same_orders(language: str) -> None:
    read = read_billing(request_file(request(language)), "x")
    assert read.orders == read_billing(request_file(request("sv")), "x").orders
    assert (read.language, read.findings) == (language, ())


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_the_columns_is_free(seed: int) -> None:
    order = list(range(len(NAMES)))
    random.Random(seed).shuffle(order)
    permuted = [[row[place] for place in order] for row in request("fi")]
    assert (
        read_billing(request_file(permuted), "x").orders
        == read_billing(request_file(request("fi")), "x").orders
    )


@pytest.mark.parametrize(
    "spoil", [str.upper, str.lower, lambda label: f" {label}. ", lambda label: label.replace(" ", "\n")]
)
def test_labels_are_known_whatever_their_case_spaces_and_dots(spoil: object) -> None:
    heading = [spoil(label) for label in FINNISH]  # type: ignore[operator]
    assert len(read_billing(request_file([heading, *ROWS]), "x").orders) == 2


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_csv_gives_the_same_orders_as_the_workbook(delimiter: str) -> None:
    rows = [[*row[:-3], "80,00" if row[-3] == 80 else row[-3], *row[-2:]] for row in request("fi")]
    rows[2][8] = "0,125"
    read = read_billing(csv_file(rows, delimiter), "x.csv")
    assert without_rows(read.orders) == without_rows(read_billing(request_file(rows), "x").orders)
    assert (read.source, read.findings) == ("csv", ())


@pytest.mark.parametrize("language", LABELS)
def test_what_read_prints_can_be_imported_again_as_the_same_orders(language: str) -> None:
    read = read_billing(
        request_file(request(language), {"Antal rader": 3, "Antal order": 2, "Enhet": "KPY-1"}), "x"
    )
    printed = json.dumps(read.as_json()).encode()
    again = read_billing(printed, "x.json")
    assert (again.orders, again.source, again.findings) == (read.orders, "json", ())
    assert (again.declared_rows, again.declared_orders, again.unit) == (3, 2, "KPY-1")
    assert read_billing(json.dumps(again.as_json()).encode(), "x").orders == read.orders


def test_the_key_of_an_order_depends_on_what_it_says_and_on_nothing_else() -> None:
    keys = [order.key for order in read_billing(request_file(request("sv")), "x").orders]
    moved = [request("fi")[0], ["", ""], *request("fi")[1:]]
    assert [order.key for order in read_billing(request_file(moved), "x").orders] == keys
    other = request("sv")
    other[1][8] = 3
    assert read_billing(request_file(other), "x").orders[0].key != keys[0]
    assert read_billing(request_file(other), "x").orders[1].key == keys[1]


def test_two_orders_alike_in_one_file_are_two() -> None:
    read = read_billing(request_file([*request("sv"), ROWS[2]]), "x")
    first, second = (order.key for order in read.orders[1:])
    assert first.removesuffix("-1") == second.removesuffix("-2")
    assert len(first.partition("-")[0]) == 16


def test_an_order_key_column_groups_the_rows_also_when_they_stand_apart() -> None:
    heading = ["Ordernyckel", "Kundnr", "Artikel", "Antal"]
    rows = [["A", "1001", "T", 1], ["B", "1002", "T", 2], ["A", "", "U", 3], ["B", "1002", "U", 4]]
    read = read_billing(request_file([heading, *rows]), "x")
    assert [(order.key, [line.row for line in order.lines]) for order in read.orders] == [
        ("A", [2, 4]),
        ("B", [3, 5]),
    ]
    assert read.findings == ()


def test_text_numbers_keep_their_leading_zeros_and_number_cells_lose_their_decimal_point() -> None:
    rows = request("sv")
    rows[1][2] = 100245.0
    assert [order.customer.number for order in read_billing(request_file(rows), "x").orders] == [
        "100245",
        "0077",
    ]


def test_numbers_are_what_the_spreadsheet_shows_and_no_binary_dust() -> None:
    rows = request("sv")
    rows[1][8], rows[1][10], rows[2][8], rows[2][10] = 0.1, 1.1, 0.1 + 0.2, 19.99
    lines = read_billing(request_file(rows), "x").orders[0].lines
    assert [(str(line.quantity), str(line.unit_price)) for line in lines] == [
        ("0.1", "1.1"),
        ("0.3", "19.99"),
    ]


@pytest.mark.parametrize("title", [0, 1, 8])
def test_the_heading_may_stand_below_a_title(title: int) -> None:
    rows = [*([["Faktureringsbegäran"]] * title), *request("sv")]
    read = read_billing(request_file(rows), "x")
    assert [row.row for row in read.rows] == [title + 2, title + 3, title + 4]


def test_machine_names_above_the_labels_are_one_heading() -> None:
    read = read_billing(request_file([list(NAMES), *request("sv")]), "x")
    assert (read.language, [row.row for row in read.rows], read.counted_rows) == ("sv", [3, 4, 5], 3)


def test_unknown_columns_are_told_and_kept() -> None:
    rows = [[*row, extra] for row, extra in zip(request("sv"), ("Á-priss", "x", "", "y"), strict=True)]
    read = read_billing(request_file(rows), "x")
    (finding,) = read.findings
    assert (finding.rule, finding.severity, finding.column) == ("file_unknown_column", "warning", "Á-priss")
    assert finding.detail == {"nearest": "unit_price"}
    assert [row.cells.get("other:Á-priss") for row in read.rows] == ["x", None, "y"]


def test_a_label_of_look_alike_letters_is_unknown() -> None:
    rows = request("sv")
    rows[0][8] = "Аntal"  # its first letter is Cyrillic
    with pytest.raises(Refused) as refusal:
        read_billing(request_file(rows), "x")
    assert [(finding.rule, finding.column) for finding in refusal.value.findings] == [
        ("file_column_missing", "Antal")
    ]


@pytest.mark.parametrize("label", ["Antal", "Mängd", "Määrä", "quantity"])
def test_a_column_that_stands_twice_refuses_the_file(label: str) -> None:
    rows = [[*row, extra] for row, extra in zip(request("sv"), (label, 1, 1, 1), strict=True)]
    with pytest.raises(Refused, match="file_column_twice"):
        read_billing(request_file(rows), "x")


@pytest.mark.parametrize("missing", ["item", "quantity", "order_start", "customer_no"])
def test_a_missing_column_that_is_needed_refuses_the_file(missing: str) -> None:
    place = NAMES.index(missing)
    rows = [[*row[:place], *row[place + 1 :]] for row in request("fi")]
    with pytest.raises(Refused) as refusal:
        read_billing(request_file(rows), "x")
    (finding,) = refusal.value.findings
    assert finding.rule == "file_column_missing"
    assert FINNISH[place] in (finding.column or "")


def test_values_without_a_label_are_told() -> None:
    rows = [list(row) for row in request("sv")]
    rows[2] = [*rows[2], "", "lost?"]
    assert rules(request_file(rows)) == [("file_column_without_label", 3, "O")]


def test_two_sheets_with_rows_are_refused_and_an_empty_one_is_passed_over() -> None:
    rows, heading = rows_markup(request("sv")), rows_markup(request("sv")[:1])
    with pytest.raises(Refused, match="file_two_data_sheets"):
        read_billing(packed(workbook_parts({"A": rows, "B": rows})), "x")
    assert len(read_billing(packed(workbook_parts({"A": heading, "B": rows})), "x").rows) == 3


def test_a_second_heading_among_the_rows_is_refused() -> None:
    with pytest.raises(Refused, match="file_two_headings"):
        read_billing(request_file([request("sv")[0], request("fi")[0][::-1], *ROWS]), "x")


def test_sheets_that_are_not_read_are_told() -> None:
    sheets = {
        "Rader": rows_markup(request("sv")),
        "Anteckningar": rows_markup([["ring Kalle"]]),
        "Dold": rows_markup([["x"]]),
    }
    read = read_billing(packed(workbook_parts(sheets, states={"Dold": "hidden"})), "x")
    assert [(finding.rule, finding.where) for finding in read.findings] == [
        ("file_sheet_not_read", "Anteckningar"),
        ("file_hidden_sheet", "Dold"),
    ]


@pytest.mark.parametrize(
    ("extra", "rule"),
    [
        ('<mergeCells><mergeCell ref="B2:B3"/></mergeCells>', "file_merged_cells"),
        ('<mergeCells><mergeCell ref="A1:B1"/></mergeCells>', "file_merged_cells"),
    ],
)
def test_merged_cells_among_the_rows_are_refused(extra: str, rule: str) -> None:
    with pytest.raises(Refused, match=rule):
        read_billing(by_hand(rows_markup(request("sv")) + extra), "x")


def test_merged_cells_in_a_title_above_the_heading_are_ordinary() -> None:
    markup = rows_markup([["Titel"], *request("sv")]) + '<mergeCells><mergeCell ref="A1:D1"/></mergeCells>'
    assert len(read_billing(by_hand(markup), "x").rows) == 3


def test_hidden_rows_are_refused_each_by_its_number_and_hidden_columns_are_told() -> None:
    markup = rows_markup(request("sv"))
    hidden = markup.replace('<row r="3">', '<row r="3" hidden="1">').replace(
        '<row r="4">', '<row hidden="true" r="4">'
    )
    with pytest.raises(Refused) as refusal:
        read_billing(by_hand(hidden), "x")
    assert [(finding.rule, finding.row) for finding in refusal.value.findings] == [
        ("file_hidden_row", 3),
        ("file_hidden_row", 4),
    ]
    told = by_hand('<cols><col min="5" max="5" width="9" hidden="1"/></cols>' + markup)
    assert rules(told) == [("file_hidden_column", None, "Ärendereferens")]


CONTROLS = {
    "sv": {
        "Antal rader": 3,
        "Antal order": 2,
        "Kontrollsumma": 22.5,
        "Bokföringsenhet": "KPY-1",
        "Kontaktperson": "x",
    },
    "fi": {
        "Rivien lukumäärä": 3,
        "Tilausten lukumäärä": 2,
        "Tarkistussumma": "22,50",
        "Kirjanpitoyksikkö": "KPY-1",
    },
    "en": {"Number of rows": 3, "Number of orders": 2, "Control sum": "22.50", "Accounting unit": "KPY-1"},
}


@pytest.mark.parametrize("language", CONTROLS)
def test_a_control_sheet_that_agrees_lets_the_file_in(language: str) -> None:
    read = read_billing(request_file(request(language), CONTROLS[language]), "x")
    assert (read.declared_rows, read.declared_orders, read.declared_total, read.unit) == (
        3,
        2,
        Decimal("22.5"),
        "KPY-1",
    )
    assert counts_agree(read) == []


@pytest.mark.parametrize(
    ("label", "value", "what"),
    [
        ("Antal rader", 4, "declared_rows"),
        ("Antal order", 3, "declared_orders"),
        ("Kontrollsumma", 22.49, "declared_total"),
        ("Kontrollsumma", 22.51, "declared_total"),
        ("Antal rader", 0, "declared_rows"),
    ],
)
def test_a_control_sheet_that_disagrees_is_an_error_of_the_whole_file(
    label: str, value: float, what: str
) -> None:
    (finding,) = counts_agree(
        read_billing(request_file(request("sv"), {**CONTROLS["sv"], label: value}), "x")
    )
    assert (finding.rule, finding.severity, finding.where, finding.clause) == (
        "counts_disagree",
        "error",
        what,
        "OC 3.9-a",
    )


def test_a_control_sum_is_compared_only_when_every_line_has_a_price() -> None:
    rows = request("sv")
    rows[3][10] = ""
    assert counts_agree(read_billing(request_file(rows, {"Kontrollsumma": 999}), "x")) == []


@pytest.mark.parametrize("told", [Decimal("0.02"), Decimal("0.01")])
def test_a_control_sum_may_be_rounded_by_the_line_or_at_the_end(told: Decimal) -> None:
    heading = ["T", "Asiakasnro", "Nimike", "Määrä", "Yksikköhinta"]
    rows = [["1", "1001", "T", 1, 0.005], ["0", "", "T", 1, 0.005]]
    assert counts_agree(read_billing(request_file([heading, *rows], {"Kontrollsumma": str(told)}), "x")) == []


def test_a_control_sheet_that_cannot_be_read_is_told() -> None:
    read = read_billing(request_file(request("sv"), {"Antal rader": "tre", "Antal order": 2.5}), "x")
    assert [finding.rule for finding in read.findings] == ["file_declared_unclear"] * 2
    with pytest.raises(Refused, match="file_control_twice"):
        read_billing(request_file(request("sv"), {"Antal rader": 3, "Rader": 4}), "x")


@pytest.mark.parametrize("form", ["billing", "customers", "control"])
def test_every_label_means_one_column_and_stands_in_three_languages(form: str) -> None:
    known = known_labels(form)  # type: ignore[arg-type]
    assert len(known) > 3 * len(columns(form)) * 2 / 3  # type: ignore[arg-type]
    for column in columns(form).values():  # type: ignore[arg-type]
        assert {language for language, labels in column.labels.items() if labels} == {"fi", "sv", "en"}


PUBLIC_FORM = (
    "T;Tilauslaji;Myyntiorg;Jakelutie;Sektori;Myyntitsto;Viitelasku;Asiakasnro;Nimi;Nimi2;Lähiosoite;PostiNo;"
    "Toimipaikka;Maakoodi;Kielikoodi;Palvelun luontipvm;Hinnoittelupvm;Laskuttaja;Asiaviite;Tilausnumero;"
    "Poikk. veron määrämaa;Otsikkoteksti;Maksuperusteteksti;Nimike;Määrä;Määräyksikkö;Yksikköhinta;Brutto/Netto;"
    "Rivityyppi;Tulosyksikkö;Nimikkeen nimitysteksti;Rivimuistio;PRR-osa;TaKP-tili;Suorite;Toiminto;Alue/kunta;"
    "Seurantakohde 1;Seurantakohde 2;Laskuliitteet"
)


@pytest.mark.parametrize("label", PUBLIC_FORM.split(";"))
def test_the_labels_of_the_public_form_are_ours(label: str) -> None:
    assert label in [column.label("fi") for column in columns("billing").values()]
