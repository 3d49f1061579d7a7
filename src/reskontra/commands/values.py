"""What is written after an option, read: days, numbers, amounts and percents, refused in the reader's language."""

import os
import re
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from datetime import date
from decimal import Decimal
from typing import TypeVar

from reskontra.kernel.money import NotAnAmount, parse_amount
from reskontra.kernel.texts import LANGUAGES, text

_Value = TypeVar("_Value")
_AMOUNT = re.compile(r"-?[0-9]{1,13}(?:[.,][0-9]{1,2})?", re.ASCII)
_COUNT = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)
_PURCHASE = re.compile(r"(?:PI)?([0-9]{1,18})", re.ASCII | re.IGNORECASE)
_PERCENT = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{1,3})?", re.ASCII)
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)
# In which language a value is refused: options are read one by one, so it must be known before them.
_language: ContextVar[str] = ContextVar("language", default="en")


def speak(given: Sequence[str]) -> None:
    """Refuse values in the language that ``given``, the words of the command, ask for, or that of the environment."""
    asking = ArgumentParser(add_help=False, exit_on_error=False)
    asking.add_argument("--lang", nargs="?")
    written = asking.parse_known_args(list(given))[0].lang or os.environ.get("RESKONTRA_LANG", "en")
    _language.set(written if written in LANGUAGES else "en")


def day_argument(written: str) -> date:
    """A day in ISO 8601."""
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise _wrong("day", written) from None


def number_argument(written: str) -> int:
    """A whole number."""
    if not _NUMBER.fullmatch(written):
        raise _wrong("number", written)
    return int(written)


def count_argument(written: str) -> int:
    """How many, from one to 999,999."""
    if not _COUNT.fullmatch(written):
        raise _wrong("count", written)
    return int(written)


def purchase_argument(written: str) -> int:
    """Our number of a purchase invoice, with or without PI; its id."""
    found = _PURCHASE.fullmatch(written.strip())
    if found is None:
        raise _wrong("purchase", written)
    return int(found[1])


def amount_argument(written: str) -> Decimal:
    """An amount in euro with two decimals at most, a point or a comma before them."""
    if not _AMOUNT.fullmatch(written):
        raise _wrong("amount", written)
    return Decimal(written.replace(",", "."))


def sum_argument(written: str) -> Decimal:
    """An amount in euro above zero with two decimals at most, also with a space between thousands."""
    try:
        amount = parse_amount(written)
    except NotAnAmount:
        raise _wrong("sum", written) from None
    if amount <= 0 or amount != round(amount, 2):
        raise _wrong("sum", written)
    return amount


def percent_argument(written: str) -> Decimal:
    """A share in percent, above 0 and at most 100, with three decimals at most."""
    share = Decimal(written.replace(",", ".")) if _PERCENT.fullmatch(written) else Decimal(0)
    if not 0 < share <= 100:
        raise _wrong("share", written)
    return share


def rate_argument(written: str) -> Decimal:
    """A rate or percentage points, zero or more, with three decimals at most."""
    if not _PERCENT.fullmatch(written):
        raise _wrong("rate", written)
    return Decimal(written.replace(",", "."))


def payment_argument(written: str) -> tuple[date, Decimal]:
    """A day and an amount above zero: ``2024-01-15:100.00``."""
    return _of_day(written, "payment", sum_argument)


def rate_of_day_argument(written: str) -> tuple[date, Decimal]:
    """A day and a rate: ``2024-01-15:4.5``."""
    return _of_day(written, "rate_of_day", rate_argument)


def change_argument(written: str) -> tuple[str, str]:
    """A term, also with hyphens, and a value: ``name=value``."""
    name, equals, value = written.partition("=")
    if not equals:
        raise _wrong("change", written)
    return name.replace("-", "_"), value


def _of_day(written: str, what: str, read: Callable[[str], _Value]) -> tuple[date, _Value]:
    day, colon, value = written.partition(":")
    try:
        if not colon:
            raise _wrong(what, written)
        return day_argument(day), read(value)
    except ArgumentTypeError:
        raise _wrong(what, written) from None


def _wrong(what: str, written: str) -> ArgumentTypeError:
    return ArgumentTypeError(text(f"argument.{what}", _language.get(), written=written))
