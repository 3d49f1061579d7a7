"""Show which purchase invoices wait, for what and with whom; what is overdue or falls due; what late payment cost."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping

from reskontra.commands.connection import acting, open_database, person_of, today
from reskontra.commands.connection import add_arguments as add_acting
from reskontra.commands.output import as_json, say, table
from reskontra.insight.circulation import (
    Circulating,
    falling_due,
    list_of,
    overdue,
    with_whom,
)
from reskontra.insight.late import LatePayment, late_payments
from reskontra.insight.purchases import purchase_number
from reskontra.kernel.days import format_date
from reskontra.kernel.money import format_amount
from reskontra.kernel.texts import text
from reskontra.registers.models import WorkQueue


def add_arguments(parser: ArgumentParser) -> None:
    """Where, and which of what waits."""
    add_acting(parser)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--overdue", action="store_true", help="only what has passed its due date")
    what.add_argument("--falling-due", action="store_true", help="only what falls due within the unit's term")
    what.add_argument("--mine", action="store_true", help="only what the person has, also for somebody away")
    what.add_argument("--late-interest", action="store_true", help="payables paid late, and what that costs")


def handle(arguments: Namespace) -> int:
    """Exit 0 when it is shown, 1 when something is overdue."""
    open_database()
    on = arguments.on or today()
    with acting(arguments, "see") as person:
        if arguments.late_interest:
            return _late(arguments, late_payments(person.unit, on))
        if arguments.overdue:
            found = overdue(person.unit, on)
        elif arguments.falling_due:
            found = falling_due(person.unit, on)
        elif arguments.mine:
            found = list_of(person.unit, person_of(arguments), on)
        else:
            found = with_whom(person.unit, on)
        queues = {
            one.code: getattr(one, f"name_{arguments.lang}")
            for one in WorkQueue.objects.filter(unit=person.unit)
        }
    if arguments.json:
        as_json([one.as_json() for one in found])
    elif found:
        show(found, queues, arguments.lang)
    else:
        say(arguments, "circulation.empty")
    return 1 if any(one.days is not None and one.days < 0 for one in found) else 0


def show(found: list[Circulating], queues: Mapping[str, str], language: str) -> None:
    """What waits, by due date, for a person; ``queues`` are the names of queues by their codes."""
    table(
        "",
        (
            *_heads(language, "invoice", "supplier"),
            text("term.amount", language),
            *_heads(language, "due", "with", "since", "step", "type", "away"),
        ),
        [
            (
                f"{purchase_number(one.invoice)} {one.number}",
                one.supplier,
                format_amount(one.amount, language),
                format_date(one.due_date, language) if one.due_date else "",
                ", ".join((*([queues.get(one.queue, one.queue)] if one.queue else []), *one.people)),
                format_date(one.since_date, language) if one.since_date else "",
                text(f"circulation.step_{one.step}", language),
                one.voucher_type,
                ", ".join(one.away),
            )
            for one in found
        ],
        right=(2,),
    )


def _late(arguments: Namespace, found: list[LatePayment]) -> int:
    if arguments.json:
        as_json([one.as_json() for one in found])
        return 0
    language = arguments.lang
    table(
        "",
        (
            *_heads(language, "invoice", "supplier"),
            text("term.amount", language),
            *_heads(language, "due", "paid", "interest"),
        ),
        [
            (
                f"{purchase_number(one.invoice)} {one.number}",
                one.supplier,
                format_amount(one.amount, language),
                format_date(one.due_date, language),
                format_date(one.paid_date, language) if one.paid_date else "",
                format_amount(one.interest, language),
            )
            for one in found
        ],
        right=(2, 5),
    )
    return 0


def _heads(language: str, *names: str) -> list[str]:
    return [text(f"circulation.column_{name}", language) for name in names]
