"""In and out. Who signs in is asked for a name and a password, or in the demo world for a role."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from reskontra.database.session import working_in
from reskontra.desk import attempts
from reskontra.desk.access import ROLE_TERMS
from reskontra.desk.clock import today
from reskontra.desk.language import follow, safe_next
from reskontra.registers.models import Person, RoleAssignment, Unit

LONGEST_PASSWORD = 1024  # longer ones only keep the hasher busy
_BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass(frozen=True)
class DemoPerson:
    """A person of the demo world as a card on the sign-in page: one role, where it is held, one click."""

    role: str
    person: Person
    unit: Unit | None

    @property
    def term(self) -> str:
        """The key of the role's name."""
        return ROLE_TERMS[self.role]


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """S01. GET shows the form; POST signs in and goes to ``next``, or says 422, or 429 after five tries."""
    if request.method != "POST":
        return redirect("start") if request.user.is_authenticated else _form(request)
    username, password = request.POST.get("username", "").strip(), request.POST.get("password", "")
    if not username or not password:
        missing = [name for name, value in (("username", username), ("password", password)) if not value]
        return _form(request, "desk.sign_in.missing", 422, missing)
    address = request.META.get("REMOTE_ADDR", "")
    if not attempts.try_once(username, address):
        return _form(request, "desk.sign_in.too_often", 429)
    person = _authenticated(request, username, password)
    if person is None:
        return _form(request, "desk.sign_in.wrong", 422, ["username", "password"])
    attempts.forget(username, address)
    return _enter(request, person)


@require_http_methods(["GET", "POST"])
def sign_in_as(request: HttpRequest) -> HttpResponse:
    """One click in the demo world: POST ``person``, one of those shown. Elsewhere there is no such page."""
    if request.method == "GET":
        return redirect("sign-in")
    for shown in demo_people():
        if str(shown.person.pk) == request.POST.get("person"):
            return _enter(request, shown.person)
    raise Http404


@require_http_methods(["GET", "POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """POST ends the session. A GET, as by coming back to the address, ends nothing."""
    if request.method == "GET":
        return redirect("start")
    logout(request)
    return redirect("sign-in")


def demo_people() -> list[DemoPerson]:
    """One person for each role in each unit, in the demo world only: the first who holds it today.

    By unit, then by role; the roles held in all units come last.
    """
    if not getattr(settings, "DEMO", False):
        return []
    held = (
        RoleAssignment.objects.filter(validity__contains=today(), person__is_active=True)
        .order_by("in_unit__code", "role", "person_id", "id")
        .distinct("in_unit__code", "role")
        .select_related("person", "in_unit")
    )
    order = list(ROLE_TERMS)
    shown = [DemoPerson(row.role, row.person, row.in_unit) for row in held]
    return sorted(
        shown,
        key=lambda one: (one.unit is None, one.unit.code if one.unit else "", order.index(one.role)),
    )


def _authenticated(request: HttpRequest, username: str, password: str) -> Person | None:
    if "\0" in username or len(password) > LONGEST_PASSWORD:
        return None
    person = authenticate(request, username=username, password=password)
    return person if isinstance(person, Person) else None


def _enter(request: HttpRequest, person: Person) -> HttpResponse:
    with working_in([], person.pk, "sign-in"):
        login(request, person, backend=_BACKEND)
    response = HttpResponseRedirect(safe_next(request, request.GET.get("next", "")))
    follow(request, response, person)
    return response


def _form(
    request: HttpRequest, error: str = "", status: int = 200, fields: list[str] | None = None
) -> HttpResponse:
    return render(
        request,
        "desk/sign_in.html",
        {
            "error": error,
            "fields": fields or [],
            "username": request.POST.get("username", ""),
            "demo_people": demo_people(),
            "minutes": attempts.PAUSE_MINUTES,
        },
        status=status,
    )
