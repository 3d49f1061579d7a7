"""PDFs from outside: their words and documents, read where a hostile one does no harm (OC 3.9-e)."""

import sys

import pytest

from reskontra.demo.pdf import one_line_pdf
from reskontra.formats import pdf

# Reads as our child does, but a file with this mark is the end of it.
_MORTAL = (
    "import os; from reskontra.formats import pdf; real = pdf._read_one;"
    "pdf._read_one = lambda data: os._exit(9) if b'deadly' in data else real(data); pdf._main()"
)


def words(files: list[bytes]) -> list[str | None]:
    return [told and told.words for told in pdf.read(files)]


def test_each_file_tells_its_words_or_nothing_at_all() -> None:
    """OC 3.9-e"""
    files = [one_line_pdf("first"), b"%PDF-1.7 no more than its beginning", b"", one_line_pdf("last")]
    assert words(files) == ["first", None, None, "last"]


def test_a_file_that_its_reader_does_not_survive_spoils_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """OC 3.9-e: also where the reader dies again and again, and at the seam of two readers."""
    monkeypatch.setattr(pdf, "command", lambda module: [sys.executable, "-c", _MORTAL])
    monkeypatch.setattr(pdf, "_AT_ONCE", 2)
    deadly = one_line_pdf("deadly")
    files = [deadly, one_line_pdf("a"), one_line_pdf("b"), deadly, deadly, one_line_pdf("c")]
    assert words(files) == [None, "a", "b", None, None, "c"]


def test_a_child_that_answers_nonsense_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    nonsense = 'print(\'{"words": 7, "documents": []}\'); print(\'{"words": "x", "documents": ["?"]}\')'
    monkeypatch.setattr(pdf, "command", lambda module: [sys.executable, "-c", nonsense])
    assert words([b"one", b"two"]) == [None, None]
