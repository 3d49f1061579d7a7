"""Results on standard output, progress on standard error; JSON with stable keys where it is asked for."""

import csv
import hashlib
import json
import re
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console
from rich.table import Table

from reskontra.kernel.formulas import harmless
from reskontra.kernel.texts import text

out = Console(highlight=False, soft_wrap=True)
_NUMBER = re.compile(r"-?[0-9]+([.,][0-9]+)?")
progress = Console(stderr=True, highlight=False)


def as_json(payload: Any) -> None:
    """Print ``payload`` as JSON."""
    json.dump(payload, sys.stdout, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write("\n")


def table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], right: Sequence[int] = ()
) -> None:
    """Print a table; ``right`` are the columns whose figures stand to the right."""
    shown = Table(title=title, title_justify="left", title_style="bold", box=None, padding=(0, 2, 0, 0))
    for place, column in enumerate(columns):
        shown.add_column(column, justify="right" if place in right else "left", overflow="fold")
    for row in rows:
        shown.add_row(*("" if cell is None else str(cell) for cell in row))
    out.print(shown)


def say(arguments: Namespace, key: str, **values: object) -> None:
    """Print one sentence in the reader's language, unless JSON was asked for."""
    if not arguments.json:
        out.print(text(key, arguments.lang, **values), markup=False)


def as_csv(
    columns: Sequence[str], rows: Sequence[Sequence[object]], language: str, to: TextIO | None = None
) -> None:
    """Print a table that a spreadsheet opens, or write it ``to`` a file: with a byte order mark, apart by ``;``, in
    English by ``,``.

    A text that a spreadsheet would take for a formula gets an apostrophe in front; numbers stay numbers.
    """
    to = to or sys.stdout
    to.write("\ufeff")
    written = csv.writer(to, delimiter="," if language == "en" else ";", lineterminator="\r\n")
    written.writerow(columns)
    written.writerows([_harmless(cell) for cell in row] for row in rows)


def write_file(path: Path, data: bytes) -> dict[str, Any]:
    """Write ``data`` to ``path``; what a program is told of it: path, size in bytes, SHA-256 digest."""
    path.write_bytes(data)
    return {"path": str(path), "size": len(data), "digest": hashlib.sha256(data).hexdigest()}


def _harmless(cell: object) -> object:
    return harmless(cell) if isinstance(cell, str) and not _NUMBER.fullmatch(cell) else cell


@contextmanager
def working(arguments: Namespace, key: str, **values: object) -> Iterator[None]:
    """Tell on standard error what takes its time, when a person is looking."""
    if arguments.json or not progress.is_terminal:
        yield
        return
    with progress.status(text(key, arguments.lang, **values)):
        yield
