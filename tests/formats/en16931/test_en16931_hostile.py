"""UBL and CII that want to harm or mislead: refused in good time, or read without harm."""

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from hanging import ends
from reskontra.documents.findings import Refused
from reskontra.documents.invoice import Invoice
from reskontra.exchange.checking import file_findings, invoice_findings
from reskontra.formats import xml
from reskontra.formats.cii import reader as cii
from reskontra.formats.en16931.enveloped import beginning
from reskontra.formats.ubl import reader as ubl

FORMATS = Path(__file__).parents[1]
READERS: dict[str, Callable[[bytes], list[Invoice]]] = {"ubl": ubl.read, "cii": cii.read}
GOLDEN = {
    f"{name}/{case}": (FORMATS / name / "golden" / f"{case}.xml").read_bytes()
    for name in READERS
    for case in ("everything", "credit")
}
LAUGHS = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 10))

DOCTYPES = {
    "billion laughs": f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]>',
    "external entity": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
    "parameter entity": '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1/x">%p;]>',
    "external DTD": '<!DOCTYPE Invoice SYSTEM "Invoice.dtd">',
}


def _of(key: str) -> Callable[[bytes], list[Invoice]]:
    return READERS[key.partition("/")[0]]


def _rule(key: str, data: bytes) -> str:
    with ends(), pytest.raises(Refused) as refused:
        _of(key)(data)
    return refused.value.findings[0].rule


@pytest.mark.parametrize("doctype", DOCTYPES)
@pytest.mark.parametrize("key", GOLDEN)
def test_a_document_type_is_refused(key: str, doctype: str) -> None:
    data = GOLDEN[key].replace(b'"UTF-8"?>', b'"UTF-8"?>' + DOCTYPES[doctype].encode(), 1)
    assert _rule(key, data) == "xml_doctype"
    ubl.is_ubl(data)
    cii.is_cii(data)


@pytest.mark.parametrize("key", GOLDEN)
@pytest.mark.parametrize(
    ("inside", "rule"),
    [
        ("<a>" * 300 + "</a>" * 300, "xml_too_deep"),
        ("<a/>" * (xml.MOST_TAGS + 1), "xml_too_many_tags"),
        ("<a>" + "x" * 10_000_001 + "</a>", "xml_too_large"),
        (f"<a>{'x' * 9_000_000}</a>" * 6, "xml_too_large"),
        ("\x00", "xml_encoding"),
        ("\x01", "xml_not_well_formed"),
        ("&nbsp;", "xml_not_well_formed"),
    ],
    ids=["levels", "tags", "one text", "all texts", "NUL", "control", "entity"],
)
def test_what_is_too_much_is_refused(key: str, inside: str, rule: str) -> None:
    end = GOLDEN[key].rindex(b"</")
    assert _rule(key, GOLDEN[key][:end] + inside.encode() + GOLDEN[key][end:]) == rule


@pytest.mark.parametrize("key", GOLDEN)
def test_a_document_cut_off_at_any_element_is_refused(key: str) -> None:
    data = GOLDEN[key]
    cuts = [*[found.start() for found in re.finditer(b"<", data)][1:], len(data) - 5]
    for end in cuts:
        with pytest.raises(Refused):
            _of(key)(data[:end])
        if ubl.is_ubl(data[:end]) or cii.is_cii(data[:end]):
            assert [found.severity for found in file_findings(data[:end], "", None)] == ["error"]
    assert len(cuts) > 60


@pytest.mark.parametrize("key", GOLDEN)
def test_a_document_without_any_one_element_is_read(key: str) -> None:
    """What is missing is missing: no element is so needed that its absence harms."""
    root = etree.fromstring(GOLDEN[key])
    count = sum(1 for _ in root.iter(etree.Element))
    for at in range(1, count):
        tree = etree.fromstring(GOLDEN[key])
        element = list(tree.iter(etree.Element))[at]
        parent = element.getparent()
        assert parent is not None
        parent.remove(element)
        (invoice,) = _of(key)(etree.tostring(tree))
        invoice_findings(invoice)
        invoice.as_json()


