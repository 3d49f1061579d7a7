"""What an invoice must hold: EN 16931 BR-01 to BR-27, VAT Act 1501/1993 s 209 e, the code lists."""

import re
from typing import Final

from reskontra.documents.invoice import Invoice, InvoiceLine, Party
from reskontra.formats.en16931 import codes
from reskontra.formats.en16931.report import Report

_CURRENCY = re.compile(r"[A-Z]{3}")
# The business terms of a party: its address (BG) and the country in it.
_SELLER_ADDRESS: Final = ("BG-5", "BT-40")
_BUYER_ADDRESS: Final = ("BG-8", "BT-55")


def check_contents(invoice: Invoice, report: Report) -> None:
    """Adds what is missing or not in its code list."""
    _unusable_without(invoice, report)
    _required(invoice, report)
    _address(invoice.seller, "seller", ("BR-08", "BR-09"), _SELLER_ADDRESS, report)
    _address(invoice.buyer, "buyer", ("BR-10", "BR-11"), _BUYER_ADDRESS, report)
    for line in invoice.lines:
        _line(line, report)
    _period(invoice, report)
    if invoice.type_code == codes.CREDIT_NOTE:
        _credit_note(invoice, report)


def _unusable_without(invoice: Invoice, report: Report) -> None:
    """What no invoice can be booked without is an error in both directions."""
    if not invoice.number or invoice.number.isspace():
        clause = "EN 16931 BR-02; 1501/1993 s 209e item 2"
        report.note("invoice_number_missing", clause, "BT-1", severity="error")
    if invoice.issue_date is None:
        clause = "EN 16931 BR-03; 1501/1993 s 209e item 1"
        report.note("invoice_issue_date_missing", clause, "BT-2", severity="error")
    if not invoice.currency:
        report.note("invoice_currency_missing", "EN 16931 BR-05", "BT-5", severity="error")
    elif invoice.currency != "EUR" and not _CURRENCY.fullmatch(invoice.currency):
        report.note("invoice_currency_form", "EN 16931 BR-CL-04", "BT-5", invoice.currency)
    if not invoice.seller.name:
        clause = "EN 16931 BR-06; 1501/1993 s 209e item 5"
        report.note("invoice_seller_name_missing", clause, "BT-27", severity="error")
    if invoice.total is None:
        report.note("invoice_total_missing", "EN 16931 BR-14", "BT-112", severity="error")


def _required(invoice: Invoice, report: Report) -> None:
    if not invoice.type_code:
        report.note("invoice_type_missing", "EN 16931 BR-04", "BT-3")
    if not invoice.buyer.name:
        report.note("invoice_buyer_name_missing", "EN 16931 BR-07; 1501/1993 s 209e item 5", "BT-44")
    if invoice.net is None:
        report.note("invoice_net_missing", "EN 16931 BR-13", "BT-109")
    if not invoice.lines:
        report.note("invoice_rows_missing", "EN 16931 BR-16; 1501/1993 s 209e item 6", "BG-25")
    if not invoice.vat_breakdown:
        clause = "EN 16931 BR-CO-18; 1501/1993 s 209e items 8 to 10"
        report.note("invoice_vat_breakdown_missing", clause, "BG-23")
    # The writer states both itself where a document leaves them open.
    if invoice.payable is None and not report.outgoing:
        report.note("invoice_payable_missing", "EN 16931 BR-15", "BT-115")
    if invoice.specification is None and not report.outgoing:
        report.note("invoice_specification_missing", "EN 16931 BR-01; OC 1.6-a", "BT-24")


def _address(party: Party, role: str, rules: tuple[str, str], terms: tuple[str, str], report: Report) -> None:
    if not party.town or not (party.street or party.postcode):
        clause = f"EN 16931 {rules[0]}; 1501/1993 s 209e item 5"
        report.note(f"invoice_{role}_address_missing", clause, terms[0])
    if not party.country:
        report.note(f"invoice_{role}_country_missing", f"EN 16931 {rules[1]}", terms[1])


def _line(line: InvoiceLine, report: Report) -> None:
    whole = (
        line.name
        and line.net is not None
        and line.quantity is not None
        and line.unit
        and line.unit_price is not None
        and line.unit_price >= 0
        and line.vat_category in codes.VAT_CATEGORIES
    )
    if not whole and not _only_text(line, report):
        _line_fields(line, report)


def _only_text(line: InvoiceLine, report: Report) -> bool:
    """Incoming invoices have rows that say something and charge nothing."""
    amounts = (line.net, line.gross, line.unit_price, line.quantity)
    return not report.outgoing and all(amount is None for amount in amounts)


def _line_fields(line: InvoiceLine, report: Report) -> None:
    fields = (
        (line.quantity, "quantity", "BR-22", "BT-129"),
        (line.unit or None, "unit", "BR-23", "BT-130"),
        (line.net, "net", "BR-24", "BT-131"),
        (line.name or None, "name", "BR-25", "BT-153"),
        (line.unit_price, "price", "BR-26", "BT-146"),
        (line.vat_category or None, "vat_category", "BR-CO-04", "BT-151"),
    )
    for value, what, rule, term in fields:
        if value is None:
            report.note(f"invoice_row_{what}_missing", f"EN 16931 {rule}", term, row=line.position)
    if line.unit_price is not None and line.unit_price < 0:
        price = f"{line.unit_price:f}"
        report.note("invoice_row_price_negative", "EN 16931 BR-27", "BT-146", price, row=line.position)
    if line.vat_category and line.vat_category not in codes.VAT_CATEGORIES:
        category, row = line.vat_category, line.position
        report.note("invoice_vat_category_unknown", "EN 16931 BR-CL-18", "BT-151", category, row=row)


def _period(invoice: Invoice, report: Report) -> None:
    start, end = invoice.period_start, invoice.period_end
    if start is not None and end is not None and end < start:
        period = f"{start.isoformat()}/{end.isoformat()}"
        report.note("invoice_period_backwards", "EN 16931 BR-29", "BG-14", period)
    for line in invoice.lines:
        start, end = line.period_start, line.period_end
        if start is not None and end is not None and end < start:
            period, row = f"{start.isoformat()}/{end.isoformat()}", line.position
            report.note("invoice_period_backwards", "EN 16931 BR-30", "BG-26", period, row=row)


def _credit_note(invoice: Invoice, report: Report) -> None:
    if invoice.total is not None and invoice.total > 0:
        total = f"{invoice.total:f}"
        report.note("invoice_credit_positive", "Finvoice 3.0 section 10.5", "BT-112", total, severity="error")
    if not invoice.original_number:
        report.note("invoice_original_missing", "1501/1993 s 209e item 18", "BT-25")
