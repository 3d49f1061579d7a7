"""Credit notes: every amount negative, however the file writes it.

By the guide (1.7, 4.9.1) at least the total of a credit note has a minus; some senders write none at all, some only
there. What belongs together is turned together: the sums, the rows, the breakdown of VAT.
"""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Final

from reskontra.documents.invoice import InvoiceLine, VatBreakdown
from reskontra.formats.teapps.totals import Totals
from reskontra.formats.teapps.values import Group

_ZERO: Final = Decimal(0)


def as_credit(
    invoice: Group, sums: Totals, rows: tuple[InvoiceLine, ...], by_rate: tuple[VatBreakdown, ...]
) -> tuple[Totals, tuple[InvoiceLine, ...], tuple[VatBreakdown, ...]]:
    """The same credit note with the signs of one; a warning says that a sign was turned."""
    found = _sums(sums), _rows(rows), _breakdown(by_rate)
    if found != (sums, rows, by_rate):
        shown = sums.total if sums.total is not None else sums.net
        invoice.note(
            "teapps_credit_sign", "SUMMARY/INVOICE_TOTAL", "" if shown is None else str(shown), "warning"
        )
    return found


def _sums(sums: Totals) -> Totals:
    return replace(
        sums,
        **(_all_turned(sums, ("net", "total", "payable", "rows")) if _positive(sums.total, sums.net) else {}),
        **(_all_turned(sums, ("vat",)) if _positive(sums.vat) else {}),
        **(_all_turned(sums, ("charges",)) if _positive(sums.charges) else {}),
        **(_all_turned(sums, ("paid",)) if _positive(sums.paid) else {}),
        **(_all_turned(sums, ("rounding",)) if _positive(sums.total, sums.net) else {}),
    )


def _rows(rows: tuple[InvoiceLine, ...]) -> tuple[InvoiceLine, ...]:
    """Turned when the rows add up to a debt: a single row of a credit note may well be one."""
    added = _added(row.net for row in rows)
    if not _positive(_added(row.gross for row in rows) if added is None else added):
        return rows
    return tuple(
        replace(
            row,
            quantity=_turned(row.quantity),
            net=_turned(row.net),
            vat=_turned(row.vat),
            gross=_turned(row.gross),
        )
        for row in rows
    )


def _breakdown(by_rate: tuple[VatBreakdown, ...]) -> tuple[VatBreakdown, ...]:
    bases = _positive(_added(part.base for part in by_rate))
    amounts = _positive(_added(part.amount for part in by_rate))
    return tuple(
        replace(
            part,
            base=_turned(part.base) if bases else part.base,
            amount=_turned(part.amount) if amounts else part.amount,
        )
        for part in by_rate
    )


def _all_turned(sums: Totals, names: Iterable[str]) -> dict[str, Decimal | None]:
    return {name: _turned(getattr(sums, name)) for name in names}


def _turned(amount: Decimal | None) -> Decimal | None:
    return -amount if amount else amount


def _positive(*amounts: Decimal | None) -> bool:
    """Whether the first of the amounts that is told, and is not nothing, is more than nothing."""
    return next((amount > 0 for amount in amounts if amount), False)


def _added(amounts: Iterable[Decimal | None]) -> Decimal | None:
    told = [amount for amount in amounts if amount is not None]
    return sum(told, _ZERO) if told else None
