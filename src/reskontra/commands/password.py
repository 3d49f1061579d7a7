"""Set the password that a person signs in to the desk with."""

import sys
from argparse import ArgumentParser, Namespace
from getpass import getpass

from reskontra.commands.connection import UnknownPerson, add_person, open_database, person_of, today
from reskontra.commands.output import as_json, say
from reskontra.database.session import working_in
from reskontra.registers.models import Person
from reskontra.registers.policy import require_somewhere

SHORTEST = 12


def add_arguments(parser: ArgumentParser) -> None:
    """Whose password, and who sets it."""
    parser.add_argument("name", help="user name of the person")
    add_person(parser)


def handle(arguments: Namespace) -> int:
    """Read the password from the terminal, or from standard input, never from the command line."""
    open_database()
    administrator = person_of(arguments)
    require_somewhere(administrator, "set_password", arguments.on or today())
    person = Person.objects.filter(username=arguments.name).first()
    if person is None:
        raise UnknownPerson(arguments.name)
    password = getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    if len(password) < SHORTEST:
        say(arguments, "command.password_too_short", shortest=SHORTEST)
        return 2
    with working_in([], administrator.pk, "reskontra password"):
        person.set_password(password)
        person.save(update_fields=["password"])
    if arguments.json:
        as_json({"person": person.username, "changed": True})
    say(arguments, "command.password_set", person=person.username)
    return 0
