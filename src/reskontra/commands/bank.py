"""Show the bank accounts of a unit: latest statements, gaps between them, and what does not agree with the books."""

from argparse import ArgumentParser, Namespace
from decimal import Decimal

from reskontra.bank.chain import chain_gaps
from reskontra.commands.connection import acting, open_database
from reskontra.commands.connection import add_arguments as add_acting
from reskontra.commands.output import as_json, out, say, table
from reskontra.exchange.messages import message
from reskontra.income.bank_material.chain import (
    accounts_in_hand,
    assertions_that_fail,
    in_transit,
)
from reskontra.income.bank_material.intake import BankAnswer
from reskontra.kernel.money import format_amount
from reskontra.kernel.texts import text

_MOST_SHOWN = 20


def add_arguments(parser: ArgumentParser) -> None:
    """The unit and the person who looks."""
    add_acting(parser)


def handle(arguments: Namespace) -> int:
    """Exit 0 when everything agrees, 1 when something is to be looked at."""
    open_database()
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
