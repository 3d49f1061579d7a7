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

    ``schema`` is looked for in ``folder`` and below it. ``standard`` is the name of what it belongs to, and stands
    as the clause. A schema that is not there gives a warning, so that nobody takes silence for validity.
    """
    path = _found(folder, schema)
    if path is None:
        return [Finding("xsd_missing", "warning", value=schema)]
    checker = _compiled(path)
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


def _found(folder: Path, name: str) -> Path | None:
    if (folder / name).is_file():
        return folder / name
    # The schemas of UBL and CII import their neighbours by relative paths and so keep folders of their own.
    return next(iter(sorted(folder.rglob(name))), None) if name.endswith(".xsd") else None


@lru_cache(maxsize=16)
def _compiled(path: Path) -> etree.XMLSchema:
    # Our own files, not a sender's: still without network and entities.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.XMLSchema(etree.parse(str(path), parser))
