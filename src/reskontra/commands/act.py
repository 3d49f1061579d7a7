"""Review or approve an order: two acts of two persons on the version that they saw."""

from argparse import ArgumentParser, Namespace

from reskontra.commands.connection import acting, open_database
from reskontra.commands.connection import add_arguments as add_acting
from reskontra.commands.output import as_json, say
from reskontra.commands.values import number_argument
from reskontra.income.order_handling.actions import approve, review
from reskontra.insight.explanations import NothingFound
from reskontra.sales.models import Order

ACTS = {"review": ("review_order", review), "approve": ("approve_order", approve)}


def add_arguments(parser: ArgumentParser) -> None:
    """The act, the orders, and who acts."""
    parser.add_argument("act", choices=sorted(ACTS))
    parser.add_argument("orders", nargs="+", type=number_argument, metavar="ORDER")
    parser.add_argument("--digest", help="digest of the version that was seen (default: the newest version)")
    parser.add_argument("--comment", default="")
    add_acting(parser)


def handle(arguments: Namespace) -> int:
    """Record the act for every order named, or for none."""
    open_database()
    right, act = ACTS[arguments.act]
    done = []
    with acting(arguments, right) as person:
        for number in arguments.orders:
            order = Order.objects.filter(unit=person.unit, number=number).order_by("-version").first()
            if order is None:
                raise NothingFound(str(number))
            act(person, order, arguments.digest or order.digest, arguments.comment)
            done.append(
                {"order": number, "version": order.version, "digest": order.digest, "act": arguments.act}
            )
    if arguments.json:
        as_json(done)
    for told in done:
        say(arguments, f"act.{arguments.act}_done", order=told["order"], version=told["version"])
    return 0
