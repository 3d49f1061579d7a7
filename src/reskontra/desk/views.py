"""The pages of the desk. Each makes one call and shows what came back."""

from django.contrib.auth.decorators import login_required
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from reskontra.database.safety import unsafe
from reskontra.desk.access import Place, in_unit, places_of
from reskontra.desk.status import status_of
from reskontra.registers.models import Person


@require_safe
@login_required
def start(request: HttpRequest) -> HttpResponse:
    """To the first unit where the person has a role today; 403 with advice for a person without any."""
    assert isinstance(request.user, Person)
    places = places_of(request.user, timezone.localdate())
    if not places:
        return render(request, "desk/no_role.html", {"person": request.user}, status=403)
    return redirect("status", code=places[0].unit.code)


@require_safe
@in_unit
def status(request: HttpRequest, place: Place) -> HttpResponse:
    """How things stand in the unit (S02, S04)."""
    return render(
        request,
        "desk/status.html",
        {
            "place": place,
            "person": place.person,
            "unit_name": place.unit.name(request.language),  # type: ignore[attr-defined]
            "status": status_of(place.unit, place.on),
        },
    )


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """200 ``ok`` when the database answers and keeps the units apart, else 503. No reasons are given here."""
    try:
        well = not unsafe()
    except Error:
        well = False
    return HttpResponse("ok" if well else "not ok", status=200 if well else 503, content_type="text/plain")
