"""The session a person works in: one transaction, the units that may be seen, and who acts."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def working_in(units: Iterable[int], person: int | None = None, reason: str = "") -> Iterator[None]:
    """A transaction that sees the facts of ``units`` (their ids) and nobody else's (D10).

    ``person`` and ``reason`` are written into the history of every register row changed inside. The
    settings end with the transaction, so a pooled connection never carries them to the next person.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('reskontra.units', %s, true), set_config('reskontra.person', %s, true),"
            " set_config('reskontra.reason', %s, true)",
            [",".join(str(unit) for unit in units), "" if person is None else str(person), reason],
        )
        yield
