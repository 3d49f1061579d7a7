"""The vocabulary of interest: what has accrued on claims, stretch by stretch (OC 6.1.5, 6.1.1-a; ADR 0019)."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from reskontra.database.rows import one_row
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
from reskontra.kernel.terms import TermNotAllowed, Terms, all_terms
from reskontra.registers.models import Unit
from reskontra.registers.unit_terms import own_history_of

_TABLES = (
    "interest_of, interest_moved, interest_deferred, interest_waived, interest_balance, interest_rates,"
    " interest_lines, interest_sums"
)


@clause("OC 6.1.5-b")
def take_interest(unit: Unit, terms: Terms) -> None:
    """Fill ``interest_lines`` and ``interest_sums`` for the claims of ``interest_scope`` until the transaction ends.

    ``interest_scope (claim_id, until_date)`` is a temporary table of the caller's. ``interest_lines`` has claim_id,
    position, from_date, to_date, days, principal (euro), percent (a year), year_days, kind (``late`` or
    ``payment_time``), waived and amount (euro, unrounded). ``interest_sums`` has, for each claim and kind, accrued
    and asked (what is not waived), in euro rounded once, and until_date, the last day of interest.

    Raises ``MissingTerm`` when a rate is not known for a day that interest runs, and ``TermNotAllowed`` for a ground
    or a day count of the unit's own that does not exist.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {_TABLES}")
        for statement in statements("reskontra.claims", "interest.sql"):
            cursor.execute(statement, {"unit": unit.pk})
        periods = _periods(unit, terms)
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


def take_interest_until(unit: Unit, terms: Terms, until: date) -> int:
    """``take_interest`` on every claim of ``unit`` that fell due before ``until``; the number of stretches."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS interest_scope")
        cursor.execute(
            "CREATE TEMP TABLE interest_scope ON COMMIT DROP AS"
            " SELECT id AS claim_id, %s::date AS until_date FROM claims_claim"
            " WHERE unit_id = %s AND kind = 'invoice' AND amount > 0 AND due_date < %s",
            [until, unit.pk, until],
        )
    take_interest(unit, terms)
    (lines,) = one_row("SELECT count(*) FROM interest_lines")
    return int(lines)


@clause("OC 6.1.5-a")
def late_curves(unit: Unit, ground: str, *, consumer: bool) -> tuple[Curve, Curve]:
    """The reference rate and the surcharge by ``ground``; raises ``TermNotAllowed`` for one that does not exist."""
    return reference_curve(unit), _curve(unit, SURCHARGES[ground_for(ground, consumer=consumer)])


def ground_for(ground: str, *, consumer: bool) -> str:
    """The ground of late interest of one customer where ``ground`` is the unit's.

    Section 4 a is for payments between businesses: a consumer then owes by section 4.
    """
    if ground not in SURCHARGES:
        raise TermNotAllowed(all_terms()["late_interest_ground"], ground, "not_a_value")
    return "section_4" if consumer and ground == "section_4a" else ground


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


def _periods(unit: Unit, terms: Terms) -> list[tuple[str, RatePeriod]]:
    """The rates on the days that interest runs, by the name under which ``interest_balance`` asks for them."""
    first, last = one_row("SELECT min(first), max(last) FROM interest_balance")
    if first is None:
        return []
    ground, day_count = terms.late_interest_ground, terms.interest_day_count
    curves = {
        "late": late_curves(unit, ground, consumer=False),
        "consumer": late_curves(unit, ground, consumer=True),
        "payment_time": payment_time_curves(unit),
    }
    return [
        (name, period)
        for name, of_kind in curves.items()
        for period in rate_periods(of_kind, day_count, first, last)
    ]


def _refuse_unknown(periods: list[tuple[str, RatePeriod]]) -> None:
    rate, day = one_row(
        "SELECT (array_agg(rate ORDER BY from_date))[1], min(from_date) FROM interest_lines WHERE percent IS NULL"
    )
    if day is not None:
        raise missing_rate(
            next(period for name, period in periods if name == rate and period.first <= day <= period.last),
            day,
        )
