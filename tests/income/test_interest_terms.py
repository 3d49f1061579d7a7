"""What a changed ground or day count does to interest: claims keep those of their due date (OC 6.1.5, ADR 0041)."""

from datetime import date

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from cast import inside, unit
from income.interest_tables import History
from income.tables import read
from reskontra.claims.interest import grounds_of
from reskontra.claims.models import Letter
from reskontra.documents.letter import letter_from_json
from reskontra.kernel.terms import MissingTerm
from reskontra.kernel.texts import text
from reskontra.registers.models import Unit, UnitTerm

pytestmark = pytest.mark.usefixtures("database")
_CHANGE = date(2026, 6, 1)


def _from_june(where: Unit, key: str, value: str, first: date = _CHANGE) -> None:
    with inside(where):
        UnitTerm.objects.create(
            unit=where, key=key, value=value, source="test", validity=DateRange(first, None)
        )


def _told(lines: str) -> History:
    return History(read(f"on 2026-06-02\n{lines}"), unit()).tell()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("late_interest_ground", "section_4a"),
        ("interest_day_count", "actual_360"),
        ("interest_day_count", "actual_365"),
    ],
)
def test_a_later_change_of_a_term_changes_nothing_that_was_charged(key: str, value: str) -> None:
    """OC 6.1.5-a: paid and charged in March; the run after the change charges and credits nothing."""
    told = _told("""
    claim A bruk 10000.00 due 2026-01-05
    claim L bruk 10000.00 due 2023-12-29
    paid  A 10000.00 2026-03-02
    paid  L 10000.00 2024-01-31
    charged 2026-03-20
    """)
    before = told.invoices()
    assert before == [("bruk", "249.18", False)]  # 145.75 and 103.43
    _from_june(told.where, key, value)
    decided = told.decided(date(2026, 6, 2))
    assert {name: one[:2] for name, one in decided.items()} == {
        "A": ("INTEREST_CHARGED_BEFORE", "0.00"),
        "L": ("INTEREST_CHARGED_BEFORE", "0.00"),
    }
    assert told.invoices() == before


def test_a_claim_keeps_the_ground_of_its_due_date_on_both_sides_of_the_day() -> None:
    """OC 6.1.5-a: due the day before the change and on it, both late over it; a consumer owes by section 4 still."""
    told = _told("""
    claim before bruk 1000.00 due 2026-05-29
    claim on     paja 1000.00 due 2026-06-01
    claim aino   aino 1000.00 due 2026-06-01
    paid  before 1000.00 2026-06-30
    paid  on     1000.00 2026-06-30
    paid  aino   1000.00 2026-06-30
    """)
    _from_june(told.where, "late_interest_ground", "section_4a")
    decided = told.decided(date(2026, 7, 1))
    assert {name: one[:2] for name, one in decided.items()} == {
        "before": ("CHARGE_INTEREST", "8.33"),  # 32 days at 2.5 + 7 percent
        "on": ("CHARGE_INTEREST", "8.34"),  # 29 days at 2.5 + 8 percent
        "aino": ("CHARGE_INTEREST", "7.55"),  # 29 days at 2.5 + 7 percent
    }


def test_the_letter_names_every_ground_that_its_claims_have() -> None:
    """OC 6.1.5-a"""
    told = _told("""
    claim before bruk 1000.00 due 2026-05-29
    claim on     bruk 1000.00 due 2026-06-01
    paid  before 1000.00 2026-06-30
    paid  on     1000.00 2026-06-30
    """)
    _from_june(told.where, "late_interest_ground", "section_4a")
    told.decided(date(2026, 7, 1))
    with inside(told.where):
        letter = letter_from_json(Letter.objects.get(unit=told.where).document)
    assert list(letter.notes[:3]) == [
        text("interest.ground.section_4", letter.language),
        text("interest.ground.section_4a", letter.language),
        text("interest.day_count.actual_365_366", letter.language),
    ]


def test_grounds_and_day_counts_change_apart() -> None:
    """OC 6.1.5-a: a unit's own value until further notice, one in the past, and the common ones around them."""
    where = unit()
    with inside(where):
        UnitTerm.objects.create(
            unit=where, key="interest_day_count", value="actual_360", source="test",
            validity=DateRange(date(2025, 1, 1), date(2026, 1, 1)),
        )  # fmt: skip
    _from_june(where, "late_interest_ground", "special_act")
    with inside(where):
        grounds = grounds_of(where)
    told = {
        day: (grounds.on(day).ground, grounds.on(day).day_count)
        for day in map(
            date.fromisoformat, ["2024-12-31", "2025-01-01", "2025-12-31", "2026-01-01", "2026-06-01"]
        )
    }
    assert list(told.values()) == [
        ("section_4", "actual_365_366"),
        ("section_4", "actual_360"),
        ("section_4", "actual_360"),
        ("section_4", "actual_365_366"),
        ("special_act", "actual_365_366"),
    ]
    with pytest.raises(MissingTerm, match="late_interest_ground"):
        grounds.on(date(2002, 6, 30))
    assert grounds.on(date(2002, 7, 1)).ground == "section_4"


def test_a_claim_from_before_every_ground_stops_the_run() -> None:
    """OC 6.1.5-b"""
    told = _told("claim A bruk 1000.00 due 2002-06-28\npaid A 1000.00 2002-08-01")
    with pytest.raises(MissingTerm, match="late_interest_ground"):
        told.decided(date(2026, 6, 2))
