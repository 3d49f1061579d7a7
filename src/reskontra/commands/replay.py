"""What if: past purchase invoices matched by other terms; nothing is stored."""

from argparse import ArgumentParser, Namespace
from decimal import Decimal

from reskontra.commands.connection import acting, open_database, today
from reskontra.commands.connection import add_arguments as add_acting
from reskontra.commands.output import as_json, say, table
from reskontra.commands.report import add_days, days
from reskontra.commands.values import change_argument
from reskontra.expenditure.matching.replay import replay
from reskontra.kernel.money import format_amount
from reskontra.kernel.texts import text
from reskontra.purchases.matching import Past

_COLUMNS = ("number", "seller", "amount", "before", "after")


def add_arguments(parser: ArgumentParser) -> None:
    """Which rule, which other terms, and the days of arrival."""
    parser.add_argument("name", choices=["matching"])
    parser.add_argument(
        "--term",
        type=change_argument,
        action="append",
        required=True,
        metavar="NAME=VALUE",
        help="may be repeated",
    )
    add_acting(parser)
    add_days(parser)


def handle(arguments: Namespace) -> int:
    """How the rate would change, and which invoices."""
    open_database()
    with acting(arguments, "see") as person:
        told = replay(
            person.unit, arguments.on or today(), Past(*days(arguments)), dict(arguments.term)
        ).as_json()
    if arguments.json:
        as_json(told)
        return 0
    table(
        text("replay.title", arguments.lang),
        tuple(
            text(f"replay.column_{name}", arguments.lang)
            for name in ("number", "seller", "amount", "before", "after")
        ),
        [
            (
                one["number"],
                one["seller"],
                format_amount(Decimal(one["amount"]), arguments.lang),
                text(f"outcome.{one['before']}", arguments.lang),
                text(f"outcome.{one['after']}", arguments.lang),
            )
            for one in told["changed"]
        ],
        right=(2,),
    )
    say(
        arguments,
        "replay.rates",
        invoices=told["invoices"],
        before=told["rate_before"],
        after=told["rate_after"],
    )
    return 0
