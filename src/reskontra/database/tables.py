"""The kinds of tables, and what keeps each of them honest.

A model says what it is by its base class, and what it points at by ``references``; ``database.safety`` turns
both into grants, policies, triggers and keys. Nothing that protects a table is written twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.db import models


@dataclass(frozen=True)
class Points:
    """A reference that the database refuses to break, under a name that reads as a sentence.

    Inside a unit the key is composite: a row can only point at rows of its own unit. ``set_wise``
    checks a whole statement at once instead of row by row; allowed only on append-only facts whose
    targets are never deleted or re-keyed (ADR 0003).
    """

    field: str
    name: str
    set_wise: bool = False
    elsewhere: bool = False  # the app's safety.sql holds it


class Table(models.Model):
    """What all our tables have in common."""

    references: ClassVar[Sequence[Points]] = ()

    class Meta:
        abstract = True


class StateWide(Table):
    """A register that all units share: rows may change, and every change keeps the row as it was."""

    class Meta:
        abstract = True


class InUnit(Table):
    """A row that belongs to one unit and is seen by its people only (row-level security)."""

    unit = models.ForeignKey(
        "registers.Unit", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    class Meta:
        abstract = True


class UnitRegister(InUnit):
    """A unit's own register: rows may change, and every change keeps the row as it was."""

    class Meta:
        abstract = True


class Work(InUnit):
    """A work state, such as a run or a counter: it moves on, its history stands in the facts."""

    class Meta:
        abstract = True


class Fact(InUnit):
    """What has happened. Append-only: corrected by a counter-fact, never edited, never deleted."""

    class Meta:
        abstract = True
