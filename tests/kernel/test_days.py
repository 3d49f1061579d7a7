"""Due dates: Promissory Notes Act 622/1947 s 5(2), TARGET closing days, OC 3.11-a."""

import csv
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reskontra.kernel.days import (
    bank_day_on_or_after,
    bank_day_on_or_before,
    bank_days_earlier,
    bank_days_later,
    due_date,
    format_date,
    is_bank_day,
)

FACTS = Path(__file__).resolve().parents[3] / "shared" / "facts" / "holidays.csv"

days = st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 1))


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2024-01-01", "New Year's Day"),
        ("2025-01-06", "Epiphany"),
        ("2024-03-29", "Good Friday"),
        ("2024-03-31", "Easter Day"),
        ("2024-04-01", "second Easter Day"),
        ("2024-05-01", "May Day"),
        ("2024-05-09", "Ascension Day"),
        ("2024-05-19", "Pentecost"),
        ("2024-06-21", "Midsummer Eve"),
        ("2024-06-22", "Midsummer Day"),
        ("2024-11-02", "All Saints' Day"),
        ("2024-12-06", "Independence Day"),
        ("2024-12-24", "Christmas Eve"),
        ("2024-12-25", "Christmas Day"),
        ("2024-12-26", "second Christmas Day"),
        ("2024-03-16", "a Saturday"),
        ("2024-03-17", "a Sunday"),
        ("2026-06-19", "Midsummer Eve at its earliest"),
        ("2038-04-26", "second Easter Day at its latest"),
        ("2001-12-31", "TARGET closed for the change of currency"),
        ("1999-12-31", "TARGET closed for the change of century"),
    ],
)
def test_a_free_day_is_no_bank_day(day: str, why: str) -> None:
    assert not is_bank_day(date.fromisoformat(day)), why


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2024-03-28", "Maundy Thursday"),
        ("2024-12-31", "New Year's Eve"),
        ("2024-12-27", "the day after Christmas"),
        ("2024-04-30", "May Day Eve"),
        ("2024-05-10", "the day after Ascension Day"),
        ("2024-02-05", "Runeberg's day, only a flag day"),
        ("2024-02-29", "the leap day"),
        ("2024-06-20", "the day before Midsummer Eve"),
    ],
)
def test_an_ordinary_weekday_is_a_bank_day(day: str, why: str) -> None:
    assert is_bank_day(date.fromisoformat(day)), why


def test_the_calendar_agrees_with_the_facts_for_every_day_of_every_year() -> None:
    if not FACTS.exists():
        pytest.skip("shared/facts/holidays.csv does not stand beside the project")
    with FACTS.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    closed = {
        date.fromisoformat(row["date"])
        for row in rows
        if "yes" in (row["shifts_due_date"], row["target_closed"])
    }
    assert len(rows) > 300
    first, last = min(closed), max(closed)
    every = (first + timedelta(days=at) for at in range((date(last.year, 12, 31) - first).days + 1))
    wrong = [day for day in every if is_bank_day(day) == (day.weekday() >= 5 or day in closed)]
    assert wrong == []


@pytest.mark.parametrize(
    ("issued", "term", "due", "why"),
    [
        ("2024-03-01", 21, "2024-03-22", "a Friday stays"),
        ("2024-03-02", 21, "2024-03-25", "a Saturday moves to Monday"),
        ("2024-03-08", 21, "2024-04-02", "Good Friday moves over the whole of Easter"),
        ("2024-05-31", 21, "2024-06-24", "Midsummer Eve moves to Monday"),
        ("2024-12-03", 21, "2024-12-27", "Christmas Eve moves over Christmas"),
        ("2024-12-11", 21, "2025-01-02", "New Year's Day moves into the first bank day of the year"),
        ("2024-04-10", 21, "2024-05-02", "May Day"),
        ("2024-11-15", 21, "2024-12-09", "Independence Day on a Friday moves to Monday"),
        ("2024-03-31", 0, "2024-04-02", "no term, issued on Easter Day"),
        ("2024-03-28", 21, "2024-04-18", "holidays within the term do not lengthen it"),
        ("2024-02-08", 21, "2024-02-29", "the leap day counts"),
        ("2024-01-15", 60, "2024-03-15", "60 days for paper outside Europe"),
    ],
)
def test_the_term_is_counted_first_and_then_moved_once(issued: str, term: int, due: str, why: str) -> None:
    """OC 3.11-a"""
    assert due_date(date.fromisoformat(issued), term) == date.fromisoformat(due), why


@given(days, st.integers(min_value=0, max_value=90))
def test_a_due_date_is_the_first_bank_day_not_before_the_end_of_the_term(issued: date, term: int) -> None:
    end = issued + timedelta(days=term)
    due = due_date(issued, term)
    assert is_bank_day(due)
    assert due >= end
    assert not any(is_bank_day(end + timedelta(days=at)) for at in range((due - end).days))
    assert bank_day_on_or_after(due) == due


@given(days)
def test_a_bank_day_is_never_more_than_five_days_away(day: date) -> None:
    assert bank_day_on_or_after(day) - day <= timedelta(days=5)


def test_a_negative_term_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        due_date(date(2024, 3, 1), -1)


def test_an_instant_is_not_taken_for_a_day() -> None:
    with pytest.raises(TypeError):
        is_bank_day(datetime(2024, 12, 24, 12, 0))


@pytest.mark.parametrize(
    ("language", "printed"), [("sv", "15.3.2024"), ("fi", "15.3.2024"), ("en", "15 Mar 2024")]
)
def test_a_day_is_printed_as_its_readers_write_it(language: str, printed: str) -> None:
    assert format_date(date(2024, 3, 15), language) == printed


def test_every_month_has_its_english_name() -> None:
    printed = [format_date(date(2024, month, 1), "en").split()[1] for month in range(1, 13)]
    assert printed == ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def test_bank_days_are_counted_over_weekends_and_holidays_in_both_directions() -> None:
    """EX 9-a: Easter 2026 closes 3 and 6 April."""
    thursday, tuesday = date(2026, 4, 2), date(2026, 4, 7)
    assert bank_day_on_or_before(date(2026, 4, 6)) == thursday
    assert bank_day_on_or_before(thursday) == thursday
    assert bank_days_later(thursday, 0) == thursday
    assert bank_days_later(thursday, 1) == tuesday
    assert bank_days_later(date(2026, 4, 4), 0) == tuesday
    assert bank_days_earlier(tuesday, 0) == tuesday
    assert bank_days_earlier(tuesday, 1) == thursday
    assert bank_days_earlier(date(2026, 4, 5), 0) == thursday
    for count in (bank_days_later, bank_days_earlier):
        with pytest.raises(ValueError):
            count(tuesday, -1)
