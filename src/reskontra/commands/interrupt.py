"""Record an act that restarted the limitation of a private-law claim, and tell until when the claim lives now."""

from argparse import ArgumentParser, Namespace
from typing import get_args

from reskontra.claims.collection import take_claims_in_hand
from reskontra.claims.models import Claim
from reskontra.commands.connection import acting, as_of, open_database
from reskontra.commands.connection import add_arguments as add_acting
from reskontra.commands.output import as_json, say
from reskontra.commands.values import day_argument
from reskontra.database.rows import one_row
from reskontra.income.limitation.actions import Act, interrupt
from reskontra.insight.explanations import NothingFound
from reskontra.kernel.days import format_date
from reskontra.registers.unit_terms import terms_of


def add_arguments(parser: ArgumentParser) -> None:
    """The claim by its reference, what was done when, and how that is known."""
    parser.add_argument("reference", help="reference of the claim")
    add_acting(parser)
    parser.add_argument("--act", required=True, choices=get_args(Act))
    parser.add_argument("--day", required=True, type=day_argument, metavar="DAY", help="when it was done")
    parser.add_argument("--note", required=True, help="how it is known: a letter, a message, a case number")


def handle(arguments: Namespace) -> int:
    """Exit 0 when it is recorded."""
    open_database()
    with acting(arguments, "interrupt_limitation") as person:
        reference = "".join(arguments.reference.split())
        claim = Claim.objects.filter(unit=person.unit, reference=reference).first()
        if claim is None:
            raise NothingFound(arguments.reference)
        on_day = as_of(person, arguments.on)
        made = interrupt(on_day, claim, arguments.day, arguments.act, arguments.note)
        take_claims_in_hand(person.unit, terms_of(person.unit, on_day.day))
        (until,) = one_row("SELECT limitation_date FROM claims_in_hand WHERE id = %s", [claim.pk])
    if arguments.json:
        as_json({"claim": reference, "act": made.act, "day": made.day, "limitation_date": until})
    days = {"day": format_date(made.day, arguments.lang), "until": format_date(until, arguments.lang)}
    say(arguments, "limitation.interrupted", claim=reference, **days)
    return 0
