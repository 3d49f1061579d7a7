"""Compute late-payment interest and print its table of periods; no database is needed."""

from argparse import ArgumentParser, Namespace
from datetime import date

from reskontra.commands.output import as_json, out, say, table
from reskontra.commands.values import (
    day_argument,
    payment_argument,
    rate_argument,
    rate_of_day_argument,
    sum_argument,
)
from reskontra.kernel.clauses import clause
from reskontra.kernel.days import bank_day_on_or_after, format_date
from reskontra.kernel.interest import (
    DAY_COUNTS,
    SURCHARGES,
    Curve,
    Movement,
    Rate,
    Stretch,
    accrued,
    common_curve,
    half_year_end,
    stretches,
)
from reskontra.kernel.money import format_amount
from reskontra.kernel.terms import terms_on
from reskontra.kernel.texts import text
from reskontra.runs.run import RunRefused

_HEADS = ("from", "to", "days", "principal", "rate", "amount")


def add_arguments(parser: ArgumentParser) -> None:
    """What is owed since when, what was paid, and on what ground interest runs."""
    parser.add_argument("--principal", required=True, type=sum_argument, metavar="EURO")
    parser.add_argument(
        "--due", required=True, type=day_argument, metavar="DATE", help="due date; moves to a bank day"
    )
    parser.add_argument(
        "--until", required=True, type=day_argument, metavar="DATE", help="last day of interest"
    )
    parser.add_argument(
        "--payment",
        action="append",
        default=[],
        type=payment_argument,
        metavar="DATE:EURO",
        help="repeatable",
    )
    parser.add_argument("--ground", choices=sorted(SURCHARGES), default="section_4")
    parser.add_argument(
        "--surcharge",
        type=rate_argument,
        metavar="PERCENT",
        help="points above the reference rate by a special act",
    )
    parser.add_argument(
        "--reference-rate",
        action="append",
        default=[],
        type=rate_of_day_argument,
        metavar="DATE:PERCENT",
        help="the reference rate of the half-year of DATE, where it is not known; repeatable",
    )
    parser.add_argument("--day-count", choices=DAY_COUNTS, help="default: the term interest_day_count")


def handle(arguments: Namespace) -> int:
    """Print the stretches and their total. A rate that is not known is told with what to enter, exit code 2."""
    due, moved = arguments.due, bank_day_on_or_after(arguments.due)
    found = _stretches(arguments)
    total = accrued(found)
    if arguments.json:
        as_json(
            {
                "due": moved.isoformat(),
                "stretches": [
                    {
                        "from": one.first.isoformat(),
                        "to": one.last.isoformat(),
                        "days": one.days,
                        "principal": f"{one.principal:.2f}",
                        "percent": f"{one.percent:f}",
                        "year_days": one.year_days,
                        "amount": f"{one.amount:.8f}",
                    }
                    for one in found
                ],
                "total": f"{total:.2f}",
            }
        )
        return 0
    language = arguments.lang
    if moved != due:
        say(
            arguments,
            "interest.due_moved",
            day=format_date(due, language),
            moved=format_date(moved, language),
        )
    table(
        "",
        [text(f"interest.table.{head}", language) for head in _HEADS],
        [_row(one, language) for one in found],
        right=(2, 3, 4, 5),
    )
    out.print(text("interest.total", language, total=format_amount(total, language)), markup=False)
    return 0


@clause("OC 6.1.5-a", "OC 6.1.5-b")
def _stretches(arguments: Namespace) -> list[Stretch]:
    reference = common_curve("reference_rate")
    for day, _ in arguments.reference_rate:
        if (known := reference.on(day)) is not None:
            told = format_date(day, arguments.lang)
            raise RunRefused("interest.rate_is_known", day=told, percent=f"{known}")
    entered = [Rate(percent, day, half_year_end(day)) for day, percent in arguments.reference_rate]
    surcharge = common_curve(SURCHARGES[arguments.ground])
    if arguments.surcharge is not None:
        if arguments.ground != "special_act":
            raise RunRefused("interest.surcharge_of_special_act")
        surcharge = Curve(surcharge.key, (Rate(arguments.surcharge, date.min, None),))
    return stretches(
        arguments.principal,
        arguments.due,
        arguments.until,
        [Movement(day, amount) for day, amount in arguments.payment],
        late=(Curve(reference.key, (*reference.rates, *entered)), surcharge),
        day_count=arguments.day_count or terms_on(arguments.due).interest_day_count,
    )


def _row(one: Stretch, language: str) -> tuple[object, ...]:
    percent, amount = f"{one.percent.normalize():f}", f"{one.amount:.4f}"
    if language != "en":
        percent, amount = percent.replace(".", ","), amount.replace(".", ",")
    return (
        format_date(one.first, language),
        format_date(one.last, language),
        one.days,
        format_amount(one.principal, language),
        percent,
        amount,
    )
