"""The vocabulary of interest: what has accrued on claims, stretch by stretch (OC 6.1.5, 6.1.1-a; ADR 0019)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

from django.db import connection

from reskontra.database.rows import one_row, rows
from reskontra.database.scripts import statements
from reskontra.kernel.clauses import clause
from reskontra.kernel.interest import (
    COMMON_YEAR,
    SURCHARGES,
    Curve,
    Rate,
    RatePeriod,
    common_curve,
    half_year_end,
    missing_rate,
    rate_periods,
)
from reskontra.kernel.terms import MissingTerm, TermNotAllowed, all_terms
from reskontra.registers.models import Customer, Unit
from reskontra.registers.unit_terms import own_history_of, values_in_force

_TABLES = (
    "interest_grounds, interest_of, interest_moved, interest_deferred, interest_waived, interest_balance,"
    " interest_rates, interest_lines, interest_sums"
)
_PAYMENT_TIME = "payment_time"
# Section 4 a is for payments between businesses: a consumer then owes by section 4.
_OF_CONSUMERS = {"section_4a": "section_4"}


@clause("OC 6.1.5-b")
def take_interest(unit: Unit) -> None:
    """Fill ``interest_lines`` and ``interest_sums`` for the claims of ``interest_scope`` until the transaction ends.

    ``interest_scope (claim_id, until_date)`` is a temporary table of the caller's. ``interest_lines`` has claim_id,
    position, from_date, to_date, days, principal (euro), percent (a year), year_days, kind (``late`` or
    ``payment_time``), waived and amount (euro, unrounded). ``interest_sums`` has, for each claim and kind, accrued
    and asked (what is not waived), in euro rounded once, and until_date, the last day of interest.

    Ground and day count are those of the claim's due date, however long the claim is late (ADR 0041). Raises
    ``MissingTerm`` when a rate is not known for a day that interest runs, or no ground for a due date, and
    ``TermNotAllowed`` for a ground or a day count of the unit's own that does not exist.
    """
    grounds = grounds_of(unit)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {_TABLES}")
        for statement in statements("reskontra.claims", "interest.sql"):
            cursor.execute(statement, {"unit": unit.pk, **grounds.as_arrays()})
        _refuse_without_ground(grounds)
        periods = _periods(unit)
        values: dict[str, Any] = {
            "rate": [rate for rate, _ in periods],
            "first": [period.first for _, period in periods],
            "last": [period.last for _, period in periods],
            "percent": [period.percent for _, period in periods],
            "year_days": [period.year_days for _, period in periods],
            "common_year": COMMON_YEAR,
        }
        for statement in statements("reskontra.claims", "interest_lines.sql"):
            cursor.execute(statement, values)
    _refuse_unknown(periods)


@clause("OC 6.1.5-a", "OC 6.1.1-a")
def take_interest_told(unit: Unit, claims: Sequence[int] | None = None) -> None:
    """Fill ``interest_told`` until the transaction ends: claim_id, interest_from, pauses and charged (euro).

    From which day late interest of a claim is still to be asked for, in an application or by an agency. A claim without
    a row bears interest from the day after its due date. Given ``claims`` (ids), only of these.
    """
    values = {"unit": unit.pk, "claims": None if claims is None else list(claims)}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS interest_told")
        for statement in statements("reskontra.claims", "interest_told.sql"):
            cursor.execute(statement, values)


def take_interest_until(unit: Unit, until: date) -> int:
    """``take_interest`` on every claim of ``unit`` that fell due before ``until``; the number of stretches."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS interest_scope")
        cursor.execute(
            "CREATE TEMP TABLE interest_scope ON COMMIT DROP AS"
            " SELECT id AS claim_id, %s::date AS until_date FROM claims_claim"
            " WHERE unit_id = %s AND kind = 'invoice' AND amount > 0 AND due_date < %s",
            [until, unit.pk, until],
        )
    take_interest(unit)
    (lines,) = one_row("SELECT count(*) FROM interest_lines")
    return int(lines)


@dataclass(frozen=True, slots=True)
class Ground:
    """How interest is counted on claims that fall due from ``first`` to ``last`` (None: still in force)."""

    first: date
    last: date | None
    ground: str
    day_count: str


