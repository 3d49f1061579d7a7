"""The frame of every page of a unit: where one is, what was just done, and the areas to go to."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from reskontra.desk.access import Place

SAID = "said"

# The areas of the desk in their order: the name of the first page, which is also the text's ending.
AREAS = (
    "home",
    "orders",
    "invoices",
    "payments",
    "claims",
    "purchases",
    "analysis",
    "files",
    "runs",
    "status",
)


def show(
    request: HttpRequest,
    place: Place,
    template: str,
    area: str,
    context: Mapping[str, Any],
    status: int = 200,
) -> HttpResponse:
    """The page ``template`` in its frame, with what was said since the last page."""
    language = getattr(request, "language", "sv")
    framed = {
        "place": place,
        "person": place.person,
        "unit_name": place.unit.name(language),
        "area": area,
        "areas": [(name, reverse(name, args=[place.unit.code])) for name in AREAS],
        "said": request.session.pop(SAID, []),
    }
    return render(request, template, {**framed, **context}, status=status)


def say(request: HttpRequest, sentence: str, kind: str = "good", link: str = "", words: str = "") -> None:
    """Tell ``sentence`` on the next page; ``kind`` is good, warn or bad; ``words`` are the ``link`` that leads on."""
    request.session[SAID] = [
        *request.session.get(SAID, []),
        {"kind": kind, "sentence": sentence, "link": link, "words": words},
    ]
