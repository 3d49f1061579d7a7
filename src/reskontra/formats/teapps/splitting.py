"""A TEAPPSXML file taken apart: its content frames, and the invoices in each, whatever its size.

A small file is parsed whole. A large one is cut at its invoices into pieces that are parsed one after another, so
that neither memory nor the limits of one document stand against a day's batch. The cut looks for the bare tags that
operators write; a large file with comments or CDATA is refused, because a tag inside one would be no tag. A piece
that was cut wrongly is not well-formed and is refused by the parser; it never becomes another invoice.
"""

import codecs
import re
from collections.abc import Iterator
from typing import Final

from lxml import etree

from reskontra.documents.findings import Finding, Refused
from reskontra.formats import xml

LARGE: Final = xml.MOST_BYTES  # a larger file is read in pieces
MOST_BYTES: Final = xml.MOST_BYTES_STREAMED
ROOT: Final = "INVOICE_CENTER"

_BEGINNING = 8_192
_ROOT_TAG = re.compile(rb"<INVOICE_CENTER[\s/>]")
_OPENING, _CLOSING = b"<INVOICE>", b"</INVOICE>"
_ASIDES = (b"<!--", b"<![CDATA[")

Element = etree._Element
Frame = tuple[Element, Iterator[Element]]


def is_teapps(data: bytes) -> bool:
    """Whether ``data`` begins like a TEAPPSXML file, whatever is in it. Never raises."""
    beginning = data[:_BEGINNING].removeprefix(codecs.BOM_UTF8).lstrip()
    return beginning.startswith(b"<") and _ROOT_TAG.search(beginning) is not None


def open_file(data: bytes, large: int = LARGE) -> tuple[Element, Iterator[Frame]]:
    """The root of the file, and its content frames, each with its invoices; above ``large`` bytes in pieces.

    Raises ``Refused`` for XML that may not be parsed, also while invoices are taken: nothing of a file counts
    before all of it has been read.
    """
    if len(data) > MOST_BYTES:
        raise Refused(Finding("xml_too_large", detail={"limit": str(MOST_BYTES), "size": str(len(data))}))
    return _whole(data) if len(data) <= large else _in_pieces(data)


def _whole(data: bytes) -> tuple[Element, Iterator[Frame]]:
    root = xml.parse(data)
    return root, ((frame, frame.iterfind("INVOICES/INVOICE")) for frame in root.iterchildren("CONTENT_FRAME"))


def _in_pieces(data: bytes) -> tuple[Element, Iterator[Frame]]:
    xml.refuse_wide(data)
    if any(aside in data for aside in _ASIDES):
        raise Refused(Finding("teapps_large_with_comments", detail={"limit": str(LARGE)}))
    left, spans = _cut(data)
    root = xml.parse(left)
    markers = root.findall("CONTENT_FRAME/INVOICES/INVOICE")
    # What was cut out and what is left are counted against each other: a file is never read in part.
    if len(markers) != len(spans) or any(len(marker) or marker.text for marker in markers):
        raise Refused(Finding("teapps_cut_unclear"))
    marked = data.startswith(codecs.BOM_UTF8)
    assume = "utf-8" if marked else xml.declared_encoding(data) or "utf-8"
    pieces = (xml.parse(data[start:end], assume=assume) for start, end in spans)

    def invoices(frame: Element) -> Iterator[Element]:
        for _ in frame.iterfind("INVOICES/INVOICE"):
            yield next(pieces)

    return root, ((frame, invoices(frame)) for frame in root.iterchildren("CONTENT_FRAME"))


def _cut(data: bytes) -> tuple[bytes, list[tuple[int, int]]]:
    """The file with an empty element in the place of each invoice, and where these stood."""
    left: list[bytes] = []
    spans: list[tuple[int, int]] = []
    at = 0
    while (start := data.find(_OPENING, at)) >= 0:
        end = data.find(_CLOSING, start)
        if end < 0:
            break
        left += (data[at:start], b"<INVOICE/>")
        at = end + len(_CLOSING)
        spans.append((start, at))
    left.append(data[at:])
    return b"".join(left), spans
