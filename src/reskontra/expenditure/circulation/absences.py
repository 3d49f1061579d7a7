"""Who is away, and who works instead: told beforehand, or marked by the centre (EX 3.2-a)."""

from datetime import date, timedelta

from django.db.backends.postgresql.psycopg_any import DateRange

from reskontra.database.refused import ActRefused, refused_as
from reskontra.kernel.clauses import clause
from reskontra.registers.models import Absence, Person
from reskontra.registers.policy import MAY, require, roles_of
from reskontra.runs.run import Acting, RunRefused, lock

_DAY = timedelta(days=1)
# A substitute can do everything in circulation that whoever is away can: else work would wait all the same.
TASKS = (
    "code_invoice",
    "review_expenditure",
    "approve_expenditure",
    "approve_without_budget",
    "route_invoice",
)


@clause("EX 3.2-a")
def tell_absence(
    acting: Acting, person: Person, substitute: Person, first: date, last: date, reason: str = ""
) -> Absence:
    """``person`` is away from ``first`` to ``last``, both included, and ``substitute`` works instead.

    One's own absence is told beforehand or from today on; the centre marks somebody else absent, with a reason.
    Called inside ``working_in``. Raises ``NotAllowed``; ``RunRefused`` for days that are past or turned, and for a
    substitute who may not do the work; ``ActRefused`` when absences overlap or the substitute is away too.
    """
    own = person.pk == acting.person.pk
    require(acting.person, "set_own_absence" if own else "set_absence", acting.unit, acting.day)
    if last < first or first < acting.day:
        raise RunRefused("circulation.absence_is_told_beforehand")
    for day in (first, last):
        _require_as_able(acting, person, substitute, day)
    lock(acting.unit, "matching")
    with refused_as(ActRefused):
        return Absence.objects.create(
            unit=acting.unit,
            person=person,
            substitute=substitute,
            validity=DateRange(first, last + _DAY),
            reason=reason.strip(),
            told_by=acting.person,
        )


@clause("EX 3.2-a")
def end_absence(acting: Acting, absence: Absence, last: date) -> Absence:
    """Whoever was away is back sooner: ``last`` is the last day of absence, yesterday at the earliest.

    The day before its first takes the whole absence back. Raises ``NotAllowed``, and ``RunRefused`` for another day.
    """
    own = absence.person_id == acting.person.pk
    require(acting.person, "set_own_absence" if own else "set_absence", acting.unit, acting.day)
    told = absence.validity
    if told.isempty or not max(told.lower, acting.day) - _DAY <= last < told.upper - _DAY:
        raise RunRefused("circulation.absence_ends_sooner")
    lock(acting.unit, "matching")
    absence.validity = DateRange(told.lower, last + _DAY)
    absence.save()
    return absence


def _require_as_able(acting: Acting, person: Person, substitute: Person, day: date) -> None:
    held = roles_of(person, acting.unit, day)
    stands_in = roles_of(substitute, acting.unit, day)
    if not stands_in or any(MAY[task] & held and not MAY[task] & stands_in for task in TASKS):
        raise RunRefused("circulation.substitute_may_not_do_it", person=substitute.name)
