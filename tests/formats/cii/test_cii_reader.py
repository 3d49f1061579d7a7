"""Reading CII: golden and public documents, refusals, values that can be read in one way only."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from formats.written_invoices import CII, STANDARDS, cii, invoices
from reskontra.documents.findings import Refused
from reskontra.documents.invoice import Invoice
from reskontra.exchange.checking import file_findings, invoice_findings
from reskontra.exchange.reading import read_documents
from reskontra.formats.cii.checks import check, check_file
from reskontra.formats.cii.reader import is_cii, read
from reskontra.formats.ubl.reader import is_ubl
from reskontra.formats.ubl.reader import read as read_ubl

GOLDEN = Path(__file__).parent / "golden"
SCHEMAS = STANDARDS / "cii"
EXAMPLES = sorted((STANDARDS / "en16931" / "examples-cii").glob("*"))
needs_standards = pytest.mark.skipif(
    not EXAMPLES, reason="the public examples are kept beside the project in shared/standards"
)
DEAL = "rsm:SupplyChainTradeTransaction"


def document(settlement: str = "", head: str = "", agreement: str = "", lines: str = "") -> bytes:
    spaces = (
        f'xmlns:rsm="{CII}CrossIndustryInvoice:100" '
        f'xmlns:ram="{CII}ReusableAggregateBusinessInformationEntity:100" '
        f'xmlns:udt="{CII}UnqualifiedDataType:100"'
    )
    return (
        f"<rsm:CrossIndustryInvoice {spaces}><rsm:ExchangedDocument>{head}</rsm:ExchangedDocument><{DEAL}>{lines}"
        f"<ram:ApplicableHeaderTradeAgreement>{agreement}</ram:ApplicableHeaderTradeAgreement>"
        "<ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>"
        f"{settlement}</ram:ApplicableHeaderTradeSettlement></{DEAL}></rsm:CrossIndustryInvoice>"
    ).encode()


def sums(inner: str) -> bytes:
    name = "ram:SpecifiedTradeSettlementHeaderMonetarySummation"
    return document(f"<{name}>{inner}</{name}>")


def one(data: bytes) -> Invoice:
    (invoice,) = read(data)
    return invoice


@pytest.mark.parametrize("name", ["everything", "credit"])
def test_a_document_of_our_own_is_read_to_the_last_field(name: str) -> None:
    """EX 6-a: the second syntax of the European standard becomes the same document."""
    data = (GOLDEN / f"{name}.xml").read_bytes()
    assert one(data).as_json() == json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))
    assert is_cii(data)
    assert not is_ubl(data)
    assert read_documents(data, name) == read(data)


@pytest.mark.parametrize("name", ["everything", "credit"])
def test_nothing_is_wrong_with_the_documents_of_our_own(name: str) -> None:
    data = (GOLDEN / f"{name}.xml").read_bytes()
    assert file_findings(data, name, SCHEMAS if SCHEMAS.is_dir() else None) == []
    assert invoice_findings(one(data)) == []


@pytest.mark.parametrize("name", ["everything", "credit"])
def test_one_invoice_in_two_syntaxes_is_one_document(name: str) -> None:
    (other,) = read_ubl((GOLDEN.parents[1] / "ubl" / "golden" / f"{name}.xml").read_bytes())
    assert replace(one((GOLDEN / f"{name}.xml").read_bytes()), format=other.format) == other


def _told(root: etree._Element, *path: str, last: str = "") -> Decimal | None:
    """An amount by an XPath of the test's own, which knows names only."""
    steps = "//" + "/".join(f"*[local-name()='{step}']" for step in path)
    found: Any = root.xpath(f"string(({steps}){last})")
    return Decimal(found.strip()) if found.strip() else None


@needs_standards
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_public_example_is_read_with_its_totals(path: Path) -> None:
    data = path.read_bytes()
    root = etree.fromstring(data)
    invoice = one(data)
    elements = {
        "line_total": "LineTotalAmount",
        "net": "TaxBasisTotalAmount",
        "vat": "TaxTotalAmount",
        "total": "GrandTotalAmount",
        "allowances": "AllowanceTotalAmount",
        "charges": "ChargeTotalAmount",
        "paid": "TotalPrepaidAmount",
        "rounding": "RoundingAmount",
        "payable": "DuePayableAmount",
    }
    currency = root.findtext(".//{*}InvoiceCurrencyCode")
    for name, element in elements.items():
        # The VAT may be told in two currencies.
        last = f"[@currencyID='{currency}' or not(@currencyID)]" if name == "vat" else ""
        told = _told(root, "SpecifiedTradeSettlementHeaderMonetarySummation", element, last=last)
        assert getattr(invoice, name) == told, name
    lines: Any = root.xpath("//*[local-name()='SpecifiedTradeSettlementLineMonetarySummation']/*[1]")
    assert [line.net for line in invoice.lines] == [Decimal(net.text.strip()) for net in lines]
    assert invoice.findings == ()
    assert (invoice.type_code, invoice.currency) == ("INV01", currency)
    assert is_cii(data)
    errors = [finding for finding in check_file(data, None) if finding.severity == "error"]
    assert errors == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(invoice=invoices())
def test_what_is_written_is_read_back_the_same(invoice: Invoice) -> None:
    assert one(cii(invoice)) == replace(invoice, format="cii d16b")


