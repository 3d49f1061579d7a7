"""A transmission file cut into its messages.

The file as a whole is not XML: each message is a document of its own, most often preceded by a SOAP
envelope that is a document too (implementation guidelines, section 17). The cut is one forward scan for
end tags. A piece that was cut wrongly, as hostile content may bring about, is not well-formed and is
refused by the parser; it never becomes another message.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from reskontra.documents.findings import Finding, Refused
from reskontra.formats import xml

_BLANK = re.compile(rb"\s*")
_ROOT = re.compile(rb"<([A-Za-z_][A-Za-z0-9_.\-]{0,99}(?::[A-Za-z_][A-Za-z0-9_.\-]{0,99})?)[\s/>]")
_ASIDES = ((b"<?", b"?>"), (b"<!--", b"-->"))
_DECLARED = re.compile(rb"""<\?xml\s[^<>]{0,200}?encoding\s{0,9}=\s{0,9}["']([A-Za-z0-9._:-]{1,40})["']""")


@dataclass(frozen=True, slots=True)
class Piece:
    """One XML document of the file: its root's name as written, its bytes, the encoding to assume."""

    root: str
    data: bytes
    assume: str

    @property
    def local_name(self) -> str:
        """The name of the root without its prefix."""
        return self.root.rpartition(":")[2]


def pieces(data: bytes) -> Iterator[Piece]:
    """The documents of ``data`` in their order; raises ``Refused`` where one cannot be told apart."""
    xml.refuse_wide(data)
    assume = _file_encoding(data)
    at = _content(data, 0)
    while at < len(data):
        at, start_tag = _prolog(data, at)
        found = _ROOT.match(data, start_tag)
        if found is None:
            raise _no_root(data, start_tag)
        end = _end(data, found)
        yield Piece(found[1].decode("ascii"), data[at:end], assume)
        at = _content(data, end)


def _no_root(data: bytes, at: int) -> Refused:
    if data.startswith(b"<!DOCTYPE", at):
        return Refused(Finding("xml_doctype"))
    return Refused(Finding("finvoice_not_xml", detail={"position": str(at + 1)}))


def first_root(data: bytes) -> str | None:
    """The name of the first root element, or ``None`` when ``data`` does not begin like XML."""
    at = _content(data, 0)
    found = _ROOT.match(data, _prolog(data, at)[1])
    return found[1].decode("ascii") if found else None


def _content(data: bytes, at: int) -> int:
    """The position of the first sign at or behind ``at`` that is not blank."""
    found = _BLANK.match(data, at)
    return found.end() if found else at


def _prolog(data: bytes, at: int) -> tuple[int, int]:
    """Where the document at ``at`` begins and where its root does, past instructions and comments.

    A declaration can only be the beginning of a document: what stands before it is left out.
    """
    start = at
    if data.startswith(codecs.BOM_UTF8, at):
        at += len(codecs.BOM_UTF8)
    while True:
        at = _content(data, at)
        for opening, closing in _ASIDES:
            if data.startswith(opening, at):
                end = data.find(closing, at + len(opening))
                if end < 0:
                    return start, at
                if data.startswith(b"<?xml ", at) and data[start:at].strip(codecs.BOM_UTF8):
                    start = at
                at = end + len(closing)
                break
        else:
            return start, at


def _end(data: bytes, start: re.Match[bytes]) -> int:
    """The position behind the end tag of the root, or the end of the file when there is none."""
    end_tag = b"</" + start[1]
    at = data.find(end_tag, start.end())
    while at >= 0:
        behind = _BLANK.match(data, at + len(end_tag))
        close = behind.end() if behind else at
        if data.startswith(b">", close):
            return close + 1
        at = data.find(end_tag, at + len(end_tag))
    return len(data)


def _file_encoding(data: bytes) -> str:
    """The encoding of the first message that declares one: envelopes declare none, and share it."""
    found = _DECLARED.search(data)
    declared = found[1].decode("ascii").lower() if found else "utf-8"
    return declared if declared in xml.ENCODINGS else "utf-8"
