"""Pages that say that something did not work. They ask no database, for it may be what is missing."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation

from reskontra.kernel.texts import LANGUAGES, text


def problem(request: HttpRequest, status: int) -> HttpResponse:
    """The page for ``status`` (400, 403, 404, 413, 422 or 500) in the reader's language."""
    # A failure in an outer layer comes here before anybody has asked for the reader's language.
    language = getattr(request, "language", "sv")
    with translation.override(language if language in LANGUAGES else "sv"):
        page = render_to_string(
            "desk/problem.html",
            {
                "status": status,
                "title": text(f"desk.problem.{status}", language),
                "advice": text(f"desk.problem.{status}.advice", language),
            },
            request,
        )
    return HttpResponse(page, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the address or the request is not one that we read."""
    return problem(request, 400)


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: not allowed."""
    return problem(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: not there, or not for this person; nobody can tell which."""
    return problem(request, 404)


def failed(request: HttpRequest) -> HttpResponse:
    """500: our fault."""
    return problem(request, 500)
