"""What Finvoice itself asks of an invoice's structure: its type codes, units of measure, whole cents."""

from decimal import Decimal
from functools import lru_cache

from reskontra.documents.invoice import Invoice, InvoiceLine
from reskontra.formats.en16931.report import Report
from reskontra.formats.finvoice import codes
from reskontra.kernel.money import round_cents

_DETAILS = "InvoiceDetails"
_CENT = Decimal("0.01")
_LONGEST_QUANTITY = 14


def check_structure(invoice: Invoice, report: Report) -> None:
    """Adds what is not in Finvoice's own code lists, and what an outgoing invoice cannot carry."""
    if invoice.type_code and invoice.type_code not in codes.TYPE_CODES:
        where = f"{_DETAILS}/InvoiceTypeCode"
        report.note("finvoice_type_unknown", "Finvoice 3.0 section 10.5", where, invoice.type_code)
    if not report.outgoing:
        return
    # A specification that is missing is the writer's to state.
    given = invoice.specification
    if given is not None and not given.startswith(codes.SPECIFICATION):
        where = "MessageTransmissionDetails/MessageDetails/SpecificationIdentifier"
        report.note("finvoice_specification_other", "EN 16931 BR-01; OC 1.6-a", where, given)
    for line in invoice.lines:
        _line_values(line, report)
    _cents(invoice, report)


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
