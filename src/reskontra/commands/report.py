"""What people follow: automation against its targets, mismatches, debits without a rule; and procurement for others."""

import csv
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from reskontra.commands.connection import acting, open_database, today
from reskontra.commands.connection import add_arguments as add_acting
from reskontra.commands.output import as_json, say, table
from reskontra.insight.automation import automation, mismatches
from reskontra.insight.coverage import Recurring, uncovered
from reskontra.insight.procurement import procurement
from reskontra.kernel.money import format_amount
from reskontra.kernel.texts import text, texts
from reskontra.registers.models import Unit
from reskontra.registers.unit_terms import terms_of


def add_arguments(parser: ArgumentParser) -> None:
    """Which report, of which unit and days."""
    parser.add_argument("name", choices=sorted(REPORTS))
    add_acting(parser)
    add_days(parser)
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the report to this file as CSV")


def add_days(parser: ArgumentParser) -> None:
    """``--from`` and ``--until``: days of arrival; of what is posted, days of posting."""
    for names, dest in ((("--from",), "first"), (("--until", "--to"), "last")):
        parser.add_argument(*names, dest=dest, type=date.fromisoformat, metavar="DATE")


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
    if arguments.csv:
        write_csv(arguments.csv, told, columns)
        say(arguments, "report.written", count=len(told), path=arguments.csv)
    elif arguments.json:
        as_json({"unit": arguments.unit, "from": first, "until": last, arguments.name: told})
    else:
        _show(arguments, told, columns)
    return 0


def write_csv(path: Path, told: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """``told`` as UTF-8 CSV with semicolons; the heading is the keys of the JSON.

    A text that a spreadsheet would take for a formula gets an apostrophe before it; a number stays one.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file, delimiter=";")
        lines.writerow(told[0] if told else columns)
        lines.writerows([_csv_cell(value) for value in one.values()] for one in told)


def _csv_cell(value: Any) -> str:
    written = "" if value is None else str(value)
    harmless = not written.startswith(_FORMULA) or _is_number(written)
    return written if harmless else f"'{written}"


def _is_number(written: str) -> bool:
    try:
        return Decimal(written).is_finite()
    except ArithmeticError:
        return False


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
        case "amount" | "net" | "vat":
            return format_amount(Decimal(value), language)
        case _:
            return "–" if value is None else str(value)


def _coverage(unit: Unit, first: date, last: date) -> Sequence[Recurring]:
    """Looks back as far as its term says, whatever the first day."""
    return uncovered(unit, terms_of(unit, last))


_FORMULA = ("=", "+", "-", "@", "\t", "\r")
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
    "procurement": (
        procurement,
        (
            "voucher",
            "posting_date",
            "number",
            "supplier_name",
            "supplier_id",
            "order",
            "contract",
            "account",
            "net",
            "vat",
        ),
    ),
    "mismatches": (mismatches, ("reason", "invoices", "amount", "open", "cumulative")),
}
