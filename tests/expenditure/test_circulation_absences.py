"""Absences (EX 3.2-a): told beforehand or marked by the centre, with a substitute who is there, and no gap."""

from datetime import date, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from cast import AT, DAY, inside, person, unit
from database.test_races import at_once
from expenditure.circulation_tables import a_queue, an_invoice, furnish_expenditure
from reskontra.database.refused import ActRefused
from reskontra.expenditure.circulation.absences import end_absence, tell_absence
from reskontra.expenditure.circulation.actions import assign
from reskontra.insight.circulation import list_of
from reskontra.registers.models import Absence, Unit
from reskontra.registers.policy import NotAllowed
from reskontra.runs.run import RunRefused

pytestmark = pytest.mark.usefixtures("database")


def told(where: Unit, by: str, who: str, substitute: str, first: int, last: int, reason: str = "") -> str:
    """Tell an absence by days from today; what refused it, or nothing."""
    try:
        with inside(where, by) as acting:
            days = (DAY + timedelta(days=first), DAY + timedelta(days=last))
            tell_absence(acting, person(who), person(substitute), *days, reason)
    except ActRefused as problem:
        return problem.constraint
    except RunRefused as problem:
        return problem.key
    except NotAllowed:
        return "not allowed"
    return ""


@pytest.fixture
def where(database: object) -> Unit:
    """The harbour with its people."""
    harbour = unit()
    furnish_expenditure(harbour)
    return harbour


@pytest.mark.parametrize(
    ("by", "who", "substitute", "first", "last", "reason", "refused"),
    [
        ("maria", "maria", "saga", 0, 0, "", ""),
        ("maria", "maria", "saga", 1, 5, "", ""),
        ("maria", "maria", "saga", -1, 5, "", "circulation.absence_is_told_beforehand"),
        ("maria", "maria", "saga", 5, 4, "", "circulation.absence_is_told_beforehand"),
        ("maria", "maria", "maria", 0, 1, "", "nobody_is_their_own_substitute"),
        ("maria", "maria", "gunnar", 0, 1, "", "circulation.substitute_may_not_do_it"),
        ("maria", "maria", "olli", 0, 1, "", "circulation.substitute_may_not_do_it"),
        ("maria", "maria", "hanna", 0, 1, "", ""),
        ("hanna", "hanna", "maria", 0, 1, "", "circulation.substitute_may_not_do_it"),
        ("cecilia", "maria", "saga", 0, 1, "ill", ""),
        ("cecilia", "maria", "saga", 0, 1, "", "who_marks_somebody_absent_says_why"),
        ("kirsi", "maria", "saga", 0, 1, "ill", "not allowed"),
        ("olli", "olli", "kirsi", 0, 1, "", "not allowed"),
    ],
)
def test_who_may_tell_whose_absence(
    where: Unit, by: str, who: str, substitute: str, first: int, last: int, reason: str, refused: str
) -> None:
    """EX 3.2-a"""
    assert told(where, by, who, substitute, first, last, reason) == refused


@pytest.mark.parametrize(
    ("first", "last", "refused"),
    [
        (1, 4, ""),
        (1, 5, "absences_of_one_person_do_not_overlap"),
        (6, 6, "absences_of_one_person_do_not_overlap"),
        (10, 12, "absences_of_one_person_do_not_overlap"),
        (11, 12, ""),
    ],
)
def test_absences_of_one_person_do_not_overlap(where: Unit, first: int, last: int, refused: str) -> None:
    """EX 3.2-a"""
    assert told(where, "maria", "maria", "saga", 5, 10) == ""
    assert told(where, "maria", "maria", "hanna", first, last) == refused


