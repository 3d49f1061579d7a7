"""Serve the desk on this machine."""

import os
from argparse import ArgumentParser, Namespace

from reskontra.commands.connection import open_database
from reskontra.commands.output import say
from reskontra.commands.values import number_argument
from reskontra.demo.day import demo_day, is_demo
from reskontra.desk.serving import serve


def add_arguments(parser: ArgumentParser) -> None:
    """Where to listen."""
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=number_argument, default=8000)


def handle(arguments: Namespace) -> int:
    """Prepare the database, refuse an unsafe one, then serve until interrupted."""
    open_database()
    if is_demo():  # the serving process is a new one: it inherits the environment
        os.environ["RESKONTRA_DEMO"] = "1"
        os.environ["RESKONTRA_DEMO_DAY"] = demo_day()
    serve(arguments.host, arguments.port, lambda address: say(arguments, "command.serving", address=address))
    return 0
