"""Texts of an invoice: their lengths by the Finvoice 3.0 data list, and no personal codes (OC 2.2-f)."""

import re
from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter, gt
from typing import Final

from reskontra.documents.findings import Finding
from reskontra.documents.invoice import Invoice, Party
from reskontra.formats.en16931.report import Report
from reskontra.formats.finvoice.latin9 import encodable, is_encodable
from reskontra.kernel.identifiers import find_personal_codes

_DETAILS = "InvoiceDetails"
_CLAUSE = "Finvoice 3.0 data list"

# Field, longest text, element. Where a text is written to several elements, their lengths together.
_INVOICE: Final = (
    ("number", 20, f"{_DETAILS}/InvoiceNumber"),
    ("original_number", 20, f"{_DETAILS}/OriginalInvoiceNumber"),
    ("type_text", 35, f"{_DETAILS}/InvoiceTypeText"),
    ("order", 70, f"{_DETAILS}/OrderIdentifier"),
    ("agreement", 70, f"{_DETAILS}/AgreementIdentifier"),
    ("buyer_reference", 70, f"{_DETAILS}/BuyerReferenceIdentifier"),
    ("accounting", 35, f"{_DETAILS}/AccountDimensionText"),
    ("site", 35, "DeliverySiteCode"),
    ("payment_terms", 140, f"{_DETAILS}/PaymentTermsDetails/PaymentTermsFreeText"),
    ("late_interest_text", 210, f"{_DETAILS}/PaymentTermsDetails/PaymentOverDueFineDetails"),
)
_PARTY: Final = (
    ("name", 70, "OrganisationName"),
    ("name2", 70, "OrganisationName"),
    ("business_id", 35, "PartyIdentifier"),
    ("vat_id", 35, "OrganisationTaxCode"),
    ("street", 105, "StreetName"),
    ("town", 35, "TownName"),
    ("postcode", 35, "PostCodeIdentifier"),
    ("number", 70, "SellersBuyerIdentifier"),
    ("contact_name", 70, "ContactPersonName"),
    ("contact_email", 70, "EmailaddressIdentifier"),
    ("contact_phone", 35, "PhoneNumberIdentifier"),
)
_LINE: Final = (
    (70, "InvoiceRow/ArticleIdentifier"),
    (100, "InvoiceRow/ArticleName"),
    (14, "InvoiceRow/InvoicedQuantity/@QuantityUnitCode"),
    (35, "InvoiceRow/RowAccountDimensionText"),
)
_DELIVERY_NAME: Final = 70  # written in pieces of 35, as many as it takes
_VAT_REASON: Final = 210

_Texts = tuple[str | None, ...]
_invoice_texts: Callable[[Invoice], _Texts] = attrgetter(*(name for name, _, _ in _INVOICE))
_party_texts: Callable[[Party], _Texts] = attrgetter(*(name for name, _, _ in _PARTY))
_LIMITS: Final = tuple(limit for _, limit, _ in _INVOICE + _PARTY)
_ELEMENTS: Final = tuple(
    [element for _, _, element in _INVOICE]
    + [f"BuyerPartyDetails/Buyer{element}" for _, _, element in _PARTY]
)
# A single class at the beginning lets the search skip quickly over everything else.
_perhaps_person = re.compile(r"[0-9][0-9]{5}[-+A-FU-Ya-fu-y\u2010-\u2015\u2212]").search


def check_wording(invoice: Invoice, report: Report) -> None:
    """Adds texts that do not fit their elements and, on outgoing invoices, personal codes."""
    texts = [text or "" for text in _invoice_texts(invoice) + _party_texts(invoice.buyer)]
    joined = " ".join(texts)
    # Signs outside ISO-8859-15 may become longer; without them one comparison of all lengths is enough.
    if any(map(gt, map(len, texts), _LIMITS)) or not is_encodable(joined):
        for text, limit, where in zip(texts, _LIMITS, _ELEMENTS, strict=True):
            _fits(text, limit, where, report)
    report.found.extend(_seller(invoice.seller, report.outgoing))
    _lines(invoice, report)
    _others(invoice, report)
    if report.outgoing:
        _persons(invoice, joined, report)


def _lines(invoice: Invoice, report: Report) -> None:
    for line in invoice.lines:
        problems = _line_problems(line.item, line.name, line.unit, line.accounting)
        if not problems and not line.text:
            continue
        row = line.position
        for at, length in problems:
            if at < len(_LINE):
                limit, where = _LINE[at]
                shown = (line.item, line.name, line.unit, line.accounting)[at]
                report.note("finvoice_too_long", _CLAUSE, where, shown, row=row, limit=limit, length=length)
        person = any(at == len(_LINE) for at, _ in problems) or (line.text and _holds_person(line.text))
        if report.outgoing and person:
            report.note("finvoice_personal_code", "OC 2.2-f", "InvoiceRow", row=row)


@lru_cache(maxsize=8192)
def _line_problems(*texts: str | None) -> tuple[tuple[int, int], ...]:
    """Which of a line's texts are too long, with their lengths; the last number says "a personal code".

    Kept, since the same items come again and again.
    """
    lengths = [len(encodable(text or "")) for text in texts]
    found = [(at, length) for at, length in enumerate(lengths) if length > _LINE[at][0]]
    person = any(_holds_person(text) for text in texts if text)
    return tuple([*found, (len(_LINE), 0)] if person else found)


def _others(invoice: Invoice, report: Report) -> None:
    if invoice.delivery is not None and invoice.delivery.name:
        where = "DeliveryPartyDetails/DeliveryOrganisationName"
        _fits(invoice.delivery.name, _DELIVERY_NAME, where, report)
    for part in invoice.vat_breakdown:
        if part.reason:
            _fits(part.reason, _VAT_REASON, f"{_DETAILS}/VatSpecificationDetails/VatFreeText", report)


@lru_cache(maxsize=16_384)
def _seller(seller: Party, outgoing: bool) -> tuple[Finding, ...]:
    """The seller's texts that do not fit: the same with every invoice, and so looked at once."""
    report = Report(outgoing)
    for text, (_, limit, element) in zip(_party_texts(seller), _PARTY, strict=True):
        _fits(text or "", limit, f"SellerPartyDetails/Seller{element}", report)
    return tuple(report.found)


def _fits(text: str, limit: int, where: str, report: Report) -> None:
    length = len(encodable(text))
    if length > limit:
        report.note("finvoice_too_long", _CLAUSE, where, text[:limit], limit=limit, length=length)


def _persons(invoice: Invoice, joined: str, report: Report) -> None:
    """No personal identity code anywhere on the invoice. The finding does not repeat it."""
    if _perhaps_person(joined) and find_personal_codes(joined):
        report.note("finvoice_personal_code", "OC 2.2-f", "Finvoice")
    if _any_holds_person(invoice.notes + invoice.legal_basis):
        report.note("finvoice_personal_code", "OC 2.2-f", f"{_DETAILS}/InvoiceFreeText")


@lru_cache(maxsize=4096)
def _any_holds_person(texts: tuple[str, ...]) -> bool:
    return any(_holds_person(text) for text in texts)


@lru_cache(maxsize=8192)
def _holds_person(text: str) -> bool:
    return bool(_perhaps_person(text)) and bool(find_personal_codes(text))