@pytest.mark.parametrize(
    ("who", "substitute", "first", "last", "refused"),
    [
        ("saga", "hanna", 4, 5, "a_substitute_is_not_away"),  # saga works instead of maria
        ("saga", "hanna", 10, 11, "a_substitute_is_not_away"),
        ("saga", "hanna", 1, 4, ""),
        ("saga", "hanna", 11, 12, ""),
        ("hanna", "hanna2", 5, 10, ""),
        ("saga2", "maria", 10, 12, "a_substitute_is_not_away"),  # maria herself is away
        ("saga2", "maria", 11, 12, ""),
    ],
)
def test_a_substitute_is_not_away(
    where: Unit, who: str, substitute: str, first: int, last: int, refused: str
) -> None:
    """EX 3.2-a"""
    from cast import ALWAYS
    from expenditure.circulation_tables import a_person
    from reskontra.registers.models import RoleAssignment

    for username in ("saga2", "hanna2"):
        for role in ("SG", "GK") if username == "hanna2" else ("SG",):
            RoleAssignment.objects.create(
                person=a_person(username), role=role, in_unit=where, validity=ALWAYS
            )
    assert told(where, "maria", "maria", "saga", 5, 10) == ""
    assert told(where, who, who, substitute, first, last) == refused


def test_work_of_who_is_away_is_the_substitutes_on_those_days_and_comes_back(where: Unit) -> None:
    """EX 3.2-a"""
    with inside(where):
        a_queue(where, "REVIEW", "code", "kirsi")
    own, queued = an_invoice(where), an_invoice(where)
    with inside(where, "kirsi") as acting:
        assign(acting, own, "code", person=person("kirsi"))
    assert told(where, "kirsi", "kirsi", "kaj", 2, 4) == ""
    lists = {}
    with inside(where):
        for day in range(7):
            on = DAY + timedelta(days=day)
            lists[day] = [
                {one.invoice for one in list_of(where, person(who), on)} for who in ("kirsi", "kaj")
            ]
    both: set[int] = {own.pk, queued.pk}
    assert lists == {day: [set(), both] if 2 <= day <= 4 else [both, set()] for day in range(7)}


def test_who_is_back_sooner_has_the_work_again(where: Unit) -> None:
    """EX 3.2-a"""
    assert told(where, "maria", "maria", "saga", 0, 10) == ""
    with inside(where):
        absence = Absence.objects.get(unit=where)
    with inside(where, "maria", AT + timedelta(days=3)) as acting:
        end_absence(acting, absence, DAY + timedelta(days=2))
    with inside(where):
        kept = Absence.objects.get(unit=where)
        assert (kept.validity.lower, kept.validity.upper) == (DAY, DAY + timedelta(days=3))
    for last, days in ((2, 3), (1, 3), (5, 3), (-2, 0)):
        with pytest.raises(RunRefused), inside(where, "maria", AT + timedelta(days=days)) as acting:
            end_absence(acting, kept, DAY + timedelta(days=last))
    with pytest.raises(NotAllowed), inside(where, "kirsi") as acting:
        end_absence(acting, kept, DAY)


def test_an_absence_that_has_not_begun_is_taken_back(where: Unit) -> None:
    """EX 3.2-a"""
    assert told(where, "maria", "maria", "saga", 5, 10) == ""
    with inside(where, "maria") as acting:
        end_absence(acting, Absence.objects.get(unit=where), DAY + timedelta(days=4))
    assert told(where, "maria", "maria", "hanna", 5, 10) == ""


def test_a_row_that_is_changed_is_held_as_a_new_one(where: Unit) -> None:
    """EX 3.2-a"""
    from reskontra.database.refused import refused_as

    assert told(where, "maria", "maria", "saga", 0, 2) == ""
    assert told(where, "maria", "maria", "hanna", 5, 6) == ""
    with inside(where):
        first = Absence.objects.filter(unit=where).order_by("id")[0]
        first.validity = DateRange(DAY, date(2026, 4, 1))
        with pytest.raises(ActRefused) as problem, refused_as(ActRefused):
            first.save()
    assert problem.value.constraint == "absences_of_one_person_do_not_overlap"


def test_two_who_are_away_for_each_other_at_once_are_not(where: Unit) -> None:
    """EX 3.2-a"""
    for turn in range(5):
        first = 10 * turn
        answers = at_once(
            lambda first=first: told(where, "maria", "maria", "saga", first, first + 5),
            lambda first=first: told(where, "saga", "saga", "maria", first, first + 5),
        )
        assert sorted(answers) == ["", "a_substitute_is_not_away"]
