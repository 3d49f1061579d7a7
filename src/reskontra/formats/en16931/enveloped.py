"""The beginning of a document, and the business envelope (SBDH) that Peppol carries it in."""

import codecs
import re
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from reskontra.documents.findings import Finding, Refused
from reskontra.formats import xml
from reskontra.formats.en16931 import large
from reskontra.formats.en16931.large import Contents
from reskontra.kernel.clauses import clause

ENVELOPE: Final = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"

_START = re.compile(rb"<(?:([A-Za-z_][\w.\-]{0,99}):)?([A-Za-z_][\w.\-]{0,99})((?:[\s][^<>]{0,16000})?)/?>")
_SPACE = re.compile(rb"""\sxmlns(?::([\w.\-]{1,99}))?\s{0,9}=\s{0,9}(?:"([^"<]{0,999})"|'([^'<]{0,999})')""")
_ASIDES = ((b"<?", b"?>"), (b"<!--", b"-->"))
_BLANK = re.compile(rb"\s*")
_UNNAMED = "?"


def beginning(data: bytes) -> tuple[str, str] | None:
    """Namespace and name of the root, or ``None`` where ``data`` does not begin like XML. Never raises.

    Only looks, and decides nothing: what it says leads to a reader, and the reader's parser decides.
    """
    at = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
    while True:
        blank = _BLANK.match(data, at)
        at = blank.end() if blank else at
        for opening, closing in _ASIDES:
            if data.startswith(opening, at):
                end = data.find(closing, at + len(opening))
                if end < 0:
                    return None
                at = end + len(closing)
                break
        else:
            break
    found = _START.match(data, at)
    if found is None:
        return None
    spaces = {prefix: one or other for prefix, one, other in _SPACE.findall(found[3])}
    return spaces.get(found[1] or b"", b"").decode("latin-1"), found[2].decode("latin-1")


def is_enveloped(data: bytes, namespace: str) -> bool:
    """Whether ``data`` is a business envelope around something of ``namespace``."""
    return beginning(data) == (ENVELOPE, "StandardBusinessDocument") and namespace.encode() in data


@dataclass(frozen=True, slots=True)
class Opened:
    """A document by its root, the identifier of its envelope, and the files that were taken out of a large one."""

    root: etree._Element
    message_id: str | None = None
    files: Contents = field(default_factory=dict)


@clause("EX 1-b")
def opened(data: bytes, tags: frozenset[str], name: str) -> Opened:
    """The document of one of the kinds ``tags``, bare or in its envelope.

    How large it may be is said by its way of arrival; up to 200 MB are read. Raises ``Refused`` for XML that may not
    be parsed and, with the kind that it is, for any other document. ``name`` is the file's name and stands in the
    refusal.
    """
    try:
        root, files = (xml.parse(data), {}) if len(data) <= large.LARGE else large.parse(data)
    except Refused as refused:
        finding = refused.findings[0]
        raise Refused(
            Finding(finding.rule, value=finding.value, where=name or None, detail=finding.detail)
        ) from None
    message = None
    inner: etree._Element | None = root
    if root.tag == f"{{{ENVELOPE}}}StandardBusinessDocument":
        header = f"{{{ENVELOPE}}}StandardBusinessDocumentHeader"
        identifier = f"{header}/{{{ENVELOPE}}}DocumentIdentification/{{{ENVELOPE}}}InstanceIdentifier"
        message = (root.findtext(identifier) or "").strip() or None
        contents = [child for child in root if isinstance(child.tag, str) and child.tag != header]
        inner = contents[0] if len(contents) == 1 else None
    if inner is None or inner.tag not in tags:
        kind = _UNNAMED if inner is None else str(inner.tag)
        raise Refused(Finding("invoice_other_document", value=kind[:200], where=name or None))
    return Opened(inner, message, files)
