"""Purchases by card: list, receipts, coding, what the travel system settled, invoices and their differences."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from reskontra.commands.connection import acting, as_of, open_database, today
from reskontra.commands.connection import add_arguments as add_acting
from reskontra.commands.output import as_json, out, say, table
from reskontra.commands.values import amount_argument
from reskontra.expenditure.cards.actions import (
    attach_receipt,
    code_purchase,
    explain_difference,
    name_invoice,
    settle_by_travel,
)
from reskontra.expenditure.cards.lists import clearing, open_purchases
from reskontra.insight.cards import card_purchase_number, find_card_purchase
from reskontra.insight.explanations import NothingFound
from reskontra.insight.purchases import find_purchase, purchase_number
from reskontra.kernel.days import format_date
from reskontra.kernel.money import format_amount
from reskontra.kernel.texts import text
from reskontra.purchases.models import CardPurchase, CardStatement, PurchaseInvoice
from reskontra.purchases.models.cards import GROUPS
from reskontra.purchases.parts import DIMENSIONS, Part
from reskontra.registers.posting import posting_account
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.run import Acting, RunRefused

RIGHTS: Mapping[str, str] = {
    "list": "see",
    "clearing": "see",
    "receipt": "attach_card_receipt",
    "code": "code_card_purchase",
    "transfer": "transfer_card_purchases",
    "invoice": "name_card_invoice",
    "difference": "explain_card_difference",
}
# What fits a terminal; --json tells card, reference, statement, invoice and difference too.
_COLUMNS = ("purchase", "day", "merchant", "amount", "receipt", "coded", "outcome")
_RIGHT = ("amount",)


def add_arguments(parser: ArgumentParser) -> None:
    """The act, the purchases, and what they are posted to."""
    parser.add_argument("act", choices=sorted(RIGHTS))
    parser.add_argument(
        "subjects",
        nargs="*",
        metavar="NUMBER",
        help="CP… of purchases, number of a statement (invoice), or PI…",
    )
    parser.add_argument("--outcome", help="only what the next run will say this of (list)")
    parser.add_argument("--file", type=Path, help="the receipt (receipt)")
    parser.add_argument("--ereceipt", default="", help="id of the eReceipt (receipt)")
    parser.add_argument("--claim", default="", help="claim of the travel system (transfer)")
    parser.add_argument("--invoice", default="", help="PI… or number of the invoice (invoice)")
    parser.add_argument("--amount", type=amount_argument, help="euro (difference)")
    parser.add_argument("--group", choices=(*GROUPS, "other"), help="what was bought (code)")
    parser.add_argument("--reason", default="", help="why (difference; code with group other)")
    parser.add_argument("--vat", type=amount_argument, default=Decimal(0), help="VAT by the receipt, euro")
    parser.add_argument("--account", default="", help="ledger account, eight digits")
    for name in DIMENSIONS:
        parser.add_argument(f"--{name.replace('_', '-')}", default="")
    add_acting(parser)


def handle(arguments: Namespace) -> int:
    """One act, or a list."""
    open_database()
    with acting(arguments, RIGHTS[arguments.act]) as person:
        told = _ACTS[arguments.act](arguments, as_of(person, arguments.on))
    if arguments.json:
        as_json(told)
    elif arguments.act == "list":
        _show(told, arguments)
    elif arguments.act == "clearing":
        for name, value in told.items():
            shown = value if name == "account" else format_amount(Decimal(value), arguments.lang)
            out.print(f"{text(f'cards.{name}', arguments.lang)}: {shown}", markup=False)
    else:
        say(arguments, f"cards.{arguments.act}_done", **told)
    return 0


def _list(arguments: Namespace, person: Acting) -> Any:
    found = open_purchases(person.unit, terms_of(person.unit, arguments.on or today()), arguments.outcome)
    return [{**one, "purchase": card_purchase_number(one["purchase"])} for one in found]


def _clearing(arguments: Namespace, person: Acting) -> Any:
    return clearing(person.unit, terms_of(person.unit, arguments.on or today())).as_json()


def _receipt(arguments: Namespace, person: Acting) -> Any:
    purchase = _purchase(arguments, person)
    document = arguments.file.read_bytes() if arguments.file else None
    attach_receipt(person, purchase, document=document, ereceipt=arguments.ereceipt)
    return _told(purchase, arguments)


def _code(arguments: Namespace, person: Acting) -> Any:
    purchase = _purchase(arguments, person)
    code_purchase(
        person, purchase, _parts(arguments, person, purchase), arguments.group or "other", arguments.reason
    )
    return _told(purchase, arguments)


def _transfer(arguments: Namespace, person: Acting) -> Any:
    purchases = [_purchase(arguments, person, place) for place in range(max(1, len(arguments.subjects)))]
    if arguments.vat and len(purchases) > 1:
        raise RunRefused("cards.vat_is_of_one_purchase")
    done = settle_by_travel(
        person, arguments.claim, [(one, _parts(arguments, person, one)) for one in purchases]
    )
    return {"claim": arguments.claim, "count": len(purchases), "voucher": done.facts["voucher"]}


def _invoice(arguments: Namespace, person: Acting) -> Any:
    written = _subject(arguments)
    statement = CardStatement.objects.filter(unit=person.unit, number=written).order_by("-id").first()
    if statement is None:
        raise NothingFound(written, "card_statement")
    invoice = _purchase_invoice(arguments.invoice, person)
    name_invoice(person, statement, invoice)
    return {"statement": statement.number, "invoice": purchase_number(invoice.pk)}


def _difference(arguments: Namespace, person: Acting) -> Any:
    invoice = _purchase_invoice(_subject(arguments), person)
    account = arguments.account or posting_account("card_difference", person.day)
    part = Part(arguments.amount or Decimal(0), account, **_tracked(arguments))
    explain_difference(person, invoice, part, arguments.reason)
    return {"invoice": purchase_number(invoice.pk), "amount": format_amount(part.amount, arguments.lang)}


_ACTS: Mapping[str, Callable[[Namespace, Acting], Any]] = {
    "list": _list,
    "clearing": _clearing,
    "receipt": _receipt,
    "code": _code,
    "transfer": _transfer,
    "invoice": _invoice,
    "difference": _difference,
}


def _parts(arguments: Namespace, person: Acting, purchase: CardPurchase) -> list[Part]:
    """The whole purchase on one account, its VAT apart where the receipt tells it."""
    parts = [Part(purchase.amount - arguments.vat, arguments.account, **_tracked(arguments))]
    if arguments.vat:
        parts.append(Part(arguments.vat, posting_account("vat_on_purchases", person.day)))
    return parts


def _tracked(arguments: Namespace) -> dict[str, str]:
    return {name: getattr(arguments, name) for name in DIMENSIONS}


def _told(purchase: CardPurchase, arguments: Namespace) -> dict[str, str]:
    return {
        "purchase": card_purchase_number(purchase.pk),
        "amount": format_amount(purchase.amount, arguments.lang),
    }


def _subject(arguments: Namespace, place: int = 0) -> str:
    return str(arguments.subjects[place]) if place < len(arguments.subjects) else ""


def _purchase(arguments: Namespace, person: Acting, place: int = 0) -> CardPurchase:
    written = _subject(arguments, place)
    found = find_card_purchase(person.unit, written)
    if found is None:
        raise NothingFound(written, "card_purchase")
    return found


def _purchase_invoice(written: str, person: Acting) -> PurchaseInvoice:
    found = find_purchase(person.unit, written)
    if found is None:
        raise NothingFound(written, "purchase")
    return found


def _show(told: Any, arguments: Namespace) -> None:
    table(
        text("cards.title", arguments.lang),
        tuple(text(f"cards.column_{name}", arguments.lang) for name in _COLUMNS),
        [tuple(_cell(name, one[name], arguments.lang) for name in _COLUMNS) for one in told],
        right=tuple(place for place, name in enumerate(_COLUMNS) if name in _RIGHT),
    )


def _cell(name: str, value: Any, language: str) -> str:
    if value is None:
        return ""
    if name in _RIGHT:
        return format_amount(value, language)
    if name == "day":
        return format_date(value, language)
    if name == "outcome":
        return text(f"outcome.{value}", language)
    return text("term.yes" if value else "term.no", language) if isinstance(value, bool) else str(value)
