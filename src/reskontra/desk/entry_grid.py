"""Grids of a form: rows of short cells as they are written, read back row by row with everything that is wrong."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import QueryDict

from reskontra.desk.coding_pages import NotLines, Row, Wrong
from reskontra.documents.coding import Coding
from reskontra.kernel.money import NotAnAmount, parse_amount, plain, round_cents
from reskontra.kernel.texts import text
from reskontra.registers.models import Unit
from reskontra.registers.tracking import DIMENSIONS, InForce, Tracking

SPARE, MORE, MOST = 2, 5, 200
LARGEST_NUMBER = (
    Decimal(10) ** 10
)  # what the columns of orders and contracts hold of money, pieces and prices
_FINEST = 4  # decimals of a quantity and of a share
CODED = ("account", *DIMENSIONS)


@dataclass(frozen=True)
class Column:
    """A column of cells: the name of its fields, what is written in it (text, number, date), and its heading's text."""

    name: str
    label: str
    kind: str = "text"
    most: int = 120


SHARE = Column("share", "posting.share", "number", 8)
SHARED = ("share", *CODED)  # the cells of a row that takes a share of what is posted


def share_row(line: Any, language: str) -> Row:
    """A stored line of shares as the cells of its row."""
    return {"share": shown_number(line.share, language), **{name: getattr(line, name) for name in CODED}}


def with_dimensions(lines: Iterable[Any]) -> list[tuple[Any, list[str]]]:
    """Stored lines, each with the dimensions that it has."""
    return [(one, [getattr(one, name) for name in DIMENSIONS if getattr(one, name)]) for one in lines]


def coded_columns(rows: Sequence[Row], offered: Mapping[str, Any]) -> list[Column]:
    """Account and the dimensions that the unit uses, or that a row has."""
    return [
        Column(name, f"posting.{name}", most=20)
        for name in CODED
        if name in ("account", "budget_account") or offered.get(name) or any(row.get(name) for row in rows)
    ]


@dataclass(frozen=True)
class Grid:
    """A grid as its template draws it: headings and cells; ``key`` sets its fields apart from other grids'."""

    key: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    hidden: str = ""


def grid(
    key: str,
    columns: Sequence[Column],
    rows: Sequence[Row],
    spare: int = SPARE,
    wrong: Iterable[int | None] = (),
    hidden: str = "",
) -> Grid:
    """``rows`` with ``spare`` empty ones under them; ``hidden`` is a cell that goes along unseen."""
    faulty = set(wrong)
    shown = [*rows, *({} for _ in range(spare))][:MOST]
    return Grid(
        key,
        columns,
        [
            {
                "at": at,
                "cells": [(one, row.get(one.name, "")) for one in columns],
                "hidden": row.get(hidden, "") if hidden else "",
                "wrong": at in faulty,
            }
            for at, row in enumerate(shown, start=1)
        ],
        hidden,
    )


def written_rows(sent: QueryDict, names: Sequence[str], hidden: str = "") -> list[Row]:
    """The rows as they were written; empty ones are left out: those in which nothing that can be seen was written."""
    cells = {name: sent.getlist(name) for name in (*names, *([hidden] if hidden else []))}
    rows = [
        {name: told[at].strip()[:200] if at < len(told) else "" for name, told in cells.items()}
        for at in range(min(max(map(len, cells.values())), MOST))
    ]
    return [row for row in rows if any(row[name] for name in names)]


class Cells:
    """Reads cells; what cannot be read is noted with its row, and told all at once."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.wrong: list[Wrong] = []

    def number(self, row: Row, name: str, at: int) -> Decimal | None:
        """The number that was written, None for nothing."""
        words = row.get(name, "").removesuffix("%").strip()
        if not words:
            return None
        try:
            told = parse_amount(words)
        except NotAnAmount:
            self.note(at, "desk.coding.no_number", row=at, value=row[name])
            return None
        if abs(told) >= LARGEST_NUMBER or told != round(told, _FINEST):
            self.note(at, "desk.grid.too_large", row=at, value=row[name])
            return None
        return told

    def percent(self, row: Row, name: str, at: int) -> Decimal | None:
        """The percentage that was written, None for nothing: from 0 to 100, with two decimals at most."""
        told = self.number(row, name, at)
        if told is not None and not (0 <= told <= 100 and told == round_cents(told)):
            self.note(at, "desk.coding.no_number", row=at, value=row[name])
            return None
        return told

    def share(self, row: Row, name: str, at: int) -> Decimal | None:
        """The share that was written, None for nothing: above 0 and at most 100 percent."""
        told = self.number(row, name, at)
        if told is not None and not 0 < told <= 100:
            self.note(at, "desk.grid.no_share", row=at, value=row[name])
            return None
        return told

    def shares(self, rows: Sequence[Row]) -> list[Decimal | None]:
        """The share of each row; every row needs a share and an account."""
        for at, row in enumerate(rows, start=1):
            for name, label in (("share", "posting.share"), ("account", "posting.account")):
                if not row[name]:
                    self.missing(at, label)
        return [self.share(row, "share", at) for at, row in enumerate(rows, start=1)]

    def money(self, row: Row, name: str, at: int) -> Decimal | None:
        """The amount in whole cents that was written, None for nothing."""
        told = self.number(row, name, at)
        if told is not None and told != round_cents(told):
            self.note(at, "desk.coding.no_number", row=at, value=row[name])
            return None
        return told

    def day(self, row: Row, name: str, at: int) -> date | None:
        """The day that was written, None for nothing."""
        words = row.get(name, "")
        try:
            return date.fromisoformat(words) if words else None
        except ValueError:
            self.note(at, "desk.grid.no_day", row=at, value=words)
            return None

    def missing(self, at: int, label: str) -> None:
        """Something has to be written in the row."""
        self.note(at, "desk.grid.missing", row=at, column=text(label, self.language))

    def codings(self, unit: Unit, rows: Sequence[Row], on: date) -> list[Tracking]:
        """Where each row is posted, as the registers write it; what is not in force on the day is noted."""
        told = [Coding(**{name: row.get(name) or None for name in CODED}) for row in rows]
        in_force = InForce(unit, told, on)
        for at, one in enumerate(told, start=1):
            for name, value in in_force.unknown(one):
                column = text(f"posting.{name}", self.language)
                self.note(at, "desk.grid.not_in_force", row=at, column=column, value=value)
        return [in_force.tracking(one) for one in told]

    def note(self, at: int | None, key: str, **values: object) -> None:
        """Note that something is wrong."""
        self.wrong.append(Wrong(at, text(key, self.language, **values)))

    def tell(self) -> None:
        """Raise ``NotLines`` with everything that was noted, if anything was."""
        if self.wrong:
            raise NotLines(*self.wrong)


def shown_money(value: Decimal | None, language: str) -> str:
    """An amount as it is written into a cell: in whole cents, with the comma of the reader's language."""
    if value is None:
        return ""
    return plain(value) if language == "en" else plain(value).replace(".", ",")


def shown_number(value: Decimal | None, language: str) -> str:
    """A number as it is written into a cell: no zeros at its end, with the comma of the reader's language."""
    if value is None:
        return ""
    written = f"{value:f}"
    if "." in written:
        written = written.rstrip("0").rstrip(".")
    return written if language == "en" else written.replace(".", ",")
