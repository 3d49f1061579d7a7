"""Instalments (OC 6.1.1-a): laid out by number or by monthly amount, on bank days, to the cent."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reskontra.kernel.days import is_bank_day
from reskontra.kernel.instalments import Instalment, NoInstalments, lay_out, spread

CENTS = st.integers(min_value=1, max_value=10_000_000).map(lambda cents: Decimal(cents) / 100)
DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2035, 12, 31))


def _told(plan: tuple[Instalment, ...]) -> list[tuple[str, str]]:
    return [(one.due_date.isoformat(), str(one.amount)) for one in plan]


def test_equal_parts_and_the_last_takes_the_remainder() -> None:
    """OC 6.1.1-a: 100 euro in three, on the last of the month; two of these are Saturdays."""
    assert _told(lay_out(Decimal("100.00"), date(2026, 1, 31), count=3)) == [
        ("2026-02-02", "33.33"), ("2026-03-02", "33.33"), ("2026-03-31", "33.34"),
    ]  # fmt: skip


def test_a_monthly_amount_as_often_as_it_takes() -> None:
    """OC 6.1.1-a"""
    assert _told(lay_out(Decimal("100.00"), date(2026, 4, 3), monthly=Decimal("40.00"))) == [
        ("2026-04-07", "40.00"), ("2026-05-04", "40.00"), ("2026-06-03", "20.00"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("monthly", "amounts"),
    [("50.00", ["50.00", "50.00"]), ("49.99", ["49.99", "49.99", "0.02"]), ("100.01", ["100.00"])],
)
def test_a_monthly_amount_at_under_and_over_what_is_owed(monthly: str, amounts: list[str]) -> None:
    plan = lay_out(Decimal("100.00"), date(2026, 4, 15), monthly=Decimal(monthly))
    assert [str(one.amount) for one in plan] == amounts


def test_a_leap_day_comes_every_fourth_february() -> None:
    plan = lay_out(Decimal("25.00"), date(2028, 2, 29), count=13)
    assert (plan[1].due_date, plan[12].due_date) == (date(2028, 3, 29), date(2029, 2, 28))


@given(total=CENTS, first=DAYS, count=st.integers(min_value=1, max_value=60))
def test_instalments_are_the_total_in_order_on_bank_days(total: Decimal, first: date, count: int) -> None:
    """OC 6.1.1-a"""
    if total < count * Decimal("0.01"):
        with pytest.raises(NoInstalments, match="too_many"):
            lay_out(total, first, count=count)
        return
    plan = lay_out(total, first, count=count)
    days = [one.due_date for one in plan]
    assert (len(plan), sum(one.amount for one in plan)) == (count, total)
    assert all(is_bank_day(day) for day in days)
    assert days == sorted(set(days))
    assert all(0 <= plan[-1].amount - one.amount < count * Decimal("0.01") for one in plan)


@given(total=CENTS, first=DAYS, monthly=CENTS)
def test_monthly_instalments_are_the_total_and_none_is_more(
    total: Decimal, first: date, monthly: Decimal
) -> None:
    """OC 6.1.1-a"""
    if total / monthly > 600:
        return
    plan = lay_out(total, first, monthly=monthly)
    assert sum(one.amount for one in plan) == total
    assert all(one.amount == monthly for one in plan[:-1])
    assert 0 < plan[-1].amount <= monthly


@pytest.mark.parametrize(
    ("total", "how", "key"),
    [
        ("0.00", {"count": 2}, "nothing_to_lay_out"),
        ("-5.00", {"count": 2}, "nothing_to_lay_out"),
        ("5.001", {"count": 2}, "nothing_to_lay_out"),
        ("5.00", {}, "count_or_monthly"),
        ("5.00", {"count": 2, "monthly": Decimal("1.00")}, "count_or_monthly"),
        ("5.00", {"count": 0}, "no_count"),
        ("5.00", {"monthly": Decimal("0.00")}, "no_monthly_amount"),
        ("5.00", {"monthly": Decimal("0.005")}, "no_monthly_amount"),
        ("5.00", {"count": 501}, "too_many_instalments"),
        ("6.01", {"monthly": Decimal("0.01")}, "too_many_instalments"),
    ],
)
def test_what_cannot_be_laid_out_is_refused(total: str, how: dict[str, object], key: str) -> None:
    with pytest.raises(NoInstalments, match=key):
        lay_out(Decimal(total), date(2026, 4, 15), **how)  # type: ignore[arg-type]


def test_instalments_pay_the_first_debt_first() -> None:
    """OC 4.1-b, OC 6.1.1-a: a payment names one debt, so an instalment over two debts is two payments."""
    plan = lay_out(Decimal("100.00"), date(2026, 4, 15), count=2)
    debts = [("A", Decimal("30.00")), ("B", Decimal("70.00"))]
    assert spread(plan, debts) == [
        (0, "A", Decimal("30.00")), (0, "B", Decimal("20.00")), (1, "B", Decimal("50.00")),
    ]  # fmt: skip
    with pytest.raises(NoInstalments, match="add_up"):
        spread(plan, debts[:1])


@given(
    debts=st.lists(CENTS, min_size=1, max_size=6),
    first=DAYS,
    count=st.integers(min_value=1, max_value=12),
)
def test_spread_keeps_every_instalment_and_every_debt(debts: list[Decimal], first: date, count: int) -> None:
    if sum(debts) < count * Decimal("0.01"):
        return
    plan = lay_out(sum(debts, Decimal(0)), first, count=count)
    parts = spread(plan, list(enumerate(debts)))
    for place, one in enumerate(plan):
        assert sum(part for at, _, part in parts if at == place) == one.amount
    for debt, owed in enumerate(debts):
        assert sum(part for _, of, part in parts if of == debt) == owed
    assert all(part > 0 for _, _, part in parts)
