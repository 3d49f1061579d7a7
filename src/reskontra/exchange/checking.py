"""What is wrong with a file, without storing it: the checks of its format by rule."""

from pathlib import Path

from reskontra.documents.findings import Finding
from reskontra.documents.invoice import Invoice
from reskontra.exchange.reading import read_documents, whole_file_findings
from reskontra.exchange.writing import finvoice_findings
from reskontra.formats.cii import checks as cii
from reskontra.formats.cii.reader import FORMAT as CII
from reskontra.formats.cii.reader import is_cii
from reskontra.formats.en16931.checks import findings
from reskontra.formats.finvoice import checks as finvoice
from reskontra.formats.finvoice.reader import is_finvoice
from reskontra.formats.pain import checks as pain
from reskontra.formats.pain.reader import is_status_report
from reskontra.formats.teapps import checks as teapps
from reskontra.formats.teapps.reader import is_teapps
from reskontra.formats.ubl import checks as ubl
from reskontra.formats.ubl.reader import FORMATS as UBL
from reskontra.formats.ubl.reader import is_ubl


def file_findings(data: bytes, name: str, schemas: Path | None) -> list[Finding]:
    """Everything that the form's own rules find, by row or place; raises ``Refused`` when nothing can be read."""
    if is_finvoice(data):
        return finvoice_findings(data, schemas)
    if is_teapps(data):
        return teapps.check_file(data, schemas)
    if is_ubl(data):
        return ubl.check_file(data, schemas)
    if is_cii(data):
        return cii.check_file(data, schemas)
    if pain.is_payment_order(data):
        return pain.check_file(data, schemas)
    if is_status_report(data):
        return pain.check_answer(data, schemas)
    found: list[Finding] = []
    for document in read_documents(data, name):
        found += getattr(document, "findings", ())
        found += whole_file_findings(document)
    return found


def invoice_findings(invoice: Invoice) -> list[Finding]:
    """What is wrong with a supplier's invoice: the same rules whatever it came in, each place as its format says it.

    What the reader could not read in one way only comes first. Finvoice adds its own lengths and bar code.
    """
    told = invoice.format or ""
    if told.startswith("finvoice"):
        return finvoice.check(invoice)
    if told in UBL.values():
        return ubl.check(invoice)
    return cii.check(invoice) if told == CII else findings(invoice)
