"""Answers of the database as plain values."""

from decimal import Decimal

import pytest

from reskontra.database.rows import one_row, rows
from reskontra.database.session import working_in

pytestmark = pytest.mark.usefixtures("database")


def test_rows_come_by_name_and_what_is_json_is_read() -> None:
    with working_in([1]):
        found = rows("SELECT 1 AS one, '{\"a\": [1]}'::jsonb AS told, NULL::jsonb AS none, 2.50 AS euro")
    assert found == [{"one": 1, "told": {"a": [1]}, "none": None, "euro": Decimal("2.50")}]


def test_one_row_is_a_tuple() -> None:
    with working_in([1]):
        assert one_row("SELECT count(*), sum(n) FROM generate_series(1, 3) n") == (3, 6)
