"""Worlds that are written by a superuser with triggers asleep, as from a restore: they are not what is measured."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any


def an_applied_run(admin: Any, unit: int, person: int, name: str, day: date) -> int:
    """A run by which a world's rows came in; returns its id."""
    found = admin.execute(
        "INSERT INTO runs_run (unit_id, name, on_date, state, person_id, planned_at, applied_at, terms, outcomes,"
        " digest) VALUES (%s, %s, %s, 'applied', %s, now(), now(), '{}', '[]', '') RETURNING id",
        (unit, name, day, person),
    ).fetchone()
    return int(found[0])


def write_asleep(
    admin: Any, statements: Sequence[str], values: Mapping[str, Any], numbered: Sequence[str]
) -> None:
    """Run ``statements``; the tables of ``numbered`` go on with the numbers behind their own keys."""
    admin.execute("SET LOCAL session_replication_role = replica")
    for statement in statements:
        admin.execute(statement, values)
    admin.execute("SET LOCAL session_replication_role = origin")
    for table in numbered:
        admin.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), coalesce(max(id), 1)) FROM {table}"
        )
    admin.execute("ANALYZE")
