"""The desk where people work: the cast lives in the harbour unit, with its registers and a few open orders."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from cast import DAY, an_order, customer, inside, person, run, template_with_the_cast, unit
from pristine import Pristine, a_copy
from reskontra.database import server
from reskontra.income.order_handling.run import OrdersRun
from reskontra.registers.models import Unit
from reskontra.sales.models import Order

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(scope="session")
def template(postgres: server.Server, template: str) -> Iterator[str]:
    """The migrated template with the cast in it; each test gets a copy of its own."""
    yield from template_with_the_cast(postgres, template)


@dataclass
class Desk:
    """The unit at work: its orders by a word each."""

    unit: Unit
    orders: dict[str, Order]

    def number(self, word: str) -> int:
        return self.orders[word].number

    def path(self, rest: str = "") -> str:
        return f"/u/{self.unit.code}/{rest}"


@pytest.fixture(scope="session")
def desk_template(postgres: server.Server, template: str) -> Iterator[str]:
    """The template with the desk's orders in it."""
    yield from template_with_the_cast(postgres, template, orders)


@pytest.fixture
def database(
    request: pytest.FixtureRequest, postgres: server.Server, template: str, copies: dict[str, Pristine]
) -> Iterator[server.Server]:
    """A fresh database with the cast; with the desk's orders too where a test asks for the desk."""
    at_work = "desk" in request.fixturenames
    chosen = str(request.getfixturevalue("desk_template")) if at_work else template
    yield from a_copy(postgres, chosen, copies)


ORDERS: dict[str, tuple[str, dict[str, Any]]] = {
    "dear": ("aino", {"item": "PERMIT", "quantity": 1, "unit_price": "120.00"}),
    "cheap": ("bruk", {"item": "PERMIT", "quantity": 2, "unit_price": "80.00"}),
    "opinion": ("aino", {"item": "OPINION", "quantity": 1, "unit_price": "55.00"}),
    "ready": ("aino", {"item": "PERMIT", "quantity": 1}),
    "course": ("bruk", {"item": "COURSE", "quantity": 3}),
    "inspect": ("bruk", {"item": "INSPECT", "quantity": 1}),
    "bare": ("aino", {"item": "BARE", "quantity": 1}),
}


def orders() -> None:
    """Open orders, decided: two priced off the list, one without a standard price, three ready, one returned."""
    with inside(unit()) as acting:
        for who, line in ORDERS.values():
            an_order(acting.unit, who, line)
    run(OrdersRun(), unit(), DAY)


@pytest.fixture
def desk(database: server.Server) -> Desk:
    """The unit with its open orders."""
    where = unit()
    with inside(where):
        found = dict(zip(ORDERS, Order.objects.filter(unit=where).order_by("number"), strict=True))
    return Desk(where, found)


@pytest.fixture
def at_desk() -> Callable[[str], Client]:
    """A client in which somebody of the cast has signed in."""

    def client_of(username: str) -> Client:
        client = Client(SERVER_NAME="localhost")
        client.force_login(person(username), BACKEND)
        return client

    return client_of


@pytest.fixture
def sits_down(page: Any, live: str, at_desk: Callable[[str], Client]) -> Callable[[str], Any]:
    """Somebody of the cast sits down at the browser, signed in."""

    def sit(username: str) -> Any:
        cookie = at_desk(username).cookies["sessionid"].value
        page.context.clear_cookies()
        page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live}])
        return page

    return sit


def name_of(word: str) -> str:
    """A customer's name by its word."""
    return customer(word).name
