"""Interest, stretch by stretch: the plain calculation that the one over sets is compared with (OC 6.1.5, ADR 0019).

Interest runs on what is left of a principal from the day after its due date. Each stretch of days has one principal,
one rate and one length of the year. Nothing is rounded before the total of a claim.
"""

from calendar import isleap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from reskontra.kernel.days import bank_day_on_or_after
from reskontra.kernel.terms import MissingTerm, TermNotAllowed, all_terms

Kind = Literal["late", "payment_time"]
# The surcharge that each ground of late interest adds to the reference rate, by its term.
SURCHARGES = {
    "section_4": "late_interest_surcharge",
    "section_4a": "late_interest_surcharge_4a",
    "special_act": "late_interest_surcharge_special",
}
DAY_COUNTS = ("actual_365_366", "actual_365", "actual_360")
# Every length of a year that a day count knows divides this number, so that a sum over years is divided once.
COMMON_YEAR = 360 * 73 * 61
_DAY = timedelta(days=1)
_LAST = date.max - _DAY  # the last day that has a day after it


@dataclass(frozen=True, slots=True)
class Rate:
    """Percent a year from its first to its last day, both included; None: still in force."""

    percent: Decimal
    first: date
    last: date | None

    def holds(self, day: date) -> bool:
        """True when ``day`` lies in the period."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Curve:
    """The known values of the term ``key`` over time. On a day that none of them holds, the term is missing."""

    key: str
    rates: tuple[Rate, ...]

    def on(self, day: date) -> Decimal | None:
        """Percent a year on ``day``, None where it is not known."""
        return next((rate.percent for rate in self.rates if rate.holds(day)), None)


@dataclass(frozen=True, slots=True)
class RatePeriod:
    """Days with one rate (percent a year) and one length of the year; ``missing`` is the term that is not known."""

    first: date
    last: date
    percent: Decimal | None
    year_days: int
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Movement:
    """What lessens the principal by ``amount`` euro: after ``day``, or from the beginning where there is none."""

    day: date | None
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days, both ends included, with one principal (euro) and one rate (percent a year)."""

    first: date
    last: date
    principal: Decimal
    percent: Decimal
    year_days: int
    kind: Kind = "late"
    waived: bool = False

    @property
    def days(self) -> int:
        """The number of days."""
        return (self.last - self.first).days + 1

    @property
    def exact(self) -> Fraction:
        """The interest in euro, unrounded."""
        return Fraction(self.principal) * Fraction(self.percent) * self.days / (100 * self.year_days)

    @property
    def amount(self) -> Decimal:
        """The interest in euro with eight decimals, as a specification keeps it."""
        return _rounded(self.exact, 8)


def accrued(stretches: Sequence[Stretch], kind: Kind = "late", *, waived: bool = True) -> Decimal:
    """The interest of ``kind`` in euro, rounded once, half a cent up; without ``waived`` only what is asked for."""
    return _rounded(
        sum((one.exact for one in stretches if one.kind == kind and (waived or not one.waived)), Fraction(0)),
        2,
    )


def stretches(
    principal: Decimal,
    due_date: date,
    until: date,
    movements: Sequence[Movement] = (),
    *,
    late: Sequence[Curve],
    payment_time: Sequence[Curve] = (),
    deferred: Sequence[tuple[date, date]] = (),
    waived_until: date | None = None,
    day_count: str = "actual_365_366",
) -> list[Stretch]:
    """The stretches on which interest runs on ``principal`` euro up to and with ``until``.

    The first day is the one after the due date, which moves to a bank day (Act 622/1947, section 5). The rate is the
    sum of ``late``, on the days of ``deferred`` (first and last of each) that of ``payment_time``. Raises
    ``MissingTerm`` for a day of interest without a rate, and ``TermNotAllowed`` for a day count that does not exist.
    """
    until = min(until, _LAST)
    if until <= due_date or until < (first := bank_day_on_or_after(due_date) + _DAY):
        return []
    parting = {first, until + _DAY}
    parting |= {one.day + _DAY for one in movements if one.day}
    parting |= {begins for begins, _ in deferred} | {ends + _DAY for _, ends in deferred}
    parting |= {waived_until + _DAY} if waived_until else set()
    found: list[Stretch] = []
    for begins, ends in pairwise(sorted(day for day in parting if first <= day <= until + _DAY)):
        left = principal - sum(
            (one.amount for one in movements if one.day is None or one.day < begins), Decimal(0)
        )
        if left <= 0:
            continue
        in_time = any(start <= begins <= end for start, end in deferred)
        waived = waived_until is not None and begins <= waived_until
        for period in rate_periods(payment_time if in_time else late, day_count, begins, ends - _DAY):
            if period.percent is None:
                raise missing_rate(period, period.first)
            found.append(
                Stretch(
                    period.first,
                    period.last,
                    left,
                    period.percent,
                    period.year_days,
                    "payment_time" if in_time else "late",
                    waived,
                )
            )
    return _joined(found)


