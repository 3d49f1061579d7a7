"""Write the empty form of a billing request, an Excel workbook in the language asked for."""

import hashlib
from argparse import ArgumentParser, Namespace
from pathlib import Path

from reskontra.commands.output import as_json, say
from reskontra.exchange.results import empty_form


def add_arguments(parser: ArgumentParser) -> None:
    """The file to write."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the workbook to write, such as form.xlsx")


def handle(arguments: Namespace) -> int:
    """Write the form; needs no database."""
    data = empty_form(arguments.lang)
    arguments.file.write_bytes(data)
    told = {"path": str(arguments.file), "size": len(data), "digest": hashlib.sha256(data).hexdigest()}
    if arguments.json:
        as_json({"file": told})
    say(arguments, "command.invoice_file", path=told["path"], size=told["size"])
    return 0
