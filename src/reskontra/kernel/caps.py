"""Caps on costs of collection (Act 513/1999): what a debtor may be asked to pay, by day and size of the claim.

They stand in ``reskontra/guidelines/caps.toml``. The consumer's caps also hold for every private person who owes a
public body (section 3), so the debtor is classed, not the claim.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Debtor = Literal["consumer", "other"]


@dataclass(frozen=True, slots=True)
class Cap:
    """One cap in euro: for principals above ``over`` and up to ``up_to``; ``most`` and ``more`` bound instalments."""

    debtor: Debtor
    enforceable: str
    item: str
    over: Decimal | None
    up_to: Decimal | None
    most: int | None
    more: int | None
    value: Decimal
    valid_from: date
    valid_to: date | None
    source: str

    def holds(self, day: date, principal: Decimal, instalments: int | None) -> bool:
        """True when the cap is in force on ``day`` for a claim of ``principal`` euro."""
        in_force = self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
        above = self.over is None or principal > self.over
        within = self.up_to is None or principal <= self.up_to
        few = self.most is None or (instalments is not None and instalments <= self.most)
        many = self.more is None or (instalments is not None and instalments > self.more)
        return in_force and above and within and few and many


def cap(
    debtor: Debtor,
    item: str,
    day: date,
    principal: Decimal,
    *,
    enforceable: bool,
    instalments: int | None = None,
) -> Cap | None:
    """The cap on ``item`` for a debtor on ``day``; the lowest where several hold, None where the act sets none."""
    kinds = {"any", "yes" if enforceable else "no"}
    found = [
        one
        for one in all_caps()
        if one.debtor == debtor
        and one.item == item
        and one.enforceable in kinds
        and one.holds(day, principal, instalments)
    ]
    return min(found, key=lambda one: one.value, default=None)


@cache
def all_caps() -> Sequence[Cap]:
    """Every cap, in the order of the file."""
    rows = tomllib.loads((files("reskontra.guidelines") / "caps.toml").read_text("utf-8"))["cap"]
    return tuple(_read(row) for row in rows)


def _read(row: dict[str, Any]) -> Cap:
    instalments = row.get("instalments", "")
    return Cap(
        row["debtor"],
        row["enforceable"],
        row["item"],
        Decimal(row["over"]) if "over" in row else None,
        Decimal(row["up_to"]) if "up_to" in row else None,
        int(instalments[2:]) if instalments.startswith("<=") else None,
        int(instalments[1:]) if instalments.startswith(">") else None,
        Decimal(row["value"]),
        row["from"],
        row.get("to"),
        row["source"],
    )
