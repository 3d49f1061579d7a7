"""The schema of the messages, and what it finds."""

from functools import cache
from importlib.resources import files

from lxml import etree

from reskontra.documents.findings import Finding

NAMESPACE = "urn:reskontra:enforcement:1"
_CLAUSE = "OC 6.2.2-a"


@cache
def schema() -> etree.XMLSchema:
    """The schema that is shipped with the package."""
    source = (files("reskontra.formats.enforcement") / "enforcement-1.xsd").read_bytes()
    return etree.XMLSchema(etree.fromstring(source))


def schema_findings(root: etree._Element) -> list[Finding]:
    """Where ``root`` breaks the schema: line and name of the element, never its value, which may name a person."""
    checked = schema()
    if checked.validate(root):
        return []
    return [
        Finding(
            "enforcement_not_valid",
            clause=_CLAUSE,
            row=error.line,
            where=str(error.path or "").replace("{" + NAMESPACE + "}", "")[:120],
            detail={"kind": error.type_name},
        )
        for error in list(checked.error_log)[:20]  # type: ignore[call-overload]
    ]
