"""What people follow: automation, mismatches, suppliers, spend, what could run by itself, late payments, coverage.

And procurement, as data for others. Days are days of arrival; those of late payments are due dates, those of
procurement days of posting.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from reskontra.commands.connection import acting, open_database, today
from reskontra.commands.connection import add_arguments as add_acting
from reskontra.commands.output import as_csv, as_json, say, table
from reskontra.commands.values import count_argument, day_argument
from reskontra.database.session import working_in
from reskontra.insight.automation import automation, mismatches, mismatches_by_month, solved, targets
from reskontra.insight.coverage import Recurring, uncovered
from reskontra.insight.late import late_payments
from reskontra.insight.procurement import procurement
from reskontra.insight.spend import ORDERS_OF_SUPPLIERS, candidates, recurring, spend, suppliers
from reskontra.kernel.days import format_date
from reskontra.kernel.money import format_amount
from reskontra.kernel.texts import text, texts
from reskontra.registers.models import Unit
from reskontra.registers.policy import allows, roles_of, units_of
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.run import Acting, RunRefused


@dataclass(frozen=True)
class Asked:
    """Of which unit and days, and how: everything a report is told."""

    person: Acting
    first: date
    last: date
    by: str | None
    most: int | None
    all_units: bool

    @property
    def unit(self) -> Unit:
        """The unit."""
        return self.person.unit


@dataclass(frozen=True)
class Report:
    """How a report is found, its columns in a spreadsheet, and which of them fit a screen (all, unless told).

    What is ``data`` goes to other systems: headings are keys, values are as in JSON.
    """

    find: Callable[[Asked], Sequence[Any]]
    columns: Sequence[str]
    on_screen: Sequence[str] = ()
    data: bool = False


def add_arguments(parser: ArgumentParser) -> None:
    """Which report, of which unit and days."""
    parser.add_argument("name", choices=sorted(REPORTS))
    add_acting(parser)
    add_days(parser)
    parser.add_argument(
        "--csv",
        nargs="?",
        const="-",
        metavar="FILE",
        help="as a table for a spreadsheet, printed or into a file",
    )
    parser.add_argument(
        "--by", choices=("month", *ORDERS_OF_SUPPLIERS), help="how mismatches or suppliers are put"
    )
    parser.add_argument(
        "--most", type=count_argument, metavar="N", help="at most so many rows of suppliers or candidates"
    )
    parser.add_argument(
        "--all-units", action="store_true", help="targets of every unit that the person may see"
    )


def add_days(parser: ArgumentParser) -> None:
    """``--from`` and ``--until``: days of arrival; of what is posted, days of posting."""
    for names, dest in ((("--from",), "first"), (("--until", "--to"), "last")):
        parser.add_argument(*names, dest=dest, type=day_argument, metavar="DATE")


def days(arguments: Namespace) -> tuple[date, date]:
    """The days asked for; without any, the year of the last day up to it. Raises ``RunRefused`` for none at all."""
    last = arguments.last or arguments.on or today()
    first = arguments.first or date(last.year, 1, 1)
    if first > last:
        told = {name: format_date(day, arguments.lang) for name, day in (("first", first), ("last", last))}
        raise RunRefused("report.days_reversed", **told)
    return first, last


def handle(arguments: Namespace) -> int:
    """One report."""
    open_database()
    first, last = days(arguments)
    report = REPORTS[arguments.name]
    with acting(arguments, "see") as person:
        asked = Asked(person, first, last, arguments.by, arguments.most, arguments.all_units)
        told = [one.as_json() for one in report.find(asked)]
    if arguments.csv:
        _export(arguments, told, report)
    elif arguments.json:
        as_json({"unit": arguments.unit, "from": first, "until": last, arguments.name: told})
    else:
        _show(arguments, told, report)
    return 0


def _export(arguments: Namespace, told: Sequence[Mapping[str, Any]], report: Report) -> None:
    language = arguments.lang
    if report.data:
        heads = tuple(told[0] if told else report.columns)
        rows = [tuple("" if one[name] is None else one[name] for name in heads) for one in told]
    else:
        columns = _filled(report.columns, told)
        heads = tuple(_heading(name, language) for name in columns)
        rows = [tuple(_exported(name, one[name], language) for name in columns) for one in told]
    if arguments.csv == "-":
        as_csv(heads, rows, language)
        return
    with Path(arguments.csv).open("w", encoding="utf-8", newline="") as file:
        as_csv(heads, rows, language, file)
    say(arguments, "report.written", count=len(told), path=arguments.csv)


def _filled(columns: Sequence[str], told: Sequence[Mapping[str, Any]]) -> Sequence[str]:
    """The columns that say something in any row."""
    return [name for name in columns if not told or any(one[name] is not None for one in told)]


def _show(arguments: Namespace, told: Sequence[Mapping[str, Any]], report: Report) -> None:
    language = arguments.lang
    shown = _filled(report.on_screen or report.columns, told)
    table(
        text(f"report.{arguments.name}", language),
        tuple(_heading(name, language) for name in shown),
        [tuple(_cell(name, one[name], language) for name in shown) for one in told],
        right=tuple(place for place, name in enumerate(shown) if name not in _WORDS),
    )


# What is read as words and stands to the left; everything else is a figure or a day.
_WORDS = frozenset(
    {
        "account", "also", "candidate", "category", "cause", "contract", "field", "handled", "how", "invoice", "iban",
        "month", "name", "newest", "number", "order", "pattern", "person", "reason", "supplier", "supplier_id",
        "supplier_name", "unit", "voucher",
    }
)  # fmt: skip
_MONEY = frozenset({"amount", "interest", "net", "usual_net", "vat"})
_SHARES = frozenset({"cumulative", "same_account", "share", "spread"})
_OUTCOMES = frozenset({"candidate", "cause", "reason"})


def _heading(name: str, language: str) -> str:
    """A column's own words, or those of the commands about statements."""
    own = f"report.column_{name}"
    return text(own if own in texts() else f"statement.column_{name}", language)


