"""What a PDF from outside tells: its words, and the XML documents inside (ISO 32000-1; PDF/A-3, ISO 19005-3).

A PDF is a program in all but name, so it is read by a child process (``formats.child``), many in one.
"""

import base64
import binascii
import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

from reskontra.formats.child import ChildDied, answers, command, limit, say

_AT_ONCE = 100
_WALL_SECONDS = 120.0
_LENGTH_BYTES = 8
_MOST_PAGES = 100
_MOST_CHARACTERS = 1_000_000
_MOST_DOCUMENTS = 5
_MOST_DOCUMENT_BYTES = 5_000_000


@dataclass(frozen=True, slots=True)
class Told:
    """The words of all pages as they stand, and the XML documents that the file carries.

    Of the first 100 pages, 1,000,000 characters and five documents of 5 MB: more is no invoice.
    """

    words: str
    documents: tuple[bytes, ...]


def read(files: Sequence[bytes]) -> list[Told | None]:
    """What each of ``files`` tells, in their order; None for one that is encrypted, damaged or no PDF.

    A file that the child does not survive (1 GB of memory, 60 s of processor for a hundred) is None, and the
    files behind it are read by another child.
    """
    told: list[Told | None] = []
    while len(told) < len(files):
        given = files[len(told) : len(told) + _AT_ONCE]
        expected = len(told) + len(given)
        with suppress(ChildDied):
            for answer in islice(_answers(given), len(given)):
                told.append(_told(answer))
        if len(told) < expected:
            told.append(None)
    return told


def _answers(given: Sequence[bytes]) -> Iterator[Mapping[str, Any]]:
    framed = (part for one in given for part in (len(one).to_bytes(_LENGTH_BYTES), one))
    return answers(command("reskontra.formats.pdf"), framed, _WALL_SECONDS)


def _told(answer: Mapping[str, Any]) -> Told | None:
    words, documents = answer.get("words"), answer.get("documents")
    if not isinstance(words, str) or not isinstance(documents, list):
        return None
    try:
        return Told(words, tuple(base64.b64decode(one, validate=True) for one in documents))
    except (binascii.Error, ValueError, TypeError):
        return None


# --- the child -----------------------------------------------------------------------------------------------------


def _main() -> None:
    limit()
    while length := sys.stdin.buffer.read(_LENGTH_BYTES):
        say(_read_one(sys.stdin.buffer.read(int.from_bytes(length))))
        sys.stdout.buffer.flush()


def _read_one(data: bytes) -> dict[str, Any]:
    from pypdf import PdfReader

    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted:
            return {}
        pages = islice(reader.pages, _MOST_PAGES)
        words = "\n".join(page.extract_text() for page in pages)[:_MOST_CHARACTERS]
        inside = (one.content for one in reader.attachment_list)
        documents = [one for one in inside if one.lstrip()[:1] == b"<" and len(one) <= _MOST_DOCUMENT_BYTES][
            :_MOST_DOCUMENTS
        ]
    except Exception:
        # Whatever a damaged file brings about in the reader of it: the file cannot be read.
        return {}
    return {"words": words, "documents": [base64.b64encode(one).decode() for one in documents]}


if __name__ == "__main__":
    _main()
