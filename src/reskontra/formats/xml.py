"""The one way in which XML from outside is parsed.

No entity, no DTD, no network, no repair of broken documents, at most 256 levels. What is refused raises
``Refused`` with one finding whose rule begins with ``xml_``. The gate runs before libxml2 sees a byte:
every document is decoded strictly here and handed on as UTF-8, so that no document chooses its own decoder.
"""

import codecs
import re
from typing import Any, Final, Protocol, TypeVar

from lxml import etree

from reskontra.documents.findings import Finding, Refused

MOST_BYTES: Final = 5_000_000
MOST_BYTES_STREAMED: Final = 200_000_000
MOST_TAGS: Final = 1_000_000
MOST_LEVELS: Final = 256

# Name in a declaration, in small letters, and the Python codec that reads it.
ENCODINGS: Final = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "ascii",
    "iso-8859-1": "iso8859-1",
    "latin1": "iso8859-1",
    "iso-8859-15": "iso8859-15",
    "latin-9": "iso8859-15",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
}

_CHUNK = 65_536
_DECLARATION = re.compile(rb"\A\s{0,1000}<\?xml[ \t\r\n][^<>]{0,200}\?>")
_DECLARED = re.compile(rb"""encoding[ \t\r\n]*=[ \t\r\n]*["']([A-Za-z0-9._:-]{1,40})["']""")
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_OVER_A_LIMIT = 114  # the code of libxml2 for more than it takes: levels, or signs in one text
_LONGEST_TEXT = 10_000_000
_FALLBACK = "utf-8"

Result = TypeVar("Result", covariant=True)


class Target(Protocol[Result]):
    """What ``stream`` tells about a document, piece by piece."""

    def start(self, tag: str, attributes: dict[str, str]) -> None: ...

    def data(self, text: str) -> None: ...

    def end(self, tag: str) -> None: ...

    def close(self) -> Result: ...


def parse(data: bytes, *, most_bytes: int = MOST_BYTES, assume: str = _FALLBACK) -> etree._Element:
    """The root element of one XML document.

    ``most_bytes`` caps the size of the document; ``assume`` is the encoding, by its name in
    ``ENCODINGS``, of a document that declares none. Comments and processing instructions stay in the
    tree, so that a reader can see that a value is interrupted by one. Raises ``Refused``.
    """
    prepared = _gate(data, most_bytes, assume)
    if len(prepared) > MOST_TAGS and prepared.count(b"<") > MOST_TAGS:
        raise _refused("xml_too_many_tags", limit=str(MOST_TAGS))
    try:
        root = etree.fromstring(prepared, _parser())
    except etree.XMLSyntaxError as error:
        raise _not_well_formed(error) from None
    if root.getroottree().docinfo.internalDTD is not None:  # the second witness beside the gate
        raise _refused("xml_doctype")
    return root


def stream(
    data: bytes,
    target: Target[Result],
    *,
    most_bytes: int = MOST_BYTES_STREAMED,
    assume: str = _FALLBACK,
) -> Result:
    """Tells ``target`` about one XML document without building a tree, and returns what it closes with.

    For documents with large contents such as attachments: a text of many megabytes arrives in pieces. A target that
    has ``comment`` and ``pi`` is told of these too.
    The same gate and the same refusals as ``parse``; levels are counted here, since libxml2 counts them
    only for trees. Raises ``Refused``.
    """
    prepared = _gate(data, most_bytes, assume)
    counted = _Counted(target)
    parser: Any = _parser(counted)
    try:
        for at in range(0, len(prepared), _CHUNK):
            parser.feed(prepared[at : at + _CHUNK])
        parser.close()
    except etree.XMLSyntaxError as error:
        raise _not_well_formed(error) from None
    return target.close()


def refuse_wide(data: bytes) -> None:
    """Raises ``Refused`` for what is UTF-16 or UTF-32, or holds a NUL: no search for markup works in it."""
    if data.startswith(_WIDE_MARKS) or b"\0" in data:
        raise _refused("xml_encoding", value="UTF-16, UTF-32, NUL")


def declared_encoding(data: bytes) -> str | None:
    """The encoding that the XML declaration at the beginning of ``data`` names, in small letters."""
    declaration = _DECLARATION.match(data.removeprefix(codecs.BOM_UTF8))
    found = _DECLARED.search(declaration[0]) if declaration else None
    return found[1].decode("ascii").lower() if found else None


def _parser(target: Any = None) -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",
        target=target,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
        collect_ids=False,
    )


def _gate(data: bytes, most_bytes: int, assume: str) -> bytes:
    """The document as UTF-8 without its declaration; raises ``Refused`` for what may not be parsed."""
    if len(data) > most_bytes:
        raise _refused("xml_too_large", limit=str(most_bytes), size=str(len(data)))
    if not data.strip():
        raise _refused("xml_empty")
    refuse_wide(data)
    marked = data.startswith(codecs.BOM_UTF8)
    body = data.removeprefix(codecs.BOM_UTF8)
    text = _decoded(body, _FALLBACK if marked else declared_encoding(body) or assume)
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise _refused("xml_doctype")
    declaration = _DECLARATION.match(text)
    return text[declaration.end() :] if declaration else text


def _decoded(body: bytes, encoding: str) -> bytes:
    codec = ENCODINGS.get(encoding)
    if codec is None:
        raise _refused("xml_encoding", value=encoding)
    try:
        text = body.decode(codec)
    except UnicodeDecodeError as error:
        raise _refused("xml_wrong_encoding", value=encoding, position=str(error.start + 1)) from None
    return body if codec in ("utf-8", "ascii") else text.encode("utf-8")


def _not_well_formed(error: etree.XMLSyntaxError) -> Refused:
    if getattr(error, "code", None) == _OVER_A_LIMIT:
        if "depth" in str(error):
            return _refused("xml_too_deep", limit=str(MOST_LEVELS))
        return _refused("xml_too_large", limit=str(_LONGEST_TEXT))
    line, column = error.position
    return _refused("xml_not_well_formed", line=str(line or 1), position=str(column or 1))


def _refused(rule: str, *, value: str | None = None, **detail: str) -> Refused:
    return Refused(Finding(rule, value=value, detail=detail))


class _Counted:
    """Passes events on to a target and counts levels and elements."""

    def __init__(self, target: Target[Any]) -> None:
        self._target = target
        self._levels = 0
        self._elements = 0
        self.data = target.data
        for aside in ("comment", "pi"):
            if hasattr(target, aside):
                setattr(self, aside, getattr(target, aside))

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._levels += 1
        self._elements += 1
        if self._levels > MOST_LEVELS:
            raise _refused("xml_too_deep", limit=str(MOST_LEVELS))
        if self._elements * 2 > MOST_TAGS:
            raise _refused("xml_too_many_tags", limit=str(MOST_TAGS))
        self._target.start(tag, attributes)

    def end(self, tag: str) -> None:
        self._levels -= 1
        self._target.end(tag)

    def close(self) -> None:
        """Nothing to hand over: ``stream`` closes the target itself."""
