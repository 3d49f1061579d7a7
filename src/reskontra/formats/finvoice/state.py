"""What the State's guideline asks: contract numbers, legal basis, the request to use the reference, attachments
(OC 3.2-d, 3.5-a, 3.5.2-a, 3.5.3-a, 4.1-a)."""

import re
from functools import lru_cache
from typing import Final

from reskontra.documents.invoice import Invoice
from reskontra.formats.en16931.report import Report
from reskontra.formats.finvoice import attachments as attached
from reskontra.formats.finvoice import codes
from reskontra.kernel.references import ENDED_CONTRACT_NUMBER

_DETAILS = "InvoiceDetails"
_FREE_TEXT = f"{_DETAILS}/InvoiceFreeText"
_CONTRACT = "VSK1"
_ended_contract = re.compile(ENDED_CONTRACT_NUMBER).match
_REQUEST_WORDS: Final = (("fi", "viitenumero"), ("sv", "referensnum"))


def check_state(invoice: Invoice, report: Report) -> None:
    """Adds what the State's own rules find; some of them are for outgoing invoices only."""
    _contract(invoice, report)
    if report.outgoing and invoice.type_code != codes.CREDIT_NOTE:
        _charge(invoice, report)
    if report.outgoing and invoice.attachments:
        _attachments(invoice, report)


def _contract(invoice: Invoice, report: Report) -> None:
    """Between State units a space or a comma ends the contract number that begins with VSK1; other text may follow.

    What an outside customer wants as its reference is its own affair.
    """
    given = invoice.buyer_reference
    internal = invoice.internal or invoice.type_code == codes.INTERNAL_INVOICE
    if internal and given and given.startswith(_CONTRACT) and not _ended_contract(given):
        where = f"{_DETAILS}/BuyerReferenceIdentifier"
        report.note("finvoice_contract_not_ended", "OC 3.5.3-a", where, given)
    _misplaced(invoice.order, "OrderIdentifier", report)
    _misplaced(invoice.agreement, "AgreementIdentifier", report)
    _misplaced(invoice.accounting, "AccountDimensionText", report)


def _misplaced(value: str | None, element: str, report: Report) -> None:
    if value and value.startswith(_CONTRACT):
        where = f"{_DETAILS}/{element}"
        report.note("finvoice_contract_misplaced", "OC 3.5.2-a", where, value, severity="warning")


def _charge(invoice: Invoice, report: Report) -> None:
    """An invoice that asks for money says why and how to pay."""
    # A decision that states the legal basis may come along instead; a reminder rests on the invoice that it is of,
    # and an invoice of interest tells its ground with the calculation.
    letter = invoice.type_code in codes.LETTER_TYPES.values()
    if not invoice.legal_basis and not invoice.attachments and not letter:
        report.note("finvoice_legal_basis_missing", "OC 3.5-a", _FREE_TEXT)
    payable = invoice.total if invoice.payable is None else invoice.payable
    if payable is None or payable <= 0:
        return
    if not invoice.reference:
        where = "EpiDetails/EpiPaymentInstructionDetails/EpiRemittanceInfoIdentifier"
        report.note("finvoice_reference_missing", "OC 4.1-a", where)
    for language in _requests_missing(invoice.notes):
        report.note("finvoice_reference_request_missing", "OC 4.1-a", _FREE_TEXT, language)


@lru_cache(maxsize=4096)
def _requests_missing(notes: tuple[str, ...]) -> tuple[str, ...]:
    """The languages in which no note speaks of the reference number."""
    said = "\n".join(notes).lower()
    return tuple(language for language, word in _REQUEST_WORDS if word not in said)


def _attachments(invoice: Invoice, report: Report) -> None:
    """The limits of an attachments message (guidelines, section 16)."""
    where, clause = "AttachmentMessageDetails", "Finvoice 3.0 section 16; OC 3.2-d"
    count, most = len(invoice.attachments), attached.MOST_FILES
    if count > most:
        report.note("finvoice_attachments_many", clause, where, count, limit=most)
    size, largest = sum(len(file.content or b"") for file in invoice.attachments), attached.MOST_BYTES
    if size > largest:
        report.note("finvoice_attachments_large", clause, where, size, limit=largest)
    for file in invoice.attachments:
        if file.mime_type not in attached.MIME_TYPES:
            report.note("finvoice_attachment_type", clause, where, file.name, mime_type=file.mime_type)
