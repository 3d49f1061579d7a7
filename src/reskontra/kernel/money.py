"""Amounts in euro: always ``Decimal``, rounded once, in one place.

Rates, shares and interest are computed unrounded; only the amount that is posted or printed passes
through ``round_cents``.
"""

import re
from decimal import ROUND_HALF_UP, Context, Decimal

_CENT = Decimal("0.01")
# Wide enough for every amount that can be read (15 whole digits) times any rate.
_WIDE = Context(prec=60, rounding=ROUND_HALF_UP)

_NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
_MINUS = "\N{MINUS SIGN}"
_MOST_WHOLE_DIGITS = 15

_AMOUNT = re.compile(
    r"(?P<sign>[-\N{MINUS SIGN}]?)"
    r"(?P<whole>[0-9]+|[0-9]{1,3}(?:(?P<space>[ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}])[0-9]{3})"
    r"(?:(?P=space)[0-9]{3})*)"
    r"(?:[.,](?P<decimals>[0-9]{1,10}))?"
)
# 1.234 and 1,234: one country's thousand is another's one and a bit.
_THOUSAND_OR_DECIMALS = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")


class NotAnAmount(ValueError):
    """The text is no amount that can be read in one way only. The message never repeats the text."""


def round_cents(amount: Decimal) -> Decimal:
    """``amount`` in euro rounded to whole cents, half a cent away from zero.

    The one rounding of the house, and the same as ``round(numeric, 2)`` in PostgreSQL, so that a sum
    computed here equals the one computed there. Zero has no sign. Raises ``NotAnAmount`` for what is
    not a finite decimal number, and ``TypeError`` for a float.
    """
    if not isinstance(amount, Decimal):
        raise TypeError(f"an amount is a Decimal, not a {type(amount).__name__}")
    if not amount.is_finite():
        raise NotAnAmount("an amount is a finite number")
    if amount.adjusted() > 40:
        raise NotAnAmount("the number is too large for an amount")
    return _without_signed_zero(amount.quantize(_CENT, context=_WIDE))


def parse_amount(text: str) -> Decimal:
    """The amount that ``text`` says, unrounded.

    Reads ``1234,5``, ``1234.50`` and ``1 234,56``: a comma or a point before the decimals, groups of
    three parted by ordinary, no-break or narrow no-break spaces, a hyphen or a minus sign in front, at
    most 15 whole digits and ten decimals. Raises ``NotAnAmount`` for everything else, also for what can
    be read in two ways (``1.234``, ``1.234,56``).
    """
    stripped = text.strip()
    found = _AMOUNT.fullmatch(stripped)
    if found is None:
        raise NotAnAmount("not a plain number with a comma or a point before the decimals")
    whole = re.sub(r"[^0-9]", "", found["whole"])
    if len(whole) > _MOST_WHOLE_DIGITS:
        raise NotAnAmount(f"more than {_MOST_WHOLE_DIGITS} digits before the decimals")
    if _THOUSAND_OR_DECIMALS.fullmatch(stripped.lstrip(f"-{_MINUS}")):
        raise NotAnAmount("three digits after a comma or a point may be thousands or decimals")
    amount = Decimal(f"{whole}.{found['decimals']}" if found["decimals"] else whole)
    return _without_signed_zero(-amount if found["sign"] else amount)


def plain(amount: Decimal) -> str:
    """``amount`` rounded to cents, with a point and two decimals and no grouping: ``-1234.50``."""
    return f"{round_cents(amount):.2f}"


def format_amount(amount: Decimal, language: str, currency: str = "EUR") -> str:
    """``amount`` as people read it, rounded to cents; in euro unless another ``currency`` (ISO code) is named.

    ``sv`` and ``fi`` give ``1 234,56 €`` with no-break spaces, every other language ``€1,234.56``; of another
    currency ``1 234,56 USD`` and ``USD 1,234.56``. A negative amount begins with the minus sign U+2212 in all
    languages: a hyphen is short enough to be overlooked and may be left behind at the end of a line. Files for
    machines take ``plain``.
    """
    rounded = round_cents(amount)
    sign = _MINUS if rounded < 0 else ""
    grouped = f"{rounded.copy_abs():,.2f}"
    euro = currency in ("", "EUR")
    if language in ("sv", "fi"):
        nordic = grouped.translate({ord(","): _NO_BREAK_SPACE, ord("."): ","})
        return f"{sign}{nordic}{_NO_BREAK_SPACE}{'€' if euro else currency}"
    return f"{sign}€{grouped}" if euro else f"{sign}{currency}{_NO_BREAK_SPACE}{grouped}"


def _without_signed_zero(amount: Decimal) -> Decimal:
    return amount.copy_abs() if amount.is_zero() else amount
