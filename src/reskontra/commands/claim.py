"""A claim from its birth to its end: its balance day by day, what happened and why, and what comes next."""

from argparse import ArgumentParser, Namespace
from datetime import date
from decimal import Decimal
from typing import Any

from reskontra.commands.connection import acting, add_person, open_database, person_of, today
from reskontra.commands.output import as_json, out, table
from reskontra.insight.claims import claim_story, find_claim
from reskontra.insight.explanations import NothingFound
from reskontra.kernel.blocks import block_codes
from reskontra.kernel.days import format_date
from reskontra.kernel.money import format_amount
from reskontra.kernel.references import grouped
from reskontra.kernel.texts import text
from reskontra.registers.policy import units_of


def add_arguments(parser: ArgumentParser) -> None:
    """The claim, and the unit when the number does not tell it."""
    parser.add_argument("number", help="reference of the claim, or number of its invoice")
    parser.add_argument("--unit", metavar="CODE", help="code of the accounting unit")
    add_person(parser)


def handle(arguments: Namespace) -> int:
    """Print the claim."""
    open_database()
    told = _told(arguments)
    if arguments.json:
        as_json(told)
    else:
        show(told, arguments.lang)
    return 0


def _told(arguments: Namespace) -> dict[str, Any]:
    on = arguments.on or today()
    known = [unit.code for unit in units_of(person_of(arguments), on)]
    written = "".join(arguments.number.split())
    codes = (
        [arguments.unit]
        if arguments.unit
        else sorted(known, key=lambda code: (not written.startswith(code), code))
    )
    for code in codes:
        arguments.unit = code
        with acting(arguments, "see") as person:
            if claim := find_claim(person.unit, written):
                return claim_story(person.unit, claim, on, arguments.lang).as_json()
    raise NothingFound(arguments.number)


def show(told: dict[str, Any], language: str) -> None:
    """Head, balance, what happened, why, and what comes next."""

    def money(written: str) -> str:
        return format_amount(Decimal(written), language)

    def day(written: str) -> str:
        return format_date(date.fromisoformat(written), language)

    out.print(
        f"[bold]{text('term.claim', language)} {grouped(told['reference'])}[/]  {money(told['amount'])}"
    )
    law = text(f"story.{'public' if told['public_law'] else 'private'}_law", language)
    out.print(f"  {told['customer']} · {told['invoice']} · {law}", markup=False)
    out.print(
        "  "
        + text(
            "story.open",
            language,
            open=money(told["open"]),
            due=day(told["due_date"]),
            days=told["days_late"],
        ),
        markup=False,
    )
    if told["blocks"]:
        names = ", ".join(f"{code} {block_codes()[code].name[language]}" for code in told["blocks"])
        out.print(f"  {text('story.blocks', language)}: {names}", markup=False)
    if told["limitation_date"]:
        out.print("  " + text("story.limitation", language, day=day(told["limitation_date"])), markup=False)
    if told["next"]:
        step = text(f"next.{told['next']['step']}", language)
        since = f" – {day(told['next']['day'])}" if told["next"]["day"] else ""
        out.print(f"  {text('story.next', language)}: {step}{since} ({told['next']['clause']})", markup=False)
    table(
        text("story.balance", language),
        tuple(text(f"story.column_{name}", language) for name in ("day", "what", "amount", "balance")),
        [
            (day(one["day"]), _what(one, language), money(one["amount"]), money(one["balance"]))
            for one in told["balance"]
        ],
        right=(2, 3),
    )
    table(
        text("story.events", language),
        tuple(text(f"story.column_{name}", language) for name in ("day", "what", "amount", "clause")),
        [
            (
                day(one["day"]),
                _what(one, language),
                money(one["amount"]) if one["amount"] else "",
                one["clause"] or "",
            )
            for one in told["events"]
        ],
        right=(2,),
    )
    for decision in told["decisions"]:
        times = f" ({decision['times']} ×)" if decision["times"] > 1 else ""
        out.print(
            f"▸ {day(decision['run']['on'])}  {text('outcome.' + decision['outcome'], language)}{times}",
            markup=False,
        )
        if also := [text(f"outcome.{name}", language) for name in decision["reasons"][1:]]:
            out.print(f"    {text('explain.also', language)}: {'; '.join(also)}", markup=False)
        out.print(f"    {decision['citation']}", markup=False)


def _what(one: dict[str, Any], language: str) -> str:
    words = [text(f"story.{one['kind']}", language)]
    if kind := one.get("detail", {}).get("case_kind"):
        words.append(text(f"step.{kind}", language))
    return " ".join([*words, one["other"] or ""]).strip()
