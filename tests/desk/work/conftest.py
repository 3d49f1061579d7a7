"""The desk where people work: the cast lives in the harbour unit, with its registers and a few open orders."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from cast import DAY, an_order, customer, inside, person, run, template_with_the_cast, unit
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


@pytest.fixture
def desk(database: server.Server) -> Desk:
    """Open orders, decided: two priced off the list, one without a standard price, three ready, one returned."""
    where = unit()
    with inside(where):
        orders = {
            "dear": an_order(where, "aino", {"item": "PERMIT", "quantity": 1, "unit_price": "120.00"}),
            "cheap": an_order(where, "bruk", {"item": "PERMIT", "quantity": 2, "unit_price": "80.00"}),
            "opinion": an_order(where, "aino", {"item": "OPINION", "quantity": 1, "unit_price": "55.00"}),
            "ready": an_order(where, "aino", {"item": "PERMIT", "quantity": 1}),
            "course": an_order(where, "bruk", {"item": "COURSE", "quantity": 3}),
            "inspect": an_order(where, "bruk", {"item": "INSPECT", "quantity": 1}),
            "bare": an_order(where, "aino", {"item": "BARE", "quantity": 1}),
        }
    run(OrdersRun(), where, DAY)
    return Desk(where, orders)


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
