"""Load registers from a folder of readable files; what is the same changes nothing."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from reskontra.commands.connection import open_database
from reskontra.commands.output import as_json, table
from reskontra.registers.keys import key_ring
from reskontra.registers.loading import load


def add_arguments(parser: ArgumentParser) -> None:
    """The folder of CSV files, one a register."""
    parser.add_argument("folder", type=Path)


def handle(arguments: Namespace) -> int:
    """Load everything in one transaction and tell how many rows changed."""
    open_database()
    changed = load(arguments.folder, key_ring())
    if arguments.json:
        as_json(changed)
    else:
        table("", ("register", "changed"), list(changed.items()), right=(1,))
    return 0
