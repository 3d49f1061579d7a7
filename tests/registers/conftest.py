"""Registers for tests: the shipped ones and the demonstration's, loaded with keys of the test's own."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from reskontra.kernel.secrets import KeyRing

SHIPPED = files("reskontra.registers") / "data"
DEMO = files("reskontra.demo") / "registers"


@pytest.fixture
def ring() -> KeyRing:
    """Keys that live as long as the test."""
    return KeyRing.generate()


@pytest.fixture
def world(database: Any, ring: KeyRing) -> KeyRing:
    """The shipped registers and the demonstration's, in the database."""
    from reskontra.registers.loading import load

    load(SHIPPED, ring)
    load(DEMO, ring)
    return ring


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for register files."""
    made = tmp_path / "registers"
    made.mkdir()
    return made
