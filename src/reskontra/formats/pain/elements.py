"""Elements of ISO 20022 payment messages, in whatever version and under whatever prefix."""

import codecs
import re
from typing import Final

from lxml import etree

_BEGINNING: Final = 8_192
_BODY: Final = re.compile(rb"<(?:[A-Za-z_][A-Za-z0-9_.\-]{0,30}:)?(CstmrPmtStsRpt|CstmrCdtTrfInitn)[\s/>]")
_FAMILY: Final = "urn:iso:std:iso:20022:tech:xsd:"

ANSWER: Final = "CstmrPmtStsRpt"
ORDER: Final = "CstmrCdtTrfInitn"

Element = etree._Element


def begins_like(data: bytes, body: str) -> bool:
    """Whether ``data`` begins like a message with this body. Never raises."""
    beginning = data[:_BEGINNING].removeprefix(codecs.BOM_UTF8).lstrip()
    found = _BODY.search(beginning) if beginning.startswith(b"<") else None
    return found is not None and found[1].decode() == body


def body(root: Element, name: str) -> Element | None:
    """The body of a document, if it is the message named."""
    if local(root) != "Document":
        return None
    return next((child for child in root if local(child) == name), None)


def version(root: Element) -> str:
    """The message and version that the namespace names, such as ``pain.002.001.10``, or an empty text."""
    space = etree.QName(root).namespace or ""
    return space.removeprefix(_FAMILY) if space.startswith(_FAMILY) else ""


def first(element: Element | None, path: str) -> Element | None:
    """The first element at a path of local names such as ``Rsn/Cd``."""
    for name in path.split("/"):
        if element is None:
            return None
        element = next(element.iterchildren(f"{{*}}{name}"), None)
    return element


def text(element: Element | None, path: str) -> str:
    """The text at a path, without blanks at its ends; empty where there is none."""
    found = first(element, path)
    return "" if found is None else (found.text or "").strip()


def local(element: Element) -> str:
    """The name of an element without its namespace; empty for a comment."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
