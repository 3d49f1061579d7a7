"""Pay suppliers: release a planned run, hold, ban, take in the bank's answers, send, or show what goes out."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from reskontra.commands.connection import UnknownPerson, acting, moment, open_database, today
from reskontra.commands.connection import add_arguments as add_acting
from reskontra.commands.output import as_json, out, say, table
from reskontra.commands.values import amount_argument, day_argument, percent_argument
from reskontra.exchange.messages import message
from reskontra.exchange.signing import public_pem
from reskontra.expenditure.payment.actions import (
    Order,
    ban,
    came_back,
    end_ban,
    hear_bank,
    hold,
    permit,
    release,
    unhold,
)
from reskontra.expenditure.payment.sending import send_payments
from reskontra.expenditure.payment.stopping import decide_file, drop_plan, stop_file
from reskontra.insight import supplier_payments
from reskontra.insight.explanations import NothingFound
from reskontra.kernel.money import format_amount
from reskontra.kernel.texts import text
from reskontra.purchases.models import Payable, PaymentBan, PaymentFile, SupplierPayment
from reskontra.registers.models import Person, Supplier, Unit
from reskontra.runs.models import Run
from reskontra.runs.run import Acting

RIGHTS = {
    "status": "see",
    "key": "see",
    "release": "release_payment",
    "hold": "hold_payment",
    "unhold": "hold_payment",
    "ban": "keep_payment_bans",
    "end-ban": "keep_payment_bans",
    "permit": "record_payment_permit",
    "answers": "run_payment",
    "came-back": "run_payment",
    "send": "run_payment",
    "drop": "run_payment",
    "stop": "run_payment",
    "arrived": "decide_held_batch",
    "not-sent": "decide_held_batch",
}


def add_arguments(parser: ArgumentParser) -> None:
    """The act, what it is about, and who acts."""
    parser.add_argument("act", choices=sorted(RIGHTS))
    parser.add_argument(
        "subject",
        nargs="?",
        default="",
        help="run (release, drop), payable (hold, unhold), supplier (ban), ban (end-ban), permit (permit),"
        " file (answers), end-to-end id (came-back), message id of a payment file (stop, arrived, not-sent)",
    )
    add_acting(parser)
    parser.add_argument("--digest", help="digest of the plan that was seen (default: the plan's own)")
    parser.add_argument("--reason", default="", help="why, or what was said")
    parser.add_argument("--from", dest="first", type=day_argument, metavar="DATE", help="first day")
    parser.add_argument("--until", type=day_argument, metavar="DATE", help="last day (permit)")
    parser.add_argument("--protocol", default="", help="number of the ban's protocol")
    parser.add_argument(
        "--sum", type=amount_argument, help="what the ban takes in all, euro (default: until it ends)"
    )
    parser.add_argument(
        "--share", type=percent_argument, default=Decimal(100), help="percent of each gross invoice"
    )
    parser.add_argument("--each", type=amount_argument, help="at most so much of each invoice, euro")
    parser.add_argument("--payee", default="", help="the authority's name")
    parser.add_argument("--iban", default="", help="the authority's account")
    parser.add_argument("--reference", default="", help="the authority's reference")
    parser.add_argument("--with", dest="second", metavar="NAME", help="second person (arrived, not-sent)")
    parser.add_argument("--by-hand", action="store_true", help="send outside the hours, with a permit")


def handle(arguments: Namespace) -> int:
    """One act, or the list. Exit 1 when the bank rejected payments or said something that does not meet."""
    open_database()
    if arguments.act == "send":
        with acting(arguments, RIGHTS["send"]) as person:
            unit = person.unit
        told = _send(arguments, unit)
    else:
        with acting(arguments, RIGHTS[arguments.act]) as person:
            told = _ACTS[arguments.act](arguments, person)
    if arguments.json:
        as_json(told)
    elif arguments.act == "status":
        _show(told, arguments.lang)
    elif arguments.act == "key":
        out.print(told["public_key"], markup=False)
    else:
        say(arguments, f"payment.{arguments.act.replace('-', '_')}_done", **told)
        for file in told.get("files", ()):
            say(arguments, f"outbox.{file['state']}", name=file["name"])
        for sentence in told.get("messages", ()):
            out.print(f"  ✖ {sentence}", markup=False)
    return 1 if told.get("rejected") or told.get("messages") else 0


def _release(arguments: Namespace, person: Acting) -> dict[str, Any]:
    run = Run.objects.filter(unit=person.unit, pk=_number(arguments.subject)).first()
    if run is None:
        raise NothingFound(arguments.subject, "run")
    released = release(person, run, arguments.digest or run.digest, arguments.reason)
    return {"run": run.pk, "digest": released.digest}


def _hold(arguments: Namespace, person: Acting) -> dict[str, Any]:
    payable = _payable(arguments, person)
    return {"payable": payable.pk, "hold": hold(person, payable, arguments.reason).pk}


def _unhold(arguments: Namespace, person: Acting) -> dict[str, Any]:
    payable = _payable(arguments, person)
    return {"payable": payable.pk, "ended": unhold(person, payable)}


def _ban(arguments: Namespace, person: Acting) -> dict[str, Any]:
    supplier = Supplier.objects.filter(number=arguments.subject).first()
    if supplier is None:
        raise NothingFound(arguments.subject, "supplier")
    order = Order(
        protocol=arguments.protocol,
        from_date=arguments.first or person.day,
        payee=arguments.payee,
        iban=arguments.iban,
        reference=arguments.reference,
        amount=arguments.sum,
        share=arguments.share,
        each_invoice=arguments.each,
    )
    return {"ban": ban(person, supplier, order).pk, "supplier": supplier.number}


def _end_ban(arguments: Namespace, person: Acting) -> dict[str, Any]:
    found = PaymentBan.objects.filter(unit=person.unit, pk=_number(arguments.subject)).first()
    if found is None:
        raise NothingFound(arguments.subject, "ban")
    ended = end_ban(person, found, arguments.first or arguments.on or person.day)
    return {"ban": found.pk, "day": ended.day.isoformat()}


def _permit(arguments: Namespace, person: Acting) -> dict[str, Any]:
    first = arguments.first or person.day
    made = permit(person, arguments.subject, first, arguments.until or first, arguments.reason)
    return {
        "number": made.number,
        "from": made.from_date.isoformat(),
        "until": made.until_date.isoformat(),
    }


def _answers(arguments: Namespace, person: Acting) -> dict[str, Any]:
    path = Path(arguments.subject)
    heard = hear_bank(person, path.read_bytes(), path.name)
    return {
        "file": heard.file.name,
        "before": heard.before,
        "accepted": heard.accepted,
        "pending": heard.pending,
        "rejected": heard.rejected,
        "messages": [message(found, arguments.lang) for found in heard.findings],
    }


def _came_back(arguments: Namespace, person: Acting) -> dict[str, Any]:
    payment = SupplierPayment.objects.filter(unit=person.unit, end_to_end_id=arguments.subject or "-").first()
    if payment is None:
        raise NothingFound(arguments.subject, "payment")
    came_back(person, payment, arguments.reason)
    return {"payment": payment.end_to_end_id}


def _send(arguments: Namespace, unit: Unit) -> dict[str, Any]:
    handed = send_payments(unit, moment(arguments.on), by_hand=arguments.by_hand)
    return {"count": len(handed), "files": [{"name": one.file.name, "state": one.state} for one in handed]}


def _drop(arguments: Namespace, person: Acting) -> dict[str, Any]:
    run = Run.objects.filter(unit=person.unit, pk=_number(arguments.subject)).first()
    if run is None:
        raise NothingFound(arguments.subject, "run")
    return {"run": drop_plan(person, run).pk}


def _stop(arguments: Namespace, person: Acting) -> dict[str, Any]:
    kept = _file(arguments, person)
    stop_file(person, kept, arguments.reason)
    return {"file": kept.message_id}


def _arrived(arguments: Namespace, person: Acting) -> dict[str, Any]:
    return _decided(arguments, person, sent=True)


def _not_sent(arguments: Namespace, person: Acting) -> dict[str, Any]:
    return _decided(arguments, person, sent=False)


def _decided(arguments: Namespace, person: Acting, *, sent: bool) -> dict[str, Any]:
    kept = _file(arguments, person)
    second = Person.objects.filter(username=arguments.second or "").first()
    if second is None:
        raise UnknownPerson(arguments.second or "")
    undone = decide_file(person, kept, second, sent=sent, reason=arguments.reason)
    return {"file": kept.message_id, "undone": undone}


def _key(arguments: Namespace, person: Acting) -> dict[str, Any]:
    return {"unit": person.unit.code, "public_key": public_pem(person.unit.code)}


def _status(arguments: Namespace, person: Acting) -> dict[str, Any]:
    since = arguments.first or arguments.on or today()
    lists: dict[str, Callable[[], list[Any]]] = {
        "going_out": lambda: supplier_payments.going_out(person.unit, since),
        "came_back": lambda: supplier_payments.came_back(person.unit, since),
        "bans": lambda: supplier_payments.bans(person.unit, since),
        "paid_late": lambda: supplier_payments.paid_late(person.unit, since),
        "addresses_not_payable": lambda: supplier_payments.addresses_not_payable(
            person.unit, arguments.on or today()
        ),
    }
    return {name: [one.as_json() for one in read()] for name, read in lists.items()}


_ACTS: dict[str, Callable[[Namespace, Acting], dict[str, Any]]] = {
    "release": _release,
    "hold": _hold,
    "unhold": _unhold,
    "ban": _ban,
    "end-ban": _end_ban,
    "permit": _permit,
    "answers": _answers,
    "came-back": _came_back,
    "drop": _drop,
    "stop": _stop,
    "arrived": _arrived,
    "not-sent": _not_sent,
    "key": _key,
    "status": _status,
}


def _file(arguments: Namespace, person: Acting) -> PaymentFile:
    kept = PaymentFile.objects.select_related("file")
    found = kept.filter(unit=person.unit, message_id=arguments.subject or "-").first()
    if found is None:
        raise NothingFound(arguments.subject, "payment_file")
    return found


def _payable(arguments: Namespace, person: Acting) -> Payable:
    found = Payable.objects.filter(unit=person.unit, pk=_number(arguments.subject)).first()
    if found is None:
        raise NothingFound(arguments.subject, "payable")
    return found


def _number(written: str) -> int:
    """The number that was written; 0, which nothing has, for what is none."""
    return int(written) if written.isascii() and written.isdigit() else 0


def _show(told: dict[str, Any], language: str) -> None:
    names = ("day", "file", "state", "count", "accepted", "rejected")
    table(
        text("payment.title", language),
        (*(text(f"payment.column_{name}", language) for name in names), text("term.amount", language)),
        [
            (*(one[name] for name in names), format_amount(Decimal(one["amount"]), language))
            for one in told["going_out"]
        ],
        right=(3, 4, 5, 6),
    )
