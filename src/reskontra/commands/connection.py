"""Where a command works: the prepared database, the person, the unit, the day."""

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from reskontra.commands.values import day_argument
from reskontra.database import connect, server
from reskontra.database.safety import unsafe
from reskontra.database.session import working_in
from reskontra.registers.loading import load
from reskontra.registers.models import Account, Person, RoleAssignment, Unit
from reskontra.registers.policy import require
from reskontra.runs.run import Acting


class Unsafe(Exception):
    """The database login is not bound by what protects the units; nothing is served through it."""


class UnknownUnit(LookupError):
    """No unit that the person may see has this code."""


class UnknownPerson(LookupError):
    """Nobody has this user name, or no service-centre clerk is there to act by default."""


def add_arguments(parser: ArgumentParser) -> None:
    """``--unit``, ``--on`` and ``--as``, the same for every command that acts."""
    parser.add_argument("--unit", required=True, metavar="CODE", help="code of the accounting unit")
    add_person(parser)


def add_person(parser: ArgumentParser) -> None:
    """``--on`` and ``--as``."""
    parser.add_argument(
        "--on", type=day_argument, metavar="DATE", help="day of business, YYYY-MM-DD (default today)"
    )
    parser.add_argument(
        "--as",
        dest="person",
        default=os.environ.get("RESKONTRA_AS"),
        metavar="NAME",
        help="user name of the person who acts (default: the service centre's first clerk)",
    )


def open_database() -> server.Server:
    """Start and prepare the database, with the registers that everybody shares; refuse an unsafe one."""
    running = server.start()
    connect.prepare(running)
    if problems := unsafe():
        raise Unsafe("; ".join(problems))
    if not Account.objects.exists():
        load(Path(__file__).resolve().parents[1] / "registers" / "data")
    return running


def today() -> date:
    """The day of business in Finland."""
    return datetime.now(ZoneInfo(settings.TIME_ZONE)).date()


@contextmanager
def acting(arguments: Namespace, act: str) -> Iterator[Acting]:
    """The session of the person, in the unit, for ``act``; refused without the right to it."""
    on = arguments.on or today()
    person = person_of(arguments)
    unit = Unit.objects.filter(code=arguments.unit).first()
    if unit is None:
        raise UnknownUnit(arguments.unit)
    with working_in([unit.pk], person.pk, f"reskontra {arguments.command}"):
        require(person, act, unit, on)
        yield Acting(person, unit, timezone.now())


def as_of(person: Acting, on: date | None) -> Acting:
    """The same person at the end of the day ``on``, where one was asked for and it is another than today."""
    if on is None or on == today():
        return person
    return replace(person, at=datetime.combine(on, time(23, 59, 59), timezone.get_default_timezone()))


def moment(on: date | None) -> datetime:
    """Now, or this time of the day on the day ``on`` where one was asked for."""
    now = timezone.localtime()
    return now if on is None else datetime.combine(on, now.time(), now.tzinfo)


def person_of(arguments: Namespace) -> Person:
    """The person named by ``--as``, or the first clerk of the service centre."""
    if arguments.person:
        found = Person.objects.filter(username=arguments.person).first()
    else:
        clerk = (
            RoleAssignment.objects.filter(role="PK", in_unit__isnull=True, person__is_active=True)
            .order_by("person_id")
            .select_related("person")
            .first()
        )
        found = clerk.person if clerk else None
    if found is None:
        raise UnknownPerson(arguments.person or "")
    return found
