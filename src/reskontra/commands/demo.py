"""Play a working day of an invented world and the weeks of payments after it, and show what happened."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from reskontra.commands.output import as_json, out
from reskontra.demo.day import play
from reskontra.demo.report import show


def add_arguments(parser: ArgumentParser) -> None:
    """Where the day's files go."""
    parser.add_argument(
        "--folder", type=Path, help="folder of files in and out (default demo in the home folder)"
    )


def handle(arguments: Namespace) -> int:
    """Play the day anew; the same every time."""
    day = play(arguments.folder, arguments.lang, quiet=arguments.json)
    if arguments.json:
        as_json(day.summary)
    else:
        show(day, out, arguments.lang)
    return 0
