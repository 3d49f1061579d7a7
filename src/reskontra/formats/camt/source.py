"""A camt message opened: its head and its entries, one at a time, whatever its size.

Everything passes through ``formats.xml``. A message above 5 MB is cut at its entries (and an entry with very many
payments at these) into pieces that are parsed one after another, so that memory does not grow with the file.
The cut looks for the bare tags that banks write; a large message with comments, CDATA or attributes in these
places is refused, never read in part: what is left and what was cut out are counted against each other.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from reskontra.documents.findings import Finding, Refused
from reskontra.formats import xml
from reskontra.formats.camt.nodes import Node, names_of, node_of, nodes
from reskontra.formats.camt.shapes import Shapes

VERSIONS: Final = frozenset({"camt.053.001.02", "camt.053.001.08", "camt.054.001.02", "camt.054.001.08"})
LARGE: Final = xml.MOST_BYTES  # a larger message is read in pieces

_PIECE = 262_144
_LARGE_ENTRY = 2_000_000
_FAMILY = "urn:iso:std:iso:20022:tech:xsd:"
_PARTS = {
    "camt.053": ("BkToCstmrStmt", "Stmt"),
    "camt.054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
}
_ROOT = re.compile(rb"<((?:[A-Za-z_][A-Za-z0-9_.\-]{0,30}:)?)Document(?:[ \t\r\n][^<>]{0,4000})?>")
_BEGINNING = 8_192

Span = tuple[int, int]
Details = tuple[Node, Node]  # the group of details that a payment stands in, and the payment


@dataclass(frozen=True, slots=True)
class BankEntry:
    """One entry of the bank, with its payments as they are asked for."""

    node: Node
    payments: Iterator[Details]


@dataclass(frozen=True, slots=True)
class Part:
    """One statement or notification: everything but its entries, and these."""

    head: Node
    entries: Iterator[BankEntry]


@dataclass(frozen=True, slots=True)
class Message:
    """An open message: its version as in ``VERSIONS``, its group header and its parts in order."""

    version: str
    header: Node
    parts: Iterator[Part]


def is_iso20022(data: bytes) -> bool:
    """Whether ``data`` begins like a message of ISO 20022, of whatever kind and version. Never raises."""
    beginning = data[:_BEGINNING]
    return _ROOT.search(beginning) is not None and (
        b"iso:20022" in beginning or b"<BkToCstmr" in beginning or b":BkToCstmr" in beginning
    )


def open_message(data: bytes, large: int = LARGE) -> Message:
    """The message in ``data``; above ``large`` bytes it is read in pieces.

    Raises ``Refused`` for XML that may not be parsed and for other messages and versions, also while parts and
    entries are taken: nothing of a message counts before all of it has been read.
    """
    return _whole(data) if len(data) <= large else _in_pieces(data)


def _whole(data: bytes) -> Message:
    root = xml.parse(data)
    version = _version(root)
    space, body, name = _body(root, version)
    names = names_of(space)

    def entries(part: etree._Element) -> Iterator[BankEntry]:
        for element in part.iterchildren(f"{space}Ntry"):
            entry = node_of(element, names)
            yield BankEntry(entry, _payments(entry))

    parts = (Part(_head(part, space), entries(part)) for part in body.iterchildren(f"{space}{name}"))
    return Message(version, _header(body, space), parts)


def _payments(entry: Node) -> Iterator[Details]:
    for details in nodes(entry, "NtryDtls"):
        for payment in nodes(details, "TxDtls"):
            yield details, payment


# --- large messages ---


@dataclass(frozen=True, slots=True)
class _Cutter:
    """What all pieces of one message share."""

    data: bytes
    opening: bytes  # the root's start tag, so that the pieces live in the same namespaces
    closing: bytes
    prefix: bytes
    assume: str
    space: str
    names: dict[str, str]

    def cut(self, name: str, start: int, end: int) -> tuple[bytes, list[list[Span]]]:
        """What stands between ``start`` and ``end`` without the elements ``name``, and where these stood.

        Each run of elements with only blanks between them leaves one empty element in its place.
        """
        tag = self.prefix + name.encode("ascii")
        begins, ends, empty = b"<" + tag + b">", b"</" + tag + b">", b"<" + tag + b"/>"
        left: list[bytes] = []
        runs: list[list[Span]] = []
        at = start
        while (found := self.data.find(begins, at, end)) >= 0:
            behind = self.data.find(ends, found, end)
            if behind < 0:
                break
            between = self.data[at:found]
            if not runs or (between and not between.isspace()):
                left += (between, empty)
                runs.append([])
            at = behind + len(ends)
            runs[-1].append((found, at))
        left.append(self.data[at:end])
        return b"".join(left), runs

    def framed(self, piece: bytes) -> etree._Element:
        """A piece as a document of its own."""
        return xml.parse(self.opening + piece + self.closing, assume=self.assume)

    def nodes(self, name: str, spans: list[Span], shapes: Shapes) -> Iterator[tuple[Node, Span]]:
        """The elements ``name`` that were cut out, in order; only a piece at a time is in memory."""
        at = 0
        while at < len(spans):
            last, size = at, 0
            while last < len(spans) and (size == 0 or size + spans[last][1] - spans[last][0] <= _PIECE):
                size += spans[last][1] - spans[last][0]
                last += 1
            group = spans[at:last]
            yield from zip(self._group(name, group, shapes), group, strict=True)
            at = last

    def _group(self, name: str, group: list[Span], shapes: Shapes) -> list[Node]:
        """A few elements: by their shape where it is known, else parsed together."""
        pieces = [self.data[start:end] for start, end in group]
        written = [self._decoded(piece) for piece in pieces]
        found = [None if text is None else shapes.node(text) for text in written]
        unknown = [at for at, node in enumerate(found) if node is None]
        if unknown:
            root = self.framed(b"".join(pieces[at] for at in unknown))
            if [element.tag for element in root] != [f"{self.space}{name}"] * len(unknown):
                raise _not_cut(name)
            for at, element in zip(unknown, root, strict=True):
                found[at] = node_of(element, self.names)
                text = written[at]
                if text is not None and shapes.node(text) is None:
                    shapes.learn(text, element)
        return [node for node in found if node is not None]

    def _decoded(self, piece: bytes) -> str | None:
        try:
            return piece.decode(xml.ENCODINGS[self.assume])
        except UnicodeDecodeError:
            return None  # the parser says what is wrong with it

    def entries(self, spans: list[Span], shapes: Shapes) -> Iterator[BankEntry]:
        """The entries that were cut out; a very large one is cut at its payments."""
        at = 0
        while at < len(spans):
            upto = at
            while upto < len(spans) and spans[upto][1] - spans[upto][0] <= _LARGE_ENTRY:
                upto += 1
            for entry, _ in self.nodes("Ntry", spans[at:upto], shapes):
                yield BankEntry(entry, _payments(entry))
            if upto < len(spans):
                yield self._large_entry(*spans[upto])
            at = upto + 1

    def _large_entry(self, start: int, end: int) -> BankEntry:
        skeleton, runs = self.cut("TxDtls", start, end)
        root = self.framed(skeleton)
        emptied = list(root.iter(f"{self.space}TxDtls"))
        if [element.tag for element in root] != [f"{self.space}Ntry"] or not _all_empty(emptied, runs):
            raise _not_cut("Ntry")
        entry = node_of(root[0], self.names)
        groups = [details for details, _ in _payments(entry)]
        if len(groups) != len(runs):
            raise _not_cut("TxDtls")  # one stands where it may not
        shapes = Shapes(self.names)
        payments = (
            (details, node)
            for details, run in zip(groups, runs, strict=True)
            for node, _ in self.nodes("TxDtls", run, shapes)
        )
        return BankEntry(entry, payments)


def _in_pieces(data: bytes) -> Message:
    if len(data) > xml.MOST_BYTES_STREAMED:
        detail = {"limit": str(xml.MOST_BYTES_STREAMED), "size": str(len(data))}
        raise Refused(Finding("xml_too_large", detail=detail))
    xml.refuse_wide(data)
    found = _ROOT.search(data, 0, _BEGINNING)
    if found is None or data.find(b"<!") >= 0 or data.find(b"<?", found.start()) >= 0:
        raise _not_cut("Document")
    marked = data.startswith(b"\xef\xbb\xbf")
    assume = "utf-8" if marked else xml.declared_encoding(data) or "utf-8"
    bare = _Cutter(data, found[0], b"</" + found[1] + b"Document>", found[1], assume, "", {})
    skeleton, runs = bare.cut("Ntry", 0, len(data))
    root = xml.parse(skeleton)
    version = _version(root)
    space, body, name = _body(root, version)
    if not _all_empty(list(root.iter(f"{space}Ntry")), runs):
        raise _not_cut("Ntry")
    # Without a prefix the pieces need no namespace: the skeleton has shown which one it is.
    opening, inside = (bare.opening, space) if bare.prefix else (b"<Document>", "")
    cutter = _Cutter(data, opening, bare.closing, bare.prefix, assume, inside, names_of(inside))

    def parts() -> Iterator[Part]:
        taken, shapes = 0, Shapes(cutter.names)
        for part in body.iterchildren(f"{space}{name}"):
            upto = taken + sum(1 for _ in part.iterchildren(f"{space}Ntry"))
            spans = [span for run in runs[taken:upto] for span in run]
            yield Part(_head(part, space), cutter.entries(spans, shapes))
            taken = upto
        if taken != len(runs):
            raise _not_cut("Ntry")

    return Message(version, _header(body, space), parts())


def _all_empty(elements: list[etree._Element], runs: list[list[Span]]) -> bool:
    """Whether every element was cut out: one that was written otherwise is still full and shifts the rest."""
    return len(elements) == len(runs) and all(len(element) == 0 and not element.text for element in elements)


def _not_cut(name: str) -> Refused:
    return Refused(Finding("camt_large_form", value=name, detail={"limit": str(LARGE)}))


# --- what kind of message it is ---


def _version(root: etree._Element) -> str:
    """The version by the namespace of the root; raises ``Refused`` for everything that is not in ``VERSIONS``."""
    space, _, name = str(root.tag)[1:].rpartition("}")
    version = space.removeprefix(_FAMILY)
    if name != "Document" or version == space:
        raise Refused(Finding("camt_not_iso20022", value=space or str(root.tag)))
    if version not in VERSIONS:
        known = version.startswith(("camt.053.", "camt.054."))
        raise Refused(Finding("camt_version" if known else "camt_other_message", value=version))
    return version


def _body(root: etree._Element, version: str) -> tuple[str, etree._Element, str]:
    """The namespace in braces, the one element below the root, and the name of the parts in it."""
    outer, part = _PARTS[version[:8]]
    space = f"{{{_FAMILY}{version}}}"
    bodies = [child for child in root if isinstance(child.tag, str)]
    if [child.tag for child in bodies] != [space + outer]:
        raise Refused(Finding("camt_missing", where=f"Document/{outer}"))
    names = {child.tag for child in bodies[0] if isinstance(child.tag, str)}
    if space + part not in names:
        raise Refused(Finding("camt_missing", where=f"Document/{outer}/{part}"))
    for name in names - {space + "GrpHdr", space + part, space + "SplmtryData"}:
        raise Refused(Finding("camt_unknown_element", value=str(name).rpartition("}")[2]))
    return space, bodies[0], part


def _header(body: etree._Element, space: str) -> Node:
    header = body.find(f"{space}GrpHdr")
    return {} if header is None else node_of(header, names_of(space))


def _head(part: etree._Element, space: str) -> Node:
    """Everything of a statement but its entries; an entry in any other place is an unknown element."""
    return node_of((child for child in part if child.tag != f"{space}Ntry"), names_of(space))
