"""Suppliers and payment bans (S15): find before adding, accounts told by one and approved by another, bans by document.

The register is the whole State's and the service centre keeps it; invoices, payables and bans are the unit's.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from reskontra.desk.access import Place, acts_in_unit, in_unit
from reskontra.desk.acts import (
    REFUSALS,
    Incomplete,
    Stale,
    ToldBack,
    chosen,
    day_of,
    seen_as,
    told_back,
    written,
)
from reskontra.desk.frame import say, show
from reskontra.desk.paging import ROWS, key, page_of
from reskontra.desk.supplier_payment_pages import AREA
from reskontra.documents.findings import Refused
from reskontra.exchange.messages import message
from reskontra.expenditure.payment.actions import Order, ban, end_ban
from reskontra.insight.payables import payables_listed
from reskontra.insight.suppliers import (
    KINDS,
    NEW_ACCOUNT,
    bans_of,
    invoices_of,
    mismatches_of,
    suppliers_listed,
)
from reskontra.kernel.clauses import clause
from reskontra.kernel.days import format_date
from reskontra.kernel.money import NotAnAmount, parse_amount, round_cents
from reskontra.kernel.texts import text
from reskontra.purchases.models import PaymentBan
from reskontra.registers.addresses import is_address_payable
from reskontra.registers.models import Supplier, SupplierAccount
from reskontra.registers.policy import may_somewhere, require
from reskontra.registers.suppliers import KINDS as SUPPLIER_KINDS
from reskontra.registers.suppliers import (
    SOURCES,
    VERIFICATIONS,
    AccountNotApprovable,
    SupplierDraft,
    approve_account,
    end_account,
    new_supplier,
    tell_account,
    verify_account,
    waits_for_approval,
)
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.run import Acting

LANGUAGES = ("sv", "fi", "en")
DRAFT = tuple(field.name for field in fields(SupplierDraft) if field.name != "address_lines")
SHOWN = 20
REGISTER = ("keep_suppliers", "approve_supplier_account")  # rights that are held in all units


@require_safe
@in_unit
def suppliers(request: HttpRequest, place: Place) -> HttpResponse:
    """The register: find by name, number, identifier or account; ``show`` keeps those that something waits for."""
    return _register(request, place)


def _register(request: HttpRequest, place: Place, rejected: ToldBack | None = None) -> HttpResponse:
    kind = request.GET.get("show", "all")
    kind = kind if kind in KINDS else "all"
    words = request.GET.get("q", "").strip()[:60]
    found = suppliers_listed(place.unit, place.on, kind, words, key(request), ROWS + 1)
    language = request.language  # type: ignore[attr-defined]
    return show(
        request,
        place,
        "desk/suppliers.html",
        AREA,
        {
            "page": page_of(request, found, "id"),
            "kinds": KINDS,
            "kind": kind,
            "words": words,
            "may_add": may_somewhere(place.person, "keep_suppliers", place.on),
            "roles": place.who_may("keep_suppliers", language),
            "supplier_kinds": SUPPLIER_KINDS,
            "languages_of": LANGUAGES,
            "rejected": rejected,
            "old": request.POST if rejected else {"name": words, "country": "FI"},
            "tab": "suppliers",
        },
        status=rejected.status if rejected else 200,
    )


@require_POST
@acts_in_unit
@clause("EX 5.1-a")
def add(request: HttpRequest, place: Place) -> HttpResponse:
    """POST a draft: add a supplier, or be told everything that is wrong with it, or who it is already."""
    language = request.language  # type: ignore[attr-defined]
    draft = SupplierDraft(
        **{name: request.POST.get(name, "").strip()[: LONGEST.get(name, 70)] for name in DRAFT}
    )
    try:
        if draft.kind not in SUPPLIER_KINDS:
            raise Incomplete("kind")
        with place.working() as acting:
            made = new_supplier(acting.person, acting.day, draft)
    except (*REFUSALS, Refused) as problem:
        rejected = told_back(problem, "add", language)
        with place.working():
            return _register(request, place, rejected)
    say(request, text("supplier.add_done", language, supplier=made.number, name=made.name))
    return redirect("supplier", code=place.unit.code, id=made.pk)


LONGEST = {"kind": 16, "language": 2, "business_id": 9, "technical_id": 9, "vat_id": 20, "foreign_id": 35,
           "partner_code": 10, "postcode": 10, "town": 35, "country": 2, "email": 254,
           "einvoice_address": 50}  # fmt: skip


# --- one supplier ---


@require_safe
@in_unit
def supplier(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """One supplier: identity, accounts, bans, invoices and payables of the unit, and what may be done."""
    return _page(request, place, _supplier(id))


def _page(
    request: HttpRequest, place: Place, found: Supplier, rejected: ToldBack | None = None
) -> HttpResponse:
    language = request.language  # type: ignore[attr-defined]
    accounts = SupplierAccount.objects.filter(supplier=found).select_related("told_by", "approved_by")
    address = is_address_payable(found, terms_of(place.unit, place.on))
    bans = bans_of(place.unit, found.pk)
    invoices = invoices_of(place.unit, found.pk, key(request), ROWS + 1)
    return show(
        request,
        place,
        "desk/supplier.html",
        AREA,
        {
            "supplier": found,
            "address": address,
            "address_wrong": [message(one, language) for one in address.findings],
            "accounts": [
                (one, _new(one, place.on), place.person.pk in _tellers(one), waits_for_approval(one))
                for one in accounts.order_by("ended_date", "-id")
            ],
            "bans": [(one, one.in_force(place.on)) for one in bans],
            "open": payables_listed(place.unit, place.on, most=SHOWN, supplier=found.pk),
            "page": page_of(request, invoices, "id"),
            "mismatches": mismatches_of(place.unit, found.pk),
            "seen": seen_of(found, place),
            "may": {
                **{right: may_somewhere(place.person, right, place.on) for right in REGISTER},
                "keep_payment_bans": place.may("keep_payment_bans"),
            },
            "roles": {right: place.who_may(right, language) for right in (*REGISTER, "keep_payment_bans")},
            "sources": SOURCES,
            "verifications": VERIFICATIONS,
            "day": place.on,
            "rejected": rejected,
            "olds": {
                name: request.POST if rejected and rejected.act == name else {} for name in SUPPLIER_ACTS
            },
        },
        status=rejected.status if rejected else 200,
    )


def _tellers(account: SupplierAccount) -> set[int | None]:
    """Who may not approve the account: who told it, and who told what its bank has answered."""
    return {account.told_by_id, account.verified_by_id}


def _new(account: SupplierAccount, on: date) -> bool:
    return account.approved_at is not None and account.approved_at.date() > on - NEW_ACCOUNT


def seen_of(found: Supplier, place: Place) -> str:
    """What of a supplier changes: its accounts, their approvals and ends, and the unit's bans on it."""
    accounts = SupplierAccount.objects.filter(supplier=found).order_by("id")
    told = [
        f"{one.pk}{_moment('a', one.approved_at)}{_moment('v', one.verified_at)}{'e' if one.ended_date else ''}"
        for one in accounts
    ]
    bans = [f"{one.id}{one.end_date or ''}" for one in bans_of(place.unit, found.pk)]
    return "-".join((*told, "b", *bans))


