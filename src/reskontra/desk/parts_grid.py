"""Money in parts at the desk: a grid of amounts with where each is posted, read back as parts (EX 4, EX 7)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.http import QueryDict

from reskontra.desk.access import Place
from reskontra.desk.coding_pages import Row, Wrong, choices
from reskontra.desk.entry_grid import (
    CODED,
    SPARE,
    Cells,
    Column,
    coded_columns,
    grid,
    shown_money,
    written_rows,
)
from reskontra.purchases.parts import Part

AMOUNT = Column("amount", "posting.amount", "number", 20)
_CELLS = ("amount", *CODED)


def part_row(part: Any, language: str) -> Row:
    """A part, or a stored line of parts, as the cells of its row."""
    return {"amount": shown_money(part.amount, language), **{name: getattr(part, name) for name in CODED}}


def parts_sent(sent: QueryDict) -> list[Row]:
    """The rows of parts as they were written."""
    return written_rows(sent, _CELLS)


def parts_of(rows: Sequence[Row], language: str) -> list[Part]:
    """The parts of ``rows``, each of an amount and an account; raises ``NotLines`` with everything that is wrong."""
    cells = Cells(language)
    parts = []
    for at, row in enumerate(rows, start=1):
        amount = cells.money(row, "amount", at)
        for name, label in (("amount", "posting.amount"), ("account", "posting.account")):
            if not row[name]:
                cells.missing(at, label)
        parts.append(Part(amount or Decimal(0), **{name: row[name] for name in CODED}))
    cells.tell()
    return parts


def parts_grid(
    place: Place, rows: Sequence[Row], language: str, wrong: Sequence[Wrong] = (), spare: int = SPARE
) -> Mapping[str, Any]:
    """What the templates of grids need: the grid with account and dimensions, its choices, and what is wrong."""
    offered = choices(place, language)
    columns = (AMOUNT, *coded_columns(rows, offered))
    return {
        "grid": grid("amount", columns, rows, spare, [one.row for one in wrong]),
        "choices": offered,
        "wrong": wrong,
    }
