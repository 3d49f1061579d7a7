"""Messages against the public schemas, which the operator of the system keeps in a folder."""

from pathlib import Path
from typing import Final

from lxml import etree

from reskontra.documents.findings import Finding
from reskontra.formats import xsd

FILES: Final = {
    "1.3": "Finvoice1.3.xsd",
    "2.0": "Finvoice2.0.xsd",
    "2.01": "Finvoice2.01.xsd",
    "3.0": "Finvoice3.0.xsd",
    "attachments": "FinvoiceAttachments.xsd",
}


def validate(root: etree._Element, version: str, folder: Path) -> list[Finding]:
    """The schema's complaints about one message; ``version`` is the Finvoice version or ``attachments``."""
    return xsd.complaints(root, FILES.get(version, version), folder, f"Finvoice {version}")
