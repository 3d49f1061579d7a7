"""A copied database that is put back as it was between tests: a tenth of the time that a new copy takes.

What a test stored is removed beside triggers and constraints, by the login that prepares databases; rows that were
there before come back from copies kept in a schema of their own. A test that changes the database itself (a trigger,
a constraint, a right, a function) leaves a trace in the catalogue, and the next test gets a new copy.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.db import connections
from psycopg import sql

from reskontra.database import connect, safety, server

_TABLES = """
SELECT c.relname, c.oid FROM pg_class c
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY c.relname
"""
_COLUMNS = """
SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute
WHERE attrelid = to_regclass('public.' || %s) AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
"""
# The server counts what is written to a table, also what was rolled back.
_WRITTEN = """
SELECT pg_stat_get_tuples_inserted(oid) + pg_stat_get_tuples_updated(oid) + pg_stat_get_tuples_deleted(oid)
FROM unnest(%s::oid[]) WITH ORDINALITY asked (oid, place) ORDER BY place
"""
_SIZE = "SELECT pg_relation_size(to_regclass('public.' || %s))"
_SEQUENCES = "SELECT schemaname || '.' || sequencename, last_value, start_value FROM pg_sequences ORDER BY 1"
# Every change of a definition writes its row anew; what statistics write, they write in place.
_CATALOGUE = """
SELECT string_agg(concat_ws(' ', part, rows, newest), ',' ORDER BY part) FROM (
  SELECT 'class', count(*), max(xmin::text::bigint)::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
  UNION ALL SELECT 'attribute', count(*), max(a.xmin::text::bigint)::text FROM pg_attribute a
  JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace = 'public'::regnamespace
  UNION ALL SELECT 'trigger', count(*), max(xmin::text::bigint)::text FROM pg_trigger
  UNION ALL SELECT 'constraint', count(*), max(xmin::text::bigint)::text FROM pg_constraint
  UNION ALL SELECT 'function', count(*), max(xmin::text::bigint)::text FROM pg_proc
  WHERE pronamespace = 'public'::regnamespace
  UNION ALL SELECT 'policy', count(*), max(xmin::text::bigint)::text FROM pg_policy
  UNION ALL SELECT 'setting', count(*), max(setconfig::text) FROM pg_db_role_setting
  WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
  UNION ALL SELECT 'database', 1, concat(shobj_description(oid, 'pg_database'), datacl) FROM pg_database
  WHERE datname = current_database()
) parts (part, rows, newest)
"""
_LARGE = 4 << 20  # bytes of a table that is not worth emptying: a new copy is had sooner


@dataclass
class Pristine:
    """One copy of ``template`` under ``name``; ``fresh`` gives it as the template was."""

    postgres: server.Server
    template: str
    name: str
    _columns: dict[str, list[str]] = field(default_factory=dict)  # of the tables that had rows
    _tables: dict[str, int] = field(default_factory=dict)  # name and oid
    _sequences: list[tuple[str, int | None, int]] = field(default_factory=list)
    _catalogue: str = ""
    _written: dict[str, int] = field(
        default_factory=dict
    )  # how many rows, ever, when all was as it should be
    _admin: psycopg.Connection[Any] | None = None  # kept: a new one would learn all the tables anew
    new: bool = True  # whether the database was copied for the test that has it now

    def fresh(self) -> str:
        """The name of a database that nobody has touched since it was copied or put back."""
        self.new = not (self._admin and self._put_back(self._admin))
        if self.new:
            self._copy()
        return self.name

    def drop(self) -> None:
        if self._admin:
            self._admin.close()
            self._admin = None
        server.drop_database(self.postgres, self.name)

    def _copy(self) -> None:
        self.drop()
        server.create_database(self.postgres, self.name, self.template)
        self._admin = admin = psycopg.connect(**self.postgres.admin_address(self.name), autocommit=True)
        admin.execute("SET plan_cache_mode = force_generic_plan")
        with admin.transaction():
            self._tables = dict(admin.execute(_TABLES).fetchall())
            admin.execute("CREATE SCHEMA pristine")
            self._columns = {}
            for table in self._with_rows(admin):
                [columns] = admin.execute(_COLUMNS, (table,)).fetchone() or ([],)
                self._columns[table] = columns
                admin.execute(
                    sql.SQL("CREATE TABLE pristine.{} AS SELECT {} FROM public.{}").format(
                        sql.Identifier(table), _names(columns), sql.Identifier(table)
                    )
                )
            self._sequences = list(admin.execute(_SEQUENCES))
            self._catalogue = _value(admin, _CATALOGUE)
        self._written = self._written_now(admin)

    def _with_rows(self, admin: psycopg.Connection[Any]) -> list[str]:
        parts = [
            sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM public.{})").format(
                sql.Literal(table), sql.Identifier(table)
            )
            for table in self._tables
        ]
        return [name for (name,) in admin.execute(sql.SQL(" UNION ALL ").join(parts))]

    def _put_back(self, admin: psycopg.Connection[Any]) -> bool:
        """Whether the copy is as it was: not when a test changed more than rows, or very many, or killed it."""
        try:
            with admin.transaction():
                if not self._rows_put_back(admin):
                    return False
            self._written = self._written_now(admin)
        except psycopg.OperationalError:
            return False
        return True

    def _rows_put_back(self, admin: psycopg.Connection[Any]) -> bool:
        admin.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        if _value(admin, _CATALOGUE) != self._catalogue:
            return False
        admin.execute("SET LOCAL session_replication_role = replica")
        written = self._written_now(admin)
        changed = [table for table in self._tables if written[table] != self._written[table]]
        if any(_value(admin, _SIZE, table) > _LARGE for table in changed):
            return False
        for table in changed:
            self._restore(admin, table)
        for name, last, start in set(self._sequences) ^ set(admin.execute(_SEQUENCES)):
            if (name, last, start) in self._sequences:
                admin.execute("SELECT setval(%s, %s, %s)", (name, last or start, last is not None))
        return True

    def _written_now(self, admin: psycopg.Connection[Any]) -> dict[str, int]:
        """How many rows were ever written to each table, by sessions that have ended and by this one."""
        admin.execute("SELECT pg_stat_force_next_flush()")  # outside a transaction: what it wrote until now
        counted = admin.execute(_WRITTEN, (list(self._tables.values()),), prepare=True)
        return dict(zip(self._tables, (count for (count,) in counted), strict=True))

    def _restore(self, admin: psycopg.Connection[Any], table: str) -> None:
        where = sql.Identifier(table)
        admin.execute(sql.SQL("DELETE FROM public.{}").format(where))
        if table in self._columns:
            columns = _names(self._columns[table])
            admin.execute(
                sql.SQL(
                    "INSERT INTO public.{0} ({1}) OVERRIDING SYSTEM VALUE SELECT {1} FROM pristine.{0}"
                ).format(where, columns)
            )


def _names(columns: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _value(admin: psycopg.Connection[Any], query: str, *values: Any) -> Any:
    found = admin.execute(query, values or None).fetchone()
    assert found is not None
    return found[0]


def a_copy(postgres: server.Server, template: str, copies: dict[str, Pristine]) -> Iterator[server.Server]:
    """A copy of ``template`` that nobody has touched, with Django connected to it as the app role."""
    if template not in copies:
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        copies[template] = Pristine(
            postgres, template, f"reskontra_test_{worker}_{os.getpid()}_{len(copies)}"
        )
    connect.connect(postgres, copies[template].fresh())
    if copies[template].new:
        assert safety.unsafe() == []
    yield postgres
    disconnect()


def disconnect() -> None:
    """Close what Django has open."""
    for alias in ("default", "owner"):
        connections[alias].close()
