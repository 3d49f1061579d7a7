"""S01: in by name and password or, in the demo world, by role; refusals tell no names; out by POST."""

import re
from datetime import date
from typing import Any

import pytest
from desk_world import PASSWORD, World, a_role
from django.conf import settings
from django.db import connections
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client

from reskontra.desk.access import ROLE_TERMS
from reskontra.kernel.texts import text
from reskontra.registers.models import Person


@pytest.fixture
def client() -> Client:
    return Client(SERVER_NAME="localhost")


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DEMO", True, raising=False)


def sign_in(client: Client, username: str, password: str = PASSWORD, then: str = "", **more: Any) -> Any:
    address = f"/sign-in?next={then}" if then else "/sign-in"
    return client.post(address, {"username": username, "password": password}, **more)


def without_tokens(page: bytes) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page.decode())


def test_the_right_password_leads_to_the_persons_unit(world: World, client: Client) -> None:
    assert sign_in(client, "maria").headers["Location"] == "/"
    assert client.get("/").headers["Location"] == "/u/123/"
    assert client.get("/u/123/status").status_code == 200


def test_who_is_signed_in_needs_no_form(world: World, client: Client) -> None:
    sign_in(client, "maria")
    assert client.get("/sign-in").headers["Location"] == "/"


def test_an_unknown_name_and_a_wrong_password_read_the_same(world: World, client: Client) -> None:
    unknown = sign_in(client, "nobody", "wrong")
    wrong = sign_in(client, "maria", "wrong")
    assert unknown.status_code == wrong.status_code == 422
    assert without_tokens(unknown.content).replace("nobody", "maria") == without_tokens(wrong.content)
    assert text("desk.sign_in.wrong", "sv") in wrong.content.decode()


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("maria", PASSWORD + " "),
        ("Maria", PASSWORD),
        ("mar\0ia", PASSWORD),
        ("maria", "x" * 5000),
        ("maria' OR true --", PASSWORD),
    ],
)
def test_nothing_but_the_right_name_and_password_lets_in(
    world: World, client: Client, username: str, password: str
) -> None:
    assert sign_in(client, username, password).status_code == 422
    assert client.get("/u/123/status").status_code == 302


def test_who_is_no_longer_active_is_not_let_in(world: World, client: Client) -> None:
    sign_in(client, "maria")
    Person.objects.filter(username="maria").update(is_active=False)
    assert client.get("/u/123/status").status_code == 302, "a session ends with the account"
    assert sign_in(client, "maria").status_code == 422


@pytest.mark.parametrize(("username", "password", "missing"), [
    ("", "", ["username", "password"]), ("maria", "", ["password"]), ("  ", "x", ["username"]),
])  # fmt: skip
def test_a_missing_field_is_named_and_what_was_written_is_kept(
    world: World, client: Client, username: str, password: str, missing: list[str]
) -> None:
    answer = sign_in(client, username, password)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert re.findall(r'<li><a href="#(\w+)">', page) == missing
    assert 'role="alert" tabindex="-1" autofocus' in page
    assert f'value="{username}"' in page


def test_after_five_wrong_passwords_the_right_one_must_wait(world: World, client: Client) -> None:
    for _ in range(5):
        assert sign_in(client, "maria", "wrong").status_code == 422
    refused = sign_in(client, "maria")
    assert refused.status_code == 429
    assert text("desk.sign_in.too_often", "sv", minutes=15) in refused.content.decode()
    assert sign_in(client, "MARIA").status_code == 429, "the case of letters gives no new attempts"
    assert sign_in(client, "olli").status_code == 302, "another name is not held back"


def test_another_address_is_not_held_back(world: World, client: Client) -> None:
    for _ in range(6):
        sign_in(client, "maria", "wrong")
    assert sign_in(client, "maria", REMOTE_ADDR="192.0.2.7").status_code == 302


