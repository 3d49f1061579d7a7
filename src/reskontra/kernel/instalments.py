"""Payment in instalments: an amount laid out over months, and spread over the debts that it pays (OC 6.1.1-a)."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import TypeVar

from reskontra.kernel.days import bank_day_on_or_after

_CENT = Decimal("0.01")
_MOST = 600  # fifty years of months: more is a slip of the pen

Debt = TypeVar("Debt")


class NoInstalments(ValueError):
    """The amount cannot be laid out as asked; ``key`` is the text that says why."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True)
class Instalment:
    """One instalment: the bank day on which it falls due, and its amount in euro."""

    due_date: date
    amount: Decimal


def lay_out(
    total: Decimal, first_due: date, *, count: int | None = None, monthly: Decimal | None = None
) -> tuple[Instalment, ...]:
    """``total`` (euro) in ``count`` instalments, or in as many of ``monthly`` euro as it takes; one a month.

    They fall due on the day of the month of ``first_due``, in shorter months on the last day, moved to the next bank
    day. All are equal in whole cents but the last, which takes the remainder, so that they are ``total`` together.
    Raises ``NoInstalments`` when the amount, the number or the monthly amount is none that can be laid out.
    """
    if (count is None) == (monthly is None):
        raise NoInstalments("deferral.count_or_monthly")
    if total <= 0 or total != total.quantize(_CENT):
        raise NoInstalments("deferral.nothing_to_lay_out")
    if monthly is not None:
        if monthly < _CENT or monthly != monthly.quantize(_CENT):
            raise NoInstalments("deferral.no_monthly_amount")
        whole, rest = divmod(total, monthly)
        each, count = monthly, int(whole) + bool(rest)
    else:
        assert count is not None
        if count < 1:
            raise NoInstalments("deferral.no_count")
        each = (total / count).quantize(_CENT, ROUND_DOWN)
    if count > _MOST or not each:
        raise NoInstalments("deferral.too_many_instalments")
    amounts = [each] * (count - 1)
    amounts.append(total - sum(amounts, Decimal(0)))
    return tuple(Instalment(_months_later(first_due, place), one) for place, one in enumerate(amounts))


def spread(
    instalments: Sequence[Instalment], debts: Sequence[tuple[Debt, Decimal]]
) -> list[tuple[int, Debt, Decimal]]:
    """What each instalment pays of each debt: (place of the instalment from 0, debt, euro), the first debt first.

    A payment names one debt by its reference, so an instalment that ends one debt and begins another is two payments.
    Both sides have the same sum; raises ``NoInstalments`` when they do not.
    """
    if sum((one.amount for one in instalments), Decimal(0)) != sum((owed for _, owed in debts), Decimal(0)):
        raise NoInstalments("deferral.instalments_do_not_add_up")
    parts: list[tuple[int, Debt, Decimal]] = []
    waiting = iter(debts)
    debt, owed = next(waiting)
    for place, one in enumerate(instalments):
        left = one.amount
        while left:
            if not owed:
                debt, owed = next(waiting)
            part = min(left, owed)
            parts.append((place, debt, part))
            left, owed = left - part, owed - part
    return parts


def _months_later(first: date, months: int) -> date:
    year, month = divmod(first.month - 1 + months, 12)
    year, month = first.year + year, month + 1
    return bank_day_on_or_after(date(year, month, min(first.day, monthrange(year, month)[1])))
