"""Payment references and the bank bar code (OC 4.1-a)."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum import iso11649

from reskontra.kernel.references import (
    NoBarCode,
    NotAReference,
    bank_barcode,
    grouped,
    invoice_number,
    is_national_reference,
    is_rf_reference,
    national_reference,
    normal_reference,
    rf_reference,
    running_number,
    unit_reference,
)

IBAN = "FI37 1590 3000 0007 76"

bases = st.from_regex(r"[1-9][0-9]{2,18}", fullmatch=True)
nationals = bases.map(national_reference)


@pytest.mark.parametrize(
    ("base", "reference"),
    [
        ("3010123", "30101238"),
        ("234823", "2348236"),
        ("1111", "11112"),
        ("123", "1232"),
        ("100", "1009"),
        ("1234567890123456789", "12345678901234567894"),
    ],
)
def test_the_check_digit_follows_the_base(base: str, reference: str) -> None:
    assert national_reference(base) == reference
    assert is_national_reference(reference)


@pytest.mark.parametrize("base", ["", "12", "0123", "12345678901234567890", "12 34", "12a4", "-123", "١٢٣"])
def test_what_is_not_3_to_19_digits_is_no_base(base: str) -> None:
    with pytest.raises(NotAReference):
        national_reference(base)


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("30101238", True),
        ("301 01238", True),
        ("0000 0000 0000 3010 1238", True),
        ("30101239", False),
        ("0", False),
        ("0000", False),
        ("00000000000000000000", False),
        ("123", False),
        ("", False),
        ("RF9030101238", False),
        ("30101238a", False),
        ("123456789012345678944", False),
    ],
)
def test_a_national_reference_has_4_to_20_digits_and_the_right_check_digit(text: str, valid: bool) -> None:
    assert is_national_reference(text) is valid


@given(nationals, st.data())
def test_every_wrong_digit_is_caught(reference: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(reference) - 1))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != reference[at]]))
    assert not is_national_reference(reference[:at] + other + reference[at + 1 :])


@given(nationals, st.data())
def test_swapped_neighbours_are_caught_unless_they_differ_by_five(
    reference: str, data: st.DataObject
) -> None:
    """The weights of neighbours differ by 2, 4 or 6: only a difference of 5 slips through modulo 10."""
    at = data.draw(st.integers(0, len(reference) - 2))
    left, right = reference[at], reference[at + 1]
    assume(left != right)
    swapped = reference[:at] + right + left + reference[at + 2 :]
    caught = not is_national_reference(swapped)
    assert caught or abs(int(left) - int(right)) == 5


def test_swapped_neighbours_that_differ_by_five_are_known_to_slip_through() -> None:
    assert is_national_reference(national_reference("1616"))
    assert national_reference("1661")[-1] == national_reference("1616")[-1]


@pytest.mark.parametrize(
    ("national", "rf"),
    [("11112", "RF9811112"), ("30101238", "RF9030101238"), ("2348236", "RF332348236")],
)
def test_the_rf_form_carries_the_national_reference(national: str, rf: str) -> None:
    assert rf_reference(national) == rf
    assert is_rf_reference(rf)
    assert normal_reference(rf) == national


@given(nationals)
def test_both_forms_of_a_reference_have_one_normal_form(reference: str) -> None:
    rf = rf_reference(reference)
    assert iso11649.is_valid(rf)
    assert normal_reference(rf) == normal_reference(reference) == reference
    assert normal_reference(grouped(rf).lower()) == reference
    assert normal_reference(grouped(reference)) == reference
    assert normal_reference(reference.zfill(20)) == reference
    assert normal_reference(rf[:4] + reference.zfill(21)) == reference


@given(nationals, st.data())
def test_every_wrong_digit_in_an_rf_reference_is_caught(reference: str, data: st.DataObject) -> None:
    rf = rf_reference(reference)
    at = data.draw(st.integers(2, len(rf) - 1))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != rf[at]]))
    assert not is_rf_reference(rf[:at] + other + rf[at + 1 :])


@given(nationals, st.data())
def test_swapped_neighbours_in_an_rf_reference_are_caught(reference: str, data: st.DataObject) -> None:
    rf = rf_reference(reference)
    at = data.draw(st.integers(2, len(rf) - 2))
    assume(rf[at] != rf[at + 1])
    assert not is_rf_reference(rf[:at] + rf[at + 1] + rf[at] + rf[at + 2 :])


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("RF18 5390 0754 7034", "RF18539007547034"),  # digits, but no national check digit
        ("rf18000539007547034", "RF18539007547034"),
        ("RF45ABC", "RF45ABC"),
    ],
)
def test_a_foreign_creditors_reference_stays_rf(text: str, normal: str) -> None:
    assert normal_reference(text) == normal


@pytest.mark.parametrize(
    "text",
    ["", "RF", "RF98", "RF9711112", "RF0111112", "30101239", "free text", "RF98-11112", "RF98" + "1" * 22],
)
def test_what_is_no_reference_has_no_normal_form(text: str) -> None:
    with pytest.raises(NotAReference):
        normal_reference(text)


@pytest.mark.parametrize("check", ["00", "01", "99"])
def test_check_digits_that_are_never_given_out_are_refused(check: str) -> None:
    """02 to 98 are given out; 00, 01 and 99 are their equals modulo 97."""
    equal = {"00": "97", "01": "98", "99": "02"}[check]
    bodies = (national_reference(str(number)) for number in range(1000, 9000))
    body = next(body for body in bodies if rf_reference(body).startswith(f"RF{equal}"))
    assert is_rf_reference(f"RF{equal}{body}")
    assert not is_rf_reference(f"RF{check}{body}")


def test_a_faulty_national_reference_has_no_rf_form() -> None:
    with pytest.raises(NotAReference):
        rf_reference("30101239")


@pytest.mark.parametrize(
    ("reference", "printed"),
    [
        ("30101238", "301 01238"),
        ("2348236", "23 48236"),
        ("1234567890", "12345 67890"),
        ("000011112", "11112"),
        ("RF9030101238", "RF90 3010 1238"),
        ("rf9811112", "RF98 1111 2"),
        ("30101239", "301 01239"),
    ],
)
def test_a_reference_is_printed_in_groups(reference: str, printed: str) -> None:
    assert grouped(reference) == printed


@pytest.mark.parametrize("text", ["", "0", "12A4", "1" * 21])
def test_what_has_no_form_of_a_reference_is_not_grouped(text: str) -> None:
    with pytest.raises(NotAReference):
        grouped(text)


@pytest.mark.parametrize(
    ("code", "number", "width", "base"),
    [("301", 123, 4, "3010123"), ("301", 123, 9, "301000000123"), ("301", 0, 9, "301000000000")],
)
def test_a_units_reference_begins_with_its_code(code: str, number: int, width: int, base: str) -> None:
    """OC 4.1-a"""
    assert unit_reference(code, number, width) == national_reference(base)


def test_a_units_reference_has_nine_digits_for_the_number_unless_told() -> None:
    assert unit_reference("301", 123) == national_reference("301000000123")


@given(st.integers(1, 9999999), st.integers(0, 999999999))
def test_every_number_of_every_unit_gives_a_reference_with_its_code(code: int, number: int) -> None:
    reference = unit_reference(str(code), number)
    assert is_national_reference(reference)
    assert reference.startswith(str(code))
    assert int(reference[len(str(code)) : -1]) == number


@given(st.integers(1, 9999999), st.integers(0, 999999999))
def test_an_invoice_number_tells_its_running_number_and_begins_its_reference(code: int, number: int) -> None:
    written = invoice_number(str(code), number)
    assert running_number(str(code), written) == number
    assert unit_reference(str(code), number)[:-1] == written


@pytest.mark.parametrize(
    "text",
    [
        "", "4210", "17", "000000017", "421000000017", "42100000000017", "4220000000017", "4210 000000017",
        "421000000001²", "421000000001٣", "42100000000-1", "4210000000017\n", "42104210000000017",
    ],
)  # fmt: skip
def test_what_is_no_invoice_number_of_the_unit_has_no_running_number(text: str) -> None:
    assert running_number("4210", text) is None


@pytest.mark.parametrize(
    ("code", "number", "width"),
    [("", 1, 9), ("030", 1, 9), ("A30", 1, 9), ("301", -1, 9), ("301", 10000, 4), ("30123456789", 1, 9)],
)
def test_a_units_reference_is_refused_when_code_or_number_do_not_fit(
    code: str, number: int, width: int
) -> None:
    with pytest.raises(NotAReference):
        unit_reference(code, number, width)


@pytest.mark.parametrize(
    ("reference", "amount", "due", "digits"),
    [
        ("11112", "12.25", date(2016, 12, 21), "437159030000007760000122500000000000000000011112161221"),
        ("RF9811112", "1.10", date(2017, 1, 1), "537159030000007760000011098000000000000000011112170101"),
        ("11112", "12.25", None, "437159030000007760000122500000000000000000011112000000"),
        ("11112", "999999.99", None, "437159030000007769999999900000000000000000011112000000"),
        ("11112", "1000000.00", None, "437159030000007760000000000000000000000000011112000000"),
        ("0" * 25 + "11112", "12.25", None, "437159030000007760000122500000000000000000011112000000"),
        ("11112", "0", None, "437159030000007760000000000000000000000000011112000000"),
    ],
)
def test_the_bar_code_holds_account_amount_reference_and_due_date(
    reference: str, amount: str, due: date | None, digits: str
) -> None:
    assert bank_barcode(IBAN, Decimal(amount), reference, due) == digits


@given(
    nationals,
    st.booleans(),
    st.decimals(min_value=Decimal(0), max_value=Decimal("999999.99"), places=2),
    st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31)) | st.none(),
)
def test_the_bar_code_reads_back_as_its_parts(
    reference: str, as_rf: bool, amount: Decimal, due: date | None
) -> None:
    digits = bank_barcode(IBAN, amount, rf_reference(reference) if as_rf else reference, due)
    assert len(digits) == 54
    assert digits.isdigit()
    assert "FI" + digits[1:17] == IBAN.replace(" ", "")
    assert Decimal(digits[17:23]) + Decimal(digits[23:25]) / 100 == amount
    if as_rf:
        assert digits[0] == "5"
        assert "RF" + digits[25:27] + digits[27:48].lstrip("0") == rf_reference(reference)
    else:
        assert digits[0] == "4"
        assert digits[25:28] == "000"
        assert digits[28:48].lstrip("0") == reference
    expected = "000000" if due is None else due.isoformat().replace("-", "")[2:]
    assert digits[48:] == expected


@pytest.mark.parametrize(
    ("iban", "amount"),
    [("SE45 5000 0000 0583 9825 7466", "1"), ("FI3815903000000776", "1"), ("", "1"), (IBAN, "-0.01")],
)
def test_no_bar_code_for_a_foreign_or_faulty_account_or_a_negative_amount(iban: str, amount: str) -> None:
    with pytest.raises(NoBarCode):
        bank_barcode(iban, Decimal(amount), "11112", None)


@pytest.mark.parametrize("reference", ["11113", "RF9911112", "RF45ABC", ""])
def test_no_bar_code_for_a_reference_that_it_cannot_hold(reference: str) -> None:
    with pytest.raises(NotAReference):
        bank_barcode(IBAN, Decimal(1), reference, None)
