"""Pictures as plain figures for SVG: a rate over months against its target (P4).

Coordinates are texts with a point, whatever the reader's language: they are read by the browser.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from reskontra.insight.automation import Rates

WIDE: Final = 340
HIGH: Final = 170
_LEFT, _RIGHT, _TOP, _BOTTOM = 30, 50, 12, 24


@dataclass(frozen=True)
class Dot:
    """One month's rate in percent, and where it stands."""

    x: str
    y: str
    month: date
    rate: Decimal


@dataclass(frozen=True)
class Trend:
    """A line of rates over months, the steps of its target, and what the last month says."""

    line: str
    target: str
    dots: Sequence[Dot]
    grid: Sequence[tuple[str, int]]  # height and percent of each line behind
    latest: Decimal
    aim: Decimal | None
    aim_y: str
    right: str
    met: bool | None

    @property
    def gap(self) -> Decimal | None:
        """Points that are missing to the target; None where it is reached or there is none."""
        return None if self.aim is None or self.met else self.aim - self.latest


def trend(
    months: Sequence[Rates],
    part: Callable[[Rates], int],
    aim: Callable[[Rates], Decimal | None],
    met: bool | None,
) -> Trend:
    """The picture of ``part`` of each of ``months`` (at least one, the oldest first) against its target ``aim``."""
    first = _place(months[0].month)
    spread = max(_place(months[-1].month) - first, 1)

    def across(one: Rates) -> Decimal:
        return _LEFT + Decimal(WIDE - _LEFT - _RIGHT) * (_place(one.month) - first) / spread

    dots = [
        Dot(_written(across(one)), _height(rate), one.month or date.min, rate)
        for one in months
        if (rate := one.rate(part(one))) is not None
    ]
    steps = [(across(one), wanted) for one in months if (wanted := aim(one)) is not None]
    latest_aim = aim(months[-1])
    return Trend(
        line=" ".join(f"{dot.x},{dot.y}" for dot in dots),
        target=_steps(steps),
        dots=dots,
        grid=[(_height(Decimal(percent)), percent) for percent in (0, 50, 100)],
        latest=dots[-1].rate,
        aim=latest_aim,
        aim_y=_height(latest_aim or Decimal(0)),
        right=_written(Decimal(WIDE - _RIGHT)),
        met=met,
    )


def _steps(wanted: Sequence[tuple[Decimal, Decimal]]) -> str:
    """The path of a target that changes from one month to another: level, then up or down; to the right edge."""
    if not wanted:
        return ""
    path = [f"M{_written(wanted[0][0])} {_height(wanted[0][1])}"]
    path += [f"H{_written(x)}V{_height(percent)}" for x, percent in wanted[1:]]
    return "".join((*path, f"H{WIDE - _RIGHT}"))


def _place(month: date | None) -> int:
    assert month is not None  # rates of months have theirs
    return month.year * 12 + month.month


def _height(percent: Decimal) -> str:
    return _written(_TOP + Decimal(HIGH - _TOP - _BOTTOM) * (100 - percent) / 100)


def _written(value: Decimal) -> str:
    return f"{value:.1f}"
