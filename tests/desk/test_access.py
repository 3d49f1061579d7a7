"""Who sees which unit, and what everybody else is told."""

import re
from collections.abc import Callable

import pytest
from desk_world import PASSWORD, Facts, World
from django.db import connections
from django.test import Client
from django.utils import timezone

from reskontra.database import connect, server
from reskontra.database.rows import one_row
from reskontra.database.session import room_to_work, working_in
from reskontra.desk.ready import NotSafeToServe, be_ready
from reskontra.desk.status import batches_by_state, invoices_of_month, latest_runs, orders_by_state
from reskontra.kernel.texts import text
from reskontra.registers.models import Person

SignedIn = Callable[[Person], Client]


def asked_for(page: bytes) -> str:
    """A page without what only repeats the address that was asked for, and the token."""
    bare = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page.decode())
    return re.sub(r'name="next" value="[^"]*"', "", bare)


def test_who_is_not_signed_in_is_asked_to(world: World) -> None:
    answer = Client(SERVER_NAME="localhost").get("/u/123/status")
    assert answer.headers["Location"] == "/sign-in?next=/u/123/status"


def test_a_foreign_unit_reads_like_one_that_does_not_exist(busy: World, signed_in: SignedIn) -> None:
    client = signed_in(busy.olli)
    foreign, missing, page = (client.get(f"/u/{code}/status") for code in ("123", "999", "no"))
    assert foreign.status_code == missing.status_code == page.status_code == 404
    assert asked_for(foreign.content) == asked_for(missing.content) == asked_for(page.content)
    assert text("desk.problem.404", "fi") in foreign.content.decode()
    assert "Satamavirasto" not in foreign.content.decode()


def test_a_person_of_the_unit_sees_it_and_no_switch_to_others(busy: World, signed_in: SignedIn) -> None:
    page = signed_in(busy.maria).get("/u/123/status").content.decode()
    assert "Hamnverket" in page
    assert "Skogsverket" not in page
    assert "<details" not in page


def test_a_role_in_all_units_opens_them_all_and_the_switch_names_them(
    busy: World, signed_in: SignedIn
) -> None:
    client = signed_in(busy.centre)
    for code in ("123", "456"):
        page = client.get(f"/u/{code}/status").content.decode()
        assert re.findall(r'<button name="unit" value="(\d+)"', page) == ["123", "456"]
        assert re.findall(r'<button name="unit" value="(\d+)" aria-current="true"', page) == [code]


def test_the_switch_leads_to_the_same_area_and_is_remembered(busy: World, signed_in: SignedIn) -> None:
    client = signed_in(busy.centre)
    assert client.get("/").headers["Location"] == "/u/123/"
    answer = client.post("/unit", {"unit": "456", "area": "orders"})
    assert answer.headers["Location"] == "/u/456/orders"
    assert client.get("/").headers["Location"] == "/u/456/"
    assert client.get("/unit").headers["Location"] == "/"


@pytest.mark.parametrize(
    ("unit", "area"),
    [("123", "home"), ("999", "home"), ("456", "https://elsewhere.example"), ("456", "sign-out")],
)
def test_the_switch_leads_nowhere_else(busy: World, signed_in: SignedIn, unit: str, area: str) -> None:
    client = signed_in(busy.olli)
    assert client.post("/unit", {"unit": unit, "area": area}).status_code == 404
    assert client.get("/").headers["Location"] == "/u/456/"


def test_a_remembered_unit_opens_nothing_once_the_role_has_ended(busy: World, signed_in: SignedIn) -> None:
    client = signed_in(busy.olli)
    session = client.session
    session["unit"] = "123"
    session.save()
    assert client.get("/").headers["Location"] == "/u/456/"


def test_a_role_that_has_ended_opens_nothing(busy: World, signed_in: SignedIn) -> None:
    client = signed_in(busy.former)
    assert client.get("/u/123/status").status_code == 404
    start = client.get("/")
    assert start.status_code == 403
    assert text("desk.no_role", "sv") in start.content.decode()


def test_below_the_page_the_database_keeps_the_units_apart_too(busy: World) -> None:
    with working_in([busy.forest.pk]):
        assert not any(one.count for one in orders_by_state(busy.harbour))
        assert batches_by_state(busy.harbour) == latest_runs(busy.harbour) == []
        assert invoices_of_month(busy.harbour, timezone.localdate()) == []
    with working_in([busy.harbour.pk, busy.forest.pk]):
        assert not any(one.count for one in orders_by_state(busy.forest)), (
            "every query names its unit as well"
        )
        assert batches_by_state(busy.forest) == latest_runs(busy.forest) == []


def test_the_counts_of_one_unit_are_not_moved_by_another(busy: World, signed_in: SignedIn) -> None:
    client = signed_in(busy.maria)
    before = asked_for(client.get("/u/123/status").content)
    others = Facts(busy, busy.forest, busy.olli)
    run = others.run("orders", [{"outcome": "READY", "clause": "OC 3.9-a", "count": 7, "amount": "7.00"}])
    others.decided(others.order(run), run, "READY", "READY", "7.00")
    others.batch(run, "theirs", 1, "7.00", "intent", "held")
    assert asked_for(client.get("/u/123/status").content) == before


def test_healthz_is_ok_when_the_database_answers_and_is_safe(database: server.Server) -> None:
    answer = Client(SERVER_NAME="localhost").get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")


def test_healthz_is_not_ok_without_a_database(database: server.Server) -> None:
    connect.connect(database, "no_such_database")
    answer = Client(SERVER_NAME="localhost").get("/healthz")
    assert (answer.status_code, answer.content) == (503, b"not ok")


def as_the_owner() -> None:
    """Point the desk at the login that owns the tables and may change them."""
    connections["default"].close()
    connections["default"].settings_dict.update(connections["owner"].settings_dict)


def test_healthz_is_not_ok_through_a_login_that_owns_the_tables(database: server.Server) -> None:
    as_the_owner()
    answer = Client(SERVER_NAME="localhost").get("/healthz")
    assert (answer.status_code, answer.content) == (503, b"not ok")


def test_the_desk_does_not_start_through_a_login_that_owns_the_tables(database: server.Server) -> None:
    be_ready()
    as_the_owner()
    with pytest.raises(NotSafeToServe, match="owns the tables"):
        be_ready()


def test_nobody_waits_for_ever_at_the_desk(database: server.Server) -> None:
    """D8: short limits for whoever serves people; a run or a large file takes the time that it needs."""
    connect.connect(database, str(connections["default"].settings_dict["NAME"]), online=True)
    asked = (
        "SELECT current_setting('statement_timeout'), current_setting('idle_in_transaction_session_timeout')"
    )
    assert one_row(asked) == ("30s", "1min")
    with working_in([]):
        room_to_work()
        assert one_row(asked) == ("0", "10min")
    assert one_row(asked) == ("30s", "1min")


@pytest.mark.parametrize("language", ["sv", "fi", "en"])
def test_a_page_that_fails_says_so_in_the_language_of_the_browser(world: World, language: str) -> None:
    client = Client(SERVER_NAME="localhost", raise_request_exception=False)
    client.post("/language", {"language": language, "next": "/"})
    client.post("/sign-in", {"username": "maria", "password": PASSWORD})
    connections["default"].close()
    connections["default"].settings_dict["NAME"] = "no_such_database"
    answer = client.get("/u/123/status")
    assert answer.status_code == 500
    assert text("desk.problem.500", language) in answer.content.decode()
    assert answer.headers["Content-Security-Policy"]
    assert "no_such_database" not in answer.content.decode()
