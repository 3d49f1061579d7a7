"""Tests of the river of expenditure start from a database in which the cast already lives."""

from collections.abc import Iterator

import pytest

pytest.register_assert_rewrite("expenditure.statement_tables")

from cast import template_with_the_cast  # noqa: E402
from reskontra.database import server  # noqa: E402


@pytest.fixture(scope="session")
def template(postgres: server.Server, template: str) -> Iterator[str]:
    """The migrated template with the cast in it; each test gets a copy of its own."""
    yield from template_with_the_cast(postgres, template)