@pytest.mark.parametrize(
    ("data", "rule", "kind"),
    [
        (b"", "xml_empty", None),
        (b"<CrossIndustryInvoice/>", "invoice_other_document", "CrossIndustryInvoice"),
        (
            b'<r:CrossIndustryInvoice xmlns:r="urn:w"/>',
            "invoice_other_document",
            "{urn:w}CrossIndustryInvoice",
        ),
        (
            b'<r:CrossIndustryDocument xmlns:r="urn:ferd:CrossIndustryDocument:invoice:1p0"/>',
            "invoice_other_document",
            "{urn:ferd:CrossIndustryDocument:invoice:1p0}CrossIndustryDocument",
        ),
    ],
)
def test_what_is_no_invoice_is_refused_by_name(data: bytes, rule: str, kind: str | None) -> None:
    with pytest.raises(Refused) as refused:
        read(data, "file.xml")
    (found,) = refused.value.findings
    assert (found.rule, found.value, found.where) == (rule, kind, "file.xml")
    assert not data or is_cii(data)


def test_what_a_file_does_not_say_is_none() -> None:
    invoice = one(document())
    assert (invoice.number, invoice.type_code, invoice.total, invoice.delivery) == (None,) * 4
    assert (invoice.lines, invoice.notes, invoice.findings) == ((), (), ())


@pytest.mark.parametrize("written", ["1,205", "1e400", "NaN", "9" * 16, "1<!-- -->2"])
def test_an_amount_that_can_be_read_in_two_ways_is_named(written: str) -> None:
    invoice = one(sums(f"<ram:GrandTotalAmount>{written}</ram:GrandTotalAmount>"))
    assert invoice.total is None
    assert [found.severity for found in invoice.findings] == ["error"]


@pytest.mark.parametrize(
    ("written", "vat", "rules"),
    [
        ({"EUR": "1.00"}, "1.00", []),
        ({"EUR": "1.00", "SEK": "11.00"}, "1.00", []),
        ({"SEK": "11.00", "EUR": "1.00"}, "1.00", []),
        ({"SEK": "11.00", "NOK": "11.00"}, None, []),
        ({"SEK": "11.00"}, None, ["invoice_currency_mixed"]),
        ({"": "1.00"}, "1.00", []),
    ],
)
def test_vat_is_taken_in_the_currency_of_the_invoice(
    written: dict[str, str], vat: str | None, rules: list[str]
) -> None:
    inner = "".join(
        f"<ram:TaxTotalAmount{f' currencyID={code!r}' if code else ''}>{amount}</ram:TaxTotalAmount>"
        for code, amount in written.items()
    )
    invoice = one(sums(inner))
    assert invoice.vat == (None if vat is None else Decimal(vat))
    assert [found.rule for found in invoice.findings] == rules


@pytest.mark.parametrize(
    ("form", "written", "day"),
    [
        ("102", "20260302", date(2026, 3, 2)),
        (None, "20260302", date(2026, 3, 2)),
        ("101", "260302", None),
        ("610", "202603", None),
        ("203", "202603021000", None),
        ("102", "2026-03-02", None),
        ("102", "20260230", None),
    ],
)
def test_a_date_is_read_by_its_form_or_named(form: str | None, written: str, day: date | None) -> None:
    attribute = "" if form is None else f' format="{form}"'
    head = f"<ram:IssueDateTime><udt:DateTimeString{attribute}>{written}</udt:DateTimeString></ram:IssueDateTime>"
    invoice = one(document(head=head))
    assert invoice.issue_date == day
    assert [found.rule for found in invoice.findings] == ([] if day else ["invoice_date_unclear"])


@pytest.mark.parametrize(
    ("code", "type_code", "rule"),
    [("380", "INV01", None), ("381", "INV02", None), ("396", "INV02", None), ("389", "INV07", None),
     ("999", None, "invoice_type_unknown")],
)  # fmt: skip
def test_the_type_code_alone_tells_a_credit_note(code: str, type_code: str | None, rule: str | None) -> None:
    data = sums("<ram:DuePayableAmount>10.00</ram:DuePayableAmount>")
    head = f"<rsm:ExchangedDocument><ram:TypeCode>{code}</ram:TypeCode>".encode()
    invoice = one(data.replace(b"<rsm:ExchangedDocument>", head))
    assert invoice.type_code == type_code
    assert invoice.payable == Decimal("-10.00" if type_code == "INV02" else "10.00")
    assert [found.rule for found in invoice.findings] == ([rule] if rule else [])


@pytest.mark.parametrize("codes", ["EE", "EES"])
def test_two_sums_of_vat_in_one_currency_leave_it_open(codes: str) -> None:
    named = {"E": "EUR", "S": "SEK"}
    inner = "".join(
        f'<ram:TaxTotalAmount currencyID="{named[code]}">{at}.00</ram:TaxTotalAmount>'
        for at, code in enumerate(codes, start=1)
    )
    invoice = one(sums(inner))
    assert (invoice.vat, [found.rule for found in invoice.findings]) == (None, ["invoice_value_twice"])


def test_only_supporting_documents_are_files() -> None:
    references = "".join(
        "<ram:AdditionalReferencedDocument><ram:IssuerAssignedID>A</ram:IssuerAssignedID>"
        f"<ram:TypeCode>{code}</ram:TypeCode><ram:AttachmentBinaryObject mimeCode='text/csv'>YQ=="
        "</ram:AttachmentBinaryObject></ram:AdditionalReferencedDocument>"
        for code in ("50", "130", "916")
    )
    (file,) = one(document(agreement=references)).attachments
    assert (file.name, file.mime_type, file.content) == ("A", "text/csv", b"a")


def test_a_finding_names_the_place_in_the_document() -> None:
    (found,) = [one for one in check(one(document())) if one.rule == "invoice_number_missing"]
    assert found.where == "rsm:ExchangedDocument/ram:ID"


def test_a_missing_schema_is_not_silence(tmp_path: Path) -> None:
    found = check_file((GOLDEN / "credit.xml").read_bytes(), tmp_path)
    assert [(finding.rule, finding.value) for finding in found] == [
        ("xsd_missing", "CrossIndustryInvoice_100pD16B.xsd")
    ]
