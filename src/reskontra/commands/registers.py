"""Load registers from a folder of readable files; what is the same changes nothing."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from reskontra.commands.connection import add_person, open_database, person_of, today
from reskontra.commands.output import as_json, table
from reskontra.registers.keys import key_ring
from reskontra.registers.loading import load
from reskontra.registers.models import RoleAssignment
from reskontra.registers.policy import require_somewhere


def add_arguments(parser: ArgumentParser) -> None:
    """The folder of CSV files, one a register, and who loads them."""
    parser.add_argument("folder", type=Path)
    add_person(parser)


def handle(arguments: Namespace) -> int:
    """Load everything in one transaction and tell how many rows changed."""
    open_database()
    person = None
    if RoleAssignment.objects.exists():  # the very first registers are loaded before there is anybody to ask
        person = person_of(arguments)
        require_somewhere(person, "load_registers", arguments.on or today())
    changed = load(arguments.folder, key_ring(), person.pk if person else None)
    if arguments.json:
        as_json(changed)
    else:
        table("", ("register", "changed"), list(changed.items()), right=(1,))
    return 0
