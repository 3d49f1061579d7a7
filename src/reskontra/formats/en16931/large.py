"""Large documents of UBL and CII: the files in them are taken out as they stream by, the rest is a tree (EX 1-b).

libxml2 takes at most ten million signs in one text of a tree, and an attachment may be ten times that. Taken out, one
base64 text at a time is in memory, and the tree stays as small as an invoice is.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Final

from lxml import etree

from reskontra.documents.findings import Finding, Refused
from reskontra.formats import xml

# What holds a file in UBL and in CII, by its name without a namespace.
FILES: Final = frozenset({"EmbeddedDocumentBinaryObject", "AttachmentBinaryObject"})
LARGE: Final = xml.MOST_BYTES  # a larger document is read like this
MOST_BYTES: Final = xml.MOST_BYTES_STREAMED
MOST_BESIDE: Final = 50_000_000  # signs of a document without the files in it: its tree is held in memory
LONGEST_TEXT: Final = 10_000_000  # signs of a text that holds no file, as in a tree of libxml2
_LONGEST_SHOWN: Final = 60

Contents = Mapping[etree._Element, bytes | None]


def parse(data: bytes) -> tuple[etree._Element, Contents]:
    """The root of a document without the texts of the files in it, and each file by its element.

    A file is None where its text is no base64. Comments stay in the tree as with ``xml.parse``; prefixes do not. Raises
    ``Refused`` for XML that may not be parsed.
    """
    target = _Apart()
    root = xml.stream(data, target, most_bytes=MOST_BYTES)
    holders = (one for one in root.iter() if isinstance(one.tag, str) and _local(one.tag) in FILES)
    return root, dict(zip(holders, target.files, strict=True))


class _Apart:
    """Builds the tree and decodes what stands in elements that hold a file; these do not lie in each other."""

    def __init__(self) -> None:
        self.files: list[bytes | None] = []
        self._tree = etree.TreeBuilder()
        self._gathering: int | None = None  # the place in ``files`` of the file whose text streams by
        self._coded = bytearray()
        self._beside = self._text = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._show_interrupted()
        if _local(tag) in FILES:
            if self._gathering is not None:
                raise Refused(Finding("xml_too_deep", detail={"limit": "1"}))
            self._gathering = len(self.files)
            self._coded.clear()
            self.files.append(None)
        self._count(len(tag) + sum(len(name) + len(value) for name, value in attributes.items()))
        self._text = 0
        self._tree.start(tag, attributes)  # type: ignore[arg-type]  # a dict of str is what it takes

    def data(self, text: str) -> None:
        if self._gathering is not None:
            self._coded += "".join(text.split()).encode()
            return
        self._text += len(text)
        if self._text > LONGEST_TEXT:
            raise Refused(Finding("xml_too_large", detail={"limit": str(LONGEST_TEXT)}))
        self._count(len(text))
        self._tree.data(text)

    def end(self, tag: str) -> None:
        if self._gathering is not None and _local(tag) in FILES:
            self.files[self._gathering] = decoded(bytes(self._coded))
            self._gathering = None
            self._coded.clear()
        self._text = 0
        self._tree.end(tag)

    def comment(self, text: str) -> None:
        self._count(len(text))
        self._show_interrupted()
        self._tree.comment(text)

    def pi(self, name: str, text: str | None = None) -> None:
        self._count(len(name) + len(text or ""))
        self._show_interrupted()
        self._tree.pi(name, text)

    def close(self) -> etree._Element:
        return self._tree.close()

    def _show_interrupted(self) -> None:
        """The beginning of a file's text that something else stands in goes into the tree: a finding shows it."""
        if self._gathering is not None and self._coded:
            self._tree.data(self._coded[:_LONGEST_SHOWN].decode())
            self._coded.clear()

    def _count(self, signs: int) -> None:
        self._beside += signs
        if self._beside > MOST_BESIDE:
            raise Refused(Finding("xml_too_large", detail={"limit": str(MOST_BESIDE)}))


def decoded(coded: bytes) -> bytes | None:
    """The file of a base64 text without blanks; None where it is none."""
    try:
        return base64.b64decode(coded, validate=True)
    except (binascii.Error, ValueError):
        return None


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
