"""The session a person works in: one transaction, the units that may be seen, and who acts."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper


@contextmanager
def working_in(units: Iterable[int], person: int | None = None, reason: str = "") -> Iterator[None]:
    """A transaction that sees the facts of ``units`` (their ids) and nobody else's.

    ``person`` and ``reason`` are written into the history of every register row changed inside. The
    settings end with the transaction, so a pooled connection never carries them to the next person; inside
    another transaction they end with the block, and what was set before is set again.
    """
    inside = connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        before = _settings(cursor) if inside else None
        _set(cursor, [",".join(str(unit) for unit in units), "" if person is None else str(person), reason])
        yield
        if before is not None:
            _set(cursor, before)  # an error takes them back by itself, with the savepoint


def room_to_work() -> None:
    """For a run or a large file: as long as it takes, sorts in memory up to this much; until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('work_mem', '128MB', true), set_config('statement_timeout', '0', true),"
            " set_config('idle_in_transaction_session_timeout', '10min', true)"
        )


def _settings(cursor: CursorWrapper) -> list[str]:
    cursor.execute(
        "SELECT coalesce(current_setting('reskontra.units', true), ''),"
        " coalesce(current_setting('reskontra.person', true), ''),"
        " coalesce(current_setting('reskontra.reason', true), '')"
    )
    row = cursor.fetchone()
    assert row is not None
    return list(row)


def _set(cursor: CursorWrapper, values: list[str]) -> None:
    cursor.execute(
        "SELECT set_config('reskontra.units', %s, true), set_config('reskontra.person', %s, true),"
        " set_config('reskontra.reason', %s, true)",
        values,
    )
