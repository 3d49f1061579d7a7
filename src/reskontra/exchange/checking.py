"""What is wrong with a file, without storing it: the checks of its format by rule."""

from pathlib import Path

from reskontra.documents.findings import Finding
from reskontra.documents.invoice import Invoice
from reskontra.exchange.reading import is_invoice_file, read_documents, whole_file_findings
from reskontra.exchange.writing import finvoice_findings
from reskontra.formats.finvoice import checks as finvoice


def file_findings(data: bytes, name: str, schemas: Path | None) -> list[Finding]:
    """Everything that the form's own rules find, by row or place; raises ``Refused`` when nothing can be read."""
    if is_invoice_file(data):
        return finvoice_findings(data, schemas)
    found: list[Finding] = []
    for document in read_documents(data, name):
        found += getattr(document, "findings", ())
        found += whole_file_findings(document)
    return found


def invoice_findings(invoice: Invoice) -> list[Finding]:
    """What is wrong with a supplier's invoice; what the reader could not read in one way only comes first."""
    return finvoice.check(invoice)
