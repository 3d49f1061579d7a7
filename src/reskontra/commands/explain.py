"""Explain an order, an invoice, a claim, a payment, a purchase invoice or a statement line: every decision and why."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from reskontra.commands.connection import acting, add_person, open_database, person_of, today
from reskontra.commands.output import as_json, out
from reskontra.insight.explanations import NothingFound, explain
from reskontra.insight.words import told_inputs, told_term
from reskontra.kernel.days import format_date as format_day
from reskontra.kernel.money import format_amount
from reskontra.kernel.texts import text
from reskontra.registers.policy import units_of


def add_arguments(parser: ArgumentParser) -> None:
    """The number, and the unit when the number does not tell it."""
    parser.add_argument(
        "subject", help="number of an order or invoice, reference of a claim, P…, SP…, PI… or L…"
    )
    parser.add_argument("--unit", metavar="CODE", help="code of the accounting unit")
    add_person(parser)


def handle(arguments: Namespace) -> int:
    """Print the explanation."""
    open_database()
    found = _explained(arguments)
    if arguments.json:
        as_json(found)
    else:
        show(found, arguments.lang)
    return 0


def _explained(arguments: Namespace) -> dict[str, Any]:
    """Look in the unit named, or in the person's units: first the one whose code begins the number, then the others."""
    if arguments.unit:
        codes = [arguments.unit]
    else:
        known = [unit.code for unit in units_of(person_of(arguments), arguments.on or today())]
        codes = sorted(known, key=lambda code: (not arguments.subject.startswith(code), code))
    for code in codes:
        arguments.unit = code
        with acting(arguments, "see") as person:
            try:
                return explain(person.unit, arguments.subject, arguments.lang)
            except NothingFound:
                continue
    raise NothingFound(arguments.subject)


def show(found: dict[str, Any], language: str) -> None:
    """The explanation as text: the subject, then every decision with its inputs and its clause."""
    amount = f"  {format_amount(Decimal(found['amount']), language)}" if found["amount"] else ""
    out.print(f"[bold]{text('term.' + found['subject'], language)} {found['number']}[/]{amount}")
    for key in (
        "orders",
        "invoice",
        "principals",
        "booking_date",
        "payment_date",
        "payee",
        "counterparty",
        "iban",
        "reference",
        "due_date",
        "end_to_end_id",
        "file",
        "undone_by",
        "payment",
        "voucher",
        "source",
        "row",
    ):
        if found.get(key):
            value = ", ".join(found[key]) if isinstance(found[key], list) else found[key]
            if key.endswith("_date"):
                value = format_day(date.fromisoformat(value), language)
            out.print(f"  {text(f'explain.{key}', language)}: {value}", markup=False)
    for act in found.get("acts", ()):
        done = f"{act['person']} {_instant(act['at'], language)}"
        if act.get("reason"):
            done += f": {act['reason']}"
        out.print(f"  {text('act.' + act['act'], language)}: {done}", markup=False)
    for decision in found["decisions"]:
        outcome = text(f"outcome.{decision['outcome']}", language)
        out.print(f"▸ {outcome}{_days(decision, language)}", markup=False)
        if reasons := [text(f"outcome.{name}", language) for name in decision.get("reasons", ())[1:]]:
            out.print(f"    {text('explain.also', language)}: {'; '.join(reasons)}", markup=False)
        for one in decision.get("passed_over", ()):
            channel, why = (
                text(f"channel.name.{one['channel']}", language),
                text(f"channel.{one['why']}", language),
            )
            out.print(f"    {channel}: {why}", markup=False)
        out.print(f"    {decision['citation']}", markup=False)
        if decision["inputs"]:
            told = "; ".join(f"{label} {value}" for label, value in told_inputs(decision["inputs"], language))
            out.print(f"    {told}", markup=False)
    for use in found.get("uses", found.get("claim", {}).get("settlements", ())):
        amount = format_amount(Decimal(use["amount"]), language)
        other = use["payment"] if "claim" in found else use["invoice"] or use["reference"]
        day = format_day(date.fromisoformat(use["on"]), language)
        kind = text(f"settlement.{use['kind']}", language)
        out.print(f"  {day}  {amount:>12}  {kind}  {other or ''}  ({use['clause']})", markup=False)
    for line in _told_after(found, language):
        out.print(f"  {line}", markup=False)
    _show_terms(found["decisions"], language)


def _told_after(found: dict[str, Any], language: str) -> Iterator[str]:
    """What payments took of payables, what the bank answered, and how a statement line was posted."""
    for one in found.get("payments", ()):
        day = format_day(date.fromisoformat(one["on"]), language)
        kind = text(f"explain.kind_{one['kind']}", language)
        yield f"{day}  {format_amount(Decimal(one['amount']), language):>12}  {kind}  {one['number'] or ''}".rstrip()
    for one in found.get("answers", ()):
        day = format_day(date.fromisoformat(one["on"]), language)
        bank = text(f"explain.bank_{one['state']}", language)
        yield f"{day}  {bank}  {one['code']} {one['reason']}".rstrip()
    for one in found.get("postings", ()):
        by = text(f"explain.by_{one['by']}", language, rule=one["rule"] or "")
        corrected = f", {text('explain.corrects', language)}" if one["corrects"] else ""
        why = f": {one['reason']}" if one["reason"] else ""
        yield f"{one['voucher']}  {by}{corrected}{why}  ({one['clause']})"


def _days(decision: dict[str, Any], language: str) -> str:
    """The days on which runs said this, where the decision tells them."""
    if "since" not in decision:
        return ""
    first, last = (
        format_day(date.fromisoformat(day), language) for day in (decision["since"], decision["run"]["on"])
    )
    return f"  ({first})" if decision["times"] == 1 else f"  ({first}–{last}, {decision['times']} ×)"


def _instant(written: str, language: str) -> str:
    """An instant as a day and a time of the day in Finland."""
    local = datetime.fromisoformat(written).astimezone(ZoneInfo(settings.TIME_ZONE))
    return f"{format_day(local.date(), language)} {local:%H:%M}"


def _show_terms(decisions: Sequence[dict[str, Any]], language: str) -> None:
    """Every term that was used, once, with its clause and the day it holds from."""
    terms = {key: term for decision in decisions for key, term in decision["terms"].items()}
    if terms:
        out.print(text("explain.terms", language), markup=False)
    for key, term in sorted(terms.items()):
        since = term["valid_from"] or text("explain.own_term", language)
        label, value = told_term(key, str(term["value"]), language)
        out.print(f"    {label}: {value} ({term['clause']}, {since})", markup=False)
