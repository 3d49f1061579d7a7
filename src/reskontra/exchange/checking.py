"""What is wrong with a file, without storing it: the checks of its format by rule."""

from pathlib import Path

from reskontra.documents.findings import Finding
from reskontra.exchange.reading import read_documents, whole_file_findings
from reskontra.exchange.writing import finvoice_findings
from reskontra.formats.finvoice import reader as finvoice
from reskontra.formats.pain import checks as pain_checks
from reskontra.formats.pain import reader as pain
from reskontra.formats.teapps import checks as teapps_checks
from reskontra.formats.teapps import reader as teapps


def file_findings(data: bytes, name: str, schemas: Path | None) -> list[Finding]:
    """Everything that the form's own rules find, by row or place; raises ``Refused`` when nothing can be read."""
    if finvoice.is_finvoice(data):
        return finvoice_findings(data, schemas)
    if teapps.is_teapps(data):
        return teapps_checks.check_file(data, schemas)
    if pain_checks.is_payment_order(data):
        return pain_checks.check_file(data, schemas)
    if pain.is_status_report(data):
        return pain_checks.check_answer(data, schemas)
    found: list[Finding] = []
    for document in read_documents(data, name):
        found += getattr(document, "findings", ())
        found += whole_file_findings(document)
    return found
