"""One prepared database for a whole file of tests: two houses that every test finds as it left them."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from database.cast import move_in
from database.house import House, logged_in
from reskontra.database import server


@dataclass
class Street:
    """Two units that must not see each other, the preparing login, one of the app role, and where they live."""

    postgres: server.Server
    database: str
    admin: psycopg.Connection[Any]
    app: psycopg.Connection[Any]
    own: House
    foreign: House


@pytest.fixture(scope="module")
def street(postgres: server.Server, template: str) -> Iterator[Street]:
    """Two houses, committed; tests work beside them and take back what they do."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"reskontra_street_{worker}_{os.getpid()}"
    server.drop_database(postgres, name)
    server.create_database(postgres, name, template)
    with (
        psycopg.connect(**postgres.admin_address(name)) as admin,
        logged_in(postgres, server.APP, name) as app,
    ):
        own, foreign = move_in(admin), move_in(admin)
        admin.commit()
        yield Street(postgres, name, admin, app, own, foreign)
        admin.rollback()
    server.drop_database(postgres, name)


@pytest.fixture
def app(street: Street) -> Iterator[psycopg.Connection[Any]]:
    """A fresh connection of the app role that sees nothing yet; what it did is taken back."""
    with logged_in(street.postgres, server.APP, street.database) as connection:
        yield connection


@pytest.fixture
def admin(street: Street) -> Iterator[psycopg.Connection[Any]]:
    """The preparing login, a superuser; what it did is taken back."""
    yield street.admin
    street.admin.rollback()


@pytest.fixture(autouse=True)
def _as_they_were(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test finds the rows of the houses that they moved in with, whatever the one before added."""
    if "street" not in request.fixturenames:
        yield
        return
    street: Street = request.getfixturevalue("street")
    before = [(house, dict(house.have)) for house in (street.own, street.foreign)]
    yield
    street.admin.rollback()
    for house, have in before:
        house.have = have
