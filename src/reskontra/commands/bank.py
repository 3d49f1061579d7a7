"""Show the bank accounts of a unit: latest statements, gaps between them, and what does not agree with the books.

With ``--unallocated`` the payments that something is left of, with the reason; with ``--candidates`` what one of them
may be meant for; with ``--takes-back`` a person says which payment the bank took back, with ``--undo`` that what a
payment was used for, or what was taken back, was wrong.
"""

from argparse import ArgumentParser, Namespace
from datetime import date
from decimal import Decimal

from rich.markup import escape

from reskontra.bank.chain import chain_gaps
from reskontra.bank.models import Payment
from reskontra.commands.connection import acting, open_database, today
from reskontra.commands.connection import add_arguments as add_acting
from reskontra.commands.output import as_json, out, say, table
from reskontra.documents.findings import Finding, Refused
from reskontra.exchange.messages import message
from reskontra.income.allocation.actions import NotTakenBack, take_back, undo
from reskontra.income.allocation.candidates import candidates, may_be_taken_back
from reskontra.income.allocation.run import AllocationRun
from reskontra.income.bank_material.chain import (
    accounts_in_hand,
    assertions_that_fail,
    in_transit,
)
from reskontra.income.bank_material.intake import BankAnswer
from reskontra.insight.explanations import NothingFound
from reskontra.insight.payments import payment_number, payment_of, rest_of, unallocated
from reskontra.kernel.days import format_date
from reskontra.kernel.money import format_amount
from reskontra.kernel.texts import text
from reskontra.registers.models import Unit
from reskontra.runs.run import apply

_MOST_SHOWN = 20
_MOST_LISTED = 200  # rows that a person reads in a terminal; --json has all
_ALL = 10**9


def add_arguments(parser: ArgumentParser) -> None:
    """The unit and the person who looks, and at what."""
    add_acting(parser)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--unallocated", action="store_true", help="payments that something is left of")
    what.add_argument("--candidates", metavar="P…", help="what a payment that waits may be meant for")
    what.add_argument(
        "--takes-back",
        nargs=2,
        metavar=("P…", "P…"),
        help="the first, which the bank took, takes back the second",
    )
    what.add_argument("--undo", metavar="P…", help="what this payment was used for, or takes back, was wrong")
    parser.add_argument("--reason", default="", help="how the person knows it")


def handle(arguments: Namespace) -> int:
    """Exit 0 when everything agrees, 1 when something is to be looked at."""
    open_database()
    if arguments.unallocated:
        return _unallocated(arguments)
    if arguments.candidates:
        return _candidates(arguments)
    if arguments.takes_back:
        return _take_back(arguments)
    if arguments.undo:
        return _undo(arguments)
    with acting(arguments, "see") as person:
        accounts = accounts_in_hand(person.unit)
        gaps = chain_gaps(person.unit)
        differences = in_transit(person.unit)
        failing = assertions_that_fail(person.unit)
    if arguments.json:
        told = [{**gap.as_json(), "message": message(gap, arguments.lang)} for gap in gaps]
        as_json({"accounts": accounts, "gaps": told, "in_transit": differences, "assertions": failing})
    else:
        show_accounts(accounts, arguments.lang)
        for gap in gaps:
            out.print(f"! {message(gap, arguments.lang)}", markup=False)
        show_differences("bank.in_transit", ("iban", "statement", "lists"), differences, arguments.lang)
        show_differences("bank.assertions", ("account", "stated", "books"), failing, arguments.lang)
    if gaps or differences or failing:
        return 1
    say(arguments, "bank.all_is_well")
    return 0


def _unallocated(arguments: Namespace) -> int:
    """Every payment that something is left of, the oldest first; exit 1 when there are any."""
    language, on = arguments.lang, arguments.on or today()
    with acting(arguments, "see") as person:
        found = unallocated(person.unit, most=_ALL)
    if arguments.json:
        as_json({"unallocated": [one.as_json(on) for one in found]})
        return 1 if found else 0
    if not found:
        say(arguments, "bank.none_unallocated")
        return 0
    names = ("payment", "day", "age", "payer", "rest", "reason")
    table(
        text("bank.unallocated", language),
        tuple(text(f"bank.column_{name}", language) for name in names),
        [
            (
                one.number,
                format_date(one.booking_date, language),
                one.age(on),
                escape(one.payer or "–"),
                _amount(one.rest, language),
                text(f"outcome.{one.outcome}", language)
                if one.outcome
                else text("desk.payments.not_decided", language),
            )
            for one in found[:_MOST_LISTED]
        ],
        right=(2, 4),
    )
    if len(found) > _MOST_LISTED:
        say(arguments, "bank.more_unallocated", count=len(found) - _MOST_LISTED)
    return 1


