"""Letters as people see them, as Finvoice messages and in packages: the door to these formats.

How a letter looks and travels is decided here; what it says is ``documents.letter.Letter``.
"""

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from reskontra.documents.findings import Finding, Refused
from reskontra.documents.letter import Letter
from reskontra.exchange import archive
from reskontra.exchange.archive import ArchiveBroken
from reskontra.formats.finvoice.codes import LETTER_TYPES
from reskontra.formats.finvoice.letters import NoMessage, has_message, message_of
from reskontra.formats.letter.package import Package, letter_in
from reskontra.formats.letter.view import view
from reskontra.formats.letter.writer import preview, write

__all__ = [
    "MESSAGE_KINDS",
    "NoMessage",
    "Package",
    "archived_letter",
    "has_message",
    "letter_findings",
    "letter_message",
    "letter_pages",
    "letter_pdf",
    "letter_pdfs",
]

MESSAGE_KINDS = tuple(sorted(LETTER_TYPES))  # kinds of letters that have an e-invoice form
letter_message = message_of
_Told = TypeVar("_Told")
_AHEAD = 64  # letters in the making at once


def letter_pdf(letter: Letter, number: str) -> bytes:
    """The PDF of ``letter`` under its ``number``, always the same bytes; raises ``Refused`` (OC 2.2-f)."""
    return write(letter, number)


def letter_pages(letter: Letter, number: str) -> list[bytes]:
    """The pages as PNG pictures for a screen; raises ``Refused`` as ``letter_pdf`` does."""
    return preview(letter, number)


def letter_findings(letter: Letter, number: str) -> list[Finding]:
    """Why ``letter`` may not be shown to anybody, empty when it may."""
    try:
        view(letter, number)
    except Refused as refused:
        return list(refused.findings)
    return []


def letter_pdfs(letters: Iterable[tuple[_Told, Letter, str]]) -> Iterator[tuple[_Told, bytes | Refused]]:
    """The PDF of each letter in order, several in the making at once, with whatever was told of it.

    A letter that may not be printed gives its ``Refused`` instead.
    """
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        waiting: deque[tuple[_Told, Future[bytes | Refused]]] = deque()
        for told, letter, number in letters:
            waiting.append((told, threads.submit(_pdf_or_refused, letter, number)))
            if len(waiting) > _AHEAD:
                first, made = waiting.popleft()
                yield first, made.result()
        for first, made in waiting:
            yield first, made.result()


def _pdf_or_refused(letter: Letter, number: str) -> bytes | Refused:
    try:
        return write(letter, number)
    except Refused as refused:
        return refused


def archived_letter(digest: str, number: str) -> bytes:
    """The PDF of the letter ``number`` from the archived package ``digest``, byte for byte.

    Raises ``ArchiveBroken`` when the archive does not hold it.
    """
    try:
        with archive.path_of(digest).open("rb") as package:
            found = letter_in(package, number)
    except FileNotFoundError as missing:
        raise ArchiveBroken(digest) from missing
    if found is None:
        raise ArchiveBroken(digest)
    return found
