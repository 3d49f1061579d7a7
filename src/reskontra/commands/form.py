"""Write the empty form of a billing request, an Excel workbook in the language asked for."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from reskontra.commands.output import as_json, say, write_file
from reskontra.exchange.results import empty_form


def add_arguments(parser: ArgumentParser) -> None:
    """The file to write."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the workbook to write, such as form.xlsx")


def handle(arguments: Namespace) -> int:
    """Write the form; needs no database."""
    written = write_file(arguments.file, empty_form(arguments.lang))
    if arguments.json:
        as_json({"file": written})
    say(arguments, "command.invoice_file", path=written["path"], size=written["size"])
    return 0
