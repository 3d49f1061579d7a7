"""The desk's world, a signed-in client, a live server and a browser."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from zlib import crc32

import pytest
from desk_world import World, a_busy_unit, a_world
from django.db import connections
from django.test import Client
from django.utils import timezone

from reskontra.database import server
from reskontra.database.connect import KEPT
from reskontra.desk import attempts
from reskontra.desk.serving import THREADS
from reskontra.kernel.texts import LANGUAGES
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
def language(request: pytest.FixtureRequest) -> str:
    """The language that is spoken in a test: one of them, always the same.

    What people do is the same in every language. Texts are complete in all of them (``test_language``), and every page
    is opened in all of them (``accessible.troubles``).
    """
    return LANGUAGES[crc32(request.node.name.encode()) % len(LANGUAGES)]


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


class _Server(WSGIServer):
    """Answers in a few threads, each with a connection that it keeps, as the desk is served."""

    request_queue_size = 50

    def __init__(self, *told: Any) -> None:
        super().__init__(*told)
        self.threads = ThreadPoolExecutor(THREADS)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.threads.submit(self._answer, request, client_address)

    def _answer(self, request: Any, client_address: Any) -> None:
        try:
            self.finish_request(request, client_address)
        except OSError:  # the browser went on to another page
            pass
        finally:
            self.shutdown_request(request)

    def server_close(self) -> None:
        super().server_close()
        self.threads.shutdown()


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def live(database: server.Server) -> Iterator[str]:
    """The desk on an address of this machine, in threads of this process: its ``http://…``."""
    from reskontra.desk.wsgi import application

    kept = connections["default"].settings_dict
    kept["CONN_MAX_AGE"] = KEPT
    with make_server("127.0.0.1", 0, application, _Server, _Quiet) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()
    kept["CONN_MAX_AGE"] = 0


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
