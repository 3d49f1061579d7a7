"""Swedish, Finnish and English: chosen in the header, kept with the person, and spoken by every page."""

import importlib
import pkgutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from desk_world import PASSWORD, World
from django.template import Context, Template
from django.test import Client
from django.utils import translation

import reskontra.income
from reskontra.desk.access import ROLE_TERMS
from reskontra.desk.status import BATCH_STATES, ORDER_STATES
from reskontra.kernel.sets import Outcome
from reskontra.kernel.texts import LANGUAGES, text
from reskontra.registers.models import Person


@pytest.fixture
def client(database: Any) -> Client:
    return Client(SERVER_NAME="localhost")


def speaks(client: Client, address: str = "/sign-in", **headers: str) -> str:
    """The language that a page says it is in, after checking that it says it everywhere."""
    answer = client.get(address, headers=headers)
    language = answer.headers["Content-Language"]
    page = answer.content.decode()
    assert f'<html lang="{language}">' in page
    assert text("desk.help", language) in page
    return language


@pytest.mark.parametrize(("asked", "spoken"), [
    ("fi",              "fi"),
    ("sv-FI,sv;q=0.9",  "sv"),
    ("en-GB,en;q=0.8",  "en"),
    ("de,fi;q=0.5",     "fi"),
    ("de",              "sv"),
    ("",                "sv"),
])  # fmt: skip
def test_a_stranger_is_spoken_to_as_the_browser_asks(client: Client, asked: str, spoken: str) -> None:
    assert speaks(client, **{"Accept-Language": asked}) == spoken


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_choice_is_kept_by_the_browser(client: Client, language: str) -> None:
    answer = client.post("/language", {"language": language, "next": "/sign-in?next=/u/1/status"})
    assert answer.headers["Location"] == "/sign-in?next=/u/1/status"
    assert speaks(client, **{"Accept-Language": "sv"}) == language


def test_a_choice_made_before_signing_in_is_kept_with_the_person(world: World, client: Client) -> None:
    client.post("/language", {"language": "fi", "next": "/sign-in"})
    client.post("/sign-in", {"username": "maria", "password": PASSWORD})
    assert speaks(client, "/u/123/status") == "fi"
    world.maria.refresh_from_db()
    assert world.maria.language == "fi"


def test_the_next_person_on_the_same_browser_has_a_language_of_their_own(
    world: World, client: Client
) -> None:
    client.post("/language", {"language": "fi", "next": "/sign-in"})
    client.post("/sign-in", {"username": "maria", "password": PASSWORD})
    client.post("/sign-out")
    client.post("/sign-in", {"username": "centre", "password": PASSWORD})
    assert speaks(client, "/u/123/status") == "en"
    world.centre.refresh_from_db()
    assert world.centre.language == "en"


def test_a_choice_made_inside_is_kept_with_the_person(world: World, client: Client) -> None:
    client.post("/sign-in", {"username": "maria", "password": PASSWORD})
    answer = client.post("/language", {"language": "en", "next": "/u/123/status"})
    assert answer.headers["Location"] == "/u/123/status"
    assert speaks(client, "/u/123/status") == "en"
    assert Person.objects.get(username="maria").language == "en"
    client.post("/sign-out")
    assert speaks(client) == "en", "and by the browser, for the way back in"


def test_another_language_cannot_be_chosen(world: World, client: Client) -> None:
    answer = client.post("/language", {"language": "tlh", "next": "/sign-in"})
    assert answer.status_code == 422
    assert text("desk.problem.422", "sv") in answer.content.decode()


def test_choosing_a_language_leads_nowhere_else(client: Client) -> None:
    answer = client.post("/language", {"language": "fi", "next": "https://elsewhere.example/"})
    assert answer.headers["Location"] == "/"


def shown(template: str, language: str, **values: object) -> str:
    with translation.override(language):
        return Template(template).render(Context(values)).replace("\N{NO-BREAK SPACE}", " ")


EARLY = datetime(2024, 3, 15, 4, 5, tzinfo=UTC)
AFTER_MIDNIGHT_IN_FINLAND = datetime(2024, 3, 14, 23, 0, tzinfo=UTC)


@pytest.mark.parametrize(("template", "value", "sv", "fi", "en"), [
    ("{{ it|amount }}",  Decimal("-1234.5"), "−1 234,50 €", "−1 234,50 €", "−€1,234.50"),
    ("{{ it|day }}",     date(2024, 3, 15), "15.3.2024", "15.3.2024", "15 Mar 2024"),
    ("{{ it|day }}",     AFTER_MIDNIGHT_IN_FINLAND, "15.3.2024", "15.3.2024", "15 Mar 2024"),
    ("{{ it|instant }}", EARLY, "15.3.2024 kl. 06.05", "15.3.2024 klo 6.05", "15 Mar 2024 at 06:05"),
    ("{{ it|whole }}",   1204, "1 204", "1 204", "1,204"),
    ("{% text 'term.unit' %}", None, "bokföringsenhet", "kirjanpitoyksikkö", "accounting unit"),
    ("{% text 'desk.version' version=it %}", "<", "Version &lt;", "Versio &lt;", "Version &lt;"),
    ("{% label 'desk.run' it %}", "<later>", "&lt;later&gt;", "&lt;later&gt;", "&lt;later&gt;"),
])  # fmt: skip
def test_amounts_days_and_texts_are_written_as_the_reader_writes_them(
    template: str, value: object, sv: str, fi: str, en: str
) -> None:
    assert [shown(template, language, it=value) for language in ("sv", "fi", "en")] == [sv, fi, en]


def defined_in_the_rooms(ending: str) -> Iterator[Any]:
    """Everything that modules with this ``ending`` of their name define."""
    for module in pkgutil.walk_packages(reskontra.income.__path__, "reskontra.income."):
        if module.name.endswith(ending):
            yield from vars(importlib.import_module(module.name)).values()


def test_every_outcome_of_every_rule_can_be_read_in_three_languages() -> None:
    names = {value.name for value in defined_in_the_rooms(".rules") if isinstance(value, Outcome)}
    assert len(names) > 20
    for name in sorted(names):
        for language in LANGUAGES:
            assert text(f"outcome.{name}", language)


def test_every_run_can_be_read_in_three_languages() -> None:
    rooms = {value.name for value in defined_in_the_rooms(".run") if hasattr(value, "lock")}
    assert rooms >= {"orders", "invoicing", "delivery"}
    for name in rooms | {"intake", "customers", "receipts", "archive"}:
        assert all(text(f"desk.run.{name}", language) for language in LANGUAGES)


def test_every_state_and_every_role_can_be_read_in_three_languages() -> None:
    keys = [f"desk.orders.{state}" for state in ORDER_STATES]
    keys += [f"desk.outbox.state.{state}" for state in BATCH_STATES]
    keys += [f"desk.run.state.{state}" for state in ("planned", "applied", "dropped")]
    keys += [f"desk.role.{role}" for role in ROLE_TERMS] + list(ROLE_TERMS.values())
    assert all(text(key, language) for key in keys for language in LANGUAGES)
