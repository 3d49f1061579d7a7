"""Waive late interest on a claim up to and with a day, with the reason; the next run credits what was charged."""

from argparse import ArgumentParser, Namespace

from reskontra.claims.models import Claim
from reskontra.commands.connection import acting, as_of, open_database
from reskontra.commands.connection import add_arguments as add_acting
from reskontra.commands.output import as_json, say
from reskontra.commands.values import day_argument
from reskontra.income.interest.actions import waive_interest
from reskontra.insight.explanations import NothingFound
from reskontra.kernel.days import format_date


def add_arguments(parser: ArgumentParser) -> None:
    """The claim by its reference, until which day its interest is not asked for, and why."""
    parser.add_argument("reference", help="reference of the claim")
    add_acting(parser)
    parser.add_argument(
        "--until", required=True, type=day_argument, metavar="DATE", help="last day without interest"
    )
    parser.add_argument("--reason", required=True, help="why the interest is not asked for")


def handle(arguments: Namespace) -> int:
    """Exit 0 when it is recorded."""
    open_database()
    with acting(arguments, "waive_interest") as person:
        reference = "".join(arguments.reference.split())
        claim = Claim.objects.filter(unit=person.unit, reference=reference).first()
        if claim is None:
            raise NothingFound(arguments.reference)
        made = waive_interest(as_of(person, arguments.on), claim, arguments.until, arguments.reason)
    if arguments.json:
        as_json({"claim": reference, "until": made.until_date, "reason": made.reason})
    day = format_date(made.until_date, arguments.lang)
    say(arguments, "interest.waived", reference=reference, day=day)
    return 0
