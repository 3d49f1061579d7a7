"""Identifiers of companies, persons, accounts and e-invoice addresses.

``is_…`` answers, ``normal_…`` gives the one form that is stored and compared. What is no such identifier
raises ``NotAnIdentifier``; its message never repeats the value, which may be a personal code.

Sources: decree 288/2001 s 3 (business id); decree 128/2010 s 2 with 690/2022 (personal code, in force with
the new separators from 2023-01-01); ISO 13616 (IBAN); Peppol code lists (OVT code, scheme 0216).
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from stdnum import iban as stdnum_iban
from stdnum.eu import vat as stdnum_vat
from stdnum.fi import hetu as stdnum_hetu
from stdnum.fi import ytunnus as stdnum_ytunnus

_BUSINESS_ID = re.compile(r"([0-9]{6,7})[-\N{NON-BREAKING HYPHEN}\N{EN DASH}]?([0-9])")
_OVT = re.compile(r"0037([0-9]{8})([0-9A-Z]{0,5})")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}")
_PERSONAL_CODE = re.compile(r"[0-9]{6}[-+A-FU-Y][0-9]{3}[0-9A-Y]")
_TEST_NUMBERS = range(900, 1000)
# A file asks for the same companies and accounts again and again, and counting out check digits is slow. As many are
# kept as a unit may have suppliers: with fewer, a file that goes through them all in turn finds none of them again.
_MANY = 65_536

# The lookahead lets candidates overlap: a code may begin inside what only looked like one.
_DASHES = "-\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{FIGURE DASH}\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}"
_CANDIDATE = rf"[0-9]{{6}}[{_DASHES}+A-FU-Ya-fu-y][0-9]{{3}}[0-9A-Ya-y]"
_CODE_ANYWHERE = re.compile(rf"(?=({_CANDIDATE}))")
_CODE_APART = re.compile(rf"(?<![0-9A-Za-z])(?=({_CANDIDATE})(?![0-9A-Za-z]))")


class NotAnIdentifier(ValueError):
    """The text is not the identifier that was asked for. The message never repeats the text."""


def is_business_id(text: str) -> bool:
    """Whether ``text`` is a Finnish business id with a right check digit, the old short form included."""
    return _business_id(text) is not None


def normal_business_id(text: str) -> str:
    """The business id as ``0245440-1``.

    Pads the old form with six digits before the check digit, also where a spreadsheet has taken the
    leading zero away, and sets the hyphen. Raises ``NotAnIdentifier``.
    """
    found = _business_id(text)
    if found is None:
        raise NotAnIdentifier("not a business id with a right check digit")
    return found


def is_vat_id(text: str) -> bool:
    """Whether ``text`` has the form and the check digits of a VAT id of an EU member state.

    A Finnish one is ``FI`` and the business id without its hyphen. Whether the id is in the VAT register
    only the tax authorities know.
    """
    compact = _compact(text)
    if compact.startswith("FI"):
        return bool(re.fullmatch(r"FI[0-9]{8}", compact)) and is_business_id(compact[2:])
    return compact.isascii() and compact.isalnum() and bool(stdnum_vat.is_valid(compact))


def vat_id_of(business_id: str) -> str:
    """The VAT id that belongs to a business id: ``FI02454401``. Raises ``NotAnIdentifier``."""
    return "FI" + normal_business_id(business_id).replace("-", "")


@lru_cache(maxsize=_MANY)
def is_iban(text: str) -> bool:
    """Whether ``text`` is an IBAN: country, length and form of the country, check digits; spaces aside."""
    compact = _compact(text)
    # Counting out the check digits refuses 00, 01 and 99 too, which pass a bare mod 97 test.
    return (
        bool(_IBAN.fullmatch(compact))
        and bool(stdnum_iban.is_valid(compact))
        and stdnum_iban.calc_check_digits(compact) == compact[2:4]
    )


def normal_iban(text: str) -> str:
    """The IBAN in capitals without spaces. Raises ``NotAnIdentifier``."""
    if not is_iban(text):
        raise NotAnIdentifier("not an IBAN with right check digits")
    return _compact(text)


def grouped_iban(text: str) -> str:
    """The IBAN as it is printed, in fours from the left. Raises ``NotAnIdentifier``."""
    compact = normal_iban(text)
    return " ".join(compact[at : at + 4] for at in range(0, len(compact), 4))


def is_ovt(text: str) -> bool:
    """Whether ``text`` is an EDI (OVT) address: 0037, a business id of 8 digits, 0 to 5 letters or digits."""
    found = _OVT.fullmatch(text.strip().upper())
    return found is not None and is_business_id(found[1])


def ovt_of(business_id: str, suffix: str = "") -> str:
    """The EDI (OVT) address of a business id; ``suffix`` names a part of the organisation.

    Raises ``NotAnIdentifier`` for a faulty business id, or a suffix that is not 0 to 5 letters or digits.
    """
    ovt = f"0037{normal_business_id(business_id).replace('-', '')}{suffix.upper()}"
    if not is_ovt(ovt):
        raise NotAnIdentifier("the suffix of an EDI address is at most five letters or digits")
    return ovt


def peppol_id(ovt: str) -> str:
    """The Peppol participant id of an EDI address: ``0216:003702454401``. Raises ``NotAnIdentifier``."""
    if not is_ovt(ovt):
        raise NotAnIdentifier("not an EDI address with a valid business id")
    return f"0216:{ovt.strip().upper()}"


def ovt_of_peppol_id(text: str) -> str:
    """The EDI address in a Finnish Peppol id (OC 3.6.1-a, EX 6-a, EX 6-b).

    Takes ``0216:003702454401`` and the forms used before 2025: ``0037:02454401``, where the scheme was the
    beginning of the address, and ``0037:003702454401`` with the whole of it. Raises ``NotAnIdentifier``.
    """
    scheme, _, value = text.strip().upper().removeprefix("ISO6523-ACTORID-UPIS::").partition(":")
    older = value if is_ovt(value) else f"0037{value}"
    ovt = {"0216": value, "0037": older}.get(scheme, "")
    if not is_ovt(ovt):
        raise NotAnIdentifier("not a Finnish Peppol id (0216: and an EDI address)")
    return ovt


def is_personal_code(text: str) -> bool:
    """Whether ``text`` is a personal identity code: form, real day of birth, check character (OC 2.2-j).

    Takes all separators in force from 2023: ``+`` for the 1800s, ``-YXWVU`` the 1900s, ``ABCDEF`` the
    2000s. Individual numbers 900 to 999 (test and temporary codes) are taken; 000 and 001 are not.
    """
    # The pattern comes first: the library would turn any dash into a hyphen, and so change the person.
    code = text.strip()
    return (
        code.isascii()
        and bool(_PERSONAL_CODE.fullmatch(code.upper()))
        and bool(stdnum_hetu.is_valid(code, allow_temporary=True))
    )


def normal_personal_code(text: str) -> str:
    """The personal code in capitals, without spaces around it; the separator is never changed.

    All eleven characters are the identity: ``010190-900P`` and ``010190Y900P`` are two persons. Raises
    ``NotAnIdentifier``.
    """
    if not is_personal_code(text):
        raise NotAnIdentifier("not a personal code with a real day of birth and a right check character")
    return text.strip().upper()


def is_test_personal_code(text: str) -> bool:
    """Whether ``text`` is a valid code with an individual number from 900 to 999, never a citizen's."""
    return is_personal_code(text) and int(normal_personal_code(text)[7:10]) in _TEST_NUMBERS


