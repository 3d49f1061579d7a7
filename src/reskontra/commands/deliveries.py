"""Show what became of the invoices sent and what waits for a person; send again, change channel, approve the list."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from django.utils import timezone

from reskontra.commands.connection import acting, open_database, today
from reskontra.commands.connection import add_arguments as add_acting
from reskontra.commands.output import as_json, out, say, table
from reskontra.commands.values import number_argument
from reskontra.exchange.messages import message
from reskontra.income.delivery.actions import change_channel, send_again
from reskontra.income.delivery.follow_up import Followed, worklist
from reskontra.income.delivery.lists import Lacking, approve_invoice_list, invoice_lists, review_invoice_list
from reskontra.insight.explanations import NothingFound
from reskontra.kernel.money import format_amount
from reskontra.kernel.references import running_number
from reskontra.kernel.texts import text
from reskontra.registers.models import Unit
from reskontra.runs.models import Run
from reskontra.runs.run import Acting
from reskontra.sales.models import Invoice


def add_arguments(parser: ArgumentParser) -> None:
    """What to do with which invoice or list; with none of these the worklist is shown."""
    add_acting(parser)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--again", metavar="INVOICE", help="send this invoice again in the next batch")
    what.add_argument(
        "--channel", nargs=2, metavar=("INVOICE", "CHANNEL"), help="send this invoice next by this channel"
    )
    what.add_argument("--lists", action="store_true", help="show the invoice lists beside the archive")
    what.add_argument(
        "--review-list", type=number_argument, metavar="RUN", help="review the invoice list of this run"
    )
    what.add_argument(
        "--approve-list", type=number_argument, metavar="RUN", help="approve the invoice list of this run"
    )
    parser.add_argument("--reason", default="", help="why the invoice goes again")
    parser.add_argument("--digest", help="digest of the invoicing report that was seen (default: the run's)")


def handle(arguments: Namespace) -> int:
    """Exit 0 when nothing waits or the act is done, 1 when something waits for a person."""
    open_database()
    if arguments.again or arguments.channel:
        return _go_again(arguments)
    if arguments.review_list or arguments.approve_list:
        return _act_on_list(arguments)
    return _lists(arguments) if arguments.lists else _waiting(arguments)


def _waiting(arguments: Namespace) -> int:
    with acting(arguments, "see") as person:
        day = Acting(person.person, person.unit, _moment(arguments))
        found = worklist(day, day.at)
    if arguments.json:
        as_json([_told(one, arguments.lang) for one in found])
    elif not found:
        say(arguments, "deliveries.none")
    else:
        names = ("invoice", "amount", "decision", "reason", "clause", "batch")
        rows = [
            (
                one.number,
                format_amount(one.amount, arguments.lang),
                text(f"outcome.{one.outcome}", arguments.lang),
                one.reason or _why(one, arguments.lang),
                one.clause,
                one.batch,
            )
            for one in found
        ]
        table(
            "", tuple(text(f"deliveries.column_{name}", arguments.lang) for name in names), rows, right=(1,)
        )
    return 1 if found else 0


def _why(one: Followed, language: str) -> str:
    if one.findings:
        return " ".join(message(found, language) for found in one.findings)
    return ", ".join(
        f"{text(f'channel.name.{passed.channel}', language)}: {text(f'channel.{passed.why}', language)}"
        for passed in one.passed_over
    )


def _told(one: Followed, language: str) -> dict[str, Any]:
    told = {**one.as_json(), "message": text(f"outcome.{one.outcome}", language)}
    return told | {"reasons": [message(found, language) for found in one.findings]}


def _moment(arguments: Namespace) -> datetime:
    """Now, or the end of the day that is asked for."""
    if arguments.on is None or arguments.on == today():
        return timezone.now()
    return datetime.combine(arguments.on, time(23, 59, 59), timezone.get_default_timezone())


def _go_again(arguments: Namespace) -> int:
    right = "send_again" if arguments.again else "change_channel"
    number = arguments.again or arguments.channel[0]
    with acting(arguments, right) as person:
        invoice = _invoice(person.unit, number)
        if arguments.again:
            done = send_again(person, invoice, arguments.reason)
        else:
            done = change_channel(person, invoice, arguments.channel[1], arguments.reason)
    if arguments.json:
        as_json({"invoice": number, "attempt": done.attempt, "channel": done.channel or None})
    say(arguments, "deliveries.again_done", invoice=number)
    return 0


def _invoice(unit: Unit, number: str) -> Invoice:
    running = running_number(unit.code, number)
    found = None if running is None else Invoice.objects.filter(unit=unit, number=running).first()
    if found is None:
        raise NothingFound(number)
    return found


def _lists(arguments: Namespace) -> int:
    with acting(arguments, "see") as person:
        lists = invoice_lists(person.unit)
    if arguments.json:
        as_json([one.as_json() for one in lists])
    for one in lists:
        say(arguments, "deliveries.lists_open", run=one.run, invoices=one.invoices, complete=one.complete)
        if not arguments.json:
            say_lacking(one.lacking, arguments)
    return 0


def say_lacking(lacking: Sequence[Lacking], arguments: Namespace) -> None:
    """What the archive still lacks of invoices, one a line."""
    for one in lacking:
        names = [text(f"desk.deliveries.lack.{what}", arguments.lang) for what in one.lacks]
        names += [
            text("desk.deliveries.lack.attachment", arguments.lang, name=name) for name in one.attachments
        ]
        sentence = text(
            "deliveries.still_lacking", arguments.lang, invoice=one.invoice, names=", ".join(names)
        )
        out.print(f"  ✖ {sentence}", markup=False)


def _act_on_list(arguments: Namespace) -> int:
    number, act = (
        arguments.approve_list or arguments.review_list,
        "approve" if arguments.approve_list else "review",
    )
    with acting(arguments, "see") as person:
        run = Run.objects.filter(unit=person.unit, name="invoicing", pk=number).first()
        standing = invoice_lists(person.unit, number) if run else []
        if run is None or not standing:
            raise NothingFound(str(number))
        seen = arguments.digest or standing[0].digest
        done = (approve_invoice_list if act == "approve" else review_invoice_list)(person, run, seen)
    if arguments.json:
        as_json({"run": number, "act": done.act, "digest": done.digest})
    say(arguments, "deliveries.list_done", run=number, act=text(f"deliveries.act_{act}", arguments.lang))
    return 0
