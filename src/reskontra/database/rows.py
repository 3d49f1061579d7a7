"""Answers of the database as plain values."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

Values = Mapping[str, Any] | Sequence[Any] | None


def rows(query: str, values: Values = None) -> list[dict[str, Any]]:
    """Every row of the answer to ``query``, by the names of its columns."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def one_row(query: str, values: Values = None) -> tuple[Any, ...]:
    """The single row that ``query`` always has, such as that of sums and counts."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        found = cursor.fetchone()
    assert found is not None
    return tuple(found)
