"""What an invoice must hold: EN 16931 BR-01 to BR-27, VAT Act 1501/1993 s 209 e, the code lists."""

import re
from decimal import Decimal
from functools import lru_cache

from reskontra.documents.invoice import Invoice, InvoiceLine, Party
from reskontra.formats.finvoice import codes
from reskontra.formats.finvoice.report import Report
from reskontra.kernel.money import round_cents

_DETAILS = "InvoiceDetails"
_SELLER, _BUYER = "SellerPartyDetails", "BuyerPartyDetails"
_TOTAL = f"{_DETAILS}/InvoiceTotalVatIncludedAmount"
_CURRENCY = re.compile(r"[A-Z]{3}")
_CENT = Decimal("0.01")
_LONGEST_QUANTITY = 14


def check_structure(invoice: Invoice, report: Report) -> None:
    """Adds what is missing or not in its code list."""
    _unusable_without(invoice, report)
    _required(invoice, report)
    seller, buyer = f"{_SELLER}/SellerPostalAddressDetails", f"{_BUYER}/BuyerPostalAddressDetails"
    _address(invoice.seller, "seller", ("BR-08", "BR-09"), seller, report)
    _address(invoice.buyer, "buyer", ("BR-10", "BR-11"), buyer, report)
    for line in invoice.lines:
        _line(line, report)
    if report.outgoing:
        _cents(invoice, report)


def _unusable_without(invoice: Invoice, report: Report) -> None:
    """What no invoice can be booked without is an error in both directions."""
    if not invoice.number or invoice.number.isspace():
        clause = "EN 16931 BR-02; 1501/1993 s 209e item 2"
        report.note("finvoice_number_missing", clause, f"{_DETAILS}/InvoiceNumber", severity="error")
    if invoice.issue_date is None:
        clause = "EN 16931 BR-03; 1501/1993 s 209e item 1"
        report.note("finvoice_issue_date_missing", clause, f"{_DETAILS}/InvoiceDate", severity="error")
    if not invoice.currency:
        report.note("finvoice_currency_missing", "EN 16931 BR-05", _TOTAL, severity="error")
    elif invoice.currency != "EUR" and not _CURRENCY.fullmatch(invoice.currency):
        report.note("finvoice_currency_form", "EN 16931 BR-CL-04", _TOTAL, invoice.currency)
    if not invoice.seller.name:
        where = f"{_SELLER}/SellerOrganisationName"
        clause = "EN 16931 BR-06; 1501/1993 s 209e item 5"
        report.note("finvoice_seller_name_missing", clause, where, severity="error")
    if invoice.total is None:
        report.note("finvoice_total_missing", "EN 16931 BR-14", _TOTAL, severity="error")


def _required(invoice: Invoice, report: Report) -> None:
    if not invoice.type_code:
        report.note("finvoice_type_missing", "EN 16931 BR-04", f"{_DETAILS}/InvoiceTypeCode")
    elif invoice.type_code not in codes.TYPE_CODES:
        where = f"{_DETAILS}/InvoiceTypeCode"
        report.note("finvoice_type_unknown", "Finvoice 3.0 section 10.5", where, invoice.type_code)
    if not invoice.buyer.name:
        clause = "EN 16931 BR-07; 1501/1993 s 209e item 5"
        report.note("finvoice_buyer_name_missing", clause, f"{_BUYER}/BuyerOrganisationName")
    if invoice.net is None:
        where = f"{_DETAILS}/InvoiceTotalVatExcludedAmount"
        report.note("finvoice_net_missing", "EN 16931 BR-13", where)
    if not invoice.lines:
        report.note("finvoice_rows_missing", "EN 16931 BR-16", "InvoiceRow")
    if not invoice.vat_breakdown:
        where = f"{_DETAILS}/VatSpecificationDetails"
        report.note("finvoice_vat_breakdown_missing", "EN 16931 BR-CO-18", where)
    _stated_by_writer(invoice, report)


def _stated_by_writer(invoice: Invoice, report: Report) -> None:
    """The amount to pay and the specification: the writer states both where a document leaves them open."""
    if invoice.payable is None and not report.outgoing:
        where = "EpiDetails/EpiPaymentInstructionDetails/EpiInstructedAmount"
        report.note("finvoice_payable_missing", "EN 16931 BR-15", where)
    where, clause = (
        "MessageTransmissionDetails/MessageDetails/SpecificationIdentifier",
        "EN 16931 BR-01; OC 1.6-a",
    )
    if invoice.specification is None:
        if not report.outgoing:
            report.note("finvoice_specification_missing", clause, where)
    elif report.outgoing and not invoice.specification.startswith(codes.SPECIFICATION):
        report.note("finvoice_specification_other", clause, where, invoice.specification)


