"""List the payers who repeatedly leave the reference out, or write down that one of them was contacted."""

from argparse import ArgumentParser, Namespace
from dataclasses import asdict

from reskontra.commands.connection import acting, open_database, today
from reskontra.commands.connection import add_arguments as add_acting
from reskontra.commands.output import as_json, say, table
from reskontra.income.refunds.actions import contacted
from reskontra.income.refunds.lists import payers_without_reference
from reskontra.kernel.days import format_date
from reskontra.kernel.texts import text
from reskontra.registers.unit_terms import terms_of


def add_arguments(parser: ArgumentParser) -> None:
    """Which list; or whom somebody has contacted, and what was said."""
    add_acting(parser)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--without-reference", action="store_true", help="payers without a valid reference")
    what.add_argument("--contacted", metavar="KEY", help="the payer with this key of the list was contacted")
    parser.add_argument("--note", default="", help="what was said")


def handle(arguments: Namespace) -> int:
    """Exit 0, also when nobody is to be contacted."""
    open_database()
    if arguments.contacted:
        with acting(arguments, "prepare_refund") as person:
            contact = contacted(person, arguments.contacted, arguments.note)
        if arguments.json:
            as_json({"payer": contact.payer_key, "contacted": contact.contacted_date})
        say(arguments, "payers.contacted", payer=contact.payer_key)
        return 0
    with acting(arguments, "see") as person:
        found = payers_without_reference(person.unit, terms_of(person.unit, arguments.on or today()))
    if arguments.json:
        as_json([asdict(one) for one in found])
        return 0
    heads = (
        "payers.key",
        "payers.name",
        "payers.payments",
        "payers.last",
        "term.customer",
        "payers.last_contact",
    )
    table(
        text("payers.without_reference", arguments.lang),
        tuple(text(key, arguments.lang) for key in heads),
        [
            (
                one.key,
                one.name,
                one.payments,
                format_date(one.last_date, arguments.lang),
                one.customer or "–",
                format_date(one.contacted_date, arguments.lang) if one.contacted_date else "–",
            )
            for one in found
        ],
        right=(2,),
    )
    return 0
