"""Commands run in this process, against a copy of the database in which the cast lives."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from cast import template_with_the_cast
from reskontra.commands import main
from reskontra.database import connect, server

Command = Callable[..., tuple[int, Any]]


@pytest.fixture(scope="session")
def template(postgres: server.Server, template: str) -> Iterator[str]:
    """The migrated template with the cast in it; each test gets a copy of its own."""
    yield from template_with_the_cast(postgres, template)


@pytest.fixture
def command(
    database: server.Server,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Command:
    """``command("run", "orders", ...)``: its exit code and its JSON; without ``--json`` its text.

    The server is running and the copy is prepared, so both steps are left out; all else is as people run it.
    """
    monkeypatch.setattr(server, "start", lambda folder=None: database)
    monkeypatch.setattr(connect, "prepare", lambda running, name=None: None)
    monkeypatch.setattr(settings, "OUT", tmp_path / "out")
    monkeypatch.delenv("RESKONTRA_AS", raising=False)

    def run(*words: str, text: bool = False) -> tuple[int, Any]:
        capsys.readouterr()
        code = main([*words, *(() if text else ("--json",))])
        printed = capsys.readouterr().out
        return code, printed if text else json.loads(printed)

    return run
