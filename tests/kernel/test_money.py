"""Amounts: one rounding, one reading, one way of printing."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reskontra.kernel.money import NotAnAmount, format_amount, parse_amount, plain, round_cents

NB = "\N{NO-BREAK SPACE}"
NARROW = "\N{NARROW NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"

amounts = st.decimals(min_value=Decimal(-(10**13)), max_value=Decimal(10**13), places=7)
cents = st.decimals(min_value=Decimal(-(10**13)), max_value=Decimal(10**13), places=2)


@pytest.mark.parametrize(
    ("unrounded", "rounded"),
    [
        ("0.005", "0.01"),
        ("-0.005", "-0.01"),
        ("0.015", "0.02"),
        ("0.025", "0.03"),  # half to even would say 0.02
        ("2.675", "2.68"),  # a float would say 2.67
        ("0.0049999999999999999999999999999999999", "0.00"),
        ("-0.004", "0.00"),
        ("1", "1.00"),
        ("9999999999999.995", "10000000000000.00"),
        ("123456789012345.674999", "123456789012345.67"),
        ("1E+3", "1000.00"),
    ],
)
def test_half_a_cent_is_rounded_away_from_zero(unrounded: str, rounded: str) -> None:
    assert str(round_cents(Decimal(unrounded))) == rounded


@pytest.mark.parametrize("number", ["NaN", "sNaN", "Infinity", "-Infinity", "1E+100"])
def test_what_is_no_finite_amount_is_not_rounded(number: str) -> None:
    with pytest.raises(NotAnAmount):
        round_cents(Decimal(number))


def test_a_float_is_never_an_amount() -> None:
    with pytest.raises(TypeError):
        round_cents(2.675)  # type: ignore[arg-type]


@given(amounts)
def test_rounding_moves_an_amount_by_half_a_cent_at_most_and_only_once(amount: Decimal) -> None:
    rounded = round_cents(amount)
    assert abs(rounded - amount) <= Decimal("0.005")
    assert rounded.as_tuple().exponent == -2
    assert round_cents(rounded) == rounded
    assert round_cents(-amount) == -rounded
    assert rounded == amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


@given(amounts, amounts)
def test_rounding_keeps_the_order_of_amounts(one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))
    assert round_cents(low) <= round_cents(high)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1234,5", "1234.5"),
        ("1234.50", "1234.50"),
        ("1 234,56", "1234.56"),
        (f"1{NB}234,56", "1234.56"),
        (f"1{NARROW}234{NARROW}567,89", "1234567.89"),
        ("12 345 678.9", "12345678.9"),
        ("-5", "-5"),
        (f"{MINUS}1{NB}234,56", "-1234.56"),
        ("  7,00\n", "7.00"),
        ("0,125", "0.125"),  # a thousand never begins with a zero
        ("1234,567", "1234.567"),  # nor has it four digits before the point
        ("1 234,567", "1234.567"),
        ("0,00001", "0.00001"),
        ("999999999999999,99", "999999999999999.99"),
        ("-0,00", "0.00"),
    ],
)
def test_an_amount_that_can_be_read_in_one_way_is_read(text: str, amount: str) -> None:
    assert str(parse_amount(text)) == amount


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "1e5",
        "+1",
        "1.234,56?",
        "1.234,56",
        "1,234.56",
        "1.234",
        "1,234",
        "-12,345",
        "1.234.567",
        "NaN",
        "Infinity",
        ",50",
        "5,",
        "5-",
        "--5",
        "- 5",
        "1 23",
        "1 2345",
        "1234 567",
        f"1 234{NB}567",
        "1  234",
        "1_000",
        "5 €",
        "€5",
        "0x10",
        "١٢٣",
        "½",
        "1000000000000000",
        "1 000 000 000 000 000,00",
        "1,00000000000",
        "1\n2",
    ],
)
def test_what_is_not_plainly_an_amount_is_refused(text: str) -> None:
    with pytest.raises(NotAnAmount):
        parse_amount(text)


def test_a_refusal_does_not_repeat_what_stood_in_the_field() -> None:
    with pytest.raises(NotAnAmount) as refusal:
        parse_amount("010190-900P")  # a personal code in the wrong column must not reach a log
    assert "900P" not in str(refusal.value)


@given(st.text(alphabet="0123456789.,- \u00a0\u202f+eE", max_size=12))
def test_whatever_is_typed_is_either_a_finite_amount_or_refused(text: str) -> None:
    try:
        amount = parse_amount(text)
    except NotAnAmount:
        return
    assert amount.is_finite()


@pytest.mark.parametrize(
    ("amount", "language", "printed"),
    [
        ("1234.56", "sv", f"1{NB}234,56{NB}€"),
        ("1234.56", "fi", f"1{NB}234,56{NB}€"),
        ("1234.56", "en", "€1,234.56"),
        ("1234567.895", "fi", f"1{NB}234{NB}567,90{NB}€"),
        ("-1234.5", "sv", f"{MINUS}1{NB}234,50{NB}€"),
        ("-1234.5", "en", f"{MINUS}€1,234.50"),
        ("999.99", "sv", f"999,99{NB}€"),
        ("-0.001", "sv", f"0,00{NB}€"),
        ("0", "en", "€0.00"),
    ],
)
def test_an_amount_is_printed_as_its_readers_write_it(amount: str, language: str, printed: str) -> None:
    assert format_amount(Decimal(amount), language) == printed
    in_dollars = printed.replace("€", "USD") if language != "en" else printed.replace("€", f"USD{NB}")
    assert format_amount(Decimal(amount), language, "USD") == in_dollars


@given(cents)
def test_a_printed_amount_reads_back_as_the_same_amount(amount: Decimal) -> None:
    assert parse_amount(format_amount(amount, "sv").removesuffix(f"{NB}€")) == amount
    assert parse_amount(plain(amount)) == amount
    assert format_amount(amount, "en").replace("€", "").replace(",", "").replace(MINUS, "-") == plain(amount)


def test_the_plain_form_has_two_decimals_and_no_grouping() -> None:
    assert plain(Decimal("1234567.5")) == "1234567.50"
    assert plain(Decimal("-0.001")) == "0.00"
