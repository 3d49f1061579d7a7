"""Messages against the public schemas, which the operator of the system keeps in a folder."""

from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from lxml import etree

from reskontra.documents.findings import Finding

FILES: Final = {
    "1.3": "Finvoice1.3.xsd",
    "2.0": "Finvoice2.0.xsd",
    "2.01": "Finvoice2.01.xsd",
    "3.0": "Finvoice3.0.xsd",
    "attachments": "FinvoiceAttachments.xsd",
}
_MOST_SHOWN = 50
_LONGEST_SHOWN = 300


def validate(root: etree._Element, version: str, folder: Path) -> list[Finding]:
    """The schema's complaints about one message, at most fifty, with their lines in the document.

    ``version`` is the Finvoice version or ``attachments``. A schema that the folder does not hold gives a
    warning, so that nobody takes silence for validity.
    """
    name = FILES.get(version)
    if name is None or not (folder / name).is_file():
        return [Finding("finvoice_schema_missing", "warning", value=name or version)]
    checker = _compiled(folder / name)
    if checker.validate(root):
        return []
    log: Any = checker.error_log  # the stubs do not know that it can be walked through
    complaints = list(log)[:_MOST_SHOWN]
    return [
        Finding(
            "finvoice_schema",
            clause=f"Finvoice {version}",
            where=complaint.path,
            detail={"line": str(complaint.line), "complaint": complaint.message[:_LONGEST_SHOWN]},
        )
        for complaint in complaints
    ]


@lru_cache(maxsize=16)
def _compiled(path: Path) -> etree.XMLSchema:
    # Our own files, not a sender's: still without network and entities.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.XMLSchema(etree.parse(str(path), parser))
