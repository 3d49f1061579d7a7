"""What happens around every page: the reader's language, and what a browser is allowed to do with it."""

from collections.abc import Callable

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from reskontra.desk.language import language_for
from reskontra.desk.problems import problem

NO_DEVICES = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
Respond = Callable[[HttpRequest], HttpResponse]

CONTENT_SECURITY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


class LanguageMiddleware:
    """Sets ``request.language`` and speaks it for as long as the request lasts."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            language = language_for(request)
        except Error:  # without a database the person is unknown, but the page that says so needs a language
            language = language_for(request, known=False)
        request.language = language  # type: ignore[attr-defined]
        with translation.override(language):
            response = self.respond(request)
        response.headers["Content-Language"] = language
        return response


class LargestRequestMiddleware:
    """Refuses what is larger than anybody may send before a byte of it is read; what tells no length has no body."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        told = request.META.get("CONTENT_LENGTH") or "0"
        if told.isdecimal() and int(told) > settings.LARGEST_REQUEST:
            return problem(request, 413)
        return self.respond(request)


class ContentSecurityMiddleware:
    """Pages run nothing but our own files, go into no frame, and are kept in no cache."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.respond(request)
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY
        response.headers["Permissions-Policy"] = NO_DEVICES
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["Cache-Control"] = "no-store"
        return response
