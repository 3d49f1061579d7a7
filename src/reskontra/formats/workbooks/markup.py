"""Markup of workbook parts, read item by item from the bytes.

A sheet of 20,000 rows is 600,000 cells; a tree of them costs time and memory that a hostile file can
multiply. So the items (rows, shared texts) are cut out of the bytes, and whoever takes them proves each by
one strict pattern; an item in any other form, and all that stands around the items, goes through libxml2
as a small tree. That is exact because declarations, comments, CDATA and processing instructions are
refused: what is left has a tag wherever it has ``<``. They are refused for a second reason too: the
spreadsheet library loses the text around a comment, so that 1<!-- -->2 would be read as 1.
"""

import re
from collections.abc import Iterator
from functools import cache

from lxml import etree

from reskontra.documents.findings import Refused
from reskontra.formats import xml
from reskontra.formats.workbooks import limits
from reskontra.formats.workbooks.refusals import refuse

_UTF8_BOM = b"\xef\xbb\xbf"
_PROLOG = re.compile(rb"<\?xml\s[^<>?]{0,200}\?>")
_ENCODING = re.compile(rb"encoding\s*=\s*[\"']([^\"']*)[\"']")
_ATTRIBUTES = rb"(?:\s+[^\s<>\"'=/]+\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'))*+"
_ROOT = re.compile(rb"\s*<([A-Za-z_][\w.-]*:)?[A-Za-z_][\w.-]*" + _ATTRIBUTES + rb"\s*(/?)>")


def small_tree(data: bytes, where: str) -> etree._Element:
    """The root of a small part; raises ``Refused`` for a DTD or anything that is not well-formed UTF-8."""
    _without_prolog(data, where)
    try:
        return xml.parse(data)
    except Refused as refusal:
        rules = {finding.rule for finding in refusal.findings}
        refuse("file_xml_declares_entities" if "xml_doctype" in rules else "file_xml_damaged", where=where)


