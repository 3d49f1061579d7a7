"""Interest, stretch by stretch: worked examples, days of change, and what holds for every history (OC 6.1.5)."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reskontra.kernel.days import due_date
from reskontra.kernel.interest import (
    DAY_COUNTS,
    Curve,
    Movement,
    Rate,
    Stretch,
    accrued,
    common_curve,
    half_year_end,
    rate_periods,
    stretches,
)
from reskontra.kernel.terms import MissingTerm, TermNotAllowed

REFERENCE = common_curve("reference_rate")
SECTION_4 = (REFERENCE, common_curve("late_interest_surcharge"))
SECTION_4A = (REFERENCE, common_curve("late_interest_surcharge_4a"))
PAYMENT_TIME = (REFERENCE, common_curve("payment_time_surcharge"))


def day(text: str) -> date:
    return date.fromisoformat(text)


def paid(text: str, amount: str) -> Movement:
    return Movement(day(text), Decimal(amount))


def late(
    principal: str, due: str, until: str, *movements: Movement, day_count: str = "actual_365_366"
) -> list[Stretch]:
    return stretches(Decimal(principal), day(due), day(until), movements, late=SECTION_4, day_count=day_count)


def told(found: list[Stretch]) -> list[tuple[str, str, int, str, str]]:
    """First and last day, number of days, principal and percent."""
    return [
        (one.first.isoformat(), one.last.isoformat(), one.days, f"{one.principal:.2f}", f"{one.percent.normalize():f}")
        for one in found
    ]  # fmt: skip


# Worked examples ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("principal", "due", "until", "actual", "actual_360"),
    [
        ("1000.00", "2022-12-15", "2023-02-15", "15.04", "15.25"),
        ("1000.00", "2023-12-29", "2024-01-31", "10.34", "10.51"),
        ("84.00", "2026-01-05", "2026-03-02", "1.22", "1.24"),
    ],
)
def test_the_examples_of_the_reading(
    principal: str, due: str, until: str, actual: str, actual_360: str
) -> None:
    """OC 6.1.5-a: principal, due date, day of payment; by the days of each year, and by 360."""
    assert accrued(late(principal, due, until)) == Decimal(actual)
    assert accrued(late(principal, due, until, day_count="actual_360")) == Decimal(actual_360)


def test_interest_is_split_where_the_reference_rate_changes() -> None:
    """OC 6.1.5-b"""
    assert told(late("1000.00", "2022-12-15", "2023-02-15")) == [
        ("2022-12-16", "2022-12-31", 16, "1000.00", "7"),
        ("2023-01-01", "2023-02-15", 46, "1000.00", "9.5"),
    ]


def test_a_claim_paid_in_parts_over_three_rates() -> None:
    """OC 6.1.5-b: 7.0, 9.5 and 11.0 percent; 400 paid in the second, the rest in the third."""
    found = late(
        "1000.00", "2022-11-30", "2023-12-31", paid("2023-03-10", "400.00"), paid("2023-07-31", "600.00")
    )
    assert told(found) == [
        ("2022-12-01", "2022-12-31", 31, "1000.00", "7"),
        ("2023-01-01", "2023-03-10", 69, "1000.00", "9.5"),
        ("2023-03-11", "2023-06-30", 112, "600.00", "9.5"),
        ("2023-07-01", "2023-07-31", 31, "600.00", "11"),
    ]  # fmt: skip
    # 5.9452 + 17.9589 + 17.4904 + 5.6055
    assert accrued(found) == Decimal("47.00")


def test_a_leap_year_has_366_days_and_its_29_february_counts() -> None:
    """OC 6.1.5-a"""
    found = late("10000.00", "2024-02-27", "2024-03-01")
    assert told(found) == [("2024-02-28", "2024-03-01", 3, "10000.00", "11.5")]
    assert accrued(found) == Decimal("9.43")  # 10000 × 11.5 % × 3 / 366
    assert accrued(late("10000.00", "2024-02-27", "2024-03-01", day_count="actual_365")) == Decimal("9.45")
    assert accrued(late("10000.00", "2023-02-27", "2023-03-01")) == Decimal(
        "5.21"
    )  # two days: 9.5 % × 2 / 365


def test_the_years_part_where_one_of_them_is_leap() -> None:
    """OC 6.1.5-a: one rate through the turn of the year, two lengths of the year."""
    found = late("1000.00", "2024-12-20", "2025-01-10")
    assert [(one.days, one.year_days, one.percent) for one in found] == [
        (11, 366, Decimal("11.5")), (10, 365, Decimal("10.5")),
    ]  # fmt: skip
    assert len(late("1000.00", "2025-12-20", "2026-01-10")) == 1  # the same rate, the same length


def test_a_due_date_that_a_holiday_moved_starts_interest_a_day_later() -> None:
    """OC 3.11-a, OC 6.1.5-a: 21 days end on Epiphany 2026, a Tuesday, so the invoice falls due on the seventh."""
    due = due_date(day("2025-12-16"), 21)
    assert due == day("2026-01-07")
    assert told(late("500.00", due.isoformat(), "2026-01-09"))[0][:3] == ("2026-01-08", "2026-01-09", 2)
    # A due date told as it stands on paper moves in the same way; a Saturday to Monday.
    assert told(late("500.00", "2026-01-06", "2026-01-09"))[0][0] == "2026-01-08"
    assert told(late("500.00", "2026-01-10", "2026-01-20"))[0][0] == "2026-01-13"


def test_interest_ends_with_the_day_on_which_the_principal_is_paid() -> None:
    """OC 6.1.5-a: what is still asked for afterwards is interest, and interest bears none."""
    paid_late = late("1000.00", "2025-03-03", "2026-06-30", paid("2025-04-02", "1000.00"))
    assert told(paid_late) == [("2025-03-04", "2025-04-02", 30, "1000.00", "10.5")]
    assert paid_late == late("1000.00", "2025-03-03", "2025-04-02")


@pytest.mark.parametrize(
    ("until", "days"), [("2025-03-03", 0), ("2025-03-04", 1), ("2025-03-05", 2), ("2025-02-01", 0)]
)
def test_the_day_after_the_due_date_is_the_first_and_the_day_of_payment_counts(until: str, days: int) -> None:
    """OC 6.1.5-a"""
    assert sum(one.days for one in late("100.00", "2025-03-03", until)) == days


def test_what_was_credited_was_never_owed() -> None:
    """OC 6.1.5-a: a credit lessens the principal from the beginning, a payment from the day after it."""
    credited = late("1000.00", "2025-03-03", "2025-04-02", Movement(None, Decimal("250.00")))
    assert credited == late("750.00", "2025-03-03", "2025-04-02")


def test_what_was_undone_never_was() -> None:
    """OC 4.1-c"""
    both = (paid("2025-03-20", "300.00"), paid("2025-03-20", "-300.00"))
    assert late("1000.00", "2025-03-03", "2025-04-02", *both) == late("1000.00", "2025-03-03", "2025-04-02")


def test_payment_time_has_a_rate_of_its_own_that_changes_with_the_reference_rate() -> None:
    """OC 6.1.1-a: three points above the reference rate, and none of the late interest on the same days."""
    found = stretches(
        Decimal("1000.00"), day("2025-05-02"), day("2025-08-31"),
        late=SECTION_4, payment_time=PAYMENT_TIME, deferred=[(day("2025-06-01"), day("2025-07-31"))],
    )  # fmt: skip
    assert [(one.kind, one.days, f"{one.percent:f}") for one in found] == [
        ("late", 29, "10.5"), ("payment_time", 30, "6.5"), ("payment_time", 31, "5.5"), ("late", 31, "9.5"),
    ]  # fmt: skip
    assert accrued(found, "payment_time") == Decimal("10.01")  # 5.3425 + 4.6712
    assert accrued(found) == Decimal("16.41")  # 8.3425 + 8.0685


def test_what_is_waived_is_told_apart() -> None:
    """OC 6.1.5-a"""
    found = stretches(
        Decimal("1000.00"), day("2025-03-03"), day("2025-04-02"), late=SECTION_4, waived_until=day("2025-03-13")
    )  # fmt: skip
    assert [(one.days, one.waived) for one in found] == [(10, True), (20, False)]
    assert (accrued(found), accrued(found, waived=False)) == (Decimal("8.63"), Decimal("5.75"))


# Rates ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "percent"),
    [
        ("2022-12-31", "7"), ("2023-01-01", "9.5"), ("2023-06-30", "9.5"), ("2023-07-01", "11"),
        ("2024-12-31", "11.5"), ("2025-01-01", "10.5"), ("2025-06-30", "10.5"), ("2025-07-01", "9.5"),
        ("2026-06-30", "9.5"),
    ],
)  # fmt: skip
def test_the_rate_of_the_day(on: str, percent: str) -> None:
    """OC 6.1.5-b"""
    (period,) = rate_periods(SECTION_4, "actual_365", day(on), day(on))
    assert period.percent == Decimal(percent)


def test_section_4a_begins_on_16_march_2013_and_is_one_point_more() -> None:
    """OC 6.1.5-a"""
    (period,) = rate_periods(SECTION_4A, "actual_365", day("2013-03-16"), day("2013-06-30"))
    assert period.percent == Decimal("9.0")
    (before,) = rate_periods(SECTION_4A, "actual_365", day("2013-03-15"), day("2013-03-15"))
    assert (before.percent, before.missing) == (None, "late_interest_surcharge_4a")


@pytest.mark.parametrize("until", ["2026-07-01", "2026-09-30", "2027-01-15"])
def test_a_day_without_a_known_rate_stops(until: str) -> None:
    """OC 6.1.5-b: never an old rate for a new half-year."""
    assert late("1000.00", "2026-05-04", "2026-06-30")
    with pytest.raises(MissingTerm) as stopped:
        late("1000.00", "2026-05-04", until)
    assert (stopped.value.key, stopped.value.day) == ("reference_rate", day("2026-07-01"))


def test_a_rate_is_missing_only_where_interest_runs() -> None:
    """OC 6.1.5-b: what was paid before the half-year without a rate needs none."""
    assert late("1000.00", "2026-05-04", "2026-09-30", paid("2026-06-30", "1000.00"))
    with pytest.raises(MissingTerm):
        late("1000.00", "2026-05-04", "2026-09-30", paid("2026-06-30", "999.99"))


def test_a_day_count_that_does_not_exist_is_refused() -> None:
    with pytest.raises(TermNotAllowed, match="30_360"):
        late("1000.00", "2025-03-03", "2025-04-02", day_count="30_360")


def test_half_years_end_in_june_and_december() -> None:
    ends = {half_year_end(day(text)) for text in ("2026-01-01", "2026-06-30")}
    assert ends == {day("2026-06-30")}
    assert half_year_end(day("2026-07-01")) == day("2026-12-31")


# What always holds ----------------------------------------------------------------------------------------------

_days = st.dates(day("2019-01-01"), day("2026-05-31"))
_money = st.integers(1, 10_000_00).map(lambda cents: Decimal(cents) / 100)
_movement = st.builds(Movement, st.one_of(st.none(), _days), _money)


def _by_day(
    principal: Decimal, due: date, until: date, movements: list[Movement], day_count: str
) -> Fraction:
    """Interest added up day by day, as somebody with a calendar and patience would."""
    sum_of_days, on = Fraction(0), due + timedelta(days=1)
    while on <= until:
        left = principal - sum(m.amount for m in movements if m.day is None or m.day < on)
        leap = (date(on.year + 1, 1, 1) - date(on.year, 1, 1)).days
        year = {"actual_365_366": leap, "actual_365": 365, "actual_360": 360}[day_count]
        percent = next(rate.percent for rate in REFERENCE.rates if rate.holds(on)) + 7
        if left > 0:
            sum_of_days += Fraction(left) * Fraction(percent) / (100 * year)
        on += timedelta(days=1)
    return sum_of_days


@given(
    principal=_money, issued=_days, length=st.integers(0, 900), movements=st.lists(_movement, max_size=5),
    day_count=st.sampled_from(DAY_COUNTS),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_stretches_are_the_sum_of_their_days(
    principal: Decimal, issued: date, length: int, movements: list[Movement], day_count: str
) -> None:
    due = due_date(issued, 0)
    until = min(due + timedelta(days=length), day("2026-06-30"))
    found = stretches(principal, due, until, movements, late=SECTION_4, day_count=day_count)
    assert sum((one.exact for one in found), Fraction(0)) == _by_day(
        principal, due, until, movements, day_count
    )
    assert all(one.last < two.first for one, two in pairwise(found))


@given(
    principal=_money, issued=_days, length=st.integers(1, 900), cut=st.integers(0, 900),
    movements=st.lists(_movement, max_size=4),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_interest_is_additive_over_any_split_of_the_time(
    principal: Decimal, issued: date, length: int, cut: int, movements: list[Movement]
) -> None:
    """OC 6.1.5-b: unrounded, up to a day and from then on are together the whole."""
    due = due_date(issued, 0)
    until = min(due + timedelta(days=length), day("2026-06-30"))
    middle = min(due + timedelta(days=cut), until)
    whole = stretches(principal, due, until, movements, late=SECTION_4)
    parts = stretches(principal, due, until, movements, late=SECTION_4, waived_until=middle)
    first = stretches(principal, due, middle, movements, late=SECTION_4)
    assert sum((one.exact for one in first), Fraction(0)) == sum(
        (one.exact for one in parts if one.waived), Fraction(0)
    )
    assert sum((one.exact for one in whole), Fraction(0)) == sum((one.exact for one in parts), Fraction(0))


@given(first=_days, length=st.integers(0, 2000), day_count=st.sampled_from(DAY_COUNTS))
def test_rate_periods_part_the_days_without_gap_or_overlap(first: date, length: int, day_count: str) -> None:
    last = first + timedelta(days=length)
    found = rate_periods(SECTION_4, day_count, first, last)
    assert (found[0].first, found[-1].last) == (first, last)
    assert all(one.last + timedelta(days=1) == two.first for one, two in pairwise(found))
    assert all((one.percent, one.year_days) != (two.percent, two.year_days) for one, two in pairwise(found))


def test_half_a_cent_is_rounded_up_once() -> None:
    """OC 6.1.5-a: 36.50 at 5 % for a day of 365 is half a cent, so one cent; two days are one cent, not two."""
    five = (Curve("reference_rate", (Rate(Decimal(5), day("2025-01-01"), None),)),)
    one_day = stretches(Decimal("36.50"), day("2025-03-03"), day("2025-03-04"), late=five)
    two_days = stretches(Decimal("36.50"), day("2025-03-03"), day("2025-03-05"), late=five)
    assert (accrued(one_day), accrued(two_days)) == (Decimal("0.01"), Decimal("0.01"))
    assert one_day[0].amount == Decimal("0.00500000")
