"""Answers of the database as plain values."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

_JSONB = 3802  # PostgreSQL's number of the type: Django hands it on as text

Values = Mapping[str, Any] | Sequence[Any] | None


def rows(query: str, values: Values = None) -> list[dict[str, Any]]:
    """Every row of the answer to ``query``, by the names of its columns; what is JSON there is read."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        columns = cursor.description or ()
        names = [column.name for column in columns]
        told = [column.name for column in columns if column.type_code == _JSONB]
        found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for row in found if told else ():
        row.update({name: json.loads(row[name]) for name in told if isinstance(row[name], str)})
    return found


def one_row(query: str, values: Values = None) -> tuple[Any, ...]:
    """The single row that ``query`` always has, such as that of sums and counts."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        found = cursor.fetchone()
    assert found is not None
    return tuple(found)
