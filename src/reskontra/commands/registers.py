"""Load registers from a folder of readable files; what is the same changes nothing."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from django.db import transaction

from reskontra.commands.connection import add_person, open_database, person_of, today
from reskontra.commands.output import as_json, say, table
from reskontra.registers.items import items_alike
from reskontra.registers.keys import key_ring
from reskontra.registers.loading import load
from reskontra.registers.models import Item, RoleAssignment
from reskontra.registers.policy import require_somewhere


def add_arguments(parser: ArgumentParser) -> None:
    """The folder of CSV files, one a register, and who loads them; ``--check`` saves nothing."""
    parser.add_argument("folder", type=Path)
    parser.add_argument("--check", action="store_true", help="tell what would change and save nothing")
    add_person(parser)


def handle(arguments: Namespace) -> int:
    """Load everything in one transaction; tell how many rows changed, and which new items mean what others mean."""
    open_database()
    person = None
    if RoleAssignment.objects.exists():  # the very first registers are loaded before there is anybody to ask
        person = person_of(arguments)
        require_somewhere(person, "load_registers", arguments.on or today())
    known = set(Item.objects.values_list("code", flat=True))
    with transaction.atomic():
        changed = load(arguments.folder, key_ring(), person.pk if person else None)
        alike = items_alike(known)
        transaction.set_rollback(arguments.check)
    if arguments.json:
        told = [{"code": new.code, "alike": [one.code for one in others]} for new, others in alike]
        as_json({**changed, "items_alike": told})
        return 0
    table("", ("register", "changed"), list(changed.items()), right=(1,))
    for new, others in alike:
        named = ", ".join(f"{one.code} {_name(one, arguments.lang)}" for one in others)
        say(arguments, "registers.item_alike", item=f"{new.code} {_name(new, arguments.lang)}", others=named)
    if arguments.check:
        say(arguments, "registers.checked")
    return 0


def _name(item: Item, language: str) -> str:
    return str(getattr(item, f"name_{language}"))
