"""The payment part: reference, due date, bank bar code (OC 3.11-a, 4.1-a; EN 16931 BR-CO-25)."""

from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

from reskontra.documents.invoice import Invoice
from reskontra.formats.finvoice.report import Report
from reskontra.kernel.references import is_national_reference, is_rf_reference

_REFERENCE = "EpiDetails/EpiPaymentInstructionDetails/EpiRemittanceInfoIdentifier"
_DUE_DATE = "InvoiceDetails/PaymentTermsDetails/InvoiceDueDate"
_BARCODE = "VirtualBankBarcode"
_GUIDE = "Finance Finland, bank bar code guide"
_LENGTH: Final = 54
_MOST: Final = Decimal("999999.99")
_NO_AMOUNT, _NO_DAY = "00000000", "000000"


def check_payment(invoice: Invoice, report: Report) -> None:
    """Adds what is wrong with the reference, the due date and the bar code."""
    if invoice.reference and not is_national_reference(invoice.reference):
        _other_reference(invoice.reference, report)
    _due_date(invoice, report)
    if invoice.barcode:
        _barcode(invoice, invoice.barcode, report)


def _other_reference(reference: str, report: Report) -> None:
    if not is_rf_reference(reference):
        report.note("finvoice_reference_wrong", "OC 4.1-a", _REFERENCE, reference)
    elif report.outgoing:
        clause = "OC 4.1-a"
        report.note("finvoice_reference_not_national", clause, _REFERENCE, reference, severity="warning")


def _due_date(invoice: Invoice, report: Report) -> None:
    due = invoice.due_date
    if due is not None:
        if invoice.issue_date is not None and due < invoice.issue_date:
            issued = invoice.issue_date.isoformat()
            report.note("finvoice_due_before_issue", "OC 3.11-a", _DUE_DATE, due.isoformat(), issued=issued)
        return
    payable = invoice.total if invoice.payable is None else invoice.payable
    if payable is not None and payable > 0 and (report.outgoing or not invoice.payment_terms):
        report.note("finvoice_due_date_missing", "EN 16931 BR-CO-25", _DUE_DATE)


def _barcode(invoice: Invoice, code: str, report: Report) -> None:
    """The bar code must say what the fields say. It is taken apart here, not built again: a second witness.

    Zeros in the place of amount or due date leave them to the payer and are right.
    """
    if len(code) != _LENGTH or not (code.isascii() and code.isdigit()) or code[0] not in "45":
        report.note("finvoice_barcode_form", _GUIDE, _BARCODE, code)
        return
    payable = invoice.total if invoice.payable is None else invoice.payable
    iban, reference, due = invoice.seller.iban, invoice.reference, invoice.due_date
    if iban and code[1:17] != _account(iban):
        report.note("finvoice_barcode_account", _GUIDE, _BARCODE, code)
    if payable is not None and code[17:25] not in (_NO_AMOUNT, _cents(payable)):
        report.note("finvoice_barcode_amount", _GUIDE, _BARCODE, code)
    if reference and f"{code[0]}{code[25:48]}" != _reference(reference):
        report.note("finvoice_barcode_reference", _GUIDE, _BARCODE, code)
    if due is not None and code[48:] not in (_NO_DAY, _day(due)):
        report.note("finvoice_barcode_due_date", _GUIDE, _BARCODE, code)


@lru_cache(maxsize=4096)
def _account(iban: str) -> str:
    return "".join(iban.split())[2:]


def _cents(payable: Decimal) -> str:
    return f"{int(payable * 100):08d}" if 0 <= payable <= _MOST else _NO_AMOUNT


def _reference(reference: str) -> str:
    """Version and reference as they stand in a bar code."""
    compact = "".join(reference.split()).upper()
    if compact.startswith("RF"):
        return f"5{compact[2:4]}{compact[4:].zfill(21)}"
    return f"4000{compact.zfill(20)}"


@lru_cache(maxsize=4096)
def _day(day: date) -> str:
    return f"{day:%y%m%d}"
