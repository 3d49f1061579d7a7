"""Documents against public schemas, which the operator of the system keeps in a folder."""

from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from lxml import etree

from reskontra.documents.findings import Finding

_MOST_SHOWN: Final = 50
_LONGEST_SHOWN: Final = 300


def complaints(root: etree._Element, schema: str, folder: Path, standard: str) -> list[Finding]:
    """What the schema file ``schema`` says against the element ``root``, at most fifty, with their lines.

    ``standard`` is the name of what the schema belongs to, and stands as the clause. A schema that the folder does
    not hold gives a warning, so that nobody takes silence for validity.
    """
    if not (folder / schema).is_file():
        return [Finding("xsd_missing", "warning", value=schema)]
    checker = _compiled(folder / schema)
    if checker.validate(root):
        return []
    log: Any = checker.error_log  # the stubs do not know that it can be walked through
    return [
        Finding(
            "xsd_invalid",
            clause=standard,
            where=complaint.path,
            detail={"line": str(complaint.line), "complaint": complaint.message[:_LONGEST_SHOWN]},
        )
        for complaint in list(log)[:_MOST_SHOWN]
    ]


@lru_cache(maxsize=16)
def _compiled(path: Path) -> etree.XMLSchema:
    # Our own files, not a sender's: still without network and entities.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.XMLSchema(etree.parse(str(path), parser))
