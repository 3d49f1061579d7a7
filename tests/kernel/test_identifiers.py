"""Business ids, personal codes, accounts and e-invoice addresses. Personal codes are all from 900 to 999."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum import iban as stdnum_iban

from reskontra.kernel.identifiers import (
    NotAnIdentifier,
    birth_date_of,
    find_personal_codes,
    grouped_iban,
    is_business_id,
    is_iban,
    is_ovt,
    is_personal_code,
    is_test_personal_code,
    is_vat_id,
    masked_personal_code,
    normal_business_id,
    normal_iban,
    normal_personal_code,
    ovt_of,
    ovt_of_peppol_id,
    peppol_id,
    vat_id_of,
)

SEPARATORS = {1800: "+", 1900: "-YXWVU", 2000: "ABCDEF"}
CHECK_CHARACTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY"


def code_of(birth: date, separator: str, number: int) -> str:
    """A synthetic code, checked independently of the code under test."""
    day = f"{birth:%d%m%y}"
    return f"{day}{separator}{number:03d}{CHECK_CHARACTERS[int(f'{day}{number:03d}') % 31]}"


@st.composite
def synthetic_codes(draw: st.DrawFn) -> tuple[str, date]:
    birth = draw(st.dates(min_value=date(1850, 1, 1), max_value=date(2030, 12, 31)))
    separator = draw(st.sampled_from(SEPARATORS[birth.year // 100 * 100]))
    return code_of(birth, separator, draw(st.integers(900, 999))), birth


codes = synthetic_codes()


@st.composite
def business_ids(draw: st.DrawFn) -> str:
    digits = f"{draw(st.integers(1, 9999999)):07d}"
    rest = sum(int(digit) * weight for digit, weight in zip(digits, (7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    assume(rest != 1)
    return f"{digits}-{11 - rest if rest else 0}"


# Business id: decree 288/2001 s 3


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("0245440-1", "0245440-1"),
        ("0244664-7", "0244664-7"),
        ("1010547-1", "1010547-1"),
        ("02454401", "0245440-1"),
        ("245440-1", "0245440-1"),
        ("2454401", "0245440-1"),  # a spreadsheet took the zero
        (" 0245440-1\n", "0245440-1"),
        ("0245440\N{NON-BREAKING HYPHEN}1", "0245440-1"),
        ("0245440\N{EN DASH}1", "0245440-1"),
    ],
)
def test_a_business_id_has_one_normal_form(text: str, normal: str) -> None:
    assert is_business_id(text)
    assert normal_business_id(text) == normal


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0245440-2",
        "0245440 1",
        "FI02454401",
        "45440-1",
        "00245440-1",
        "0000000-0",
        "0245440-",
        "٠٢٤٥٤٤٠-١",
    ],
)
def test_what_is_no_business_id_is_refused(text: str) -> None:
    assert not is_business_id(text)
    with pytest.raises(NotAnIdentifier):
        normal_business_id(text)


def test_no_check_digit_saves_a_business_id_with_remainder_1() -> None:
    assert (9 * 1 + 2 * 7) % 11 == 1
    assert not any(is_business_id(f"0100007-{check}") for check in range(10))


@given(business_ids(), st.data())
def test_every_wrong_digit_in_a_business_id_is_caught(business_id: str, data: st.DataObject) -> None:
    assert normal_business_id(business_id.replace("-", "")) == business_id
    at = data.draw(st.sampled_from([0, 1, 2, 3, 4, 5, 6, 8]))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != business_id[at]]))
    assert not is_business_id(business_id[:at] + other + business_id[at + 1 :])


# VAT id


@pytest.mark.parametrize("text", ["FI02454401", "fi 0245 4401"])
def test_a_finnish_vat_id_is_fi_and_the_business_id(text: str) -> None:
    assert is_vat_id(text)


@pytest.mark.parametrize(
    "text", ["", "FI", "02454401", "FI0245440-1", "FI02454402", "FI2454401", "XX123", "SEÅ"]
)
def test_what_is_no_vat_id_is_refused(text: str) -> None:
    assert not is_vat_id(text)


def test_a_vat_id_of_another_member_state_is_taken_with_its_own_check_digits() -> None:
    assert is_vat_id("SE 556188 840401")
    assert not is_vat_id("SE 556188 840501")


@given(business_ids())
def test_the_vat_id_of_a_business_id_is_a_vat_id(business_id: str) -> None:
    assert is_vat_id(vat_id_of(business_id))


def test_the_old_business_id_gives_a_whole_vat_id() -> None:
    assert vat_id_of("245440-1") == "FI02454401"


# IBAN


def test_an_iban_is_stored_without_spaces_and_printed_in_fours() -> None:
    assert is_iban("fi37 1590\N{NO-BREAK SPACE}3000 0007 76")
    assert normal_iban("fi37 1590 3000 0007 76") == "FI3715903000000776"
    assert grouped_iban("FI3715903000000776") == "FI37 1590 3000 0007 76"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "FI",
        "FI3815903000000776",
        "FI371590300000077",
        "FI37159030000007760",
        "FI37-1590-3000-0007-76",
        "11112",
    ],
)
def test_what_is_no_iban_is_refused(text: str) -> None:
    assert not is_iban(text)
    with pytest.raises(NotAnIdentifier):
        normal_iban(text)


@given(st.from_regex(r"[0-9]{14}", fullmatch=True), st.data())
def test_every_wrong_digit_in_an_iban_is_caught(account: str, data: st.DataObject) -> None:
    iban = f"FI{stdnum_iban.calc_check_digits(f'FI00{account}')}{account}"
    assert is_iban(iban)
    assert normal_iban(grouped_iban(iban)) == iban
    at = data.draw(st.integers(2, len(iban) - 1))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != iban[at]]))
    assert not is_iban(iban[:at] + other + iban[at + 1 :])


@pytest.mark.parametrize(("given_out", "never"), [("97", "00"), ("98", "01"), ("02", "99")])
def test_check_digits_that_are_never_given_out_are_refused_in_an_iban(given_out: str, never: str) -> None:
    accounts = (f"{number:014d}" for number in range(1000))
    account = next(a for a in accounts if stdnum_iban.calc_check_digits(f"FI00{a}") == given_out)
    assert is_iban(f"FI{given_out}{account}")
    assert not is_iban(f"FI{never}{account}")


# EDI address and Peppol id: OC 3.6.1-a


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("003702454401", True),
        ("003702454401100", True),
        ("00370245440112AB5", True),
        ("00370245440112ab5", True),
        ("003702454401123456", False),
        ("003702454402", False),
        ("00372454401", False),
        ("0037:02454401", False),
        ("021602454401", False),
        ("0037024544011-3", False),
        ("", False),
    ],
)
def test_an_edi_address_is_0037_a_business_id_and_a_short_suffix(text: str, valid: bool) -> None:
    assert is_ovt(text) is valid


@given(business_ids(), st.from_regex(r"[0-9A-Z]{0,5}", fullmatch=True))
def test_an_edi_address_and_its_peppol_id_lead_to_each_other(business_id: str, suffix: str) -> None:
    ovt = ovt_of(business_id, suffix)
    assert is_ovt(ovt)
    assert ovt_of_peppol_id(peppol_id(ovt)) == ovt
    assert ovt_of_peppol_id(f"0037:{ovt[4:]}") == ovt


@pytest.mark.parametrize(
    "text",
    [
        "0216:003702454401",
        "0037:02454401",
        " 0216:003702454401 ",
        "iso6523-actorid-upis::0216:003702454401",
        "0037:003702454401",
    ],
)
def test_the_new_and_the_old_peppol_form_name_one_address(text: str) -> None:
    assert ovt_of_peppol_id(text) == "003702454401"


def test_a_peppol_id_is_sent_in_the_new_form() -> None:
    assert peppol_id("003702454401") == "0216:003702454401"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0037:02454402",
        "0216:02454401",
        "0088:003702454401",
        "003702454401",
        "0216:",
        "0216:0216:003702454401",
    ],
)
def test_what_is_no_finnish_peppol_id_is_refused(text: str) -> None:
    with pytest.raises(NotAnIdentifier):
        ovt_of_peppol_id(text)


@pytest.mark.parametrize(
    ("business_id", "suffix"), [("0245440-2", ""), ("0245440-1", "123456"), ("0245440-1", "Å")]
)
def test_no_edi_address_from_a_faulty_business_id_or_suffix(business_id: str, suffix: str) -> None:
    with pytest.raises(NotAnIdentifier):
        ovt_of(business_id, suffix)


def test_no_peppol_id_from_a_faulty_edi_address() -> None:
    with pytest.raises(NotAnIdentifier):
        peppol_id("003702454402")


# Personal code: OC 2.2-d, OC 2.2-j


@pytest.mark.parametrize(
    ("code", "born"),
    [
        ("010190-900P", date(1990, 1, 1)),
        ("010190Y900P", date(1990, 1, 1)),
        ("311203A901H", date(2003, 12, 31)),
        ("311203B902J", date(2003, 12, 31)),
        ("010190U999W", date(1990, 1, 1)),
        ("010190+900P", date(1890, 1, 1)),
    ],
)
def test_a_personal_code_is_valid_with_every_separator_of_2023(code: str, born: date) -> None:
    assert is_personal_code(code)
    assert is_test_personal_code(code)
    assert birth_date_of(code) == born
    assert masked_personal_code(code) == f"{code[:7]}****"


@pytest.mark.parametrize("separator", [s for separators in SEPARATORS.values() for s in separators])
def test_the_separator_says_the_century_and_is_never_changed(separator: str) -> None:
    century = next(century for century, separators in SEPARATORS.items() if separator in separators)
    code = code_of(date(century + 28, 3, 5), separator, 950)
    assert normal_personal_code(f" {code.lower()}\n") == code
    assert birth_date_of(code) == date(century + 28, 3, 5)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "010190-900R",  # another check character
        "010190-9OOP",
        "310290-" + code_of(date(1990, 1, 1), "-", 900)[7:],
        "010190G900P",
        "010190Z900P",
        "010190 900P",
        "010190900P",
        "010190\N{EN DASH}900P",
        "010190\N{NON-BREAKING HYPHEN}900P",
        "010190-900P1",
        "1010190-900P",
        "٠١٠١٩٠-٩٠٠P",
        "010190-902\N{LATIN SMALL LETTER LONG S}",  # its capital is an ordinary S, the check character
    ],
)
def test_what_is_no_personal_code_is_refused(text: str) -> None:
    assert not is_personal_code(text)
    assert not is_test_personal_code(text)
    assert masked_personal_code(text) == "****"
    with pytest.raises(NotAnIdentifier) as refusal:
        normal_personal_code(text)
    assert not text or text not in str(refusal.value)


@pytest.mark.parametrize("day", ["310290", "290201", "000190", "321290", "011390", "010090"])
def test_a_day_that_never_was_is_no_birthday_even_with_the_right_check_character(day: str) -> None:
    assert not is_personal_code(f"{day}-900{CHECK_CHARACTERS[int(f'{day}900') % 31]}")


def test_the_leap_day_depends_on_the_century() -> None:
    assert is_personal_code(code_of(date(2000, 2, 29), "A", 900))
    assert not is_personal_code(code_of(date(2000, 2, 29), "-", 900))  # 1900 had none


@given(codes)
def test_every_synthetic_code_is_valid_and_gives_its_day_of_birth(synthetic: tuple[str, date]) -> None:
    code, birth = synthetic
    assert is_test_personal_code(code)
    assert normal_personal_code(code) == code
    assert birth_date_of(code) == birth
    assert code[7:] not in masked_personal_code(code)


@given(codes, st.data())
def test_every_wrong_digit_or_check_character_is_caught(
    synthetic: tuple[str, date], data: st.DataObject
) -> None:
    code, _ = synthetic
    at = data.draw(st.sampled_from([0, 1, 2, 3, 4, 5, 7, 8, 9, 10]))
    signs = CHECK_CHARACTERS if at == 10 else "0123456789"
    other = data.draw(st.sampled_from([sign for sign in signs if sign != code[at]]))
    assert not is_personal_code(code[:at] + other + code[at + 1 :])


# Scanner


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Code 010190-900P.", ["010190-900P"]),
        ("010190y900p, 010190-900P; 010190-900P", ["010190Y900P", "010190-900P", "010190-900P"]),
        ("hetu=311203A901H&next=1", ["311203A901H"]),
        ("letter_010190-900P_2.pdf", ["010190-900P"]),
        ("Köp åt 010190\N{EN DASH}900P", ["010190-900P"]),
        ("010190\N{NON-BREAKING HYPHEN}900P", ["010190-900P"]),
        ("010190-900R", []),
        ("FI3715903000000776 30101238 0245440-1", []),
        ("X010190-900P 010190-900PX 1010190-900P", []),
        ("", []),
    ],
)
def test_the_scanner_finds_codes_that_stand_apart(text: str, found: list[str]) -> None:
    assert find_personal_codes(text) == found


def test_the_scanner_finds_codes_glued_into_a_record_when_asked() -> None:
    record = "0001FAKTURA010190-900P000012500311203A901HX"
    assert find_personal_codes(record) == []
    assert find_personal_codes(record, glued=True) == ["010190-900P", "311203A901H"]


def test_what_only_looks_like_a_code_does_not_hide_the_code_that_begins_inside_it() -> None:
    assert find_personal_codes("010190A901010190-900P", glued=True) == ["010190-900P"]


@given(codes, st.text(max_size=30), st.text(max_size=30))
def test_no_text_around_a_code_hides_it_from_the_scanner(
    synthetic: tuple[str, date], before: str, after: str
) -> None:
    code, _ = synthetic
    assert code in find_personal_codes(f"{before} {code.lower()} {after}")
    assert code in find_personal_codes(before + code + after, glued=True)
