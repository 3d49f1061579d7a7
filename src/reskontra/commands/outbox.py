"""Show the outgoing batches of a unit, send what waits, or decide a held one by two persons."""

from argparse import ArgumentParser, Namespace

from django.utils import timezone

from reskontra.commands.connection import UnknownPerson, acting, open_database
from reskontra.commands.connection import add_arguments as add_acting
from reskontra.commands.output import as_json, table
from reskontra.commands.run import send_waiting
from reskontra.exchange.models import OutboxFile
from reskontra.exchange.outbox import decide_held, state_of
from reskontra.insight.explanations import NothingFound
from reskontra.registers.models import Person
from reskontra.registers.policy import require


def add_arguments(parser: ArgumentParser) -> None:
    """What to do with which batch."""
    add_acting(parser)
    parser.add_argument("--send", action="store_true", help="hand over every batch that waits")
    parser.add_argument("--sent", metavar="BATCH", help="two persons say that this held batch was received")
    parser.add_argument("--with", dest="second", metavar="NAME", help="user name of the second person")


def handle(arguments: Namespace) -> int:
    """Send or decide, then list."""
    open_database()
    if arguments.sent:
        with acting(arguments, "decide_held_batch") as person:
            file = OutboxFile.objects.filter(unit=person.unit, name=arguments.sent).first()
            second = Person.objects.filter(username=arguments.second or "").first()
            if file is None:
                raise NothingFound(arguments.sent)
            if second is None:
                raise UnknownPerson(arguments.second or "")
            require(second, "decide_held_batch", person.unit, person.day)
            decide_held(file, True, person.person, second, timezone.now())
    if arguments.send:
        send_waiting(arguments)
    with acting(arguments, "see") as person:
        batches = [
            {
                "name": file.name,
                "state": state_of(file),
                "documents": file.documents,
                "amount": format(file.amount, ".2f"),
                "digest": file.digest,
            }
            for file in OutboxFile.objects.filter(unit=person.unit).order_by("id")
        ]
    if arguments.json:
        as_json(batches)
    else:
        table(
            "", ("batch", "state", "documents", "amount"),
            [(b["name"], b["state"], b["documents"], b["amount"]) for b in batches], right=(2, 3),
        )  # fmt: skip
    return 0
