"""What the form requires of each value, by clause (OC 2.2-d, 2.2-f, 3.2-a, 3.2-d, 3.9-c)."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbook_cast import csv_file, request_file

from reskontra.formats.workbooks.billing import read_billing
from reskontra.formats.workbooks.columns import columns
from reskontra.formats.workbooks.readings import ColumnReader, exact_number, masked, written
from reskontra.kernel.texts import text

BILLING = columns("billing")


def rules_of(name: str, value: object) -> list[str]:
    """The rules that one value in one column breaks, in a request that is right in all else."""
    row = {"order_start": "1", "customer_no": "1001", "item": "T-10", "quantity": 1, name: value}
    read = read_billing(request_file([list(row), list(row.values())]), "x")
    return [finding.rule for finding in read.findings]


def order_of(**values: object) -> object:
    row = {"order_start": "1", "item": "T-10", "quantity": 1, **values}
    return read_billing(request_file([list(row), list(row.values())]), "x").orders[0]


WRONG = [
    # column, value, rule
    ("order_start", "2", "form_order_start_value"),
    ("order_start", "x", "form_order_start_value"),
    ("order_start", "", "form_order_start_missing"),
    ("item", "", "form_value_missing"),
    ("quantity", "", "form_value_missing"),
    ("quantity", 0, "form_quantity_is_zero"),
    ("quantity", "0,000", "form_quantity_is_zero"),
    ("quantity", 1.2345, "form_too_many_decimals"),
    ("quantity", "två", "form_not_a_number"),
    ("quantity", "1.234", "form_not_a_number"),  # a thousand, or one and a bit
    ("quantity", "1e5", "form_not_a_number"),
    ("quantity", True, "form_not_a_number"),
    ("quantity", date(2026, 3, 15), "form_not_a_number"),
    ("quantity", 12_345_678_901, "form_number_too_large"),
    ("unit_price", 1.234567, "form_too_many_decimals"),
    ("unit_price", "12,50 €", "form_not_a_number"),
    ("unit_price", "NaN", "form_not_a_number"),
    ("gross_net", "B", "gross_prices_not_accepted"),
    ("gross_net", "b", "gross_prices_not_accepted"),
    ("gross_net", "X", "form_gross_net_value"),
    ("service_date", "2026-02-30", "form_not_a_date"),
    ("service_date", "15/3/2026", "form_not_a_date"),
    ("service_date", "15.3.26", "form_not_a_date"),
    ("service_date", "2026-03-15 13:45", "form_not_a_date"),
    ("service_date", 46_096, "form_number_is_no_date"),
    ("service_date", "0226-01-15", "form_date_out_of_range"),
    ("pricing_date", "31.4.2026", "form_not_a_date"),
    ("country", "SUOMI", "form_country_code"),
    ("country", "XX", "form_country_code"),
    ("tax_country", "UK", "form_country_code"),
    ("language", "de", "form_language_code"),
    ("name", "N" * 36, "form_text_too_long"),
    ("name2", "N" * 36, "form_text_too_long"),
    ("sales_org", "12345", "form_text_too_long"),
    ("channel", "123", "form_text_too_long"),
    ("header_text", "h" * 351, "form_text_too_long"),
    ("line_text", "h" * 351, "form_text_too_long"),
    ("header_text", "rad\nrad", "form_line_break_in_text"),
    ("header_text", "rad\u2028rad", "form_line_break_in_text"),
    ("line_text", "trasig \ufffd text", "form_text_damaged"),
    ("case_reference", 1234567890123456.0, "form_number_lost_digits"),
    ("customer_no", 1e18, "form_number_lost_digits"),
    ("postcode", 100, "form_postcode_digits"),
    ("postcode", "0100", "form_postcode_digits"),
    # OC 2.2-d: the identity is checked
    ("identity", "0245440-2", "form_identity_not_valid"),
    ("identity", "010190-900R", "form_identity_not_valid"),
    ("identity", "310290-9001", "form_identity_not_valid"),
    ("identity", "Kalle", "form_identity_not_valid"),
    ("identity", "1990-01-01", "form_birth_date_only_for_foreigners"),
    # OC 2.2-f: no personal code in texts, whatever its separator or dash
    ("line_text", "Avser 010190-900P", "form_personal_code_in_text"),
    ("header_text", "010190Y900P", "form_personal_code_in_text"),
    ("item_text", "kund 311203A901H.", "form_personal_code_in_text"),
    ("case_reference", "010190–900P", "form_personal_code_in_text"),
    ("name", "010190-900P", "form_personal_code_in_text"),
    ("attachments", "010190-900P.pdf", "form_personal_code_in_text"),
    # OC 3.2-d: attachments by name only
    ("attachments", "mapp/bilaga.pdf", "form_attachment_name"),
    ("attachments", "..\\bilaga.pdf", "form_attachment_name"),
    ("attachments", "C:bilaga.pdf", "form_attachment_name"),
    ("attachments", ".dold", "form_attachment_name"),
    ("attachments", "a.pdf; A.PDF", "form_attachment_twice"),
]


@pytest.mark.parametrize(("name", "value", "rule"), WRONG)
def test_a_faulty_value_is_told_by_its_rule(name: str, value: object, rule: str) -> None:
    assert rule in rules_of(name, value)


RIGHT = [
    ("quantity", "-1,5"), ("quantity", 0.125), ("quantity", "1 234,5"), ("quantity", "0,125"),
    ("unit_price", 0), ("unit_price", "0,00001"), ("unit_price", "1\u00a0234,50"),
    ("unit_price", ""),
    ("gross_net", "N"), ("gross_net", "n"), ("gross_net", ""),
    ("service_date", "15.3.2026"), ("service_date", "05.03.2026"), ("service_date", "2026-03-15"),
    ("service_date", date(2026, 3, 15)),
    ("country", "fi"), ("country", "AX"), ("tax_country", "SE"),
    ("language", "V"), ("language", "sv"), ("language", "EN"),
    ("name", "N" * 35), ("header_text", "h" * 350), ("charge_basis_text", "Lag\n150/1992"),
    ("identity", "0245440-1"), ("identity", "010190-900P"), ("identity", "010190Y900P"), ("identity", "311203A901H"),
    ("postcode", "00100"), ("postcode", "SW1A 1AA"),
    ("attachments", "a.pdf; b.pdf;"),
    ("case_reference", "DV-2026-010190-900"), ("line_text", "konto 123456-7890"), ("order_start", 1),
    ("agreement", "VSK1-2026"), ("payment_term", "ZM21"), ("account", 3000),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), RIGHT)
def test_a_right_value_is_accepted_without_a_word(name: str, value: object) -> None:
    assert rules_of(name, value) == []


@pytest.mark.parametrize(
    ("value", "language"), [("U", "fi"), ("V", "sv"), ("E", "en"), ("fi", "fi"), ("SV", "sv"), ("en", "en")]
)
def test_the_language_letters_of_the_interface_are_known(value: str, language: str) -> None:
    assert order_of(customer_no="1", language=value).customer.language == language  # type: ignore[attr-defined]


def test_a_foreign_consumer_is_identified_by_date_of_birth() -> None:
    given_values = {
        "name": "Larsen Ola", "identity": "1.2.1990", "country": "NO", "street": "Gate 1",
        "postcode": "0150", "town": "Oslo",
    }  # fmt: skip
    order = order_of(**given_values)
    assert order.customer.identity == "1990-02-01"  # type: ignore[attr-defined]
    row = {"order_start": "1", "item": "T", "quantity": 1, **given_values}
    assert read_billing(request_file([list(row), list(row.values())]), "x").findings == ()


@pytest.mark.parametrize(
    ("given_values", "missing"),
    [
        ({"customer_no": ""}, ["form_customer_missing"]),
        ({"customer_no": "", "name": "Virtanen Maija"}, ["form_address_missing"] * 3),
        ({"customer_no": "", "name": "Virtanen Maija", "identity": "010190-900P"}, []),
        (
            {
                "customer_no": "",
                "name": "Bolaget Ab",
                "street": "Gatan 1",
                "postcode": "00100",
                "town": "Hfors",
            },
            [],
        ),
        (
            {"customer_no": "", "name": "Bolaget Ab", "street": "Gatan 1", "town": "Hfors"},
            ["form_address_missing"],
        ),
    ],
)
def test_an_order_has_a_customer_by_number_or_by_name_and_address(
    given_values: dict[str, str], missing: list[str]
) -> None:
    row = {"order_start": "1", "item": "T", "quantity": 1, **given_values}
    read = read_billing(request_file([list(row), list(row.values())]), "x")
    assert [finding.rule for finding in read.findings] == missing


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("line_text", "Avser 010190-900P och 311203A901H"),
        ("identity", "010190-900R"),
        ("identity", "010190 900P"),
        ("attachments", "010190-900P.pdf"),
        ("other:Kommentar", "010190-900P"),
    ],
)
def test_a_finding_never_prints_a_personal_code(name: str, value: str) -> None:
    row = {
        "order_start": "1",
        "customer_no": "1",
        "item": "T",
        "quantity": 1,
        name.removeprefix("other:"): value,
    }
    read = read_billing(request_file([list(row), list(row.values())]), "x")
    faults = [finding for finding in read.findings if finding.severity == "error"]
    assert faults
    for finding in faults:
        said = f"{finding} " + text(f"finding.{finding.rule}", "sv", value=finding.value, **finding.detail)
        for code in ("900P", "901H", "900R"):
            assert code not in said


def test_a_faulty_row_tells_all_its_faults_with_the_senders_own_labels() -> None:
    heading = ["Ny order", "Kundnr", "Artikel", "Antal", "À-pris", "Brutto eller netto", "Radnotering"]
    rows = [
        ["1", "1001", "", "två", "x", "B", "010190-900P"],
        ["0", "", "T", 1, 1, "", ""],
        ["0", "1002", "T", 0, 1, "", ""],
    ]
    read = read_billing(request_file([heading, *rows]), "x")
    assert [(finding.row, finding.column, finding.rule) for finding in read.findings] == [
        (2, "Antal", "form_not_a_number"),
        (2, "À-pris", "form_not_a_number"),
        (2, "Brutto eller netto", "gross_prices_not_accepted"),
        (2, "Radnotering", "form_personal_code_in_text"),
        (2, "Artikel", "form_value_missing"),
        (4, "Antal", "form_quantity_is_zero"),
        (4, "Kundnr", "form_order_field_differs"),
    ]
    assert all(finding.clause and finding.severity == "error" for finding in read.findings)


def test_the_first_row_must_begin_an_order_and_every_row_is_kept() -> None:
    heading = ["T", "Asiakasnro", "Nimike", "Määrä"]
    rows = [["0", "", "T", 1], ["1", "1001", "T", 1], ["", "", "T", 1]]
    read = read_billing(request_file([heading, *rows]), "x")
    assert [(row.row, row.order) for row in read.rows] == [(2, -1), (3, 0), (4, 0)]
    assert [(finding.rule, finding.row) for finding in read.findings] == [
        ("form_first_row_starts_no_order", 2),
        ("form_order_start_missing", 4),
    ]


def test_later_rows_may_repeat_the_orders_fields_but_not_change_them() -> None:
    heading = ["T", "Asiakasnro", "Palvelun luontipvm", "Nimike", "Määrä"]
    same = [["1", "1001", date(2026, 3, 15), "T", 1], ["0", "1001", "15.3.2026", "T", 1]]
    assert read_billing(request_file([heading, *same]), "x").findings == ()
    other = [same[0], ["0", "1001", "16.3.2026", "T", 1]]
    (finding,) = read_billing(request_file([heading, *other]), "x").findings
    assert (finding.rule, finding.row, finding.column) == (
        "form_order_field_differs",
        3,
        "Palvelun luontipvm",
    )


def test_a_mark_that_cannot_be_read_never_puts_a_line_into_another_customers_order() -> None:
    heading = ["T", "Asiakasnro", "Nimike", "Määrä"]
    rows = [["1", "1001", "T", 1], ["l", "1002", "T", 1], ["0", "", "T", 2]]
    read = read_billing(request_file([heading, *rows]), "x")
    assert [(order.customer.number, len(order.lines)) for order in read.orders] == [("1001", 1), ("1002", 2)]
    assert [finding.rule for finding in read.findings] == ["form_order_start_value"]


def test_keys_and_marks_that_contradict_each_other_are_told() -> None:
    heading = ["T", "Tilausavain", "Asiakasnro", "Nimike", "Määrä"]
    rows = [["1", "A", "1", "T", 1], ["1", "A", "2", "T", 1], ["0", "B", "3", "T", 1]]
    read = read_billing(request_file([heading, *rows]), "x")
    assert [(finding.rule, finding.row) for finding in read.findings] == [
        ("form_order_key_repeated", 3),
        ("form_order_key_without_start", 4),
    ]
    assert len(read.orders) == 3


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=3, allow_nan=False))
def test_a_number_written_by_a_spreadsheet_comes_back_to_the_last_decimal(number: Decimal) -> None:
    assert exact_number(float(number)) == number


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e9, max_value=1e9))
def test_a_number_has_never_more_digits_than_a_spreadsheet_holds(number: float) -> None:
    found = exact_number(number)
    assert found is not None
    assert len(found.as_tuple().digits) <= 15 or found == found.to_integral_value()
    assert abs(float(found) - number) <= abs(number) * 1e-14


@given(st.text(max_size=40))
def test_any_text_in_any_column_gives_a_reading(value: str) -> None:
    for name, column in BILLING.items():
        reading = ColumnReader(name, column).read(value)
        assert reading.text == value.strip()
        assert reading.value is None or not any(p.rule.endswith("not_valid") for p in reading.problems)


@given(st.text(alphabet="0190-+AYP pekka.", max_size=30))
def test_masking_leaves_no_personal_code(value: str) -> None:
    assert "010190-900P" not in masked(f"{value} 010190-900P {value}")


@pytest.mark.parametrize(
    ("raw", "shown"),
    [(100245.0, "100245"), (0.1, "0.1"), (1e15, "1000000000000000"), (True, "1"), (None, ""), (" a ", "a"),
     (datetime(2026, 3, 15), "2026-03-15"), (datetime(2026, 3, 15, 12), "2026-03-15 12:00:00"),
     (Decimal("1.50"), "1.50")],
)  # fmt: skip
def test_a_cell_as_text_is_what_the_sender_sees(raw: object, shown: str) -> None:
    assert written(raw) == shown  # type: ignore[arg-type]


def test_quantities_from_csv_follow_the_same_rules() -> None:
    heading = ["T", "Asiakasnro", "Nimike", "Määrä"]
    rows = [["1", "1001", "T", "0,5"], ["0", "", "T", "1.000,5"], ["0", "", "T", "−3"]]
    read = read_billing(csv_file([heading, *rows]), "x")
    assert [line.quantity for line in read.orders[0].lines] == [Decimal("0.5"), None, Decimal(-3)]
    assert [(finding.row, finding.rule) for finding in read.findings] == [(3, "form_not_a_number")]
