"""Finding whole card numbers in a text, so that none is ever kept."""

import re
import unicodedata

# Digits in a row, parted by single signs at most; a longer row of digits is something else.
_RUN = re.compile(r"(?<![0-9])[0-9](?:[\s.\-\u2010-\u2015\u2212]?[0-9]){11,18}(?![0-9])")
# How numbers of the card schemes begin, and how long they are (ISO/IEC 7812, ranges that are public).
_SCHEMES = (
    (re.compile(r"4"), {13, 16, 19}),
    (re.compile(r"5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)"), {16}),
    (re.compile(r"3[47]"), {15}),
    (re.compile(r"3(?:0[0-5]|[689])"), set(range(14, 20))),
    (re.compile(r"35|62|6011|64[4-9]|65"), set(range(16, 20))),
    (re.compile(r"50|5[6-9]|6[0-9]"), set(range(12, 20))),
)


def holds_card_number(text: str) -> bool:
    """Whether ``text`` holds a whole card number: beginning and length of a scheme, right check digit.

    Signs between the digits, and digits of full width, hide nothing.
    """
    plain = unicodedata.normalize("NFKC", text)
    for found in _RUN.finditer(plain):
        digits = "".join(sign for sign in found[0] if sign.isdigit())
        if any(begins.match(digits) and len(digits) in lengths for begins, lengths in _SCHEMES) and _luhn(
            digits
        ):
            return True
    return False


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
