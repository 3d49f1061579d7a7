"""The bank bar code as bars: Code 128, character set C (ISO/IEC 15417; Finance Finland, bank bar code guide).

The 54 digits themselves come from ``kernel.references.bank_barcode`` or from the invoice.
"""

import re
from typing import Final

from reskontra.kernel.references import NoBarCode

_DIGITS: Final = re.compile(r"[45][0-9]{53}")
_START_C: Final = 105
_STOP: Final = "2331112"
# The widths of three bars and three spaces, in modules, of the values 0 to 105.
_TABLE: Final = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 "
    "113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 "
    "212123 212321 232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 "
    "113123 113321 133121 313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 "
    "314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 "
    "241211 221114 413111 241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 "
    "214121 412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412 211214 "
    "211232"
)
_WIDTHS: Final = tuple(_TABLE.split())

MODULES: Final = 29 * 11 + 13  # start, 27 pairs of digits and check, eleven each; stop, thirteen


def is_bank_barcode(digits: str) -> bool:
    """Whether ``digits`` has the form of a bank bar code of version 4 or 5: 54 digits."""
    return bool(_DIGITS.fullmatch(digits))


def widths(digits: str) -> tuple[int, ...]:
    """The widths in modules of bar, space, bar … of the 54 ``digits``: start C, pairs, check modulo 103, stop.

    Raises ``NoBarCode`` for anything but 54 digits of version 4 or 5.
    """
    if not is_bank_barcode(digits):
        raise NoBarCode("a bank bar code has 54 digits and begins with 4 or 5")
    pairs = [int(digits[at : at + 2]) for at in range(0, len(digits), 2)]
    check = (_START_C + sum(place * pair for place, pair in enumerate(pairs, start=1))) % 103
    values = (_START_C, *pairs, check)
    return tuple(int(width) for value in values for width in _WIDTHS[value]) + tuple(map(int, _STOP))


def svg(digits: str, height: int = 38) -> str:
    """The bars as a drawing, one unit a module, ``height`` modules high, without the quiet zones around it.

    Raises ``NoBarCode`` as ``widths`` does.
    """
    at, path = 0, []
    for place, width in enumerate(widths(digits)):
        if place % 2 == 0:
            path.append(f"M{at} 0h{width}v{height}h-{width}z")
        at += width
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {MODULES} {height}">'
        f'<path d="{"".join(path)}"/></svg>'
    )
