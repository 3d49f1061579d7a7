"""A house: one unit with its rows, written as plain SQL, and who logs in to look at them.

``House.row`` gives an honest row of a table; a test changes one thing in it and asks whether the database refuses.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from reskontra.database import server

Row = dict[str, Any]
DAY = "2026-03-16"
AT = "2026-03-16 09:00+02"
REMINDED = "2026-05-04"  # when the claims of the houses have fallen due
ALWAYS = "[2020-01-01,)"


STATE_WIDE = frozenset(
    "registers_" + name
    for name in (
        "unit", "person", "roleassignment", "country", "customer", "item", "account", "postingaccount",
        "dimensionvalue", "vatrate", "supplier", "supplieraccount",
    )
)  # fmt: skip


@dataclass
class House:
    """One unit and its newest row of every table; ``next`` never gives the same number twice.

    ``honest``: for each table, what a new row of it says.
    """

    admin: psycopg.Connection[Any]
    honest: "Mapping[str, Callable[[House], Row]]"
    unit: int = 0
    code: str = ""
    have: dict[str, Row] = field(default_factory=dict)
    _count: Iterator[int] = field(default_factory=lambda: _NUMBERS)

    def next(self) -> int:
        """A number that no other row has."""
        return next(self._count)

    def of(self, table: str, column: str = "id") -> Any:
        """A value of this unit's row in ``table``."""
        return self.have[table][column]

    def row(self, table: str, **changes: Any) -> Row:
        """An honest new row of ``table``, with ``changes``; a callable is asked with the house."""
        made = {**(self.unit_column(table)), **self.honest[table](self)}
        for column, value in changes.items():
            made[column] = value(self) if callable(value) else value
        return made

    def unit_column(self, table: str) -> Row:
        """``unit_id``, for the tables that have one."""
        return {} if table in STATE_WIDE else {"unit_id": self.unit}

    def add(self, table: str, **changes: Any) -> Row:
        """Store a row as the preparing login and keep it as the unit's row of the table."""
        self.have[table] = insert(self.admin, table, self.row(table, **changes))
        return self.have[table]


_NUMBERS = count(1)


def digest(number: object) -> str:
    """A digest, as SHA-256 in hex."""
    return hashlib.sha256(str(number).encode()).hexdigest()


def insert(connection: psycopg.Connection[Any], table: str, row: Mapping[str, Any]) -> Row:
    """INSERT one row; gives it back as it was stored."""
    query = sql.SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING *").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join([sql.Placeholder()] * len(row)),
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [_stored(value) for value in row.values()])
        assert cursor.description is not None
        names = [column.name for column in cursor.description]
        found = cursor.fetchone()
    assert found is not None
    return dict(zip(names, found, strict=True))


def copy(connection: psycopg.Connection[Any], table: str, rows: list[Row]) -> None:
    """COPY rows into ``table``."""
    query = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, rows[0]))
    )
    with connection.cursor() as cursor, cursor.copy(query) as stream:
        for row in rows:
            stream.write_row([_stored(value) for value in row.values()])


def _stored(value: Any) -> Any:
    return Jsonb(value) if isinstance(value, dict | list) else value


def another(h: House, table: str, **changes: Any) -> Any:
    """One more row of a table, beside the one that the unit's rows use; its id, where it has one."""
    return insert(h.admin, table, h.row(table, **changes)).get("id")


def by_person(h: House) -> Row:
    """That the unit's person stated it."""
    return {"person_id": h.of("registers_person"), "given_at": AT}


def by_run(h: House) -> Row:
    """That the unit's run wrote it."""
    return {"run_id": h.of("runs_run"), "person_id": None, "given_at": AT}


@contextmanager
def logged_in(postgres: server.Server, role: str, database: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection of one of our roles, outside Django; what it did is taken back at the end."""
    with psycopg.connect(**postgres.address(role, database)) as connection:
        try:
            yield connection
        finally:
            connection.rollback()


def work_in(connection: psycopg.Connection[Any], *units: int) -> None:
    """See these units until the transaction ends, as ``working_in`` does."""
    connection.execute("SELECT set_config('reskontra.units', %s, true)", (",".join(map(str, units)),))


def constraint_of(problem: psycopg.Error) -> str:
    """The name of the constraint that refused."""
    return problem.diag.constraint_name or ""
