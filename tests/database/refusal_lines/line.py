"""One line of the tables of refusals: a constraint, and an honest row with the one change that it refuses."""

from collections.abc import Callable
from typing import Any, NamedTuple

from database.house import House, another

NOWHERE = 999_999_999
Value = Callable[[House], Any]


def same(column: str, table: str) -> Value:
    """The value that the unit's stored row of ``table`` has."""
    return lambda house: house.of(table, column)


class Line(NamedTuple):
    """A constraint, and the row that it refuses: an honest row of the table with these changes."""

    constraint: str
    table: str
    changes: dict[str, Any]


def line(constraint: str, table: str, **changes: Any) -> Line:
    return Line(constraint, table, changes)


def one_more(table: str, **changes: Any) -> Value:
    """One more row of the table, beside the one that the unit's rows use."""
    return lambda house: another(house, table, **changes)