def masked_personal_code(text: str) -> str:
    """The code as it may be shown: ``010190-****``; what is no valid code is hidden altogether."""
    return f"{normal_personal_code(text)[:7]}****" if is_personal_code(text) else "****"


def birth_date_of(code: str) -> date:
    """The day of birth in a personal code. Raises ``NotAnIdentifier``."""
    normal = normal_personal_code(code)
    separator = normal[6]
    century = 1800 if separator == "+" else 2000 if separator in "ABCDEF" else 1900
    return date(century + int(normal[4:6]), int(normal[2:4]), int(normal[:2]))


def find_personal_codes(text: str, *, glued: bool = False) -> list[str]:
    """All personal codes in ``text``, in normal form and in order, repeats included.

    A code stands apart from other letters and digits; ``glued=True`` also finds codes inside longer runs,
    as in records of fixed width, at the price of chance hits. Any dash counts as a hyphen here: a word
    processor's dash does not make a leak less of a leak. The check character leaves one chance hit in 31.
    """
    pattern = _CODE_ANYWHERE if glued else _CODE_APART
    candidates = (re.sub(rf"[{_DASHES}]", "-", found[1]) for found in pattern.finditer(text))
    return [normal_personal_code(candidate) for candidate in candidates if is_personal_code(candidate)]


def without_personal_codes(told: Any) -> Any:
    """Texts, lists and mappings with every personal code masked: who looks at a file need not see them (OC 2.2-f)."""
    if isinstance(told, Mapping):
        return {key: without_personal_codes(value) for key, value in told.items()}
    if isinstance(told, list | tuple):
        return [without_personal_codes(value) for value in told]
    return _masked(told) if isinstance(told, str) else told


def _masked(text: str) -> str:
    """``text`` with its codes masked as they are written, with any dash and in any case."""
    for written in {found[1] for found in _CODE_APART.finditer(text)}:
        for code in find_personal_codes(written):
            text = text.replace(written, masked_personal_code(code))
    return text


def _business_id(text: str) -> str | None:
    found = _BUSINESS_ID.fullmatch(text.strip())
    if found is None:
        return None
    normal = f"{found[1].zfill(7)}-{found[2]}"
    # All zeros pass the check digit, and stand in files for "none".
    return normal if normal != "0000000-0" and _check_digit_is_right(normal) else None


@lru_cache(maxsize=_MANY)
def _check_digit_is_right(business_id: str) -> bool:
    return bool(stdnum_ytunnus.is_valid(business_id))


def _compact(text: str) -> str:
    return "".join(text.split()).upper()
