"""Sums of an invoice (guide, 4.9): before and after advance payments and rounding, and VAT by rate.

INVOICE_TOTAL is what is to be paid. Where advance payments or a rounding come between it and the sum with VAT, the
file tells the latter in an element of its own, or the breakdown of VAT shows which of the two is meant. Where nothing
shows it, what is to be paid is left open and flagged: an amount is never guessed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from reskontra.documents.invoice import VatBreakdown
from reskontra.formats.teapps import codes
from reskontra.formats.teapps.values import Group, Sums

_ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of an invoice in its currency; ``rows`` is the sum of its rows without VAT (BT-106)."""

    net: Decimal | None = None
    vat: Decimal | None = None
    total: Decimal | None = None
    payable: Decimal | None = None
    allowances: Decimal | None = None
    charges: Decimal | None = None
    paid: Decimal | None = None
    rounding: Decimal | None = None
    rows: Decimal | None = None


def breakdown(invoice: Group, currency: str | None) -> tuple[VatBreakdown, ...]:
    """VAT by category and rate, in the invoice's own currency: it may be repeated in another one."""
    return tuple(
        VatBreakdown(
            category=group.own("VAT_TYPE") or None,
            percent=group.percent("RATE"),
            base=_base(group),
            amount=group.amount("VAT_RATE_TOTAL"),
            reason=group.text("VAT_DESCRIPTION") or group.text("EXEMPTION_REASON_CODE"),
        )
        for group in invoice.group("SUMMARY").groups("VAT_SUMMARY")
        if not currency or group.text("CURRENCY_CODE") in (None, currency)
    )


def _base(group: Group) -> Decimal | None:
    return group.sums("ACCORDING").net


def totals(invoice: Group, by_rate: tuple[VatBreakdown, ...], credit: bool) -> Totals:
    """The sums as they are written; ``by_rate`` is the breakdown of VAT that bears witness to them."""
    summary = invoice.group("SUMMARY")
    stated = summary.sums("INVOICE_TOTAL")
    before = summary.sums("INVOICE_TOTAL_WITHOUT_ADVANCE_PAYMENT")
    paid = summary.sums("ADVANCE_PAYMENT").gross
    rounding = summary.rounding("ROUNDINGS")
    net, total, payable = _sums(summary, stated, before, (rounding or _ZERO) - (paid or _ZERO), by_rate)
    rows = summary.sums("ROWS_TOTAL").net
    allowances = _allowances(summary, credit)
    return Totals(
        net=net,
        vat=summary.amount("VAT_TOTAL"),
        total=total,
        payable=payable if credit else _agreed(invoice, payable),
        allowances=allowances,
        charges=_charges(summary, rows, net, allowances),
        paid=paid,
        rounding=rounding,
        rows=rows,
    )


_Three = tuple[Decimal | None, Decimal | None, Decimal | None]


def _sums(
    summary: Group, stated: Sums, before: Sums, between: Decimal, by_rate: tuple[VatBreakdown, ...]
) -> _Three:
    """Net, total and payable. ``between`` is what comes between total and payable."""
    if before.gross is not None:
        return (stated.net if before.net is None else before.net), before.gross, stated.gross
    if not between or stated.gross is None:
        return stated.net, stated.gross, stated.gross
    base, tax = _added(part.base for part in by_rate), _added(part.amount for part in by_rate)
    if base is not None and tax is not None:
        if base + tax + between == stated.gross:
            return base, base + tax, stated.gross
        if base + tax == stated.gross:
            return stated.net, stated.gross, stated.gross + between
    summary.note("teapps_payable_unclear", "INVOICE_TOTAL", str(stated.gross), "error", between=str(between))
    return stated.net, stated.gross, None


def _added(amounts: Iterable[Decimal | None]) -> Decimal | None:
    total = None
    for amount in amounts:
        if amount is None:
            return None
        total = (total or _ZERO) + amount
    return total


def _agreed(invoice: Group, payable: Decimal | None) -> Decimal | None:
    """What is to be paid, where the payment part tells it too: two that differ are none."""
    instructions = invoice.group("EpiDetails", "EpiPaymentInstructionDetails")
    told = instructions.plain_amount("EpiInstructedAmount")
    if told is None or payable is None or told == payable:
        return told if payable is None else payable
    instructions.note(
        "teapps_payable_twice", "EpiInstructedAmount", str(told), "error", expected=str(payable)
    )
    return None


def _allowances(summary: Group, credit: bool) -> Decimal | None:
    """Discounts on the whole invoice (BT-107). The guide writes them with either sign (4.9.1, 4.9.3): the size counts.

    They lessen the sum of an invoice; on a credit note they lessen what is credited, and are negative like all of it.
    """
    told = summary.sums("DISCOUNTS_TOTAL").net
    if told is None:
        told = _listed(summary, "DISCOUNT", "DISCOUNT_AMOUNT")
    if told is None:
        told = summary.sums("DISCOUNTS_FROM_TOTAL").net
    if not told:
        return told
    return -abs(told) if credit else abs(told)


def _listed(summary: Group, name: str, amount: str) -> Decimal | None:
    told = [one for group in summary.groups(name) if (one := group.sums(amount).net) is not None]
    return sum(told, _ZERO) if told else None


def _charges(
    summary: Group, rows: Decimal | None, net: Decimal | None, allowances: Decimal | None
) -> Decimal | None:
    """Charges on the whole invoice (BT-108): those listed, and the costs that have elements of their own.

    Where both stand, some senders count the costs into the list; what makes rows and total meet tells which.
    """
    listed = summary.sums("CHARGES_TOTAL").net
    if listed is None:
        listed = _listed(summary, "CHARGES", "CHARGE_AMOUNT")
    costs = [told for name in codes.COSTS if (told := summary.sums(name).net) is not None]
    costs += [
        told
        for commission in summary.groups("COMMISSION")
        if (told := commission.sums("COMMISSION_AMOUNT").net) is not None
    ]
    if not costs:
        return listed
    together = (listed or _ZERO) + sum(costs, _ZERO)
    if rows is not None and net is not None:
        needed = net - rows + (allowances or _ZERO)
        if together != needed and (listed or _ZERO) == needed:
            return listed
    return together
