"""What a browser may do with our pages: run our own files, and nothing else."""

import re
from collections.abc import Callable

import pytest
from desk_world import World
from django.test import Client

from reskontra.registers.models import Person

PAGES = [
    "/sign-in",
    "/u/123/",
    "/u/123/orders",
    "/u/123/invoices",
    "/u/123/runs",
    "/u/123/status",
    "/u/999/status",
    "/nowhere",
    "/language",
]


def directives(policy: str) -> dict[str, str]:
    return {name: sources for name, _, sources in (part.strip().partition(" ") for part in policy.split(";"))}


@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_kept_in_its_place(
    busy: World, signed_in: Callable[[Person], Client], address: str
) -> None:
    headers = signed_in(busy.maria).get(address).headers
    policy = directives(headers["Content-Security-Policy"])
    assert policy["default-src"] == policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize("address", PAGES)
def test_no_page_carries_script_or_style_or_anything_from_elsewhere(
    busy: World, signed_in: Callable[[Person], Client], address: str
) -> None:
    page = signed_in(busy.maria).get(address, follow=True).content.decode()
    assert page.startswith("<!doctype html>")
    assert not re.search(r"<script(?! src=\"/static/)|<style|\sstyle=|\son\w+=", page)
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page)


def test_the_files_of_the_desk_are_served_from_where_they_lie(world: World) -> None:
    client = Client(SERVER_NAME="localhost")
    page = client.get("/sign-in").content.decode()
    files = re.findall(r'<(?:link|script) [^>]*(?:href|src)="([^"]+)"', page)
    assert len(files) == 3
    for file in files:
        assert client.get(file).status_code == 200


def test_an_unknown_host_is_not_answered(world: World) -> None:
    assert Client(SERVER_NAME="elsewhere.example").get("/sign-in").status_code == 400


def test_the_cookies_stay_with_the_desk(world: World, signed_in: Callable[[Person], Client]) -> None:
    client = Client(SERVER_NAME="localhost")
    client.post("/language", {"language": "fi", "next": "/"})
    client.post("/sign-in", {"username": "maria", "password": "en lång väg till havet"})
    for name in ("sessionid", "reskontra_language"):
        assert client.cookies[name]["httponly"]
        assert client.cookies[name]["samesite"] == "Lax"
    assert not client.cookies["sessionid"]["max-age"], "the session ends with the browser"
