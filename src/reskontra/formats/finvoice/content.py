"""What an invoice document says, whatever way it is written down: documents of one content are one invoice."""

from collections.abc import Iterator
from itertools import zip_longest

from lxml import etree

from reskontra.documents.findings import Finding, Refused
from reskontra.formats import xml
from reskontra.formats.finvoice.reader import invoice_pieces

# Each hop writes its own addresses and times here; the invoice itself stands behind it.
_OF_THE_TRANSMISSION = "MessageTransmissionDetails"

Content = tuple[tuple[str, str], ...]


def content(data: bytes) -> Content:
    """The one invoice document in ``data``: the path and value of every element and attribute, in order.

    Encoding, comments, blanks around values, the frame and the details of the transmission do not count. Raises
    ``Refused`` for what is no single invoice document.
    """
    found = [piece for piece, _ in invoice_pieces(data) if piece.root == "Finvoice"]
    if len(found) != 1:
        raise Refused(Finding("finvoice_several", value=str(len(found))))
    return tuple(_values(xml.parse(found[0].data, assume=found[0].assume), ""))


def difference(one: Content, other: Content) -> str | None:
    """The path of the first value that is not the same in both, None when all are."""
    for here, there in zip_longest(one, other):
        if here != there:
            return str((here or there)[0])
    return None


def value_at(found: Content, path: str) -> str | None:
    """The first value at ``path``, such as ``InvoiceDetails/InvoiceNumber``."""
    return next((value for at, value in found if at == path), None)


def _values(element: etree._Element, path: str) -> Iterator[tuple[str, str]]:
    yield path, (element.text or "").strip()
    yield from ((f"{path}/@{name!s}", str(value)) for name, value in sorted(element.items()))
    text_behind = ""
    for child in element:
        text_behind += (child.tail or "").strip()
        if isinstance(child.tag, str) and child.tag != _OF_THE_TRANSMISSION:
            yield from _values(child, f"{path}/{child.tag}" if path else child.tag)
    if text_behind:
        yield path, text_behind
