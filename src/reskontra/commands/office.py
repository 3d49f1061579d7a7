"""Offices abroad: invoices with their way, memo vouchers with two acts, payments from local money, originals."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from reskontra.commands.connection import acting, as_of, open_database
from reskontra.commands.connection import add_arguments as add_acting
from reskontra.commands.output import as_json, say, table
from reskontra.commands.values import amount_argument, day_argument
from reskontra.expenditure.offices.actions import (
    Open,
    approve,
    draw_up,
    keep_original,
    pay,
    review,
    send_back,
    tell_invoice,
)
from reskontra.expenditure.offices.lists import invoices_abroad
from reskontra.insight.explanations import NothingFound
from reskontra.insight.offices import find_office_invoice, office_invoice_number
from reskontra.kernel.days import format_date
from reskontra.kernel.money import format_amount
from reskontra.kernel.texts import text
from reskontra.purchases.models import OfficeInvoice, OfficeMemo
from reskontra.purchases.parts import DIMENSIONS, Part
from reskontra.registers.models import OfficeAbroad
from reskontra.registers.posting import posting_account
from reskontra.runs.run import Acting, RunRefused

RIGHTS: Mapping[str, str] = {
    "list": "see",
    "tell": "tell_invoice_abroad",
    "draw-up": "draw_up_memo_abroad",
    "review": "review_memo_abroad",
    "approve": "approve_memo_abroad",
    "send-back": "review_memo_abroad",
    "pay": "pay_abroad",
    "original": "keep_original",
}
_COLUMNS = ("invoice", "office", "supplier", "number", "due_date", "amount", "way", "step")


def add_arguments(parser: ArgumentParser) -> None:
    """The act, the invoice, and what is known of it."""
    parser.add_argument("act", choices=sorted(RIGHTS))
    parser.add_argument(
        "subject", nargs="?", default="", help="code of the office (tell), else OA… of the invoice"
    )
    parser.add_argument("--all", action="store_true", help="also what is done (list)")
    parser.add_argument("--supplier", default="")
    parser.add_argument("--number", default="", help="number of the supplier's invoice")
    parser.add_argument("--amount", type=amount_argument, default=Decimal(0), help="euro with VAT")
    parser.add_argument("--issued", type=day_argument, metavar="DATE")
    parser.add_argument("--due", type=day_argument, metavar="DATE")
    for name, words in (
        ("einvoice", "the supplier sends e-invoices or uses the portal"),
        ("request", "the office can send the paper to the centre as a request"),
        ("memo", "the unit can draw up a memo voucher before the payment"),
        ("mail", "the office can send it to the centre by encrypted mail"),
    ):
        parser.add_argument(f"--{name}", action="store_true", help=words)
    parser.add_argument("--reason", default="", help="why an earlier way is not open, or why it is sent back")
    parser.add_argument("--means", choices=("account", "card", "cash"), default="account")
    parser.add_argument("--file", type=Path, help="the payee's receipt (pay), the scan (original)")
    parser.add_argument("--reviewed-by", default="", help="who reviewed on paper (pay)")
    parser.add_argument("--approved-by", default="", help="who approved on paper (pay)")
    parser.add_argument("--vat", type=amount_argument, default=Decimal(0), help="VAT of it, euro")
    parser.add_argument("--account", default="", help="ledger account, eight digits")
    for name in DIMENSIONS:
        parser.add_argument(f"--{name.replace('_', '-')}", default="")
    add_acting(parser)


def handle(arguments: Namespace) -> int:
    """One act, or the list."""
    open_database()
    with acting(arguments, RIGHTS[arguments.act]) as person:
        told = _ACTS[arguments.act](arguments, as_of(person, arguments.on))
    if arguments.json:
        as_json(told)
    elif arguments.act == "list":
        _show(told, arguments)
    else:
        if "way" in told:
            told = {**told, "way": text(f"outcome.{told['way']}", arguments.lang)}
        say(arguments, f"offices.{arguments.act.replace('-', '_')}_done", **told)
    return 0


def _list(arguments: Namespace, person: Acting) -> Any:
    found = invoices_abroad(person.unit, arguments.all)
    return [{**one, "invoice": office_invoice_number(one["invoice"])} for one in found]


def _tell(arguments: Namespace, person: Acting) -> Any:
    office = OfficeAbroad.objects.filter(unit=person.unit, code=arguments.subject).first()
    if office is None:
        raise NothingFound(arguments.subject, "office")
    invoice, result = tell_invoice(
        person,
        office,
        arguments.supplier,
        arguments.number,
        arguments.issued or person.day,
        arguments.amount,
        Open(arguments.einvoice, arguments.request, arguments.memo, arguments.mail),
        due_date=arguments.due,
        reason=arguments.reason,
    )
    return {"invoice": office_invoice_number(invoice.pk), "way": result.facts["way"]}


def _draw_up(arguments: Namespace, person: Acting) -> Any:
    invoice = _invoice(arguments, person)
    memo = draw_up(person, invoice, _parts(arguments, person, invoice))
    return {"invoice": office_invoice_number(invoice.pk), "version": memo.version}


def _review(arguments: Namespace, person: Acting) -> Any:
    return _acted(review(person, _memo(arguments, person)).invoice_id)


def _approve(arguments: Namespace, person: Acting) -> Any:
    return _acted(approve(person, _memo(arguments, person)).invoice_id)


def _send_back(arguments: Namespace, person: Acting) -> Any:
    return _acted(send_back(person, _memo(arguments, person), arguments.reason).invoice_id)


def _pay(arguments: Namespace, person: Acting) -> Any:
    invoice = _invoice(arguments, person)
    done = pay(
        person,
        invoice,
        means=arguments.means,
        receipt=arguments.file.read_bytes() if arguments.file else None,
        parts=_parts(arguments, person, invoice) if arguments.account else (),
        reviewed_by=arguments.reviewed_by,
        approved_by=arguments.approved_by,
    )
    return {**_acted(invoice.pk), "voucher": done.facts["voucher"] or "–"}


def _original(arguments: Namespace, person: Acting) -> Any:
    if arguments.file is None:
        raise RunRefused("offices.original_is_missing")
    invoice = _invoice(arguments, person)
    keep_original(person, invoice, arguments.file.read_bytes())
    return _acted(invoice.pk)


_ACTS: Mapping[str, Callable[[Namespace, Acting], Any]] = {
    "list": _list,
    "tell": _tell,
    "draw-up": _draw_up,
    "review": _review,
    "approve": _approve,
    "send-back": _send_back,
    "pay": _pay,
    "original": _original,
}


def _acted(invoice: int) -> dict[str, str]:
    return {"invoice": office_invoice_number(invoice)}


def _invoice(arguments: Namespace, person: Acting) -> OfficeInvoice:
    found = find_office_invoice(person.unit, arguments.subject)
    if found is None:
        raise NothingFound(arguments.subject, "office_invoice")
    return found


def _memo(arguments: Namespace, person: Acting) -> OfficeMemo:
    invoice = _invoice(arguments, person)
    memo = OfficeMemo.objects.filter(unit=person.unit, invoice=invoice).order_by("-version").first()
    if memo is None:
        raise NothingFound(arguments.subject, "memo")
    return memo


def _parts(arguments: Namespace, person: Acting, invoice: OfficeInvoice) -> list[Part]:
    """The whole invoice on one account, its VAT apart where there is any."""
    tracked = {name: getattr(arguments, name) for name in DIMENSIONS}
    parts = [Part(invoice.amount - arguments.vat, arguments.account, **tracked)]
    if arguments.vat:
        parts.append(Part(arguments.vat, posting_account("vat_on_purchases", person.day)))
    return parts


def _show(told: Any, arguments: Namespace) -> None:
    table(
        text("offices.title", arguments.lang),
        tuple(text(f"offices.column_{name}", arguments.lang) for name in _COLUMNS),
        [tuple(_cell(name, one[name], arguments.lang) for name in _COLUMNS) for one in told],
        right=(_COLUMNS.index("amount"),),
    )


def _cell(name: str, value: Any, language: str) -> str:
    if value is None:
        return ""
    if name == "amount":
        return format_amount(value, language)
    if name == "due_date":
        return format_date(value, language)
    if name == "way":
        return text(f"outcome.{value}", language)
    return text(f"offices.step_{value}", language) if name == "step" else str(value)
