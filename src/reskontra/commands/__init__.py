"""The ``reskontra`` command: translate, one call, no decisions. The clock is read here and handed down.

Exit codes: 0 done, 1 done in part (some rows returned), 2 refused, 3 not allowed, 5 the system is not in order.
"""

import argparse
import os
import sys
import warnings
from collections.abc import Sequence
from importlib import import_module

import django

from reskontra import __version__

COMMANDS = (
    "demo", "serve", "check", "clauses",
    "read", "validate", "import", "form",
    "run", "act", "explain",
    "invoice", "letter", "outbox", "deliveries",
    "bank", "refunds", "payers",
    "claim", "purchase",
    "block", "complaint", "interest", "waive", "deferral", "interrupt",
    "case", "court",
    "write_off",
    "report", "replay",
    "circulation", "circulate",
    "payment", "supplier",
    "statement",
    "card", "office",
    "registers", "password", "api-key", "seal",
)  # fmt: skip
_MODULES = {"import": "import_file", "api-key": "api_key"}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")  # the embedded server finds its own folder
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reskontra.settings")
    django.setup()
    given = sys.argv[1:] if argv is None else argv
    from reskontra.commands.refusals import told
    from reskontra.commands.values import speak

    speak(given)
    arguments = _parser(next(iter(given), "")).parse_args(given)

    module = import_module(f"reskontra.commands.{_MODULES.get(arguments.command, arguments.command)}")
    try:
        return int(module.handle(arguments))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as problem:
        code = told(problem, arguments)
        if code is None:
            raise
        return code


def _parser(asked: str) -> argparse.ArgumentParser:
    """The parser of the command that is ``asked`` for, which alone is loaded; else of all of them, with their help."""
    parser = argparse.ArgumentParser(
        prog="reskontra", description="Order to collection and expenditure management for public bodies."
    )
    parser.add_argument("--version", action="version", version=f"reskontra {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in COMMANDS:
        if asked in COMMANDS and name != asked:
            commands.add_parser(name)
            continue
        module = import_module(f"reskontra.commands.{_MODULES.get(name, name)}")
        sub = commands.add_parser(
            name, help=(module.__doc__ or "").splitlines()[0], description=module.__doc__
        )
        sub.add_argument("--json", action="store_true", help="stable keys for machines on standard output")
        sub.add_argument(
            "--lang",
            choices=("sv", "fi", "en"),
            default=os.environ.get("RESKONTRA_LANG", "en"),
            help="language of messages (default en)",
        )
        module.add_arguments(sub)
    return parser
