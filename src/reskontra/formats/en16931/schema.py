"""Documents against the public schemas, which the operator of the system keeps in a folder."""

from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from lxml import etree

from reskontra.documents.findings import Finding

_MOST_SHOWN: Final = 50
_LONGEST_SHOWN: Final = 300


def validate(root: etree._Element, name: str, kind: str, folder: Path) -> list[Finding]:
    """The schema's complaints about one document, at most fifty, with their lines.

    ``name`` is the schema's file, which is looked for in ``folder`` and below it; ``kind`` stands as the clause.
    A schema that is not there gives a warning, so that nobody takes silence for validity.
    """
    path = _found(folder, name)
    if path is None:
        return [Finding("invoice_schema_missing", "warning", value=name)]
    checker = _compiled(path)
    if checker.validate(root):
        return []
    log: Any = checker.error_log  # the stubs do not know that it can be walked through
    complaints = list(log)[:_MOST_SHOWN]
    return [
        Finding(
            "invoice_schema",
            clause=kind,
            where=complaint.path,
            detail={"line": str(complaint.line), "complaint": complaint.message[:_LONGEST_SHOWN]},
        )
        for complaint in complaints
    ]


def _found(folder: Path, name: str) -> Path | None:
    if (folder / name).is_file():
        return folder / name
    # The schemas of UBL and CII import their neighbours by relative paths and so keep their own folders.
    return next(iter(sorted(folder.rglob(name))), None) if name.endswith(".xsd") else None


@lru_cache(maxsize=16)
def _compiled(path: Path) -> etree.XMLSchema:
    # Our own files, not a sender's: still without network and entities.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.XMLSchema(etree.parse(str(path), parser))
