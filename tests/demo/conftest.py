"""The whole demonstration, played once for all tests that look at it, in a database of its own."""

import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connections

from reskontra.database import server
from reskontra.demo.day import play
from reskontra.demo.diary import Day


@pytest.fixture(scope="package")
def played(postgres: server.Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """The day and the weeks after it; the database and the files stay until the last test has looked."""
    name = f"reskontra_demo_test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "start", lambda folder=None: postgres)
        patch.setattr(settings, "DATABASE_NAME", name)
        patch.setattr(settings, "OUT", settings.OUT)
        yield play(tmp_path_factory.mktemp("demo"), "en", quiet=True)
    for alias in ("default", "owner"):
        connections[alias].close()
    server.drop_database(postgres, name)