def _candidates(arguments: Namespace) -> int:
    """The claims, or for money that the bank took back the payments, that speak for themselves."""
    language = arguments.lang
    with acting(arguments, "see") as person:
        payment = _payment(person.unit, arguments.candidates)
        rest = rest_of(payment)
        claims = candidates(person.unit, payment, rest) if rest > 0 else []
        taken = may_be_taken_back(person.unit, payment, rest)
    number = payment_number(payment.pk)
    told: list[tuple[str, int, date, Decimal, str, tuple[str, ...]]] = [
        (one.invoice, one.points, one.due_date, one.open, one.customer, one.reasons) for one in claims
    ]
    told += [
        (payment_number(one.payment), one.points, one.booking_date, one.left, one.payer, one.reasons)
        for one in taken
    ]
    if arguments.json:
        names = ("meant", "points", "day", "open", "payer", "reasons")
        listed = [dict(zip(names, one, strict=True)) for one in told]
        as_json({"payment": number, "rest": f"{rest:.2f}", "candidates": listed})
    elif not told:
        say(arguments, "bank.no_candidates", payment=number)
    else:
        columns = ("meant", "points", "day", "open", "payer", "because")
        table(
            text("bank.candidates", language, payment=number),
            tuple(text(f"bank.column_{name}", language) for name in columns),
            [
                (
                    meant,
                    points,
                    format_date(day, language),
                    _amount(still_open, language),
                    escape(payer or "–"),
                    ", ".join(text(f"candidate.{reason}", language) for reason in reasons),
                )
                for meant, points, day, still_open, payer, reasons in told
            ],
            right=(1, 3),
        )
    return 0


def _take_back(arguments: Namespace) -> int:
    """A person says which payment the bank took back; it is taken back at once. Exit 1 when something is left."""
    on = arguments.on or today()
    reason = _reason(arguments)
    with acting(arguments, "point_payment") as person:
        reversal, payment = (_payment(person.unit, number) for number in arguments.takes_back)
        try:
            take_back(person, reversal, payment, reason)
        except NotTakenBack as refused:
            raise Refused(
                Finding(refused.rule, clause="OC 4.1-c", value=arguments.takes_back[1])
            ) from refused
        apply(AllocationRun([reversal.pk]), person, on)
        left = rest_of(reversal)
    numbers = {"reversal": payment_number(reversal.pk), "payment": payment_number(payment.pk)}
    if arguments.json:
        as_json({**numbers, "left": f"{left:.2f}"})
    say(arguments, "bank.taken_back", **numbers, left=_amount(left, arguments.lang))
    return 1 if left else 0


def _undo(arguments: Namespace) -> int:
    """What a payment was used for, or what was taken back by it, is undone. Exit 1: it waits for a person now."""
    reason = _reason(arguments)
    with acting(arguments, "point_payment") as person:
        payment = _payment(person.unit, arguments.undo)
        undo(person, payment, reason)
        left = rest_of(payment)
    number = payment_number(payment.pk)
    if arguments.json:
        as_json({"payment": number, "left": f"{left:.2f}"})
    say(arguments, "bank.undone", payment=number, left=_amount(left, arguments.lang))
    return 1


def _reason(arguments: Namespace) -> str:
    reason = str(arguments.reason).strip()
    if not reason:
        raise Refused(Finding("take_back_without_reason", clause="OC 4.1-c"))
    return reason


def _payment(unit: Unit, number: str) -> Payment:
    found = payment_of(unit, number)
    if found is None:
        raise NothingFound(number)
    return found


def show_accounts(accounts: list[dict[str, object]], language: str) -> None:
    """Each account with its latest statement and the balance at its end."""
    table(
        text("bank.accounts", language),
        tuple(text(f"bank.column_{name}", language) for name in ("account", "purpose", "latest", "balance")),
        [
            (
                one["iban"],
                text(f"bank.purpose_{one['purpose']}", language),
                one["latest_day"] or "–",
                _amount(one["closing"], language),
            )
            for one in accounts
        ],
        right=(3,),
    )


def show_differences(
    title: str, columns: tuple[str, str, str], rows: list[dict[str, object]], language: str
) -> None:
    """Days on which two sources differ; nothing is shown where there are none."""
    if not rows:
        return
    place, first, second = columns
    names = ("account", "day", "statement", "lists" if second == "lists" else "books", "difference")
    table(
        text(title, language),
        tuple(text(f"bank.column_{name}", language) for name in names),
        [
            (
                one[place],
                one["day"],
                *(_amount(one[name], language) for name in (first, second, "difference")),
            )
            for one in rows
        ],
        right=(2, 3, 4),
    )


def show_answer(answer: BankAnswer, arguments: Namespace) -> None:
    """What became of a file of bank material: counts, controls, then what somebody should look at."""
    language, told = arguments.lang, answer.as_json(arguments.lang)
    totals = told["totals"]
    out.print(f"[bold]{arguments.file.name}[/]  {text('term.bank_material', language)}")
    counts = {key: told[key] for key in ("read", "accepted", "returned", "duplicates")}
    say(arguments, "bank.counts", **counts, total=_amount(totals["total"], language))
    if answer.result:
        say(
            arguments,
            "bank.payments",
            new=totals["new_payments"],
            new_total=_amount(totals["new_payments_total"], language),
            known=totals["known_payments"],
            known_total=_amount(totals["known_payments_total"], language),
            vouchers=totals["vouchers"],
        )
        for control in answer.result.controls:
            out.print(f"✔ {control.name}: {control.actual}", markup=False)
    for finding in answer.findings[:_MOST_SHOWN]:
        out.print(f"! {message(finding, language)}", markup=False)
    if len(answer.findings) > _MOST_SHOWN:
        say(arguments, "bank.more", count=len(answer.findings) - _MOST_SHOWN)


def _amount(amount: object, language: str) -> str:
    return "–" if amount is None else format_amount(Decimal(str(amount)), language)
