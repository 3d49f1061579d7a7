"""What people do with invoices at offices abroad: tell, draw up, review, approve, pay, and keep the original (EX 7)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256

from reskontra.database.refused import ActRefused, refused_as
from reskontra.exchange import archive
from reskontra.expenditure.offices.rules import CARD_OR_CASH, CIRCULATING, FROM_FINLAND, PAPER
from reskontra.expenditure.offices.run import LOCK, RULE, PaidRun, WayRun
from reskontra.kernel.clauses import clause
from reskontra.kernel.purchase_numbers import number_key
from reskontra.purchases.models import (
    OfficeApproval,
    OfficeDecision,
    OfficeInvoice,
    OfficeMemo,
    OfficeMemoLine,
    OfficeOriginal,
    OfficePayment,
)
from reskontra.purchases.parts import Part, check_parts
from reskontra.registers.models import OfficeAbroad
from reskontra.registers.policy import CENTRE, NotAllowed, require, roles_of
from reskontra.registers.posting import posting_account
from reskontra.runs.run import Acting, Result, RunRefused, apply, lock


@dataclass(frozen=True, slots=True)
class Open:
    """Which ways are open to an invoice; those of the office itself stand in its register."""

    einvoice: bool = False
    request: bool = False
    memo: bool = False
    mail: bool = False


@clause("EX 7-a")
def tell_invoice(
    acting: Acting,
    office: OfficeAbroad,
    supplier: str,
    number: str,
    issue_date: date,
    amount: Decimal,
    ways: Open,
    *,
    due_date: date | None = None,
    reason: str = "",
) -> tuple[OfficeInvoice, Result]:
    """Write down an invoice that came to an office, and decide its way. Called inside ``working_in``.

    Raises ``NotAllowed``; ``RunRefused`` for an office that is closed on the day; ``ActRefused`` when it was told
    before, is nothing, or the e-invoice is passed over without a reason.
    """
    require(acting.person, "tell_invoice_abroad", acting.unit, acting.day)
    if not OfficeAbroad.objects.filter(
        pk=office.pk, unit=acting.unit, validity__contains=acting.day
    ).exists():
        raise RunRefused("offices.closed", office=office.code)
    with refused_as(ActRefused):
        invoice = OfficeInvoice.objects.create(
            unit=acting.unit,
            office=office,
            supplier=supplier.strip(),
            number=number.strip(),
            number_key=number_key(number),
            issue_date=issue_date,
            due_date=due_date,
            amount=amount,
            can_einvoice=ways.einvoice,
            can_request=ways.request,
            can_memo=ways.memo,
            can_mail=ways.mail,
            reason=reason.strip(),
            person=acting.person,
            given_at=acting.at,
        )
    return invoice, apply(WayRun(invoice), acting, acting.day)


@clause("EX 7-a")
def way_of(invoice: OfficeInvoice) -> str:
    """The name of the way that was decided. Called inside ``working_in``."""
    decided = OfficeDecision.objects.filter(unit=invoice.unit_id, invoice=invoice, rule=RULE)
    return str(decided.order_by("run_id").values_list("outcome", flat=True)[0])


@clause("EX 7-a")
def draw_up(acting: Acting, invoice: OfficeInvoice, parts: Sequence[Part]) -> OfficeMemo:
    """Draw up the memo voucher: by the unit, or by the centre when the invoice came to it by mail.

    Called inside ``working_in``. Raises ``NotAllowed`` for the other party; ``RunRefused`` when the way has no memo
    voucher before the payment, when it is paid, or the parts are not the invoice or not in force.
    """
    require(acting.person, "draw_up_memo_abroad", acting.unit, acting.day)
    lock(acting.unit, LOCK)
    drawing = {outcome.name: party for outcome, party in CIRCULATING.items()}.get(way_of(invoice))
    if drawing is None:
        raise RunRefused("offices.no_memo_before", invoice=invoice.number)
    by_centre = bool(roles_of(acting.person, acting.unit, acting.day) & CENTRE)
    if by_centre != (drawing == "centre"):
        raise NotAllowed(acting.person, "draw_up_memo_abroad", acting.unit)
    if OfficePayment.objects.filter(unit=acting.unit, invoice=invoice).exists():
        raise RunRefused("offices.paid_already", invoice=invoice.number)
    check_parts(acting.unit, parts, invoice.amount, acting.day)
    earlier = OfficeMemo.objects.filter(unit=acting.unit, invoice=invoice).order_by("-version").first()
    version = earlier.version + 1 if earlier else 1
    told = json.dumps([invoice.pk, version, [one.as_values() for one in parts]], default=str)
    with refused_as(ActRefused):
        memo = OfficeMemo.objects.create(
            unit=acting.unit,
            invoice=invoice,
            version=version,
            digest=sha256(told.encode()).hexdigest(),
            person=acting.person,
            given_at=acting.at,
        )
        OfficeMemoLine.objects.bulk_create(
            OfficeMemoLine(unit=acting.unit, memo=memo, position=place, **part.as_values())
            for place, part in enumerate(parts, start=1)
        )
    return memo


@clause("EX 7-a")
def review(acting: Acting, memo: OfficeMemo) -> OfficeApproval:
    """Find a memo voucher right in substance and figures. Raises as ``approve``."""
    require(acting.person, "review_memo_abroad", acting.unit, acting.day)
    return _act(acting, memo, "review", "")


@clause("EX 7-a")
def approve(acting: Acting, memo: OfficeMemo) -> OfficeApproval:
    """Approve a memo voucher: then it may be paid from the local account. Called inside ``working_in``.

    Raises ``NotAllowed``; ``ActRefused`` for what is not the newest, not reviewed, or reviewed by the same person.
    """
    require(acting.person, "approve_memo_abroad", acting.unit, acting.day)
    return _act(acting, memo, "approve", "")


@clause("EX 7-a")
def send_back(acting: Acting, memo: OfficeMemo, reason: str) -> OfficeApproval:
    """Send a memo voucher back to who drew it up, with the reason; the next version begins anew."""
    require(acting.person, "review_memo_abroad", acting.unit, acting.day)
    return _act(acting, memo, "return", reason.strip())


@clause("EX 7-a")
def pay(
    acting: Acting,
    invoice: OfficeInvoice,
    *,
    means: str = "account",
    receipt: bytes | None = None,
    parts: Sequence[Part] = (),
    reviewed_by: str = "",
    approved_by: str = "",
) -> Result:
    """Record that the office has paid on the day, and post it. Called inside ``working_in``.

    ``means``: account, card or cash. A memo voucher that circulated is posted as it was approved. Where none did, the
    ``parts`` are told now: with who signed the paper (local account), or with the payee's receipt (cash). What a card
    paid is posted by its company's invoice (EX 4). Raises ``NotAllowed``; ``RunRefused`` when the way is paid from
    Finland or the parts are wrong; ``ActRefused`` before its approval, without a receipt, or when paid before.
    """
    require(acting.person, "pay_abroad", acting.unit, acting.day)
    lock(acting.unit, LOCK)
    way = way_of(invoice)
    if way in {outcome.name for outcome in FROM_FINLAND}:
        raise RunRefused("offices.paid_from_finland", invoice=invoice.number)
    on_paper = way == PAPER.name
    if on_paper and not (reviewed_by.strip() and approved_by.strip()):
        raise ActRefused("two_people_sign_an_invoice_on_paper")
    told_now = on_paper or way == CARD_OR_CASH.name
    told = list(parts) if told_now else _drawn_up(invoice)
    if means != "card":
        check_parts(acting.unit, told, invoice.amount, acting.day)
    paid = OfficePayment(
        unit=acting.unit,
        invoice=invoice,
        means=means,
        day=acting.day,
        amount=invoice.amount,
        receipt=archive.store([receipt]).digest if receipt else "",
        reviewed_by=reviewed_by.strip() if on_paper else "",
        approved_by=approved_by.strip() if on_paper else "",
    )
    with refused_as(ActRefused):
        return apply(PaidRun(invoice, told, paid, _against(acting, invoice, means)), acting, acting.day)


@clause("EX 7-a")
def keep_original(acting: Acting, invoice: OfficeInvoice, document: bytes) -> OfficeOriginal:
    """Put the scan of the original with its memo voucher, once it has come to Finland. Called inside ``working_in``.

    Raises ``NotAllowed``, and ``ActRefused`` when one is there.
    """
    require(acting.person, "keep_original", acting.unit, acting.day)
    with refused_as(ActRefused):
        return OfficeOriginal.objects.create(
            unit=acting.unit,
            invoice=invoice,
            document=archive.store([document]).digest,
            person=acting.person,
            given_at=acting.at,
        )


def _against(acting: Acting, invoice: OfficeInvoice, means: str) -> str | None:
    """The ledger account that the money leaves; none for a card, whose company sends its own invoice."""
    if means == "card":
        return None
    if means == "cash":
        return posting_account("office_cash", acting.day)
    account = OfficeAbroad.objects.get(pk=invoice.office_id).account
    if not account:
        raise ActRefused("an_office_with_a_local_account_pays_from_it")
    return str(account)


def _drawn_up(invoice: OfficeInvoice) -> list[Part]:
    """The lines of the newest memo voucher; the database holds that it is approved before it is paid."""
    memo = OfficeMemo.objects.filter(unit=invoice.unit_id, invoice=invoice).order_by("-version").first()
    if memo is None:
        raise RunRefused("offices.nothing_drawn_up", invoice=invoice.number)
    lines = OfficeMemoLine.objects.filter(unit=invoice.unit_id, memo=memo).order_by("position")
    return [Part(**{name: getattr(one, name) for name in Part.__slots__}) for one in lines]


def _act(acting: Acting, memo: OfficeMemo, act: str, comment: str) -> OfficeApproval:
    lock(acting.unit, LOCK)
    with refused_as(ActRefused):
        return OfficeApproval.objects.create(
            unit=acting.unit,
            invoice_id=memo.invoice_id,
            digest=memo.digest,
            act=act,
            person=acting.person,
            given_at=acting.at,
            comment=comment,
        )
