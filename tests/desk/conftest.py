"""The desk's world, a signed-in client, a live server and a browser."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from desk_world import World, a_busy_unit, a_world
from django.test import Client
from django.utils import timezone

from reskontra.database import server
from reskontra.desk import attempts
from reskontra.registers.models import Person

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(autouse=True)
def nobody_has_tried() -> None:
    """Attempts to sign in are remembered by the process; every test begins anew."""
    attempts.forget_all()


@pytest.fixture
def world(database: server.Server) -> World:
    """Two units and their people in a fresh database."""
    return a_world()


@pytest.fixture
def busy(world: World) -> World:
    """The same with facts in every state in the harbour unit."""
    a_busy_unit(world, timezone.localdate())
    return world


@pytest.fixture
def signed_in() -> Callable[[Person], Client]:
    """A client in which somebody has signed in."""

    def client_of(person: Person) -> Client:
        client = Client(SERVER_NAME="localhost")
        client.force_login(person, "django.contrib.auth.backends.ModelBackend")
        return client

    return client_of


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def live(database: server.Server) -> Iterator[str]:
    """The desk on an address of this machine, in threads of this process: its ``http://…``."""
    from reskontra.desk.wsgi import application

    with make_server("127.0.0.1", 0, application, _Server, _Quiet) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """The Chromium of this machine; nothing is downloaded."""
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        pytest.skip(f"no Chromium found (looked for {', '.join(CHROMIUM)}); the browser tests did not run")
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread, where Django would then refuse to touch the database.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(browser: Any, live: str) -> Iterator[Any]:
    """An empty page on the live desk; nothing that it loads may fail."""
    context = browser.new_context(base_url=live, locale="sv-FI")
    page = context.new_page()
    page.set_default_timeout(10_000)
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.troubles = troubles
    yield page
    context.close()
