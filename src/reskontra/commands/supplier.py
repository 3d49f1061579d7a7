"""The register of suppliers: list, show, add, tell or approve or end an account, and bans on paying somebody."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from datetime import date
from decimal import Decimal
from typing import Any

from reskontra.commands.connection import acting, as_of, open_database
from reskontra.commands.connection import add_arguments as add_acting
from reskontra.commands.output import as_json, out, say, table
from reskontra.commands.values import amount_argument, day_argument, percent_argument
from reskontra.expenditure.payment.actions import Order, ban, end_ban
from reskontra.insight.explanations import NothingFound
from reskontra.insight.payables import payables_listed
from reskontra.insight.suppliers import KINDS, bans_of, suppliers_listed
from reskontra.kernel.days import format_date
from reskontra.kernel.money import format_amount
from reskontra.kernel.texts import text
from reskontra.purchases.models import PaymentBan
from reskontra.registers.addresses import is_address_payable
from reskontra.registers.models import Supplier, SupplierAccount
from reskontra.registers.suppliers import (
    SOURCES,
    VERIFICATIONS,
    SupplierDraft,
    approve_account,
    end_account,
    new_supplier,
    tell_account,
    verify_account,
    waits_for_approval,
)
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.run import Acting, RunRefused

RIGHTS: Mapping[str, str] = {
    "list": "see",
    "show": "see",
    "add": "see",  # the register is the whole State's: its own acts ask for a right in all units
    "account": "see",
    "verify-account": "see",
    "approve-account": "see",
    "end-account": "see",
    "ban": "keep_payment_bans",
    "end-ban": "keep_payment_bans",
}
_MOST = 1000
_DRAFT = tuple(field.name for field in fields(SupplierDraft) if field.name != "language")


def add_arguments(parser: ArgumentParser) -> None:
    """The act, whom it is about, and who acts."""
    parser.add_argument("act", choices=sorted(RIGHTS))
    parser.add_argument(
        "subject",
        nargs="?",
        default="",
        help="words to look for (list); number of the supplier; ban (end-ban)",
    )
    add_acting(parser)
    parser.add_argument("--only", choices=KINDS, default="all", help="which suppliers (list)")
    for name in _DRAFT:
        parser.add_argument(f"--{name.replace('_', '-')}", default="FI" if name == "country" else "")
    parser.add_argument("--language", choices=("sv", "fi", "en"), default="fi", help="of the supplier (add)")
    parser.add_argument("--iban", default="", help="the account; with ban: that of the authority")
    parser.add_argument("--bic", default="")
    parser.add_argument(
        "--source", choices=SOURCES, default="supplier", help="where the account is known from"
    )
    parser.add_argument(
        "--verification", choices=("", *VERIFICATIONS), default="", help="what the payee's bank answered"
    )
    parser.add_argument("--verified-name", default="", help="the name that the payee's bank knows")
    parser.add_argument("--protocol", default="", help="number of the ban's protocol")
    parser.add_argument(
        "--from",
        dest="first",
        type=day_argument,
        metavar="DATE",
        help="first day of the ban, or its end",
    )
    parser.add_argument(
        "--sum", type=amount_argument, help="what the ban takes in all, euro (default: until it ends)"
    )
    parser.add_argument(
        "--share", type=percent_argument, default=Decimal(100), help="percent of each gross invoice"
    )
    parser.add_argument("--each", type=amount_argument, help="at most so much of each invoice, euro")
    parser.add_argument("--payee", default="", help="the authority's name")
    parser.add_argument("--reference", default="", help="the authority's reference")


def handle(arguments: Namespace) -> int:
    """One act, the list, or one supplier."""
    open_database()
    with acting(arguments, RIGHTS[arguments.act]) as person:
        told = _ACTS[arguments.act](arguments, as_of(person, arguments.on))
    if arguments.json:
        as_json(told)
    elif arguments.act == "list":
        _show_list(told, arguments.lang)
    elif arguments.act == "show":
        _show_one(told, arguments.lang)
    else:
        say(arguments, _DONE[arguments.act], **told)
    return 0


def _list(arguments: Namespace, person: Acting) -> Any:
    found = suppliers_listed(person.unit, person.day, arguments.only, arguments.subject.strip(), most=_MOST)
    return [_plain(asdict(one)) for one in found]


def _show(arguments: Namespace, person: Acting) -> Any:
    supplier = _supplier(arguments)
    address = is_address_payable(supplier, terms_of(person.unit, person.day))
    accounts = SupplierAccount.objects.filter(supplier=supplier).select_related("told_by", "approved_by")
    return {
        **{name: getattr(supplier, name) for name in ("number", "kind", "name", "blocked")},
        "identity": supplier.business_id or supplier.technical_id or supplier.vat_id or supplier.foreign_id,
        "address": {"form": address.form, "payable": address.payable},
        "accounts": [
            {
                "iban": one.iban,
                "source": one.source,
                "verification": one.verification,
                "verified_name": one.verified_name,
                "waits": waits_for_approval(one),
                "told_by": one.told_by.username,
                "approved_by": one.approved_by.username if one.approved_by else None,
                "ended": one.ended_date.isoformat() if one.ended_date else None,
            }
            for one in accounts.order_by("id")
        ],
        "bans": [_plain(asdict(one)) for one in bans_of(person.unit, supplier.pk)],
        "payables": [
            {"payable": one.id, "invoice": one.invoice, "due_date": one.due_date.isoformat(), "open": f"{one.open:.2f}"}
            for one in payables_listed(person.unit, person.day, supplier=supplier.pk, most=_MOST)
        ],
    }  # fmt: skip


def _add(arguments: Namespace, person: Acting) -> Any:
    draft = SupplierDraft(
        language=arguments.language, **{name: getattr(arguments, name).strip() for name in _DRAFT}
    )
    made = new_supplier(person.person, person.day, draft)
    return {"supplier": made.number, "name": made.name}


def _account(arguments: Namespace, person: Acting) -> Any:
    supplier = _supplier(arguments)
    made = tell_account(
        person.person,
        person.at,
        supplier,
        arguments.iban,
        arguments.source,
        bic=arguments.bic,
        verification=arguments.verification,
        verified_name=arguments.verified_name,
    )
    return {"iban": made.iban, "supplier": supplier.number}


def _verify_account(arguments: Namespace, person: Acting) -> Any:
    supplier = _supplier(arguments)
    if not arguments.verification:
        raise RunRefused("supplier.answer_missing", answers=", ".join(VERIFICATIONS))
    account = _one_account(arguments, supplier, told=None)
    told = verify_account(person.person, person.at, account, arguments.verification, arguments.verified_name)
    language = arguments.lang
    return {
        "iban": told.iban,
        "supplier": supplier.number,
        "answer": text(f"desk.suppliers.verification.{told.verification}", language),
        "verification": told.verification,
        "waits": waits_for_approval(told),
    }


def _approve_account(arguments: Namespace, person: Acting) -> Any:
    supplier = _supplier(arguments)
    approved = approve_account(person.person, person.at, _one_account(arguments, supplier, told=True))
    return {"iban": approved.iban, "supplier": supplier.number}


def _end_account(arguments: Namespace, person: Acting) -> Any:
    supplier = _supplier(arguments)
    ended = end_account(person.person, person.day, _one_account(arguments, supplier, told=False))
    return {"iban": ended.iban, "supplier": supplier.number}


def _ban(arguments: Namespace, person: Acting) -> Any:
    supplier = _supplier(arguments)
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


def _end_ban(arguments: Namespace, person: Acting) -> Any:
    number = arguments.subject
    known = number.isascii() and number.isdigit() and len(number) < 19
    found = PaymentBan.objects.filter(unit=person.unit, pk=int(number)).first() if known else None
    if found is None:
        raise NothingFound(number, "ban")
    ended = end_ban(person, found, arguments.first or person.day)
    return {"ban": found.pk, "day": ended.day.isoformat()}


_ACTS: Mapping[str, Callable[[Namespace, Acting], Any]] = {
    "list": _list,
    "show": _show,
    "add": _add,
    "account": _account,
    "verify-account": _verify_account,
    "approve-account": _approve_account,
    "end-account": _end_account,
    "ban": _ban,
    "end-ban": _end_ban,
}
_DONE: Mapping[str, str] = {
    "add": "supplier.add_done",
    "account": "supplier.account_done",
    "verify-account": "supplier.verify_account_done",
    "approve-account": "supplier.approve_account_done",
    "end-account": "supplier.end_account_done",
    "ban": "payment.ban_done",
    "end-ban": "payment.end_ban_done",
}


def _supplier(arguments: Namespace) -> Supplier:
    found = Supplier.objects.filter(number=arguments.subject).first()
    if found is None:
        raise NothingFound(arguments.subject, "supplier")
    return found


def _one_account(arguments: Namespace, supplier: Supplier, *, told: bool | None) -> SupplierAccount:
    """The account that was named, or the only one that waits (``told``), is in use, or (None) has not ended."""
    known = SupplierAccount.objects.filter(supplier=supplier).order_by("-id")
    if arguments.iban:
        found = list(known.filter(iban="".join(arguments.iban.split()).upper())[:1])
    else:
        found = [
            one
            for one in known.filter(ended_date__isnull=True)
            if told is None or (waits_for_approval(one) if told else one.approved_by_id is not None)
        ]
    if len(found) > 1:
        raise RunRefused("supplier.several_accounts", supplier=supplier.number)
    if not found:
        raise NothingFound(arguments.iban or supplier.number, "account")
    return found[0]


def _plain(told: dict[str, Any]) -> dict[str, Any]:
    return {
        name: f"{value:.2f}" if isinstance(value, Decimal) else value.isoformat() if isinstance(value, date) else value
        for name, value in told.items()
        if name not in ("id", "supplier_id") or "protocol" in told
    }  # fmt: skip


def _show_list(told: list[dict[str, Any]], language: str) -> None:
    names = ("number", "name", "identity", "accounts", "to_approve", "invoices", "bans")
    table(
        text("supplier.title", language),
        tuple(text(f"supplier.column_{name}", language) for name in (*names, "open")),
        [(*(one[name] for name in names), format_amount(Decimal(one["open"]), language)) for one in told],
        right=(3, 4, 5, 6, 7),
    )


def _show_one(told: dict[str, Any], language: str) -> None:
    out.print(f"[bold]{told['number']}[/] {told['name']}  {told['identity']}", highlight=False)
    for one in told["accounts"]:
        who = one["approved_by"] or text("desk.suppliers.account.waits", language)
        answer = text(f"desk.suppliers.verification.{one['verification'] or 'unasked'}", language)
        since = (
            one["approved_by"] and one["waits"] and text("desk.suppliers.account.answered_since", language)
        )
        bank = "; ".join(part for part in (answer, since) if part)
        out.print(f"  {one['iban']}  {one['ended'] or who}  {bank}", markup=False)
    for one in told["bans"]:
        left = one["left"]
        words = (
            text("desk.suppliers.ban.left", language, amount=format_amount(Decimal(left), language))
            if left is not None
            else text("desk.suppliers.ban.until_ended", language)
        )
        out.print(f"  ! {one['protocol']}: {words}", markup=False)
    for one in told["payables"]:
        day = format_date(date.fromisoformat(one["due_date"]), language)
        amount = format_amount(Decimal(one["open"]), language)
        out.print(f"  {one['invoice']}  {day}  {amount}", markup=False)