def _cell(name: str, value: Any, language: str) -> str:
    """A value as a person reads it."""
    if value is None or value == "":
        return "–"
    if name in _MONEY:
        return format_amount(Decimal(value), language)
    if name.endswith("_date"):
        return format_date(date.fromisoformat(value), language)
    return str(_exported(name, value, language))


def _exported(name: str, value: Any, language: str) -> object:
    """A value for a spreadsheet: amounts and shares as numbers, codes by their words."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return text("term.yes" if value else "term.no", language)
    if name in _MONEY or name in _SHARES or name.endswith(("_rate", "_target")):
        return str(value).replace(".", "," if language in ("sv", "fi") else ".")
    if name in _OUTCOMES:
        return text(f"outcome.{value}", language)
    if name == "also":
        return "; ".join(text(f"outcome.{one}", language) for one in value)
    if name in ("how", "handled"):
        return text(f"report.{name}_{value}", language)
    if name == "field":
        return text(f"statement.field_{value}", language)
    return value[language] if isinstance(value, Mapping) else value


def _coverage(asked: Asked) -> Sequence[Recurring]:
    """Looks back as far as its term says, whatever the first day."""
    return uncovered(asked.unit, terms_of(asked.unit, asked.last))


def _mismatches(asked: Asked) -> Sequence[Any]:
    find = mismatches_by_month if asked.by == "month" else mismatches
    return find(asked.unit, asked.first, asked.last)


def _suppliers(asked: Asked) -> Sequence[Any]:
    by = asked.by if asked.by in ORDERS_OF_SUPPLIERS else "invoices"
    return suppliers(asked.unit, asked.first, asked.last, by, asked.most)


def _targets(asked: Asked) -> Sequence[Any]:
    """Of the unit, or of every unit that the person may see."""
    if not asked.all_units:
        return targets([asked.unit], asked.first, asked.last)
    who, on = asked.person.person, asked.last
    units = units_of(who, on)
    with working_in([unit.pk for unit in units], who.pk, "reskontra report targets"):
        seen = [unit for unit in units if allows(roles_of(who, unit, on), "see", unit, on)]
        return targets(seen, asked.first, asked.last)


_RATES = (
    "invoices", "automatic_rate", "automation_target", "automation_met", "with_posting_reference_rate",
    "with_order_number_rate", "order_number_target", "order_number_met",
)  # fmt: skip
REPORTS: Mapping[str, Report] = {
    "automation": Report(
        lambda asked: automation(asked.unit, asked.first, asked.last), ("month", *_RATES)
    ),
    "candidates": Report(
        lambda asked: candidates(asked.unit, asked.first, asked.last, asked.most),
        (
            "candidate", "supplier", "name", "invoices", "without_number", "months", "net", "usual_net", "spread",
            "account", "same_account", "refused_way", "also",
        ),
        on_screen=("candidate", "name", "without_number", "net", "account"),
    ),
    "coverage": Report(
        _coverage,
        (
            "field", "pattern", "times", "amount", "by_hand", "usual_account", "would_hit", "otherwise", "line",
        ),
    ),
    "late-payments": Report(
        lambda asked: late_payments(asked.unit, asked.last, asked.first),
        ("invoice", "number", "supplier", "amount", "due_date", "paid_date", "days", "cause", "interest"),
        on_screen=("invoice", "supplier", "amount", "due_date", "days", "cause", "interest"),
    ),
    "mismatches": Report(
        _mismatches, ("month", "reason", "invoices", "amount", "open", "share", "cumulative")
    ),
    "procurement": Report(
        lambda asked: procurement(asked.unit, asked.first, asked.last),
        (
            "voucher", "posting_date", "number", "supplier_name", "supplier_id", "order", "contract", "account", "net",
            "vat",
        ),
        data=True,
    ),
    "recurring": Report(
        lambda asked: recurring(asked.unit, asked.first, asked.last),
        ("supplier", "name", "account", "invoices", "months", "usual_net", "spread", "net", "handled", "newest"),
        on_screen=("name", "account", "months", "usual_net", "spread", "handled"),
    ),
    "solved": Report(
        lambda asked: solved(asked.unit, asked.first, asked.last),
        ("reason", "how", "person", "invoices", "median_days", "longest_days"),
    ),
    "spend": Report(
        lambda asked: spend(asked.unit, asked.first, asked.last),
        ("month", "category", "account", "name", "invoices", "net"),
    ),
    "suppliers": Report(
        _suppliers,
        (
            "supplier", "name", "invoices", "net", "with_order_number_rate", "automatic_rate", "mismatched",
            "ordered_by_hand", "reason", "on_paper",
        ),
        on_screen=("name", "invoices", "net", "with_order_number_rate", "automatic_rate", "ordered_by_hand"),
    ),
    "targets": Report(_targets, ("unit", *_RATES)),
}  # fmt: skip
