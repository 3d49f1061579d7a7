"""The reference and the due date (OC 3.11-a, 4.1-a; EN 16931 BR-CO-25)."""

from reskontra.documents.invoice import Invoice
from reskontra.formats.en16931.report import Report
from reskontra.kernel.references import is_national_reference, is_rf_reference


def check_payment(invoice: Invoice, report: Report) -> None:
    """Adds what is wrong with the reference and the due date."""
    if invoice.reference and not is_national_reference(invoice.reference):
        _other_reference(invoice, invoice.reference, report)
    _due_date(invoice, report)


def _other_reference(invoice: Invoice, reference: str, report: Report) -> None:
    if is_rf_reference(reference):
        if report.outgoing:
            report.note("invoice_reference_not_national", "OC 4.1-a", "BT-83", reference, severity="warning")
    elif _is_abroad(invoice.seller.iban) and not reference.upper().startswith("RF"):
        pass  # a bank abroad takes any text; only what says that it is a creditor reference must be one
    else:
        report.note("invoice_reference_wrong", "OC 4.1-a", "BT-83", reference)


def _is_abroad(iban: str | None) -> bool:
    return iban is not None and iban[:2].isalpha() and not iban.upper().startswith("FI")


def _due_date(invoice: Invoice, report: Report) -> None:
    due = invoice.due_date
    if due is not None:
        if invoice.issue_date is not None and due < invoice.issue_date:
            issued = invoice.issue_date.isoformat()
            report.note("invoice_due_before_issue", "OC 3.11-a", "BT-9", due.isoformat(), issued=issued)
        return
    payable = invoice.total if invoice.payable is None else invoice.payable
    if payable is not None and payable > 0 and (report.outgoing or not invoice.payment_terms):
        report.note("invoice_due_date_missing", "EN 16931 BR-CO-25", "BT-9")
