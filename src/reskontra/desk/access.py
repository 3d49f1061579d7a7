"""Who may see and do what in which unit. Every page of a unit goes through ``in_unit``; none asks for itself."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Concatenate

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse

from reskontra.database.session import working_in
from reskontra.desk.clock import now, today
from reskontra.desk.refusals import refused, sentence
from reskontra.kernel.texts import text
from reskontra.registers.models import Person, RoleAssignment, Unit
from reskontra.registers.policy import MAY, allows
from reskontra.runs.run import Acting

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
UNIT = "unit"  # the session's key for the unit that was worked in last


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

    def may(self, act: str) -> bool:
        """Whether a role held here allows ``act``; the responsibility table is asked too, inside ``working``."""
        return allows(self.roles, act, self.unit, self.on)

    def who_may(self, act: str, language: str) -> str:
        """The names of the roles that allow ``act``, in a row."""
        return ", ".join(text(term, language) for role, term in ROLE_TERMS.items() if role in MAY[act])

    @contextmanager
    def working(self) -> Iterator[Acting]:
        """A transaction that sees this unit only, and the person acting now; the desk reads the clock here."""
        with working_in([self.unit.pk], self.person.pk, "desk"):
            yield Acting(self.person, self.unit, now())


Page = Callable[Concatenate[HttpRequest, Place, ...], HttpResponse]


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


def place_in(request: HttpRequest, code: str) -> Place:
    """The person's place in the unit ``code``; raises ``Http404`` without a role there today."""
    assert isinstance(request.user, Person)
    for place in places_of(request.user, today()):
        if place.unit.code == code:
            return place
    raise Http404


def in_unit(view: Page) -> Callable[..., HttpResponse]:
    """A page of the unit whose code is in the address: signed in, with a role there today, else 404.

    The page works in one transaction that sees this unit only.
    """

    def inside(request: HttpRequest, place: Place, **rest: object) -> HttpResponse:
        with working_in([place.unit.pk], place.person.pk):
            return view(request, place, **rest)

    return acts_in_unit(wraps(view)(inside))


def acts_in_unit(view: Page) -> Callable[..., HttpResponse]:
    """As ``in_unit``, for what opens transactions of its own with ``place.working()``.

    What was refused, there or in a page, is told in words: 403 for a missing right, 409 for the rest.
    """

    @login_required
    @wraps(view)
    def page(request: HttpRequest, code: str, **rest: object) -> HttpResponse:
        place = place_in(request, code)
        if request.session.get(UNIT) != code:
            request.session[UNIT] = code
        try:
            return view(request, place, **rest)
        except Exception as problem:
            if sentence(problem, "sv") is None:
                raise
            return refused(request, problem)

    return page