def _address(party: Party, role: str, rules: tuple[str, str], where: str, report: Report) -> None:
    if not party.town or not (party.street or party.postcode):
        clause = f"EN 16931 {rules[0]}; 1501/1993 s 209e item 5"
        report.note(f"finvoice_{role}_address_missing", clause, where)
    if not party.country:
        report.note(f"finvoice_{role}_country_missing", f"EN 16931 {rules[1]}", f"{where}/CountryCode")


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
    if report.outgoing:
        _line_values(line, report)


def _only_text(line: InvoiceLine, report: Report) -> bool:
    """Incoming invoices have rows that say something and charge nothing."""
    amounts = (line.net, line.gross, line.unit_price, line.quantity)
    return not report.outgoing and all(amount is None for amount in amounts)


def _line_fields(line: InvoiceLine, report: Report) -> None:
    fields = (
        (line.quantity, "quantity", "BR-22", "InvoicedQuantity"),
        (line.unit or None, "unit", "BR-23", "InvoicedQuantity/@QuantityUnitCode"),
        (line.net, "net", "BR-24", "RowVatExcludedAmount"),
        (line.name or None, "name", "BR-25", "ArticleName"),
        (line.unit_price, "price", "BR-26", "UnitPriceNetAmount"),
        (line.vat_category or None, "vat_category", "BR-CO-04", "RowVatCode"),
    )
    for value, what, rule, element in fields:
        if value is None:
            where = f"InvoiceRow/{element}"
            report.note(f"finvoice_row_{what}_missing", f"EN 16931 {rule}", where, row=line.position)
    if line.unit_price is not None and line.unit_price < 0:
        where, price = "InvoiceRow/UnitPriceNetAmount", f"{line.unit_price:f}"
        report.note("finvoice_row_price_negative", "EN 16931 BR-27", where, price, row=line.position)
    if line.vat_category and line.vat_category not in codes.VAT_CATEGORIES:
        where, category = "InvoiceRow/RowVatCode", line.vat_category
        report.note("finvoice_vat_category_unknown", "EN 16931 BR-CL-18", where, category, row=line.position)


def _line_values(line: InvoiceLine, report: Report) -> None:
    """What an outgoing row holds must fit its elements."""
    if line.unit and not _is_known_unit(line.unit):
        where, unit = "InvoiceRow/InvoicedQuantity/@QuantityUnitCodeUN", line.unit
        clause, row = "EN 16931 BR-CL-23", line.position
        report.note("finvoice_unit_unknown", clause, where, unit, severity="warning", row=row)
    if line.quantity is not None and len(str(line.quantity)) > _LONGEST_QUANTITY:
        where, quantity = "InvoiceRow/InvoicedQuantity", f"{line.quantity:f}"
        clause, row, limit = "Finvoice 3.0 data list", line.position, _LONGEST_QUANTITY
        if (length := len(quantity)) > limit:
            report.note("finvoice_too_long", clause, where, quantity, row=row, limit=limit, length=length)
    for amount in (line.net, line.vat, line.gross):
        if amount is not None and not amount.same_quantum(_CENT) and not _in_cents(amount):
            clause, shown = "EN 16931 BR-DEC-23", f"{amount:f}"
            report.note("finvoice_decimals", clause, "InvoiceRow", shown, row=line.position)


def _cents(invoice: Invoice, report: Report) -> None:
    for amount in (invoice.net, invoice.vat, invoice.total, invoice.payable):
        if amount is not None and not amount.same_quantum(_CENT) and not _in_cents(amount):
            clause = "EN 16931 BR-DEC-12, BR-DEC-13, BR-DEC-14, BR-DEC-18"
            report.note("finvoice_decimals", clause, _DETAILS, f"{amount:f}")


def _in_cents(amount: Decimal) -> bool:
    """Whether ``amount`` is whole cents, however many zeros it is written with."""
    return amount == round_cents(amount)


@lru_cache(maxsize=4096)
def _is_known_unit(unit: str) -> bool:
    return codes.un_unit(unit) is not None