def _without_prolog(data: bytes, where: str) -> bytes:
    """The markup after byte order mark and declaration; only UTF-8 is taken, as the library reads it."""
    body = data.removeprefix(_UTF8_BOM)
    prolog = _PROLOG.match(body)
    if prolog is None:
        if body[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in body[:4]:
            refuse("file_xml_not_utf8", where=where)
        return body
    encoding = _ENCODING.search(prolog[0])
    if encoding and encoding[1].lower() not in (b"utf-8", b"us-ascii"):
        refuse("file_xml_not_utf8", where=where)
    return body[prolog.end() :]


class Items:
    """The items of one container, one at a time, as bytes: the opening tag, and the item without its end tag.

    Afterwards ``frame`` gives all that stood around them.

    ``container`` and ``item`` are local names (``sheetData`` and ``row``); a prefix is learnt from the root.
    ``prefix`` and ``root`` (the root's opening tag, with its namespaces) are known once the first item is.
    """

    def __init__(
        self, chunks: Iterator[bytes], where: str, container: str, item: str, item_bytes: int
    ) -> None:
        self._chunks = chunks
        self._where = where
        self._container, self._item = container.encode(), item.encode()
        self._item_bytes = item_bytes
        self._buffer = b""
        self._tail = b""
        self._frame: list[bytes] = []
        self._frame_size = 0
        self.prefix = b""
        self.root = b""

    def __iter__(self) -> Iterator[tuple[bytes, bytes]]:
        for block in self.blocks():
            yield from self.split(block)

    def blocks(self) -> Iterator[bytes]:
        """Whole items, many at a time, as they stand in the part; each block goes through ``split``,
        unless one pattern accounts for all of its tags."""
        if self._open():
            yield from self._each()
        self._finish()

    def split(self, block: bytes) -> Iterator[tuple[bytes, bytes]]:
        """The items of one block."""
        begin = _open_tag(self.prefix, self._item)
        pieces = block.split(b"</" + self.prefix + self._item + b">")
        for piece in pieces[:-1]:
            opening = begin.match(piece)
            if opening and not opening[1]:
                yield opening[0], piece
            else:
                yield from self._items_in(piece, begin)

    def frame(self) -> etree._Element:
        """The part without its items, as a small tree."""
        return small_tree(b"".join(self._frame), self._where)

    def tree(self, item: bytes) -> etree._Element:
        """One item as an element, with the namespaces of its root."""
        name = re.match(rb"\s*<([^\s/>]+)", self.root)
        closing = b"</" + name[1] + b">" if name else b""
        close = (
            b"" if item.endswith(b"/>") and item.count(b"<") == 1 else b"</" + self.prefix + self._item + b">"
        )
        return small_tree(self.root + item + close + closing, self._where)[0]

    def _more(self) -> bool:
        for chunk in self._chunks:
            first = not self._tail
            fresh = _without_prolog(chunk, self._where) if first else chunk
            # Markup of two characters may be split between two pieces.
            seam = self._tail[-1:] + fresh
            if b"<!" in seam or b"<?" in seam:
                self._refuse_declaration(seam)
            self._tail = fresh[-1:] or b" "
            self._buffer += fresh
            return True
        return False

    def _refuse_declaration(self, seam: bytes) -> None:
        rule = "file_xml_declares_entities" if b"<!DOCTYPE" in seam else "file_xml_hides_text"
        refuse(rule, where=self._where)

    def _open(self) -> bool:
        """Read up to the first item; False when the part holds no container or an empty one."""
        opening = None
        while opening is None:
            if self._root_read():
                opening = _open_tag(self.prefix, self._container).search(self._buffer)
            if opening is None:
                self._keep_small()
                if not self._more():
                    return False
        self._to_frame(opening.end())
        return not opening[1]

    def _root_read(self) -> bool:
        if not self.root and (found := _ROOT.match(self._buffer)):
            self.prefix, self.root = found[1] or b"", found[0].removesuffix(b"/>").rstrip(b">") + b">"
        return bool(self.root)

    def _each(self) -> Iterator[bytes]:
        close = b"</" + self.prefix + self._item + b">"
        begin = _open_tag(self.prefix, self._item)
        while True:
            complete, found, rest = self._buffer.rpartition(close)
            if found:
                self._buffer = rest
                yield complete + close
            self._drop_empty_items(begin)
            if len(self._buffer) > self._item_bytes and self._item_begins():
                refuse("file_row_too_large", where=self._where)
            if not self._item_begins() or not self._more():
                return

    def _items_in(self, piece: bytes, begin: re.Pattern[bytes]) -> Iterator[tuple[bytes, bytes]]:
        """The one item in a piece, without its closing tag, after any that are empty."""
        opening = begin.match(piece)
        while opening and opening[1]:
            yield opening[0], opening[0]
            piece = piece[opening.end() :]
            opening = begin.match(piece)
        if opening is None:
            refuse("file_xml_unexpected", where=self._where)
        yield opening[0], piece

    def _drop_empty_items(self, begin: re.Pattern[bytes]) -> None:
        """Empty items at the end have nothing to count; a great many of them must not wait in memory."""
        at = 0
        while (opening := begin.match(self._buffer, at)) and opening[1]:
            at = opening.end()
        self._buffer = self._buffer[at:]

    def _item_begins(self) -> bool:
        """Whether the rest is, or may become, another item: what is not ends the row of items."""
        start = self._buffer.lstrip()
        wanted = b"<" + self.prefix + self._item
        if len(start) > len(wanted):
            return start.startswith(wanted) and start[len(wanted) : len(wanted) + 1] in b" \t\r\n/>"
        return wanted.startswith(start)

    def _finish(self) -> None:
        while self._more():
            self._keep_small()
        self._to_frame(len(self._buffer))

    def _keep_small(self) -> None:
        if len(self._buffer) + self._frame_size > limits.FRAME_BYTES:
            refuse("file_workbook_part_too_large", where=self._where, limit=limits.FRAME_BYTES // 1_000_000)

    def _to_frame(self, upto: int) -> None:
        self._frame.append(self._buffer[:upto])
        self._frame_size += upto
        self._buffer = self._buffer[upto:]
        self._keep_small()


@cache
def _open_tag(prefix: bytes, name: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"\s*<" + re.escape(prefix + name) + _ATTRIBUTES + rb"\s*(/?)>")
