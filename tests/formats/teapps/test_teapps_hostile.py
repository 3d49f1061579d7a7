"""Files that want to harm or mislead: refused in good time, nothing else."""

import random
import time

import pytest
import teapps_cast as cast

from reskontra.documents.findings import Refused
from reskontra.formats import xml
from reskontra.formats.teapps.checks import check_file
from reskontra.formats.teapps.reader import is_teapps, read, read_invoices

SECONDS = 5.0  # far above what any of these takes, and far below what a person would call hanging
LAUGHS = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 10))


def document(body: str = "", doctype: str = "") -> bytes:
    return cast.file(cast.invoice(body)).replace(b"\n<INV", b"\n" + doctype.encode() + b"<INV", 1)


HOSTILE = {
    "billion laughs": (document("&l9;", f'<!DOCTYPE I [<!ENTITY l0 "ha">{LAUGHS}]>'), "xml_doctype"),
    "external entity": (document("&x;", '<!DOCTYPE I [<!ENTITY x SYSTEM "file:///etc/hostname">]>'), "xml_doctype"),
    "parameter entity": (
        document("", '<!DOCTYPE I [<!ENTITY % p SYSTEM "http://127.0.0.1/x">%p;]>'), "xml_doctype",
    ),
    "external DTD": (document("", '<!DOCTYPE INVOICE_CENTER SYSTEM "x.dtd">'), "xml_doctype"),
    "unknown entity": (document("&nbsp;"), "xml_not_well_formed"),
    "100 000 levels": (document("<a>" * 100_000 + "</a>" * 100_000), "xml_too_deep"),
    "too many tags": (document("<a/>" * (xml.MOST_TAGS + 1)), "xml_too_many_tags"),
    "NUL": (document("\0"), "xml_encoding"),
    "UTF-16": (document().decode("latin-1").encode("utf-16"), "xml_encoding"),
    "a control character": (document("\x01"), "xml_not_well_formed"),
    "UTF-7": (document().replace(b"ISO-8859-1", b"UTF-7"), "xml_encoding"),
    "invoice inside an invoice": (document("<INVOICE>"), "xml_not_well_formed"),
    "two roots": (document() + document().partition(b"?>")[2], "xml_not_well_formed"),
}  # fmt: skip


@pytest.mark.parametrize("large", [0, xml.MOST_BYTES])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_good_time(name: str, large: int) -> None:
    data, rule = HOSTILE[name]
    before = time.perf_counter()
    with pytest.raises(Refused) as refused:
        list(read_invoices(data, large))
    assert refused.value.findings[0].rule == rule
    assert [finding.severity for finding in check_file(data, None)] == ["error"]
    is_teapps(data)
    assert time.perf_counter() - before < SECONDS


HARMLESS = {
    "255 levels": document("<a>" * 251 + "</a>" * 251),
    "many siblings": document("<a/>" * 400_000),
    "many rows of nothing": cast.file(cast.invoice(rows="<ROW/>" * 10_000)),
    "XInclude": document(
        '<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="file:///etc/hostname"/>'
    ),
    "stylesheet": b'<?xml-stylesheet href="file:///etc/hostname" type="text/xsl"?>'
    + document().partition(b"?>")[2],
    "another INVOICE elsewhere": document("<INVOICES><INVOICE/></INVOICES>"),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_odd_but_lawful_files_are_read_in_good_time(name: str) -> None:
    before = time.perf_counter()
    (invoice,) = read(HARMLESS[name])
    assert (invoice.number, invoice.total) == ("1", None)
    assert time.perf_counter() - before < SECONDS


@pytest.mark.parametrize("unit", [b"<INVOICE>", b"</INVOICE>", b"<INVOICE ", b"<INVOICE></INVOICE>"])
def test_repeated_markup_is_scanned_once(unit: bytes) -> None:
    before = time.perf_counter()
    with pytest.raises(Refused):
        list(read_invoices(b"<INVOICE_CENTER>" + unit * (3_000_000 // len(unit)), large=0))
    assert time.perf_counter() - before < SECONDS


@pytest.mark.parametrize("large", [0, xml.MOST_BYTES])
def test_a_file_cut_off_anywhere_is_refused(large: int) -> None:
    data = (cast.GOLDEN / "batch_30.xml").read_bytes()
    ends = range(1, len(data.rstrip()) - 1, 97)
    for end in ends:
        with pytest.raises(Refused):
            list(read_invoices(data[:end], large))
    assert len(ends) > 100


def test_damaged_files_raise_nothing_but_a_refusal() -> None:
    """Bytes changed, pieces lost, doubled and swapped, numbers bent."""
    data = (cast.GOLDEN / "batch_30.xml").read_bytes()
    chance = random.Random(7)
    bits = [b"<!--", b"&#0;", b"</", b'"', b"\xff", b"-", b"1e9", b",", b"\0", b"<INVOICE>"]
    read_at_all = 0
    for _ in range(300):
        changed = bytearray(data)
        for _ in range(chance.randint(1, 4)):
            at, size = chance.randrange(len(changed)), chance.randint(1, 40)
            match chance.randrange(5):
                case 0:
                    changed[at] = chance.randrange(256)
                case 1:
                    del changed[at : at + size]
                case 2:
                    changed[at:at] = changed[at : at + size]
                case 3:
                    changed[at:at] = chance.choice(bits)
                case _:
                    digits = [index for index, byte in enumerate(changed) if 48 <= byte <= 57]
                    changed[chance.choice(digits)] = chance.randrange(48, 58)
        is_teapps(bytes(changed))
        check_file(bytes(changed), None)
        try:
            invoices = read(bytes(changed))
        except Refused:
            continue
        for invoice in invoices:
            read_at_all += 1
            invoice.as_json()
    assert read_at_all > 50  # the damage is not so heavy that nothing is ever tested behind the parser
