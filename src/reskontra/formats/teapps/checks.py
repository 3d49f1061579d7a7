"""What is wrong with a TEAPPSXML file: what its invoices could not say in one way, and the public schema."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from reskontra.documents.findings import Finding, Refused
from reskontra.formats import xml, xsd
from reskontra.formats.teapps.reader import read_invoices
from reskontra.formats.teapps.splitting import LARGE, open_file

SCHEMAS: Final = {
    "2.7.2": "TEAPPSXMLv272_schema_INVOICES.xsd",
    "3.0": "teappsxmlv30_schema_invoices_0.xsd",
}


def check_file(data: bytes, schemas: Path | None, large: int = LARGE) -> list[Finding]:
    """Everything that is wrong with the invoices of a file; never raises for its content.

    ``schemas`` is a folder with the public XSD files; without it only our own rules run. In a file of several
    invoices each finding names its invoice in ``where``. Above ``large`` bytes the schema sees one invoice at a time.
    """
    try:
        told = list(read_invoices(data, large))
        found = [
            _named(finding, number if len(told) > 1 else None)
            for number, (invoice, _) in enumerate(told, start=1)
            for finding in invoice.findings
        ]
        if schemas is not None:
            schema, standard = SCHEMAS[told[0][1]], f"TEAPPSXML {told[0][1]}"
            found.extend(_complaints(data, schemas, schema, standard, large))
    except Refused as refused:
        return list(refused.findings)
    return found


def _complaints(data: bytes, folder: Path, schema: str, standard: str, large: int) -> Iterator[Finding]:
    if len(data) <= large:
        yield from xsd.complaints(xml.parse(data), schema, folder, standard)
        return
    _, frames = open_file(data, large)
    for number, invoice in enumerate((one for _, invoices in frames for one in invoices), start=1):
        for finding in xsd.complaints(invoice, schema, folder, standard):
            yield _named(finding, number)


def _named(finding: Finding, number: int | None) -> Finding:
    if number is None:
        return finding
    return replace(
        finding, where="/".join(filter(None, (f"invoice[{number}]", (finding.where or "").lstrip("/"))))
    )
