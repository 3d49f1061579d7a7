"""Where one comes in: the first page, the switch between units, how things stand, and whether all is well."""

from django.contrib.auth.decorators import login_required
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from reskontra.database.safety import unsafe
from reskontra.desk.access import UNIT, Place, in_unit, place_in, places_of
from reskontra.desk.clock import today
from reskontra.desk.frame import AREAS, show
from reskontra.desk.home import home_of
from reskontra.desk.status import status_of
from reskontra.registers.models import Person


@require_safe
@login_required
def start(request: HttpRequest) -> HttpResponse:
    """To the unit worked in last, else the first with a role today; 403 with advice for a person without any."""
    assert isinstance(request.user, Person)
    codes = [place.unit.code for place in places_of(request.user, today())]
    if not codes:
        return render(request, "desk/no_role.html", {"person": request.user}, status=403)
    last = request.session.get(UNIT)
    return redirect("home", code=last if last in codes else codes[0])


@require_http_methods(["GET", "POST"])
@login_required
def switch_unit(request: HttpRequest) -> HttpResponse:
    """POST ``unit`` and ``area``: to the same area of another unit where the person has a role, else 404."""
    if request.method == "GET":
        return redirect("start")
    place = place_in(request, request.POST.get("unit", ""))
    area = request.POST.get("area", "")
    if area not in AREAS:
        raise Http404
    request.session[UNIT] = place.unit.code
    return redirect(area, code=place.unit.code)


@require_safe
@in_unit
def home(request: HttpRequest, place: Place) -> HttpResponse:
    """What waits, and what the machine did (S02)."""
    return show(request, place, "desk/home.html", "home", {"home": home_of(place)})


@require_safe
@in_unit
def status(request: HttpRequest, place: Place) -> HttpResponse:
    """How things stand in the unit (S04)."""
    return show(request, place, "desk/status.html", "status", {"status": status_of(place.unit, place.on)})


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """200 ``ok`` when the database answers and keeps the units apart, else 503. No reasons are given here."""
    try:
        well = not unsafe()
    except Error:
        well = False
    return HttpResponse("ok" if well else "not ok", status=200 if well else 503, content_type="text/plain")
