"""Reports on a unit's expenditure; `coverage`: debits that return without a standing rule, with the rule proposed."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from typing import Any

from reskontra.commands.connection import acting, open_database, today
from reskontra.commands.connection import add_arguments as add_acting
from reskontra.commands.output import as_json, say, table
from reskontra.insight.coverage import Recurring, uncovered
from reskontra.kernel.money import format_amount
from reskontra.kernel.texts import text
from reskontra.registers.models import Unit
from reskontra.registers.unit_terms import terms_of


def add_arguments(parser: ArgumentParser) -> None:
    """Which report, of which unit, on which day."""
    parser.add_argument("name", choices=sorted(REPORTS))
    add_acting(parser)


def handle(arguments: Namespace) -> int:
    """Read and tell; nothing is written."""
    open_database()
    with acting(arguments, "see") as person:
        told = REPORTS[arguments.name](person.unit, arguments)
    if arguments.json:
        as_json([one.as_json() for one in told])
    return 0


def _coverage(unit: Unit, arguments: Namespace) -> list[Recurring]:
    found = uncovered(unit, terms_of(unit, arguments.on or today()))
    if arguments.json:
        return found
    if not found:
        say(arguments, "statement.all_covered")
        return found
    names = (
        "field",
        "pattern",
        "times",
        "amount",
        "by_hand",
        "usual_account",
        "would_hit",
        "otherwise",
        "line",
    )
    table(
        text("statement.title_coverage", arguments.lang),
        tuple(text(f"statement.column_{name}", arguments.lang) for name in names),
        [
            (
                text(f"statement.field_{one.field}", arguments.lang),
                one.pattern,
                one.times,
                format_amount(one.amount, arguments.lang),
                one.by_hand,
                one.usual_account,
                one.would_hit,
                one.otherwise,
                one.line,
            )
            for one in found
        ],
        right=(2, 3, 4, 6, 7),
    )
    return found


REPORTS: Mapping[str, Callable[[Unit, Namespace], Any]] = {"coverage": _coverage}
