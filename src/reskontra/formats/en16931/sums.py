"""What must add up: EN 16931 BR-CO-10 to BR-CO-16, and a line's own arithmetic (PEPPOL-EN16931-R120).

A total that contradicts itself leaves open what is owed: that is an error in both directions, so that nothing is
paid in silence. The other sums of an incoming invoice are warnings: they make a person look, and refuse nothing.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from reskontra.documents.findings import Severity
from reskontra.documents.invoice import AllowanceCharge, Invoice, InvoiceLine
from reskontra.formats.en16931.report import Report
from reskontra.kernel.money import plain

_CENT: Final = Decimal("0.01")
_ZERO: Final = Decimal("0.00")
# Price and quantity are rounded each by itself: a line may be off by two cents, or by the whole unit of a currency
# that may have no smaller one.
_LINE_SLACK: Final = {"EUR": Decimal("0.02")}
_UNIT: Final = Decimal(1)


def check_sums(invoice: Invoice, report: Report) -> None:
    """Adds the sums that do not meet by a cent or more."""
    _lines(invoice, report)
    _allowances(invoice, report)
    net, vat, total, payable = invoice.net, invoice.vat, invoice.total, invoice.payable
    if net is not None and total is not None and net + (vat or _ZERO) != total:
        clause = "EN 16931 BR-CO-15"
        _equal(report, "invoice_sum_total", clause, "BT-112", total, net + (vat or _ZERO), "error")
    if invoice.vat_breakdown:
        _vat(invoice, report)
    if payable is not None and total is not None and (payable != total or invoice.paid or invoice.rounding):
        due = total - (invoice.paid or _ZERO) + (invoice.rounding or _ZERO)
        _equal(report, "invoice_sum_payable", "EN 16931 BR-CO-16", "BT-115", payable, due, "error")
    slack = _LINE_SLACK.get(invoice.currency or "EUR", _UNIT)
    for line in invoice.lines:
        _line(line, slack, report)


def differ(one: Decimal, other: Decimal) -> bool:
    """Whether two amounts are a cent or more apart."""
    difference = one - other
    return bool(difference) and abs(difference) >= _CENT


def _lines(invoice: Invoice, report: Report) -> None:
    """Lines make BT-106, and BT-106 less discounts and plus charges makes BT-109.

    A format without BT-106 is asked for the whole way at once. Nothing is said where a priced line has no net.
    """
    lines = _sum_of_lines(invoice) if invoice.lines else None
    stated = invoice.line_total
    if lines is not None and stated is not None and lines != stated:
        _equal(report, "invoice_sum_of_lines", "EN 16931 BR-CO-10", "BT-106", stated, lines)
    base = lines if stated is None else stated
    if base is None or invoice.net is None:
        return
    if invoice.allowances:
        base -= invoice.allowances
    if invoice.charges:
        base += invoice.charges
    if base != invoice.net:
        clause = "EN 16931 BR-CO-13" if stated is not None else "EN 16931 BR-CO-10, BR-CO-13"
        _equal(report, "invoice_sum_net", clause, "BT-109", invoice.net, base)


def _sum_of_lines(invoice: Invoice) -> Decimal | None:
    """Lines of text hold no amounts and count as nothing."""
    lines = _ZERO
    for line in invoice.lines:
        if line.net is not None:
            lines += line.net
        elif line.unit_price is not None:
            return None
    return lines


def _allowances(invoice: Invoice, report: Report) -> None:
    """The discounts and charges that are listed make the stated sums, where the format lists them."""
    listed = invoice.allowances_and_charges
    if listed is None:
        return
    for charge, stated, rule, clause, term in (
        (False, invoice.allowances, "invoice_sum_of_allowances", "EN 16931 BR-CO-11", "BT-107"),
        (True, invoice.charges, "invoice_sum_of_charges", "EN 16931 BR-CO-12", "BT-108"),
    ):
        counted = _sum_of([one for one in listed if one.charge == charge])
        if counted is not None and counted != (stated or _ZERO):
            _equal(report, rule, clause, term, stated or _ZERO, counted)


def _sum_of(changes: Sequence[AllowanceCharge]) -> Decimal | None:
    """The sum without its sign by kind; ``None`` when an amount could not be read."""
    found = _ZERO
    for change in changes:
        if change.amount is None:
            return None
        found += change.amount
    return found


def _vat(invoice: Invoice, report: Report) -> None:
    parts = _ZERO
    for part in invoice.vat_breakdown:
        if part.amount is not None:
            parts += part.amount
    if parts != (invoice.vat or _ZERO):
        clause = "EN 16931 BR-CO-14"
        _equal(report, "invoice_sum_of_vat", clause, "BT-110", invoice.vat or _ZERO, parts)


def _line(line: InvoiceLine, slack: Decimal, report: Report) -> None:
    net = line.net
    if net is None:
        return
    if line.gross is not None and line.vat is not None:
        expected = net + line.vat
        if expected != line.gross and differ(line.gross, expected):
            clause, gross, row = "Finvoice 3.0 RowAmount", plain(line.gross), line.position
            report.note("invoice_row_gross", clause, "BT-131", gross, row=row, expected=plain(expected))
    if line.allowances_and_charges is None or line.quantity is None or line.unit_price is None:
        return
    counted = line.quantity * line.unit_price
    for change in line.allowances_and_charges:
        if change.amount is None:
            return
        counted += change.amount if change.charge else -change.amount
    if counted != net and abs(counted - net) > slack:
        clause, row, expected = "Peppol BIS 3.0 PEPPOL-EN16931-R120", line.position, counted
        report.note("invoice_row_net", clause, "BT-131", plain(net), row=row, expected=plain(expected))


def _equal(
    report: Report,
    rule: str,
    clause: str,
    term: str,
    stated: Decimal,
    counted: Decimal,
    severity: Severity | None = None,
) -> None:
    if differ(stated, counted):
        report.note(rule, clause, term, plain(stated), severity=severity, expected=plain(counted))