@pytest.mark.parametrize("key", GOLDEN)
def test_wrong_namespaces_are_refused_or_say_nothing(key: str) -> None:
    data = GOLDEN[key]
    root = beginning(data)
    assert root is not None
    wrong = data.replace(root[0].encode(), b"urn:wrong")
    assert _rule(key, wrong) == "invoice_other_document"
    for space in set(re.findall(rb'xmlns:(?:cbc|ram|cac)="([^"]*)"', data)):
        (invoice,) = _of(key)(data.replace(space, b"urn:wrong"))
        assert invoice.total is None
        assert any(found.rule == "invoice_total_missing" for found in invoice_findings(invoice))


NUMBERS = (
    "NaN",
    "1e400",
    "-1e400",
    "9" * 500,
    "INF",
    "0x1F",
    "1,000.00",
    "1.000,00",
    "--5",
    "1 000 00",
    "½",
    "٣",
)


@pytest.mark.parametrize("written", NUMBERS)
@pytest.mark.parametrize("key", GOLDEN)
def test_absurd_numbers_are_findings_wherever_they_stand(key: str, written: str) -> None:
    data = GOLDEN[key]
    places = list(re.finditer(rb"(?<=>)[0-9]+\.[0-9]+(?=<)", data))
    assert len(places) > 8
    for place in places:
        # The VAT in the currency of another country is not read at all.
        if b"SEK" in data[place.start() - 20 : place.start()]:
            continue
        changed = data[: place.start()] + written.encode() + data[place.end() :]
        (invoice,) = _of(key)(changed)
        assert invoice.findings, data[place.start() - 40 : place.end()]
        invoice_findings(invoice)
        invoice.as_json()


def test_the_largest_numbers_that_are_read_can_be_counted_with() -> None:
    data = GOLDEN["ubl/everything"].replace(b">40.00<", b">999999999999999.9999999999<")
    data = data.replace(b">100</cbc:BaseQuantity>", b">0.0000000001</cbc:BaseQuantity>")
    data = data.replace(b">250</cbc:InvoicedQuantity>", b">99999999999999.9999999999</cbc:InvoicedQuantity>")
    (invoice,) = ubl.read(data)
    assert {found.rule for found in invoice_findings(invoice)} == {"invoice_row_net"}
    invoice.as_json()


@pytest.mark.parametrize(
    "unit", [b"<?xml ", b"<!--", b"<!-- -->", b"<?a?>", b"<Invoice ", b"<Invoice a='", b" "]
)
def test_looking_at_the_beginning_takes_one_pass(unit: bytes) -> None:
    with ends():
        beginning(unit * (2_000_000 // len(unit)))


@pytest.mark.parametrize("key", GOLDEN)
def test_damaged_documents_raise_nothing_but_a_refusal(key: str) -> None:
    chance = random.Random(len(key))
    data = GOLDEN[key]
    read_at_all = 0
    for _ in range(150):
        changed = bytearray(data)
        for _ in range(chance.randint(1, 3)):
            at, size = chance.randrange(len(changed)), chance.randint(1, 30)
            kind = chance.randrange(4)
            if kind == 0:
                changed[at] = chance.randrange(256)
            elif kind == 1:
                del changed[at : at + size]
            elif kind == 2:
                changed[at:at] = changed[at : at + size]
            else:
                digits = [index for index, byte in enumerate(changed) if 48 <= byte <= 57]
                changed[chance.choice(digits)] = chance.randrange(48, 58)
        found = bytes(changed)
        ubl.is_ubl(found)
        cii.is_cii(found)
        try:
            (invoice,) = _of(key)(found)
        except Refused:
            continue
        read_at_all += 1
        invoice_findings(invoice)
        invoice.as_json()
    assert read_at_all > 10  # the damage is not so heavy that nothing is ever tested behind the parser
