"""Serve the desk on this machine."""

from argparse import ArgumentParser, Namespace

from reskontra.commands.connection import open_database
from reskontra.commands.output import say
from reskontra.desk.serving import serve


def add_arguments(parser: ArgumentParser) -> None:
    """Where to listen."""
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)


def handle(arguments: Namespace) -> int:
    """Prepare the database, refuse an unsafe one, then serve until interrupted."""
    open_database()
    serve(arguments.host, arguments.port, lambda address: say(arguments, "command.serving", address=address))
    return 0