def _moment(mark: str, at: datetime | None) -> str:
    return f"{mark}{at.timestamp():.6f}" if at else ""


@require_POST
@acts_in_unit
@clause("EX 8-a", "EX 9-c")
def act(request: HttpRequest, place: Place, id: int) -> HttpResponse:
    """POST ``act`` (account, verify, approve, end_account, ban or end_ban), ``seen`` and what the act needs.

    What was sent on another state of the supplier than now does nothing.
    """
    language = request.language  # type: ignore[attr-defined]
    name = request.POST.get("act", "")
    if name not in SUPPLIER_ACTS:
        raise Http404
    try:
        with place.working() as acting:
            found = _supplier(id)
            seen_as(request.POST, seen_of(found, place))
            said = SUPPLIER_ACTS[name](acting, found, request.POST, language)
    except Stale:
        say(request, text("desk.suppliers.stale", language), "warn")
        return redirect("supplier", code=place.unit.code, id=id)
    except (*REFUSALS, Refused, AccountNotApprovable) as problem:
        rejected = told_back(problem, name, language)
        with place.working():
            return _page(request, place, _supplier(id), rejected)
    say(request, said)
    return redirect("supplier", code=place.unit.code, id=id)


def _account(acting: Acting, found: Supplier, sent: QueryDict, language: str) -> str:
    verification = sent.get("verification", "")
    if verification:
        chosen(sent, "verification", VERIFICATIONS, "verification")
    made = tell_account(
        acting.person,
        acting.at,
        found,
        written(sent, "iban", 42, "iban"),
        chosen(sent, "source", SOURCES, "source"),
        bic=sent.get("bic", "").strip()[:11],
        verification=verification,
        verified_name=sent.get("verified_name", "").strip()[:140] if verification else "",
    )
    return text("supplier.account_done", language, iban=made.iban, supplier=found.number)