@dataclass(frozen=True, slots=True)
class Grounds:
    """A unit's grounds and day counts over time, by the due date of a claim: what holds then holds for the claim.

    A ground is in the nature of a claim and a day count in how it was agreed, so neither changes while it is late
    (ADR 0041). The size of a surcharge and the reference rate do.
    """

    periods: Sequence[Ground]

    def on(self, due_date: date) -> Ground:
        """What holds for a claim that falls due on ``due_date``; raises ``MissingTerm`` where nothing is known."""
        for one in self.periods:
            if one.first <= due_date and (one.last is None or due_date <= one.last):
                return one
        raise MissingTerm(all_terms()["late_interest_ground"], due_date, known=False)

    def late(self, due_date: date, *, consumer: bool) -> str:
        """The ground of late interest of a claim on a consumer or on another; raises ``MissingTerm``."""
        return ground_for(self.on(due_date).ground, consumer=consumer)

    def as_arrays(self) -> dict[str, list[Any]]:
        """The arrays that ``interest.sql`` asks for: days, and the names of the rates that hold for them."""
        return {
            "grounds_first": [one.first for one in self.periods],
            "grounds_last": [one.last for one in self.periods],
            "grounds_late": [_rate(one.ground, one) for one in self.periods],
            "grounds_consumer": [
                _rate(_OF_CONSUMERS.get(one.ground, one.ground), one) for one in self.periods
            ],
            "grounds_payment_time": [_rate(_PAYMENT_TIME, one) for one in self.periods],
        }


@clause("OC 6.1.5-a")
def grounds_of(unit: Unit) -> Grounds:
    """The grounds of late interest of ``unit`` over time, with the day count of each."""
    found = []
    for ground, counted in product(
        values_in_force(unit, "late_interest_ground"), values_in_force(unit, "interest_day_count")
    ):
        first = max(ground.first, counted.first)
        last = min(ground.last or date.max, counted.last or date.max)
        if first <= last:
            found.append(Ground(first, None if last == date.max else last, ground.value, counted.value))
    return Grounds(sorted(found, key=lambda one: one.first))


def _rate(name: str, one: Ground) -> str:
    return f"{name} {one.day_count}"


@clause("OC 6.1.5-a")
def late_curves(unit: Unit, ground: str, *, consumer: bool) -> tuple[Curve, Curve]:
    """The reference rate and the surcharge by ``ground``; raises ``TermNotAllowed`` for one that does not exist."""
    return reference_curve(unit), _curve(unit, SURCHARGES[ground_for(ground, consumer=consumer)])


def ground_for(ground: str, *, consumer: bool) -> str:
    """The ground of late interest of one customer where ``ground`` is the unit's; raises ``TermNotAllowed``."""
    if ground not in SURCHARGES:
        raise TermNotAllowed(all_terms()["late_interest_ground"], ground, "not_a_value")
    return _OF_CONSUMERS.get(ground, ground) if consumer else ground


def is_consumer(customer: Customer) -> bool:
    """Whether ``customer`` is one to whom section 4 a of the Interest Act does not apply: a natural person."""
    return customer.kind in ("person", "foreign_person")


def payment_time_curves(unit: Unit) -> tuple[Curve, Curve]:
    """The reference rate, which changes during payment time too, and the surcharge of payment time (OC 6.1.1-a)."""
    return reference_curve(unit), _curve(unit, "payment_time_surcharge")


def reference_curve(unit: Unit) -> Curve:
    """The reference rate; the unit's own where the common one is missing, for the half-year that it was entered for."""
    common = common_curve("reference_rate")
    own = [
        Rate(Decimal(one.value), one.first, min(one.last or date.max, half_year_end(one.first)))
        for one in own_history_of(unit, "reference_rate")
    ]
    return Curve(common.key, (*common.rates, *own))


def _curve(unit: Unit, key: str) -> Curve:
    own = [Rate(Decimal(one.value), one.first, one.last) for one in own_history_of(unit, key)]
    return Curve(key, (*common_curve(key).rates, *own))


def _periods(unit: Unit) -> list[tuple[str, RatePeriod]]:
    """The rates on the days that interest runs, by the name under which ``interest_balance`` asks for them."""
    found: list[tuple[str, RatePeriod]] = []
    for asked in rows(_ASKED):
        what, day_count = asked["rate"].split(" ")
        curves = (
            payment_time_curves(unit) if what == _PAYMENT_TIME else late_curves(unit, what, consumer=False)
        )
        periods = rate_periods(curves, day_count, asked["first"], asked["last"])
        found += [(asked["rate"], period) for period in periods]
    return found


_ASKED = "SELECT rate, min(first) AS first, max(last) AS last FROM interest_balance GROUP BY 1 ORDER BY 1"


def _refuse_without_ground(grounds: "Grounds") -> None:
    """Stop where a claim fell due on a day for which no ground or day count is known."""
    (day,) = one_row("SELECT min(due_date) FROM interest_of WHERE late IS NULL")
    if day is not None:
        grounds.on(day)


def _refuse_unknown(periods: list[tuple[str, RatePeriod]]) -> None:
    rate, day = one_row(
        "SELECT (array_agg(rate ORDER BY from_date))[1], min(from_date) FROM interest_lines WHERE percent IS NULL"
    )
    if day is not None:
        raise missing_rate(
            next(period for name, period in periods if name == rate and period.first <= day <= period.last),
            day,
        )
