"""A process that runs one command and dies where it is told to, as if somebody had pulled the plug on it.

It is forked from a server that has the program loaded, so that dying costs little; nothing in the program knows of it.
"""

import importlib
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django
import psycopg

os.environ["DJANGO_SETTINGS_MODULE"] = "reskontra.settings"
django.setup()

from django.conf import settings  # noqa: E402
from django.db.backends.base.base import BaseDatabaseWrapper  # noqa: E402
from django.db.backends.utils import CursorWrapper  # noqa: E402

import reskontra.commands.demo  # noqa: E402, F401 - what every command imports is loaded once
from reskontra.commands import main  # noqa: E402
from reskontra.database import connect  # noqa: E402

# What is counted on the way, and where one may die: database statements, commits, and every touch of the file system.
PLACES: dict[str, tuple[Any, str]] = {
    "statement": (CursorWrapper, "execute"),
    "commit": (BaseDatabaseWrapper, "_commit"),
    "store": (importlib.import_module("reskontra.exchange.archive"), "store"),
    "rename": (Path, "replace"),
    "link": (os, "link"),
    "fsync": (os, "fsync"),
}


@dataclass(frozen=True)
class Death:
    """Where to die: before or after the ``nth`` passing of a place."""

    place: str
    nth: int
    after: bool = False

    def __str__(self) -> str:
        return f"{'after' if self.after else 'before'} {self.place} {self.nth}"


def command(
    url: str,
    database: str,
    home: str,
    argv: Sequence[str],
    death: Death | None = None,
    counts: str = "",
    fault: str = "",
) -> None:
    """Run ``reskontra ARGV`` on ``database`` with its folders in ``home``; the file ``counts`` gets what was passed."""
    os.environ["DATABASE_URL"] = url
    settings.DATABASE_NAME = database
    settings.HOME, settings.OUT = Path(home), Path(home) / "out"
    connect.prepare = connect.connect  # it was prepared by whoever made it
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115
    if fault == "number before work":
        _plant_early_numbers(url, database)
    passed = dict.fromkeys(PLACES, 0)
    for place, (owner, name) in PLACES.items():
        _watch(place, owner, name, passed, death)
    code = main([*argv, "--json"])
    if counts:
        Path(counts).write_text("\n".join(f"{place} {count}" for place, count in passed.items()))
    os._exit(code)


def _watch(place: str, owner: Any, name: str, passed: dict[str, int], death: Death | None) -> None:
    real = getattr(owner, name)

    def call(*arguments: Any, **named: Any) -> Any:
        passed[place] += 1
        here = death is not None and (death.place, death.nth) == (place, passed[place])
        if here and death is not None and not death.after:
            die()
        result = real(*arguments, **named)
        if here:
            die()
        return result

    setattr(owner, name, call)


def _plant_early_numbers(url: str, database: str) -> None:
    """The fault of P40: numbers are taken in a transaction of their own, before the work that uses them."""
    invoicing = importlib.import_module("reskontra.income.invoicing.run")

    def take_numbers(unit: Any, series: str, count: int, year: int = 0) -> int:
        with psycopg.connect(url, dbname=database) as early:
            early.execute(
                "INSERT INTO ledger_numberseries (unit_id, series, year, next_number) VALUES (%s, %s, %s, %s)",
                (unit.pk, series, year, count + 1),
            )
        return 1

    invoicing.take_numbers = take_numbers  # type: ignore[attr-defined]


def die() -> None:
    """No handler, no flush, no goodbye."""
    os.kill(os.getpid(), signal.SIGKILL)
