"""Who may see which unit. Every page of a unit goes through ``in_unit``; none asks for itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Concatenate

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from reskontra.database.session import working_in
from reskontra.registers.models import Person, RoleAssignment, Unit

# The nine roles and their terms in the glossary.
ROLE_TERMS = {
    "K": "term.clerk",
    "SG": "term.reviewer",
    "GK": "term.approver",
    "PK": "term.service_centre_clerk",
    "PG": "term.service_centre_approver",
    "KA": "term.treasury_analyst",
    "RE": "term.auditor",
    "IN": "term.integrator",
    "AD": "term.administrator",
}


@dataclass(frozen=True)
class Place:
    """Where a person works: the unit, the roles held in it on the day, and the units to switch to."""

    person: Person
    unit: Unit
    roles: Sequence[str]
    units: Sequence[Unit]
    on: date

    @property
    def role_terms(self) -> list[str]:
        """The keys of the roles' names."""
        return [ROLE_TERMS[role] for role in self.roles]


def places_of(person: Person, on: date) -> list[Place]:
    """The units where ``person`` has a role on ``on``, by code; a role without a unit is held in all."""
    assignments = RoleAssignment.objects.filter(person=person, validity__contains=on)
    roles = set(assignments.values_list("role", "in_unit"))
    everywhere = any(unit is None for _, unit in roles)
    units = Unit.objects.all() if everywhere else Unit.objects.filter(pk__in={unit for _, unit in roles})
    found = list(units.order_by("code"))
    return [
        Place(
            person,
            unit,
            [role for role in ROLE_TERMS if roles & {(role, unit.pk), (role, None)}],
            found,
            on,
        )
        for unit in found
    ]


def in_unit(
    view: Callable[Concatenate[HttpRequest, Place, ...], HttpResponse],
) -> Callable[..., HttpResponse]:
    """A page of the unit whose code is in the address: signed in, with a role there today, else 404.

    The page works in one transaction that sees this unit only.
    """

    @login_required
    @wraps(view)
    def page(request: HttpRequest, code: str, **rest: object) -> HttpResponse:
        person = request.user
        assert isinstance(person, Person)
        for place in places_of(person, timezone.localdate()):
            if place.unit.code == code:
                with working_in([place.unit.pk], person.pk):
                    return view(request, place, **rest)
        raise Http404

    return page
