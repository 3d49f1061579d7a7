"""Courts in summary matters: which one is competent, what it costs, and the legal costs that may be asked (OC 6.2.3).

They stand in ``reskontra/guidelines/courts.toml``, dated and with their sources.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Literal, get_args

from reskontra.kernel.texts import LANGUAGES

Fee = Literal["direct", "other_channel", "contested", "extensive"]
Tariff = Literal["base", "high"]
FEES: tuple[Fee, ...] = get_args(Fee)
TARIFFS: tuple[Tariff, ...] = get_args(Tariff)


class CourtsDefect(ValueError):
    """The file of courts contradicts itself: the message says what."""


class MissingCourtData(LookupError):
    """Nothing is known for the day: whoever asked must stop. The message says what is missing."""


@dataclass(frozen=True, slots=True)
class Court:
    """One district court: its key, its name by language, and the regions whose inhabitants it judges."""

    key: str
    name: Mapping[str, str]
    regions: tuple[str, ...]
    valid_from: date


@dataclass(frozen=True, slots=True)
class Area:
    """Postcodes from ``first`` to ``last``, five digits each, that lie in the area of one court."""

    first: str
    last: str
    court: str


@dataclass(frozen=True, slots=True)
class LegalCost:
    """The most that may be asked for legal costs: euro, and whether the court fee is part of it."""

    amount: Decimal
    fee_included: bool
    source: str


@dataclass(frozen=True, slots=True)
class Courts:
    """The whole file. Fees and costs are rows as they stand there, looked up by day."""

    by_key: Mapping[str, Court]
    areas: Sequence[Area]
    fees: Sequence[Mapping[str, Any]]
    legal_costs: Sequence[Mapping[str, Any]]


@cache
def courts() -> Courts:
    """Every court, area, fee and maximum; raises ``CourtsDefect``."""
    return read_courts((files("reskontra.guidelines") / "courts.toml").read_text("utf-8"))


def read_courts(source: str) -> Courts:
    """Courts from the text of a file (TOML).

    Raises ``CourtsDefect`` for a court that stands twice or lacks a name, an area of no court, areas that overlap, and
    a fee of an unknown kind.
    """
    told = tomllib.loads(source)
    found: dict[str, Court] = {}
    for row in told["court"]:
        if row["key"] in found:
            raise CourtsDefect(f"{row['key']} stands twice")
        if not all(row["name"].get(language) for language in LANGUAGES):
            raise CourtsDefect(f"{row['key']}: the name lacks a language")
        name = MappingProxyType(row["name"])
        found[row["key"]] = Court(row["key"], name, tuple(row["regions"]), row["from"])
    areas = sorted(
        (Area(row["first"], row["last"], row["court"]) for row in told["area"]), key=lambda one: one.first
    )
    for area in areas:
        if area.court not in found or len(area.first) != 5 or len(area.last) != 5 or area.last < area.first:
            raise CourtsDefect(f"the area from {area.first} is of no court or ends before it begins")
    for before, after in pairwise(areas):
        if after.first <= before.last:
            raise CourtsDefect(f"areas overlap at {after.first}")
    for row in told["fee"]:
        if row["item"] not in FEES:
            raise CourtsDefect(f"no fee is called {row['item']}")
    return Courts(MappingProxyType(found), tuple(areas), tuple(told["fee"]), tuple(told["legal_cost"]))


def competent_court(postcode: str) -> str | None:
    """The key of the court whose area holds ``postcode``; None where that is not certain."""
    return next((area.court for area in courts().areas if area.first <= postcode <= area.last), None)


def court_fee(item: Fee, pending: date) -> Decimal:
    """The court fee in euro of a matter that became pending on that day; raises ``MissingCourtData``."""
    for row in courts().fees:
        if row["item"] == item and _in_force(row, pending):
            return Decimal(row["value"])
    raise MissingCourtData(f"no court fee {item} on {pending.isoformat()}")


def legal_cost(principal: Decimal, pending: date, tariff: Tariff) -> LegalCost:
    """The maximum of legal costs for a matter about ``principal`` euro; raises ``MissingCourtData``."""
    for row in courts().legal_costs:
        above = "over" not in row or principal > Decimal(row["over"])
        within = "up_to" not in row or principal <= Decimal(row["up_to"])
        if above and within and _in_force(row, pending):
            return LegalCost(Decimal(row[tariff]), row["fee_included"], row["source"])
    raise MissingCourtData(f"no maximum of legal costs on {pending.isoformat()}")


def _in_force(row: Mapping[str, Any], day: date) -> bool:
    return bool(row["from"] <= day and ("to" not in row or day <= row["to"]))