def test_the_right_password_begins_the_count_anew(world: World, client: Client) -> None:
    for _ in range(3):
        for _ in range(4):
            assert sign_in(client, "maria", "wrong").status_code == 422
        assert sign_in(client, "maria").status_code == 302


@pytest.mark.parametrize(("wanted", "reached"), [
    ("/u/123/status",              "/u/123/status"),
    ("https://elsewhere.example/", "/"),
    ("//elsewhere.example/",       "/"),
    ("/%5Celsewhere.example/",     "/"),
    ("javascript:alert(1)",        "/"),
    ("u/123/status",               "/"),
])  # fmt: skip
def test_signing_in_goes_on_to_a_page_of_the_desk_only(
    world: World, client: Client, wanted: str, reached: str
) -> None:
    assert sign_in(client, "maria", then=wanted).headers["Location"] == reached


def test_the_session_is_a_new_one(world: World, client: Client) -> None:
    sign_in(client, "maria")
    first = client.cookies["sessionid"].value
    sign_in(client, "olli")
    assert client.cookies["sessionid"].value != first


def test_signing_out_is_a_post(world: World, client: Client) -> None:
    sign_in(client, "maria")
    client.get("/sign-out")
    assert client.get("/u/123/status").status_code == 200
    assert client.post("/sign-out").headers["Location"] == "/sign-in"
    assert client.get("/u/123/status").status_code == 302


def test_a_post_without_its_token_does_nothing(world: World) -> None:
    client = Client(SERVER_NAME="localhost", enforce_csrf_checks=True, headers={"Accept-Language": "fi"})
    answer = sign_in(client, "maria")
    assert answer.status_code == 403
    assert text("desk.problem.403", "fi") in answer.content.decode()


def test_signing_in_is_remembered_as_an_act_of_the_person(world: World, client: Client) -> None:
    sign_in(client, "maria")
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT person_id, reason FROM registers_history WHERE table_name = 'registers_person'"
            " AND row_id = %s ORDER BY id DESC LIMIT 1",
            [world.maria.pk],
        )
        assert cursor.fetchone() == (world.maria.pk, "sign-in")


def test_outside_the_demo_nobody_is_let_in_by_one_click(world: World, client: Client) -> None:
    assert "Maria Hav" not in client.get("/sign-in").content.decode()
    assert client.post("/sign-in/as", {"person": world.maria.pk}).status_code == 404
    assert client.get("/u/123/status").status_code == 302


def test_the_demo_shows_one_card_for_each_role_held_today_in_each_unit(
    demo: None, world: World, client: Client
) -> None:
    a_role(world.maria, "GK", world.forest, DateRange(date(2020, 1, 1), None))
    page = client.get("/sign-in").content.decode()
    assert re.findall(r"<h3>(.*?)</h3>", page) == ["Hamnverket", "Skogsverket", "Alla enheter"]
    cards = re.findall(r'name="person" value="(\d+)"[^>]*>\s*<b>(.*?)</b>', page)
    names = [text(ROLE_TERMS[role], "sv").capitalize() for role in ("SG", "K", "GK", "PK")]
    who = [world.maria.pk, world.olli.pk, world.maria.pk, world.centre.pk]
    assert cards == [(str(person), name) for person, name in zip(who, names, strict=True)]
    assert re.findall(r'formaction="/sign-in/as\?next=(/u/\d+/)"', page) == ["/u/123/", "/u/456/", "/u/456/"]


def test_in_the_demo_one_click_signs_in_and_goes_on(demo: None, world: World, client: Client) -> None:
    answer = client.post("/sign-in/as?next=/u/456/status", {"person": world.olli.pk})
    assert answer.headers["Location"] == "/u/456/status"
    assert client.get("/u/456/status").status_code == 200


def test_in_the_demo_only_those_shown_are_let_in(demo: None, world: World, client: Client) -> None:
    assert client.post("/sign-in/as", {"person": world.former.pk}).status_code == 404
    assert client.post("/sign-in/as", {"person": "x"}).status_code == 404
