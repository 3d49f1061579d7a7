"""Tests of the river of income start from a database in which the cast already lives."""

import os
from collections.abc import Iterator

import pytest
from django.db import connections

pytest.register_assert_rewrite("tables", "cast")

from cast import make_the_cast  # noqa: E402
from reskontra.database import connect, server  # noqa: E402


@pytest.fixture(scope="session")
def template(postgres: server.Server, template: str) -> Iterator[str]:
    """The migrated template with the cast in it, made once a session; each test gets a copy of its own."""
    name = f"{template}_cast_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    server.drop_database(postgres, name)
    server.create_database(postgres, name, template)
    connect.connect(postgres, name)
    make_the_cast()
    for alias in ("default", "owner"):
        connections[alias].close()
    yield name
    server.drop_database(postgres, name)
