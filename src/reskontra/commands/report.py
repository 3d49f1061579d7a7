"""What people follow: automation against its targets, why invoices were not matched, debits without a rule."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from reskontra.commands.connection import acting, open_database, today
from reskontra.commands.connection import add_arguments as add_acting
from reskontra.commands.output import as_json, table
from reskontra.insight.automation import automation, mismatches
from reskontra.insight.coverage import Recurring, uncovered
from reskontra.kernel.money import format_amount
from reskontra.kernel.texts import text, texts
from reskontra.registers.models import Unit
from reskontra.registers.unit_terms import terms_of


def add_arguments(parser: ArgumentParser) -> None:
    """Which report, of which unit and days."""
    parser.add_argument("name", choices=sorted(REPORTS))
    add_acting(parser)
    add_days(parser)


def add_days(parser: ArgumentParser) -> None:
    """``--from`` and ``--until``: days of arrival."""
    for name, dest in (("--from", "first"), ("--until", "last")):
        parser.add_argument(name, dest=dest, type=date.fromisoformat, metavar="DATE")


def days(arguments: Namespace) -> tuple[date, date]:
    """The days asked for; without any, the year of the last day up to it."""
    last = arguments.last or arguments.on or today()
    return arguments.first or date(last.year, 1, 1), last


def handle(arguments: Namespace) -> int:
    """One report."""
    open_database()
    first, last = days(arguments)
    find, columns = REPORTS[arguments.name]
    with acting(arguments, "see") as person:
        told = [one.as_json() for one in find(person.unit, first, last)]
    if arguments.json:
        as_json({"unit": arguments.unit, "from": first, "until": last, arguments.name: told})
    else:
        _show(arguments, told, columns)
    return 0


def _show(arguments: Namespace, told: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    table(
        text(f"report.{arguments.name}", arguments.lang),
        tuple(_heading(name, arguments.lang) for name in columns),
        [tuple(_cell(name, one[name], arguments.lang) for name in columns) for one in told],
        right=tuple(range(1, len(columns))),
    )


def _heading(name: str, language: str) -> str:
    """A column's own words, or those of the commands about statements."""
    own = f"report.column_{name}"
    return text(own if own in texts() else f"statement.column_{name}", language)


def _cell(name: str, value: Any, language: str) -> str:
    match name:
        case "reason":
            return text(f"outcome.{value}", language)
        case "field":
            return text(f"statement.field_{value}", language)
        case "amount":
            return format_amount(Decimal(value), language)
        case _:
            return "–" if value is None else str(value)


def _coverage(unit: Unit, first: date, last: date) -> Sequence[Recurring]:
    """Looks back as far as its term says, whatever the first day."""
    return uncovered(unit, terms_of(unit, last))


Find = Callable[[Unit, date, date], Sequence[Any]]
REPORTS: Mapping[str, tuple[Find, Sequence[str]]] = {
    "automation": (
        automation,
        (
            "month",
            "invoices",
            "automatic_rate",
            "automation_target",
            "with_posting_reference_rate",
            "with_order_number_rate",
            "order_number_target",
        ),
    ),
    "coverage": (
        _coverage,
        (
            "field",
            "pattern",
            "times",
            "amount",
            "by_hand",
            "usual_account",
            "would_hit",
            "otherwise",
            "line",
        ),
    ),
    "mismatches": (mismatches, ("reason", "invoices", "amount", "open", "cumulative")),
}
