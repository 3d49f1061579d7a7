"""UBL and CII with large files in them: read as small ones are, to the byte, refused for the same reasons (EX 1-b)."""

import base64
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from reskontra.documents.findings import Refused
from reskontra.documents.invoice import Invoice
from reskontra.exchange.checking import file_findings
from reskontra.exchange.reading import read_documents
from reskontra.formats.cii import reader as cii
from reskontra.formats.en16931 import enveloped, large
from reskontra.formats.en16931.enveloped import ENVELOPE
from reskontra.formats.ubl import reader as ubl

FORMATS = Path(__file__).parents[1]
READERS: dict[str, Callable[[bytes], list[Invoice]]] = {"ubl": ubl.read, "cii": cii.read}
GOLDEN = {name: (FORMATS / name / "golden" / "everything.xml").read_bytes() for name in READERS}
FILE = re.compile(
    rb"(<(?:cbc:EmbeddedDocumentBinaryObject|ram:AttachmentBinaryObject)[^>]*>)([^<]*)(</[^>]*>)"
)
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 80_000


def _with_file(name: str, coded: bytes, times: int = 1) -> bytes:
    """The golden document with ``coded`` in the place of its file, the element ``times`` after each other."""
    document, count = FILE.subn(lambda found: (found[1] + coded + found[3]) * times, GOLDEN[name])
    assert count == 1
    return document


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("broken", [False, True], ids=["in one line", "in lines"])
def test_a_file_of_twenty_million_bytes_comes_out_as_it_went_in(name: str, broken: bool) -> None:
    """EX 1-b"""
    coded = base64.encodebytes(PDF) if broken else base64.b64encode(PDF)
    document = _with_file(name, coded)
    (invoice,) = read_documents(document, "large.xml")
    assert isinstance(invoice, Invoice)
    assert [one.content for one in invoice.attachments if one.content] == [PDF]
    assert [one.rule for one in file_findings(document, "", None)] == [
        one.rule for one in file_findings(GOLDEN[name], "", None)
    ]


CHANGES: dict[str, Callable[[str], bytes]] = {
    "as it is": lambda name: GOLDEN[name],
    "a comment in a value": lambda name: GOLDEN[name].replace(b"EUR<", b"E<!-- x -->UR<", 1),
    "an instruction in a value": lambda name: GOLDEN[name].replace(b"EUR<", b"E<?x y?>UR<", 1),
    "no base64": lambda name: _with_file(name, b"-- no base64 --"),
    "letters of no base64": lambda name: _with_file(name, "ä".encode()),
    "cut short": lambda name: _with_file(name, b"QUJ"),
    "filled twice": lambda name: _with_file(name, b"QQ==QQ=="),
    "empty": lambda name: _with_file(name, b""),
    "blanks": lambda name: _with_file(name, b" Q U\n J D\t"),
    "a comment in a file": lambda name: _with_file(name, b"QU<!-- x -->JD"),
    "an element in a file": lambda name: _with_file(name, b"QU<b/>JD"),
    "the same file twice": lambda name: _with_file(name, b"QUJD", 2),
    "two files in one place": lambda name: FILE.sub(rb"\1QUJD\3\1QUJE\3", GOLDEN[name]),
    "in an envelope": lambda name: (
        (
            f'<s:StandardBusinessDocument xmlns:s="{ENVELOPE}"><s:StandardBusinessDocumentHeader>'
            "<s:DocumentIdentification><s:InstanceIdentifier>m-1</s:InstanceIdentifier></s:DocumentIdentification>"
            "</s:StandardBusinessDocumentHeader>"
        ).encode()
        + GOLDEN[name].partition(b"?>")[2]
        + b"</s:StandardBusinessDocument>"
    ),
}


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("change", CHANGES)
def test_a_large_document_says_what_a_small_one_says(
    name: str, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EX 1-b, EX 6-a"""
    document = CHANGES[change](name)
    (small,) = READERS[name](document)
    monkeypatch.setattr(large, "LARGE", 0)
    (streamed,) = READERS[name](document)
    assert streamed == small


def test_what_surrounds_the_file_is_still_held_to_its_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """EX 1-b: only what holds a file may be long."""
    monkeypatch.setattr(large, "LARGE", 0)
    for limit, value in (("MOST_BESIDE", 1000), ("LONGEST_TEXT", 5)):
        with monkeypatch.context() as narrow:
            narrow.setattr(large, limit, value)
            with pytest.raises(Refused, match="xml_too_large"):
                ubl.read(GOLDEN["ubl"])
    with monkeypatch.context() as narrow:
        narrow.setattr(large, "MOST_BYTES", 1000)
        with pytest.raises(Refused) as refused:
            ubl.read(GOLDEN["ubl"], "large.xml")
    assert [(one.rule, one.where, one.detail["limit"]) for one in refused.value.findings] == [
        ("xml_too_large", "large.xml", "1000")
    ]
    inside = b"<cbc:EmbeddedDocumentBinaryObject>QUJD</cbc:EmbeddedDocumentBinaryObject>"
    with pytest.raises(Refused, match="xml_too_deep"):
        ubl.read(_with_file("ubl", inside))
    assert enveloped.opened(GOLDEN["ubl"], ubl.KINDS, "").files
