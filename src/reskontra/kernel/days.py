"""Due dates: the days on which money can be paid in Finland.

Two lists of days meet here. The Promissory Notes Act (622/1947) s 5(2) moves a payment that falls due on
a Saturday, a church holiday, Independence Day, May Day, Christmas Eve or Midsummer Eve; the interbank
payment system TARGET is closed on its own days. What is free by either list is no bank day.
"""

from datetime import date, datetime, timedelta
from functools import cache

import holidays

_SATURDAY = 5
_LONGEST_TERM = 365  # days; what is written beyond a year is a slip of the hand
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def is_bank_day(day: date) -> bool:
    """Whether a payment can fall due on ``day`` (622/1947 s 5(2) and the TARGET closing days)."""
    _refuse_instant(day)
    return day.weekday() < _SATURDAY and day not in _closed_days(day.year)


def bank_day_on_or_after(day: date) -> date:
    """``day`` itself when it is a bank day, otherwise the first bank day after it."""
    while not is_bank_day(day):
        day += timedelta(days=1)
    return day


def bank_day_on_or_before(day: date) -> date:
    """``day`` itself when it is a bank day, otherwise the last bank day before it."""
    while not is_bank_day(day):
        day -= timedelta(days=1)
    return day


def bank_days_later(day: date, count: int) -> date:
    """The ``count``-th bank day after the first bank day on or after ``day``. Raises ``ValueError`` below none."""
    if count < 0:
        raise ValueError("bank days are counted forwards")
    day = bank_day_on_or_after(day)
    for _ in range(count):
        day = bank_day_on_or_after(day + timedelta(days=1))
    return day


def bank_days_earlier(day: date, count: int) -> date:
    """The ``count``-th bank day before the last bank day on or before ``day``. Raises ``ValueError`` below none."""
    if count < 0:
        raise ValueError("bank days are counted backwards by a count of none or more")
    day = bank_day_on_or_before(day)
    for _ in range(count):
        day = bank_day_on_or_before(day - timedelta(days=1))
    return day


def due_date(issue_date: date, term_days: int) -> date:
    """The due date of an invoice issued on ``issue_date`` with a term of ``term_days`` days.

    The whole term is counted first, the day of issue not included; a day that is no bank day then moves
    forward, once, to the first bank day (OC 3.11-a, 622/1947 s 5(2)). Raises ``ValueError`` for a
    negative term.
    """
    if term_days < 0:
        raise ValueError("a term of payment is never negative")
    return bank_day_on_or_after(issue_date + timedelta(days=term_days))


def format_date(day: date, language: str) -> str:
    """``day`` as people read it: ``15.3.2024`` in ``sv`` and ``fi``, otherwise ``15 Mar 2024``."""
    if language in ("sv", "fi"):
        return f"{day.day}.{day.month}.{day.year}"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


@cache
def _closed_days(year: int) -> frozenset[date]:
    # The library grows its answer when it is asked about another year; a frozen set of one year does not.
    legal = holidays.country_holidays("FI", years=year, expand=False)
    target = holidays.financial_holidays("ECB", years=year, expand=False)
    return frozenset(legal) | frozenset(target)


def _refuse_instant(day: date) -> None:
    # A datetime is a date to Python, but never equal to one: holidays would pass as bank days.
    if isinstance(day, datetime):
        raise TypeError("a day is a date, not a datetime")


def payment_term_days(written: str) -> int | None:
    """The days of a payment term written as ``ZM21`` or ``21``; None for anything else, and beyond a year."""
    digits = written.strip().upper().removeprefix("ZM")
    known = digits.isdecimal() and digits.isascii() and len(digits) <= len(str(_LONGEST_TERM))
    return int(digits) if known and int(digits) <= _LONGEST_TERM else None
