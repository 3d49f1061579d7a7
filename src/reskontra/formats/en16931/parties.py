"""Identifiers of seller and buyer: check digits and forms."""

import re
from functools import lru_cache

from reskontra.documents.findings import Finding
from reskontra.documents.invoice import Invoice, Party
from reskontra.formats.en16931.report import Report
from reskontra.kernel.identifiers import is_business_id, is_iban, is_ovt

_COUNTRY = re.compile(r"[A-Z]{2}")
_VAT_ID = re.compile(r"[A-Z]{2}[0-9A-Z]{2,15}")
_BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
# The business terms of a party's country, registration, VAT id.
_SELLER = ("BT-40", "BT-30", "BT-31")
_BUYER = ("BT-55", "BT-47", "BT-48")

# The ids of a customer come again with every invoice, and counting out check digits is slow.
_business_id_is_right = lru_cache(maxsize=65_536)(is_business_id)
_ovt_is_right = lru_cache(maxsize=65_536)(is_ovt)


def check_parties(invoice: Invoice, report: Report) -> None:
    """Adds faulty identifiers of seller and buyer, and what the seller lacks to be paid."""
    report.found.extend(_seller(invoice.seller, report.outgoing))
    buyer = invoice.buyer
    _identifiers(buyer, _BUYER, report)
    address = buyer.einvoice_address
    # 0037: with a colon is the older form of a Peppol id (OC 3.6.1-a).
    if address and address.startswith("0037") and ":" not in address and not _ovt_is_right(address):
        report.note("invoice_einvoice_address", "OC 2.2-c", "BT-49", address)


@lru_cache(maxsize=16_384)
def _seller(seller: Party, outgoing: bool) -> tuple[Finding, ...]:
    report = Report(outgoing)
    _identifiers(seller, _SELLER, report)
    if not seller.business_id and not seller.vat_id:
        report.note("invoice_seller_id_missing", "EN 16931 BR-CO-26", "BT-30")
    if not seller.iban:
        report.note("invoice_account_missing", "EN 16931 BR-50, BR-61", "BT-84")
    elif not is_iban(seller.iban):
        report.note("invoice_account_wrong", "ISO 13616", "BT-84", seller.iban)
    if seller.bic and not _BIC.fullmatch(seller.bic):
        report.note("invoice_bic_form", "ISO 9362", "BT-86", seller.bic)
    return tuple(report.found)


def _identifiers(party: Party, terms: tuple[str, str, str], report: Report) -> None:
    country, business_id, vat_id = party.country, party.business_id, party.vat_id
    if country and country != "FI" and not _COUNTRY.fullmatch(country):
        report.note("invoice_country_form", "EN 16931 BR-CL-14", terms[0], country)
    if business_id and country in (None, "FI") and not _business_id_is_right(business_id):
        report.note("invoice_business_id", "288/2001 s 3", terms[1], business_id)
    if vat_id and not _vat_id_is_right(vat_id):
        report.note("invoice_vat_id", "EN 16931 BR-CO-09", terms[2], vat_id)


def _vat_id_is_right(vat_id: str) -> bool:
    """A Finnish id by its check digit; of others only the country at its beginning is asked for."""
    if not vat_id.startswith("FI"):
        return bool(_VAT_ID.fullmatch(vat_id))
    digits = vat_id[2:]
    return len(digits) == 8 and digits.isdigit() and _business_id_is_right(f"{digits[:7]}-{digits[7]}")
