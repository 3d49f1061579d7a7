"""Show a unit's overpayments that wait, prepare a refund, approve a planned refund run, or keep a bank's answers."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from reskontra.claims.models import Overpayment, Refund
from reskontra.commands.connection import acting, open_database
from reskontra.commands.connection import add_arguments as add_acting
from reskontra.commands.output import as_json, say, table
from reskontra.commands.values import number_argument
from reskontra.exchange.paying import status_report
from reskontra.income.refunds.actions import (
    approve_refunds,
    ask_refund,
    choose,
    hear,
    hear_bank,
    tell_account,
)
from reskontra.income.refunds.lists import decided_refunds
from reskontra.insight.explanations import NothingFound
from reskontra.kernel.money import format_amount
from reskontra.kernel.texts import text
from reskontra.runs.models import Run
from reskontra.runs.run import Acting

_PREPARE = "prepare_refund"


def add_arguments(parser: ArgumentParser) -> None:
    """One act at most; without any the overpayments that wait are shown."""
    add_acting(parser)
    act = parser.add_mutually_exclusive_group()
    act.add_argument(
        "--approve",
        type=number_argument,
        metavar="RUN",
        help="approve the planned refund run with this number",
    )
    act.add_argument(
        "--ask", type=number_argument, metavar="ID", help="the customer asks for this small overpayment back"
    )
    act.add_argument(
        "--account",
        type=number_argument,
        metavar="ID",
        help="tell the account of an overpayment, with --iban",
    )
    act.add_argument(
        "--choose", type=number_argument, metavar="ID", help="choose a way for an overpayment, with --way"
    )
    act.add_argument(
        "--heard", type=number_argument, metavar="REFUND", help="tell what became of a refund, with --outcome"
    )
    act.add_argument("--answers", type=Path, metavar="FILE", help="a bank's answers to payments (pain.002)")
    parser.add_argument("--digest", help="digest of the plan that was seen (default: the plan's own)")
    parser.add_argument("--iban", default="")
    parser.add_argument("--holder", default="")
    parser.add_argument("--source", choices=("bank", "answer", "unit"), default="answer")
    parser.add_argument("--way", choices=("next_invoice", "bank_return", "rule"), default="rule")
    parser.add_argument(
        "--outcome", choices=("accepted", "rejected", "redeemed", "unredeemed"), default="rejected"
    )
    parser.add_argument("--reason", default="", help="why, or what was said")


def handle(arguments: Namespace) -> int:
    """Do the act that was asked for and tell it, or list."""
    open_database()
    if arguments.approve is not None:
        with acting(arguments, "approve_refunds") as person:
            told = _approve(person, arguments)
    elif arguments.answers is not None:
        report = status_report(arguments.answers.read_bytes())
        with acting(arguments, _PREPARE) as person:
            told = {"act": "answers", "count": hear_bank(person, report)}
    elif (act := next((name for name in _ACTS if getattr(arguments, name) is not None), None)) is not None:
        with acting(arguments, _PREPARE) as person:
            told = {"act": act, "id": _ACTS[act](person, arguments)}
    else:
        return _list(arguments)
    if arguments.json:
        as_json(told)
    say(arguments, f"refunds.{told['act']}_done", **told)
    return 0


def _approve(person: Acting, arguments: Namespace) -> dict[str, Any]:
    run = Run.objects.filter(unit=person.unit, pk=arguments.approve).first()
    if run is None:
        raise NothingFound(str(arguments.approve))
    approval = approve_refunds(person, run, arguments.digest or run.digest, arguments.reason)
    return {"act": "approve", "run": run.pk, "digest": approval.digest}


def _ask(person: Acting, arguments: Namespace) -> int:
    return ask_refund(person, _overpayment(person, arguments.ask), arguments.reason).pk


def _account(person: Acting, arguments: Namespace) -> int:
    told = (arguments.iban, arguments.holder, arguments.source, arguments.reason)
    return tell_account(person, _overpayment(person, arguments.account), *told).pk


def _choose(person: Acting, arguments: Namespace) -> int:
    return choose(person, _overpayment(person, arguments.choose), arguments.way, arguments.reason).pk


def _heard(person: Acting, arguments: Namespace) -> int:
    refund = Refund.objects.filter(unit=person.unit, pk=arguments.heard, undoes=None).first()
    if refund is None:
        raise NothingFound(str(arguments.heard))
    return hear(person, refund, arguments.outcome, arguments.reason).pk


_ACTS = {"ask": _ask, "account": _account, "choose": _choose, "heard": _heard}


def _overpayment(person: Acting, number: int) -> Overpayment:
    found = Overpayment.objects.filter(unit=person.unit, pk=number, undoes=None).first()
    if found is None:
        raise NothingFound(str(number))
    return found


def _list(arguments: Namespace) -> int:
    """The newest decision about every overpayment that was decided one by one."""
    with acting(arguments, "see") as person:
        told = decided_refunds(person.unit)
    if arguments.json:
        as_json([one.as_json() for one in told])
        return 0
    heads = (
        "refunds.overpayment",
        "refunds.number",
        "term.amount",
        "term.decision",
        "term.clause",
        "term.run",
    )
    table(
        "",
        tuple(text(key, arguments.lang) for key in heads),
        [
            (
                one.overpayment,
                one.refund or "–",
                format_amount(one.amount, arguments.lang),
                text(f"outcome.{one.outcome}", arguments.lang),
                f"{one.account} {one.comment}".strip() or "–",
                one.clause,
                one.run,
            )
            for one in told
        ],
        right=(0, 1, 2),
    )
    return 0
