"""What is wrong with a CII invoice: the rules of all invoices, and the public schema where the operator has it."""

from pathlib import Path
from typing import Final

from reskontra.documents.findings import Finding, Refused
from reskontra.documents.invoice import Invoice
from reskontra.formats import xsd
from reskontra.formats.cii.places import PLACES
from reskontra.formats.cii.reader import KINDS, invoice_of
from reskontra.formats.en16931.checks import findings
from reskontra.formats.en16931.enveloped import opened

SCHEMA: Final = "CrossIndustryInvoice_100pD16B.xsd"


def check(invoice: Invoice) -> list[Finding]:
    """All that is wrong with an invoice that was read from CII, with its places there."""
    return findings(invoice, PLACES)


def check_file(data: bytes, schemas: Path | None) -> list[Finding]:
    """Everything that is wrong with the document of a file; never raises for its content.

    ``schemas`` is a folder with the public schemas of CII D16B in it; without it only our own rules run.
    """
    try:
        document = opened(data, KINDS, "")
    except Refused as refused:
        return list(refused.findings)
    found = check(invoice_of(document))
    if schemas is not None:
        found += xsd.complaints(document.root, SCHEMA, schemas, "CII D16B")
    return found
