"""The reader's language: chosen in the header, kept with the person and in a cookie.

A cookie ``fi`` remembers the language of this browser. A cookie ``fi.chosen`` says that somebody chose it
before signing in; the person who then signs in has chosen it, and it is stored with the person.
"""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from reskontra.database.session import working_in
from reskontra.desk.problems import problem
from reskontra.kernel.texts import LANGUAGES, Language
from reskontra.registers.models import Person

COOKIE = "reskontra_language"
_YEAR = 365 * 24 * 60 * 60
_CHOSEN = ".chosen"


def language_for(request: HttpRequest, *, known: bool = True) -> Language:
    """The person's language, else the browser's cookie, else what the browser asks for, else Swedish.

    With ``known`` false the person is not asked, and neither is the database.
    """
    if known and request.user.is_authenticated and request.user.language in LANGUAGES:
        return request.user.language
    remembered = request.COOKIES.get(COOKIE, "").removesuffix(_CHOSEN)
    if remembered in LANGUAGES:
        return remembered
    asked = translation.get_language_from_request(request)[:2]
    return asked if asked in LANGUAGES else "sv"


@require_http_methods(["GET", "POST"])
def choose_language(request: HttpRequest) -> HttpResponse:
    """POST ``language`` and ``next``: keeps the choice and goes back. 422 for another language."""
    if request.method == "GET":
        return redirect("start")
    language = request.POST.get("language", "")
    if language not in LANGUAGES:
        return problem(request, 422)
    response = HttpResponseRedirect(safe_next(request, request.POST.get("next", "")))
    if isinstance(request.user, Person):
        keep_with(request.user, language)
        remember(response, language)
    else:
        remember(response, language + _CHOSEN)
    return response


def follow(request: HttpRequest, response: HttpResponse, person: Person) -> None:
    """At sign-in: a language chosen just before is the person's from now on; else the person's own."""
    cookie = request.COOKIES.get(COOKIE, "")
    language = cookie.removesuffix(_CHOSEN)
    if cookie != language and language in LANGUAGES:
        keep_with(person, language)
    remember(response, person.language if person.language in LANGUAGES else "sv")


def keep_with(person: Person, language: str) -> None:
    """Store ``language`` with the person, unless it is there already."""
    if person.language != language:
        with working_in([], person.pk):
            Person.objects.filter(pk=person.pk).update(language=language)
        person.language = language


def remember(response: HttpResponse, value: str) -> None:
    """Keep ``value`` in this browser for a year; it is no secret and says nothing about the person."""
    response.set_cookie(COOKIE, value, max_age=_YEAR, samesite="Lax", httponly=True)


def safe_next(request: HttpRequest, wanted: str) -> str:
    """``wanted`` when it is a path of this desk, else the start page: never an address elsewhere."""
    inside = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if inside and wanted.startswith("/") else "/"
