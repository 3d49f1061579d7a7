"""The words, amounts and dates of one language, and texts as they can be printed."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from reskontra.documents.findings import Finding, Refused
from reskontra.formats.printing.characters import printable
from reskontra.kernel.days import format_date
from reskontra.kernel.identifiers import find_personal_codes
from reskontra.kernel.money import format_amount
from reskontra.kernel.texts import text, texts

Json = dict[str, Any]
NO_BREAK_SPACE: Final = "\N{NO-BREAK SPACE}"
_ZERO_WIDTH_SPACE: Final = "\N{ZERO WIDTH SPACE}"
_LONG_WORD: Final = re.compile(r"\S{41,}")
_LONG_IN_A_COLUMN: Final = re.compile(r"\S{25,}")
_COLUMNS: Final = frozenset({"facts", "rows", "tables"})  # parts of the page that are narrow
_PIECE: Final = re.compile(r"\S{1,6}")
_EXACT: Final = frozenset({"svg", "date", "lang", "digits", "number"})


class Words:
    """The words, amounts and dates of one language."""

    def __init__(self, language: str, currency: str = "EUR") -> None:
        self.language, self.currency = language, currency

    def __call__(self, key: str, **values: object) -> str:
        return text(key, self.language, **values)

    def amount(self, amount: Decimal) -> str:
        """An amount with its currency."""
        return format_amount(amount, self.language, self.currency)

    def figure(self, amount: Decimal | None) -> str:
        """An amount without its currency, for a column."""
        if amount is None:
            return ""
        return format_amount(amount, self.language).replace("€", "").strip(NO_BREAK_SPACE)

    def number(self, number: Decimal | None, decimals: int = 0) -> str:
        """A quantity, price or percentage: no needless zeros behind ``decimals``."""
        if number is None:
            return ""
        whole, _, fraction = f"{number.copy_abs():f}".partition(".")
        fraction = fraction.rstrip("0").ljust(decimals, "0")
        grouped_whole = f"{int(whole):,}"
        if self.language != "en":
            grouped_whole = grouped_whole.replace(",", NO_BREAK_SPACE)
        sign = "\N{MINUS SIGN}" if number < 0 else ""
        mark = "." if self.language == "en" else ","
        return sign + grouped_whole + (mark + fraction if fraction else "")

    def percent(self, percent: Decimal | None) -> str:
        """A VAT rate: ``25,5 %``, in English ``25.5%``; a dash where no VAT is charged at all."""
        if percent is None:
            return "–"
        return self.number(percent) + ("%" if self.language == "en" else f"{NO_BREAK_SPACE}%")

    def day(self, day: date) -> str:
        """A day as people read it."""
        return format_date(day, self.language)

    def measure(self, unit: str | None) -> str:
        """A unit of measure in the language, where it is one that the price lists use."""
        key = f"image.measure.{(unit or '').lower()}"
        return self(key) if key in texts() else unit or ""


def as_printed(shown: Json) -> Json:
    """``shown`` with every text in characters of the font, and with places where a long word may break.

    Raises ``Refused`` when a personal identity code stands in any text: it is never printed (OC 2.2-f).
    """
    if found := [where for where, one in _strings(shown) if find_personal_codes(one)]:
        raise Refused(Finding("image_personal_code", clause="OC 2.2-f", where=found[0]))
    printed: Json = _broken(shown)
    return printed


def _strings(shown: Any, where: str = "") -> Iterator[tuple[str, str]]:
    """Every text that will be printed or read aloud, with its place; drawings hold none."""
    if isinstance(shown, str):
        yield where, shown
    elif isinstance(shown, Mapping):
        for key, one in shown.items():
            if key != "svg":
                yield from _strings(one, f"{where}/{key}" if where else key)
    elif isinstance(shown, list | tuple):
        for one in shown:
            yield from _strings(one, where)


def _broken(shown: Any, long: re.Pattern[str] = _LONG_WORD) -> Any:
    if isinstance(shown, str):
        return long.sub(_with_breaks, printable(shown))
    if isinstance(shown, Mapping):
        return {
            key: one if key in _EXACT else _broken(one, _LONG_IN_A_COLUMN if key in _COLUMNS else long)
            for key, one in shown.items()
        }
    if isinstance(shown, list | tuple):
        return [_broken(one, long) for one in shown]
    return shown


def _with_breaks(found: re.Match[str]) -> str:
    return _ZERO_WIDTH_SPACE.join(_PIECE.findall(found[0]))
