"""What is wrong with a UBL invoice: the rules of all invoices, and the public schema where the operator has it."""

from pathlib import Path
from typing import Final

from reskontra.documents.findings import Finding, Refused
from reskontra.documents.invoice import Invoice
from reskontra.formats import xsd
from reskontra.formats.en16931.checks import findings
from reskontra.formats.en16931.enveloped import opened
from reskontra.formats.ubl.places import CREDIT_NOTE_PLACES, PLACES
from reskontra.formats.ubl.reader import CREDIT_NOTE, FORMATS, KINDS, invoice_of

SCHEMAS: Final = {True: "UBL-CreditNote-2.1.xsd", False: "UBL-Invoice-2.1.xsd"}


def check(invoice: Invoice) -> list[Finding]:
    """All that is wrong with an invoice that was read from UBL, with its places there."""
    return findings(invoice, CREDIT_NOTE_PLACES if invoice.format == FORMATS[True] else PLACES)


def check_file(data: bytes, schemas: Path | None) -> list[Finding]:
    """Everything that is wrong with the document of a file; never raises for its content.

    ``schemas`` is a folder with the public schemas of UBL 2.1 in it; without it only our own rules run.
    """
    try:
        document = opened(data, KINDS, "")
    except Refused as refused:
        return list(refused.findings)
    found = check(invoice_of(document))
    if schemas is not None:
        found += xsd.complaints(document.root, SCHEMAS[document.root.tag == CREDIT_NOTE], schemas, "UBL 2.1")
    return found