def _verify(acting: Acting, found: Supplier, sent: QueryDict, language: str) -> str:
    answer = chosen(sent, "verification", VERIFICATIONS, "verification")
    name = sent.get("verified_name", "").strip()
    one = verify_account(acting.person, acting.at, _account_of(found, sent), answer, name)
    told = text(f"desk.suppliers.verification.{answer}", language)
    return text("supplier.verify_account_done", language, iban=one.iban, supplier=found.number, answer=told)


def _approve(acting: Acting, found: Supplier, sent: QueryDict, language: str) -> str:
    one = approve_account(acting.person, acting.at, _account_of(found, sent))
    return text("supplier.approve_account_done", language, iban=one.iban, supplier=found.number)


def _end_account(acting: Acting, found: Supplier, sent: QueryDict, language: str) -> str:
    one = end_account(acting.person, acting.day, _account_of(found, sent))
    return text("supplier.end_account_done", language, iban=one.iban, supplier=found.number)


def _ban(acting: Acting, found: Supplier, sent: QueryDict, language: str) -> str:
    require(acting.person, "keep_payment_bans", acting.unit, acting.day)
    order = Order(
        protocol=written(sent, "protocol", 70, "protocol"),
        from_date=day_of(sent, "from"),
        payee=written(sent, "payee", 70, "payee"),
        iban=written(sent, "iban", 42, "iban"),
        reference=written(sent, "reference", 35, "reference"),
        amount=_euro(sent, "amount"),
        share=_euro(sent, "share") or Decimal(100),
        each_invoice=_euro(sent, "each_invoice"),
    )
    made = ban(acting, found, order)
    return text("payment.ban_done", language, ban=made.pk)


def _end_ban(acting: Acting, found: Supplier, sent: QueryDict, language: str) -> str:
    number = sent.get("ban", "")
    known = number.isascii() and number.isdigit() and len(number) < 19
    one = (
        PaymentBan.objects.filter(unit=acting.unit, supplier=found, pk=int(number)).first() if known else None
    )
    if one is None:
        raise Incomplete("ban")
    ended = end_ban(acting, one, day_of(sent, "day"))
    return text("payment.end_ban_done", language, ban=one.pk, day=format_date(ended.day, language))


SUPPLIER_ACTS: Mapping[str, Callable[[Acting, Supplier, QueryDict, str], str]] = {
    "account": _account,
    "verify": _verify,
    "approve": _approve,
    "end_account": _end_account,
    "ban": _ban,
    "end_ban": _end_ban,
}


def _euro(sent: QueryDict, name: str) -> Decimal | None:
    """A number that may be left out; raises ``Incomplete`` for what is none, or is finer than a cent."""
    said = sent.get(name, "").strip()
    if not said:
        return None
    try:
        found = parse_amount(said)
    except NotAnAmount:
        raise Incomplete("amount") from None
    if found != round_cents(found):
        raise Incomplete("amount")
    return found


def _account_of(found: Supplier, sent: QueryDict) -> SupplierAccount:
    number = sent.get("account", "")
    known = number.isascii() and number.isdigit() and len(number) < 19
    one = SupplierAccount.objects.filter(supplier=found, pk=int(number)).first() if known else None
    if one is None:
        raise Incomplete("account_of")
    return one


def _supplier(id: int) -> Supplier:
    found = Supplier.objects.filter(pk=id).first()
    if found is None:
        raise Http404
    return found
