"""The interface put together: its parts, what it answers to refusals, and its description."""

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from reskontra import __version__
from reskontra.api import files, purchases, reading
from reskontra.api.problems import answer_to, problem
from reskontra.kernel.texts import text

interface = NinjaAPI(
    title="Reskontra",
    version=__version__,
    description="Files in, what became of them, and readings. One unit to a key; money as text with two decimals.",
    docs_url=None,
    urls_namespace="api",
)
for part in (files, purchases, reading):
    interface.add_router("", part.router)
for refusal in (AuthenticationError, Http404, HttpError, ValidationError, Exception):
    interface.add_exception_handler(refusal, answer_to)


def nothing_here(request: HttpRequest) -> HttpResponse:
    """404: the interface has no such address."""
    return problem(request, 404, "not_found", text("api.problem.not_found", "en"))