def rate_periods(curves: Sequence[Curve], day_count: str, first: date, last: date) -> list[RatePeriod]:
    """``first`` to ``last`` parted into the longest periods with one sum of ``curves`` and one length of the year."""
    if day_count not in DAY_COUNTS:
        raise TermNotAllowed(all_terms()["interest_day_count"], day_count, "not_a_value")
    parting = {first, last + _DAY}
    for rate in (rate for curve in curves for rate in curve.rates):
        parting.add(rate.first)
        if rate.last:
            parting.add(rate.last + _DAY)
    if day_count == "actual_365_366":
        parting |= {date(year, 1, 1) for year in range(first.year + 1, last.year + 1)}
    found: list[RatePeriod] = []
    for begins, ends in pairwise(sorted(day for day in parting if first <= day <= last + _DAY)):
        percents = [curve.on(begins) for curve in curves]
        known = [percent for percent in percents if percent is not None]
        complete = len(known) == len(percents)
        period = RatePeriod(
            begins,
            ends - _DAY,
            sum(known, Decimal(0)) if complete else None,
            _year_days(begins.year, day_count),
            "" if complete else curves[percents.index(None)].key,
        )
        if found and _alike(found[-1], period):
            period = RatePeriod(
                found.pop().first, period.last, period.percent, period.year_days, period.missing
            )
        found.append(period)
    return found


def missing_rate(period: RatePeriod, day: date) -> MissingTerm:
    """What stops whoever needs the rate of ``day``, which ``period`` does not know."""
    term = all_terms()[period.missing]
    return MissingTerm(term, day, known=any(one.covers(day) for one in term.periods))


def common_curve(key: str) -> Curve:
    """The values of the term ``key`` that hold for everybody."""
    return Curve(
        key,
        tuple(
            Rate(Decimal(period.value), period.valid_from, period.valid_to)
            for period in all_terms()[key].periods
            if period.value
        ),
    )


def half_year_end(day: date) -> date:
    """The last day of the half-year of ``day``: a reference rate holds no longer (Interest Act, section 12)."""
    return date(day.year, 6, 30) if day.month <= 6 else date(day.year, 12, 31)


def _alike(one: RatePeriod, other: RatePeriod) -> bool:
    return (one.percent, one.year_days, one.missing) == (other.percent, other.year_days, other.missing)


def _joined(found: Sequence[Stretch]) -> list[Stretch]:
    """Neighbours that differ in nothing are one: what was paid and taken back on the same day parts no time."""
    joined: list[Stretch] = []
    for one in found:
        before = joined[-1] if joined else None
        if before and before.last + _DAY == one.first and _same(before) == _same(one):
            joined[-1] = Stretch(before.first, one.last, *_same(one))
        else:
            joined.append(one)
    return joined


def _same(one: Stretch) -> tuple[Decimal, Decimal, int, Kind, bool]:
    return one.principal, one.percent, one.year_days, one.kind, one.waived


def _year_days(year: int, day_count: str) -> int:
    if day_count == "actual_360":
        return 360
    return 366 if day_count == "actual_365_366" and isleap(year) else 365


def _rounded(exact: Fraction, places: int) -> Decimal:
    """``exact``, which is never negative, with so many decimals, half up."""
    return Decimal(int(exact * 10**places + Fraction(1, 2))).scaleb(-places)
