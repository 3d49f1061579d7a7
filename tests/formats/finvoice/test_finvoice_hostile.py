"""Files that want to harm or mislead: refused in good time, nothing else."""

import random

import pytest
from finvoice_cast import CASES, GOLDEN

from hanging import ends
from reskontra.documents.findings import Refused
from reskontra.documents.invoice import Invoice
from reskontra.formats import xml
from reskontra.formats.finvoice.checks import check, check_file
from reskontra.formats.finvoice.reader import is_finvoice, read

DOCUMENT = (
    '<?xml version="1.0"?>{doctype}<Finvoice Version="3.0"><InvoiceDetails>{body}</InvoiceDetails></Finvoice>'
)
LAUGHS = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 10))


def document(body: str = "", doctype: str = "") -> bytes:
    return DOCUMENT.format(body=body, doctype=doctype).encode()


HOSTILE = {
    "billion laughs": (document("&l9;", f'<!DOCTYPE F [<!ENTITY l0 "ha">{LAUGHS}]>'), "xml_doctype"),
    "quadratic entity": (document("&a;" * 999, f'<!DOCTYPE F [<!ENTITY a "{"a" * 9999}">]>'), "xml_doctype"),
    "external entity": (
        document("&x;", '<!DOCTYPE F [<!ENTITY x SYSTEM "file:///etc/hostname">]>'),
        "xml_doctype",
    ),
    "parameter entity": (
        document("", '<!DOCTYPE F [<!ENTITY % p SYSTEM "http://127.0.0.1/x">%p;]>'),
        "xml_doctype",
    ),
    "external DTD": (document("", '<!DOCTYPE Finvoice SYSTEM "Finvoice.dtd">'), "xml_doctype"),
    "DTD in a comment": (document("<!-- <!DOCTYPE a> -->"), "xml_doctype"),
    "unknown entity": (document("<InvoiceNumber>&nbsp;</InvoiceNumber>"), "xml_not_well_formed"),
    "100 000 levels": (document("<a>" * 100_000 + "</a>" * 100_000), "xml_too_deep"),
    "257 levels": (document("<a>" * 256 + "</a>" * 256), "xml_too_deep"),
    "too many tags": (document("<a/>" * (xml.MOST_TAGS + 1)), "xml_too_many_tags"),
    "too large": (document("x" * xml.MOST_BYTES), "xml_too_large"),
    "NUL": (document("<InvoiceNumber>1\x002</InvoiceNumber>"), "xml_encoding"),
    "UTF-16": (document().decode().encode("utf-16"), "xml_encoding"),
    "UTF-16 behind a declaration": (
        b'<?xml version="1.0" encoding="UTF-16"?><Finvoice Version="3.0"/>',
        "xml_encoding",
    ),
    "UTF-7": (b'<?xml version="1.0" encoding="UTF-7"?><Finvoice Version="3.0"/>', "xml_encoding"),
    "EBCDIC": (b'<?xml version="1.0" encoding="cp037"?><Finvoice Version="3.0"/>', "xml_encoding"),
    "Latin-1 in UTF-8": (
        document("<InvoiceNumber>\xe5</InvoiceNumber>").decode().encode("latin-1"),
        "xml_wrong_encoding",
    ),
    "undefined byte": (
        b'<?xml version="1.0" encoding="windows-1252"?><Finvoice Version="3.0">\x81</Finvoice>',
        "xml_wrong_encoding",
    ),
    "attribute twice": (b'<Finvoice Version="3.0" Version="3.0"/>', "xml_not_well_formed"),
    "two roots without a declaration": (
        b'<Finvoice Version="3.0"/><Finvoice Version="3.0"/>',
        "xml_not_well_formed",
    ),
    "message inside a message": (document(document().decode().partition("?>")[2]), "xml_not_well_formed"),
    "message inside CDATA": (document(f"<![CDATA[{document().decode()}]]>"), "xml_not_well_formed"),
    "end tag in a comment": (document("<!-- </Finvoice> -->"), "xml_not_well_formed"),
    "endless comment": (b"<!--" + b"-" * 999_999, "finvoice_not_xml"),
    "endless declaration": (b"<?xml " + b" " * 999_999, "finvoice_not_xml"),
    "junk behind the message": (document() + b"\x1a", "finvoice_not_xml"),
    "a control character": (document("<InvoiceNumber>\x01</InvoiceNumber>"), "xml_not_well_formed"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_and_does_not_hang(name: str) -> None:
    data, rule = HOSTILE[name]
    with ends():
        with pytest.raises(Refused) as refused:
            read(data)
        assert refused.value.findings[0].rule == rule
        assert "error" in {finding.severity for finding in check_file(data, None)}


HARMLESS = {
    "255 levels below the root": document("<a>" * 253 + "</a>" * 253),
    "many siblings": document("<a/>" * 400_000),
    "many attributes": document("<a " + " ".join(f'a{n}=""' for n in range(30_000)) + "/>"),
    "many namespaces": document("<a " + " ".join(f'xmlns:n{n}="u{n}"' for n in range(5_000)) + "/>"),
    "XInclude": document(
        '<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="file:///etc/hostname"/>'
    ),
    "stylesheet": b'<?xml-stylesheet href="file:///etc/hostname" type="text/xsl"?>'
    + document().partition(b"?>")[2],
    "schema location": document(
        '<a xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:noNamespaceSchemaLocation="http://127.0.0.1/x.xsd"/>'
    ),
    "an end tag that only begins like the root's": document("<!-- </Finvoices> </Finvoice- -->"),
    "byte order mark": b"\xef\xbb\xbf" + document(),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_odd_but_lawful_files_are_read_and_does_not_hang(name: str) -> None:
    with ends():
        (invoice,) = read(HARMLESS[name])
        assert (invoice.number, invoice.total) == (None, None)


@pytest.mark.parametrize(
    "unit", [b"<?xml ", b"</Finvoice", b"<Finvoice ", b"<!--", b"<!-- -->", b"<?a?>", b"</Finvoice   "]
)
def test_repeated_markup_is_scanned_once(unit: bytes) -> None:
    data = b'<Finvoice Version="3.0">' + unit * (2_000_000 // len(unit))
    with ends():
        with pytest.raises(Refused):
            read(data)
        with pytest.raises(Refused):
            read(unit * (2_000_000 // len(unit)))
        is_finvoice(data)


def test_a_stream_counts_levels_and_bytes_too() -> None:
    class Nothing:
        def start(self, tag: str, attributes: dict[str, str]) -> None: ...

        def data(self, text: str) -> None: ...

        def end(self, tag: str) -> None: ...

        def close(self) -> bool:
            return True

    assert xml.stream(b"<a>" * 256 + b"</a>" * 256, Nothing())
    for data, rule in (
        (b"<a>" * 257 + b"</a>" * 257, "xml_too_deep"),
        (b"<a>", "xml_not_well_formed"),
        (b"<!DOCTYPE a><a/>", "xml_doctype"),
        (b"<r>" + b"<a/>" * 500_001 + b"</r>", "xml_too_many_tags"),
    ):
        with pytest.raises(Refused) as refused:
            xml.stream(data, Nothing())
        assert refused.value.findings[0].rule == rule
    with pytest.raises(Refused, match="xml_too_large"):
        xml.stream(b"<a/>" * 9, Nothing(), most_bytes=10)


@pytest.mark.parametrize(
    ("declared", "codec"),
    [
        ("UTF-8", "utf-8"),
        ("ISO-8859-15", "iso8859-15"),
        ("iso-8859-1", "latin-1"),
        ("Windows-1252", "cp1252"),
    ],
)
def test_the_four_encodings_are_read(declared: str, codec: str) -> None:
    data = f'<?xml version="1.0" encoding="{declared}"?><a>åäö</a>'.encode(codec)
    assert xml.parse(data).text == "åäö"
    assert xml.declared_encoding(data) == declared.lower()


@pytest.mark.parametrize("name", CASES)
def test_a_message_cut_off_anywhere_is_refused(name: str) -> None:
    data = (GOLDEN / f"{name}.xml").read_bytes()
    ends = [end for end in range(200, len(data) - 1, 200) if not data[:end].rstrip().endswith(b"</Finvoice>")]
    for end in ends:
        with pytest.raises(Refused):
            read(data[:end])
    assert len(ends) > 10


def test_two_messages_joined_are_two_invoices() -> None:
    data = (GOLDEN / "commercial.xml").read_bytes()
    bare = data[data.index(b"<?xml") :]
    assert [invoice.number for invoice in read(bare + bare)] == ["3010000002", "3010000002"]


def _mutations(data: bytes, count: int, seed: int) -> list[bytes]:
    """Damage as it happens and as it is made: bytes changed, pieces lost, doubled, swapped, numbers bent."""
    chance = random.Random(seed)
    pieces = [
        b"<!--",
        b"]]>",
        b"&#0;",
        b"&amp",
        b"<a>",
        b"</",
        b'"',
        b"\xff",
        b"-",
        b"1e9",
        b",",
        b"<?xml ?>",
        b"\x00",
    ]
    found = []
    for _ in range(count):
        changed = bytearray(data)
        for _ in range(chance.randint(1, 4)):
            at, size = chance.randrange(len(changed)), chance.randint(1, 40)
            kind = chance.randrange(6)
            if kind == 0:
                changed[at] = chance.randrange(256)
            elif kind == 1:
                del changed[at : at + size]
            elif kind == 2:
                changed[at:at] = changed[at : at + size]
            elif kind == 3:
                changed[at:at] = chance.choice(pieces)
            elif kind == 4:
                other = chance.randrange(len(changed))
                changed[at : at + size], changed[other : other + size] = (
                    changed[other : other + size],
                    changed[at : at + size],
                )
            else:
                digits = [index for index, byte in enumerate(changed) if 48 <= byte <= 57]
                changed[chance.choice(digits)] = chance.randrange(48, 58)
        found.append(bytes(changed))
    return found


def _read(data: bytes) -> list[Invoice]:
    try:
        return read(data)
    except Refused:
        return []


@pytest.mark.parametrize("name", CASES)
def test_damaged_messages_raise_nothing_but_a_refusal(name: str) -> None:
    data = (GOLDEN / f"{name}.xml").read_bytes()
    read_at_all = 0
    for changed in _mutations(data, 70, seed=len(name)):
        is_finvoice(changed)
        for invoice in _read(changed):
            read_at_all += 1
            for direction in (False, True):
                check(invoice, outgoing=direction)
            invoice.as_json()
        check_file(changed, None)
    assert read_at_all > 0  # the damage is not so heavy that nothing is ever tested behind the parser


def test_no_changed_digit_of_an_amount_passes_unseen() -> None:
    """P22: each single digit of each amount of one invoice, changed; the checks must see it."""
    data = (GOLDEN / "commercial.xml").read_bytes()
    start = data.index(b"<RowsTotalVatExcludedAmount")
    places = []
    for element in (
        b"TotalVatExcludedAmount",
        b"TotalVatAmount",
        b"TotalVatIncludedAmount",
        b"EpiInstructedAmount",
    ):
        at = data.find(b"<Invoice" + element if element.startswith(b"Total") else b"<" + element, start)
        value = data.index(b">", at) + 1
        places += [index for index in range(value, data.index(b"<", value)) if 48 <= data[index] <= 57]
    unseen = []
    for index in places:
        changed = bytearray(data)
        changed[index] = 48 + (changed[index] - 48 + 3) % 10
        (invoice,) = read(bytes(changed))
        rules = {finding.rule for finding in check(invoice)}
        if not any(rule.startswith(("invoice_sum", "finvoice_barcode")) for rule in rules):
            unseen.append(index)
    assert len(places) > 15
    assert unseen == []
