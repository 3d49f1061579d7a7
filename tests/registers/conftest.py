"""Registers for tests: the shipped ones and the demonstration's, loaded once and copied for every test."""

import os
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from django.db import connections

from reskontra.database import connect, server
from reskontra.kernel.secrets import KeyRing


@pytest.fixture(scope="session")
def ring() -> KeyRing:
    """Keys that live as long as the tests."""
    return KeyRing.generate()


@pytest.fixture(scope="session")
def loaded(postgres: server.Server, template: str, ring: KeyRing) -> Iterator[str]:
    """A database with both sets of registers; no test works in it."""
    from reskontra.registers.loading import load

    name = f"reskontra_world_{os.getpid()}"
    server.drop_database(postgres, name)
    server.create_database(postgres, name, template)
    connect.connect(postgres, name)
    load(files("reskontra.registers") / "data", ring)
    load(files("reskontra.demo") / "registers", ring)
    _disconnect()
    yield name
    server.drop_database(postgres, name)


@pytest.fixture
def world(postgres: server.Server, loaded: str, ring: KeyRing) -> Iterator[KeyRing]:
    """A copy of the loaded registers for one test, as the app role; the keys they are sealed with."""
    name = f"{loaded}_copy"
    server.drop_database(postgres, name)
    server.create_database(postgres, name, loaded)
    connect.connect(postgres, name)
    yield ring
    _disconnect()
    server.drop_database(postgres, name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for register files."""
    made = tmp_path / "registers"
    made.mkdir()
    return made


def _disconnect() -> None:
    for alias in ("default", "owner"):
        connections[alias].close()
