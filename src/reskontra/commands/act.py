"""Judge an order in the version that was seen: review and approve it, send it back, take it up again, withdraw it."""

from argparse import ArgumentParser, Namespace

from reskontra.commands.connection import acting, open_database
from reskontra.commands.connection import add_arguments as add_acting
from reskontra.commands.output import as_json, say
from reskontra.commands.values import number_argument
from reskontra.income.order_handling.actions import approve, reopen, review, send_back, withdraw
from reskontra.insight.explanations import NothingFound
from reskontra.insight.orders import order_state
from reskontra.runs.run import Acting
from reskontra.sales.models import Order

RIGHTS = {
    "review": "review_order",
    "approve": "approve_order",
    "return": "return_order",
    "withdraw": "withdraw_order",
    "reopen": "reopen_order",
}


def add_arguments(parser: ArgumentParser) -> None:
    """The act, the orders, and who acts."""
    parser.add_argument("act", choices=sorted(RIGHTS))
    parser.add_argument("orders", nargs="+", type=number_argument, metavar="ORDER")
    parser.add_argument("--digest", help="digest of the version that was seen (default: the newest version)")
    parser.add_argument("--comment", default="", help="what there is to say of a review or an approval")
    parser.add_argument("--reason", default="", help="why: needed to return and to withdraw")
    add_acting(parser)


def handle(arguments: Namespace) -> int:
    """Record the act for every order named, or for none."""
    open_database()
    done = []
    with acting(arguments, RIGHTS[arguments.act]) as person:
        for number in arguments.orders:
            order = Order.objects.filter(unit=person.unit, number=number).order_by("-version").first()
            if order is None:
                raise NothingFound(str(number))
            _act(person, order, arguments)
            done.append(
                {
                    "order": number,
                    "version": order.version,
                    "digest": order.digest,
                    "act": arguments.act,
                    "state": order_state(person.unit, order),
                }
            )
    if arguments.json:
        as_json(done)
    for told in done:
        say(arguments, f"act.{arguments.act}_done", order=told["order"], version=told["version"])
    return 0


def _act(person: Acting, order: Order, arguments: Namespace) -> None:
    seen = arguments.digest or order.digest
    match arguments.act:
        case "review":
            review(person, order, seen, arguments.comment)
        case "approve":
            approve(person, order, seen, arguments.comment)
        case "return":
            send_back(person, order, seen, arguments.reason)
        case "withdraw":
            withdraw(person, order, seen, arguments.reason)
        case "reopen":
            reopen(person, order, seen)
