"""Commands run in this process, against a copy of the database in which the cast lives."""

from collections.abc import Iterator

import pytest

from cast import template_with_the_cast
from reskontra.database import server


@pytest.fixture(scope="session")
def template(postgres: server.Server, template: str) -> Iterator[str]:
    """The migrated template with the cast in it; each test gets a copy of its own."""
    yield from template_with_the_cast(postgres, template)
