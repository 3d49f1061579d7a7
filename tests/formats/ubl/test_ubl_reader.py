"""Reading UBL: golden and public documents, the business envelope, values that can be read in one way only."""

import base64
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from formats.written_invoices import STANDARDS, invoices, ubl
from reskontra.documents.findings import Finding, Refused
from reskontra.documents.invoice import Invoice
from reskontra.exchange.checking import file_findings, invoice_findings
from reskontra.exchange.reading import read_documents
from reskontra.formats.en16931.enveloped import Opened
from reskontra.formats.ubl.checks import check, check_file
from reskontra.formats.ubl.places import CREDIT_NOTE_PLACES, PLACES
from reskontra.formats.ubl.reader import CREDIT_NOTE, INVOICE, invoice_of, is_ubl, read

GOLDEN = Path(__file__).parent / "golden"
SCHEMAS = STANDARDS / "ubl21"
EXAMPLES = sorted(
    [*(STANDARDS / "peppol" / "examples").glob("*"), *(STANDARDS / "en16931" / "examples-ubl").glob("*")]
)
OTHER_DOCUMENTS = {"T111-uc001-Invoice_in_process.xml", "T111-uc004a-Invoice_is_rejected.xml"}
UNITS = sorted(
    [
        *(STANDARDS / "peppol" / "unit-ubl").glob("*"),
        *(STANDARDS / "en16931" / "unit-ubl-invoice").glob("*"),
        *(STANDARDS / "en16931" / "unit-ubl-creditnote").glob("*"),
    ]
)
needs_standards = pytest.mark.skipif(
    not EXAMPLES, reason="the public examples are kept beside the project in shared/standards"
)
SPACES = (
    'xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" '
    'xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"'
)


def document(body: str = "", kind: str = "Invoice", currency: str = "EUR") -> bytes:
    code = f"<cbc:DocumentCurrencyCode>{currency}</cbc:DocumentCurrencyCode>" if currency else ""
    space = f"urn:oasis:names:specification:ubl:schema:xsd:{kind}-2"
    return f'<{kind} xmlns="{space}" {SPACES}>{code}{body}</{kind}>'.encode()


def one(data: bytes) -> Invoice:
    (invoice,) = read(data)
    return invoice


def total(written: str, more: str = 'currencyID="EUR"') -> bytes:
    amount = f"<cbc:TaxInclusiveAmount {more}>{written}</cbc:TaxInclusiveAmount>"
    return document(f"<cac:LegalMonetaryTotal>{amount}</cac:LegalMonetaryTotal>")


def refusal(data: bytes, name: str = "") -> Finding:
    with pytest.raises(Refused) as refused:
        read(data, name)
    return refused.value.findings[0]


# --- golden documents ---


@pytest.mark.parametrize("name", ["everything", "credit"])
def test_a_document_of_our_own_is_read_to_the_last_field(name: str) -> None:
    """EX 6-a: a supplier's invoice from Peppol is the same document as one from Finvoice."""
    data = (GOLDEN / f"{name}.xml").read_bytes()
    assert one(data).as_json() == json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))
    assert one(data).findings == ()
    assert is_ubl(data)
    assert read_documents(data, name) == read(data)


@pytest.mark.parametrize("name", ["everything", "credit"])
def test_nothing_is_wrong_with_the_documents_of_our_own(name: str) -> None:
    data = (GOLDEN / f"{name}.xml").read_bytes()
    assert file_findings(data, name, SCHEMAS if SCHEMAS.is_dir() else None) == []
    assert invoice_findings(one(data)) == []


def test_the_content_of_a_file_in_the_document_is_decoded_and_a_link_is_not_fetched() -> None:
    inside, elsewhere = one((GOLDEN / "everything.xml").read_bytes()).attachments
    assert (inside.name, inside.mime_type, inside.content) == ("timmar.csv", "text/csv", b"timmar;3\n")
    assert (elsewhere.name, elsewhere.mime_type, elsewhere.content) == (
        "https://example.org/avtal.pdf",
        "text/uri-list",
        None,
    )


# --- public documents ---


def _told(root: etree._Element, *path: str) -> Decimal | None:
    """An amount by an XPath of the test's own, which knows names only."""
    steps = "/".join(f"*[local-name()='{step}']" for step in path)
    found: Any = root.xpath(f"string({steps})")
    return Decimal(found.strip()) if found.strip() else None


@needs_standards
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_public_example_is_read_with_its_totals_or_refused_by_name(path: Path) -> None:
    data = path.read_bytes()
    root = etree.fromstring(data)
    assert is_ubl(data)
    if path.name in OTHER_DOCUMENTS:
        found = refusal(data, path.name)
        assert (found.rule, found.where) == ("invoice_other_document", path.name)
        assert (found.value or "").endswith("}ApplicationResponse")
        return
    invoice = one(data)
    sign = -1 if root.tag == CREDIT_NOTE else 1
    sums = {
        "line_total": "LineExtensionAmount",
        "net": "TaxExclusiveAmount",
        "total": "TaxInclusiveAmount",
        "allowances": "AllowanceTotalAmount",
        "charges": "ChargeTotalAmount",
        "paid": "PrepaidAmount",
        "rounding": "PayableRoundingAmount",
        "payable": "PayableAmount",
    }
    for name, element in sums.items():
        told = _told(root, "LegalMonetaryTotal", element)
        assert getattr(invoice, name) == (None if told is None else told * sign), name
    lines: Any = root.xpath("*[local-name()='InvoiceLine' or local-name()='CreditNoteLine']")
    nets = [_told(line, "LineExtensionAmount") for line in lines]
    assert [line.net for line in invoice.lines] == [None if net is None else net * sign for net in nets]
    parts: Any = root.xpath("*[local-name()='TaxTotal']/*[local-name()='TaxSubtotal']")
    told_parts = [_told(part, "TaxAmount") for part in parts]
    assert [part.amount for part in invoice.vat_breakdown] == [
        None if amount is None else amount * sign for amount in told_parts
    ]
    vat = _told(root, "TaxTotal", "TaxAmount")
    assert invoice.vat == (None if vat is None else vat * sign)
    assert invoice.findings == ()
    assert invoice.type_code == ("INV02" if sign < 0 else "INV01")


@needs_standards
def test_the_public_examples_hold_no_contradiction_about_what_is_owed() -> None:
    errors = [
        (path.name, finding.rule)
        for path in EXAMPLES
        if path.name not in OTHER_DOCUMENTS
        for finding in check_file(path.read_bytes(), None)
        if finding.severity == "error"
    ]
    assert errors == []


@needs_standards
@pytest.mark.parametrize("path", UNITS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_fragments_of_the_public_rule_tests_never_harm(path: Path) -> None:
    root = etree.fromstring(path.read_bytes())
    found = list(root.iter(INVOICE, CREDIT_NOTE))
    for element in found:
        data = etree.tostring(element)
        invoice = one(data)
        assert invoice == invoice_of(Opened(element))
        invoice.as_json()
        check(invoice)
        check_file(data, None)
    assert found or b"testSet" in path.read_bytes()
    assert refusal(path.read_bytes()).rule == "invoice_other_document"


# --- refusals and the envelope ---

ENVELOPE = (
    '<StandardBusinessDocument xmlns="http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader">'
    "<StandardBusinessDocumentHeader><DocumentIdentification><InstanceIdentifier>{id}</InstanceIdentifier>"
    "</DocumentIdentification></StandardBusinessDocumentHeader>{inner}</StandardBusinessDocument>"
)


def test_an_invoice_in_its_business_envelope_is_read_with_the_identifier_of_its_message() -> None:
    inner = document("<cbc:ID>7</cbc:ID>").decode()
    data = ENVELOPE.format(id="m-1", inner=inner).encode()
    assert is_ubl(data)
    assert (one(data).number, one(data).message_id) == ("7", "m-1")


@pytest.mark.parametrize(
    ("data", "rule", "kind"),
    [
        (b"", "xml_empty", None),
        (b"Invoice", "xml_not_well_formed", None),
        (b"<Invoice/>", "invoice_other_document", "Invoice"),
        (b'<Invoice xmlns="urn:wrong"/>', "invoice_other_document", "{urn:wrong}Invoice"),
        (
            document(kind="Order"),
            "invoice_other_document",
            "{urn:oasis:names:specification:ubl:schema:xsd:Order-2}Order",
        ),
        (
            document().replace(b"Invoice-2", b"CreditNote-2"),
            "invoice_other_document",
            "{urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2}Invoice",
        ),
        (ENVELOPE.format(id="", inner="").encode(), "invoice_other_document", "?"),
        (ENVELOPE.format(id="", inner=document().decode() * 2).encode(), "invoice_other_document", "?"),
        (ENVELOPE.format(id="", inner="<x/>").encode(), "invoice_other_document", None),
    ],
)
def test_what_is_no_invoice_is_refused_by_name(data: bytes, rule: str, kind: str | None) -> None:
    found = refusal(data, "file.xml")
    assert (found.rule, found.where) == (rule, "file.xml")
    assert kind is None or found.value == kind
    assert [finding.rule for finding in check_file(data, None)] == [rule]


@pytest.mark.parametrize(
    "data", [b"", b"<", b"<!--", b"<a", b"\xff<Invoice>", b"Invoice", b"<Finvoice>", b"{}"]
)
def test_what_does_not_begin_like_ubl_is_left_to_others(data: bytes) -> None:
    assert not is_ubl(data)


# --- lenience ---


def test_what_a_file_does_not_say_is_none() -> None:
    invoice = one(document("<cbc:ID/><cbc:BuyerReference>  </cbc:BuyerReference>", currency=""))
    assert (invoice.number, invoice.buyer_reference, invoice.currency, invoice.type_code) == (None,) * 4
    assert (invoice.total, invoice.due_date, invoice.lines, invoice.notes) == (None, None, (), ())
    assert invoice.findings == ()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(invoice=invoices())
def test_what_is_written_is_read_back_the_same(invoice: Invoice) -> None:
    found = one(ubl(invoice))
    kind = "credit note" if invoice.type_code == "INV02" else "invoice"
    assert found == replace(invoice, format=f"ubl 2.1 {kind}")


# --- values ---

# text, amount or None with a finding
AMOUNTS = (
    ("1205.00", "1205.00"),
    ("1205", "1205"),
    ("-7.5", "-7.5"),
    ("+7.5", "7.5"),
    ("7.", "7"),
    (".5", "0.5"),
    (" 1.005 ", "1.005"),
    ("-0.00", "0.00"),
    ("1205,50", "1205.50"),
    ("1 205.50", "1205.50"),
    ("999999999999999.99", "999999999999999.99"),
    ("1,205", None),
    ("1,205.00", None),
    ("1234567890123456", None),
    ("9" * 400, None),
    ("1e400", None),
    ("1E5", None),
    ("NaN", None),
    ("INF", None),
    ("--1", None),
    ("1.2.3", None),
    (".", None),
    ("٣.00", None),
    ("0x10", None),
    ("1<!-- -->2.00", None),
    ("1<?x y?>2.00", None),
    ("1<b/>2.00", None),
)


@pytest.mark.parametrize(("written", "amount"), AMOUNTS)
def test_an_amount_is_read_in_one_way_or_not_at_all(written: str, amount: str | None) -> None:
    invoice = one(total(written))
    assert invoice.total == (None if amount is None else Decimal(amount))
    assert amount is None or not invoice.total or f"{invoice.total:f}" == amount.lstrip("+")
    assert [finding.severity for finding in invoice.findings] == ([] if amount is not None else ["error"])
    assert all(
        finding.where == "cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount" for finding in invoice.findings
    )


def test_zero_has_no_sign() -> None:
    assert str(one(total("-0.00")).total) == "0.00"
    credit = total("0.00").replace(b"Invoice-2", b"CreditNote-2").replace(b"Invoice ", b"CreditNote ")
    credit = credit.replace(b"</Invoice>", b"</CreditNote>")
    assert str(one(credit).total) == "0.00"


def test_an_amount_in_another_currency_is_not_taken() -> None:
    invoice = one(total("1.00", 'currencyID="SEK"'))
    assert invoice.total is None
    (found,) = invoice.findings
    assert (found.rule, found.value, found.detail) == ("invoice_currency_mixed", "SEK", {"currency": "EUR"})


def test_tax_that_is_repeated_in_another_currency_is_passed_over() -> None:
    taxes = "".join(
        f'<cac:TaxTotal><cbc:TaxAmount currencyID="{code}">{amount}</cbc:TaxAmount></cac:TaxTotal>'
        for code, amount in (("SEK", "11.00"), ("EUR", "1.00"))
    )
    invoice = one(document(taxes))
    assert (invoice.vat, invoice.findings) == (Decimal("1.00"), ())


def test_two_sums_of_vat_in_one_currency_leave_it_open() -> None:
    taxes = "".join(
        f'<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">{amount}</cbc:TaxAmount></cac:TaxTotal>'
        for amount in ("1.00", "1.10")
    )
    invoice = one(document(taxes))
    assert (invoice.vat, [found.rule for found in invoice.findings]) == (None, ["invoice_value_twice"])


def test_a_value_that_stands_twice_and_differs_is_not_read() -> None:
    """What can be read in two ways: the first program takes the one, the next the other."""
    twice = "<cbc:ID>A</cbc:ID><cbc:ID>{}</cbc:ID>"
    assert one(document(twice.format("A"))).number == "A"
    invoice = one(document(twice.format("B")))
    assert invoice.number is None
    assert [(found.rule, found.value, dict(found.detail)) for found in invoice.findings] == [
        ("invoice_value_twice", "A", {"other": "B"})
    ]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-03-02", date(2026, 3, 2)),
        ("2026-03-02Z", date(2026, 3, 2)),
        ("2026-03-02+02:00", date(2026, 3, 2)),
        ("2026-02-30", None),
        ("20260302", None),
        ("0226-01-15", None),
        ("02.03.2026", None),
        ("2026-03-02T10:00:00", None),
    ],
)
def test_a_date_is_read_or_named(written: str, day: date | None) -> None:
    invoice = one(document(f"<cbc:IssueDate>{written}</cbc:IssueDate>"))
    assert invoice.issue_date == day
    assert [finding.rule for finding in invoice.findings] == ([] if day else ["invoice_date_unclear"])


@pytest.mark.parametrize(
    ("scheme", "value", "address"),
    [
        ("0216", "003702454401", "003702454401"),
        ("0216", "00370245440112345", "00370245440112345"),
        ("0037", "02454401", "003702454401"),
        ("0037", "003702454401", "003702454401"),
        ("0037", "0245440112345", "00370245440112345"),
        ("0216", "0216:003702454401", "003702454401"),
        (None, "0037:02454401", "003702454401"),
        (None, "0216:003702454401", "003702454401"),
        ("0216", "003702454402", "0216:003702454402"),
        ("0037", "02454402", "0037:02454402"),
        ("0007", "5560000000", "0007:5560000000"),
        (None, "5560000000", "5560000000"),
    ],
)
def test_a_finnish_peppol_id_in_any_form_shows_its_edi_code(
    scheme: str | None, value: str, address: str
) -> None:
    """EX 6-a, EX 6-b: 0037:02454401 is 003702454401; what is no valid EDI code stays as written."""
    named = "" if scheme is None else f' schemeID="{scheme}"'
    party = f"<cac:Party><cbc:EndpointID{named}>{value}</cbc:EndpointID></cac:Party>"
    invoice = one(document(f"<cac:AccountingCustomerParty>{party}</cac:AccountingCustomerParty>"))
    assert invoice.buyer.einvoice_address == address


@pytest.mark.parametrize(
    ("kind", "code", "type_code", "type_text", "rule"),
    [
        ("Invoice", "380", "INV01", None, None),
        ("Invoice", "384", "INV01", "384", None),
        ("Invoice", "386", "INV01", "386", None),
        ("Invoice", "325", "INV06", "325", None),
        ("Invoice", "389", "INV07", "389", None),
        ("Invoice", "381", "INV02", None, None),
        ("Invoice", "396", "INV02", "396", None),
        ("Invoice", "999", None, "999", "invoice_type_unknown"),
        ("Invoice", "", None, None, None),
        ("CreditNote", "381", "INV02", None, None),
        ("CreditNote", "261", "INV02", "261", None),
        ("CreditNote", "", "INV02", None, None),
        ("CreditNote", "380", "INV02", None, "invoice_type_contradicts"),
    ],
)
def test_types_and_their_signs(
    kind: str, code: str, type_code: str | None, type_text: str | None, rule: str | None
) -> None:
    amount = '<cbc:PayableAmount currencyID="EUR">10.00</cbc:PayableAmount>'
    body = f"<cbc:{kind}TypeCode>{code}</cbc:{kind}TypeCode><cac:LegalMonetaryTotal>{amount}</cac:LegalMonetaryTotal>"
    invoice = one(document(body, kind))
    assert (invoice.type_code, invoice.type_text) == (type_code, type_text)
    assert invoice.payable == Decimal("-10.00" if type_code == "INV02" else "10.00")
    assert [found.rule for found in invoice.findings] == ([rule] if rule else [])


def test_a_negative_invoice_keeps_its_sign_and_a_negative_credit_note_is_questioned() -> None:
    assert one(total("-10.00")).total == Decimal("-10.00")
    data = (GOLDEN / "credit.xml").read_bytes().replace(b">30.12<", b">-30.12<")
    found = {finding.rule: finding.severity for finding in check(one(data))}
    assert found["invoice_credit_positive"] == "error"


def test_an_indicator_that_is_neither_yes_nor_no_leaves_the_amount_out() -> None:
    body = "<cac:AllowanceCharge><cbc:ChargeIndicator>kanske</cbc:ChargeIndicator></cac:AllowanceCharge>"
    invoice = one(document(body))
    assert invoice.allowances_and_charges == ()
    assert [found.where for found in invoice.findings] == ["cac:AllowanceCharge[1]/cbc:ChargeIndicator"]


@pytest.mark.parametrize("written", ["%%%", "YWJjé", "YWJ"])
def test_a_file_that_cannot_be_decoded_is_named(written: str) -> None:
    inner = f'<cbc:EmbeddedDocumentBinaryObject filename="a.pdf">{written}</cbc:EmbeddedDocumentBinaryObject>'
    body = f"<cac:Attachment>{inner}</cac:Attachment>"
    invoice = one(document(f"<cac:AdditionalDocumentReference>{body}</cac:AdditionalDocumentReference>"))
    assert [file.content for file in invoice.attachments] == [None]
    assert [(found.rule, found.value) for found in invoice.findings] == [
        ("invoice_attachment_unreadable", "a.pdf")
    ]


def test_a_large_file_is_read_whole() -> None:
    content = bytes(range(256)) * 20_000  # five megabytes
    inner = base64.b64encode(content).decode()
    file = f"<cbc:EmbeddedDocumentBinaryObject>{inner}</cbc:EmbeddedDocumentBinaryObject>"
    body = f"<cac:Attachment>{file}</cac:Attachment>"
    reference = f"<cac:AdditionalDocumentReference><cbc:ID>F</cbc:ID>{body}</cac:AdditionalDocumentReference>"
    (read_back,) = one(document(reference)).attachments
    assert (read_back.name, read_back.content) == ("F", content)


def test_the_account_and_its_reference_belong_together() -> None:
    bare = "<cac:PaymentMeans><cbc:PaymentID>1</cbc:PaymentID></cac:PaymentMeans>"
    account = "<cac:PayeeFinancialAccount><cbc:ID>FI12 9999 9900 0000 17</cbc:ID></cac:PayeeFinancialAccount>"
    with_account = f"<cac:PaymentMeans><cbc:PaymentID>RF98 1111 2</cbc:PaymentID>{account}</cac:PaymentMeans>"
    invoice = one(document(bare + with_account))
    assert (invoice.seller.iban, invoice.reference) == ("FI1299999900000017", "RF9811112")
    unnamed = one(document(bare + f"<cac:PaymentMeans>{account}</cac:PaymentMeans>"))
    assert (unnamed.seller.iban, unnamed.reference) == ("FI1299999900000017", "1")


# --- places and schemas ---


def test_a_finding_names_the_place_in_the_document() -> None:
    (found,) = [one for one in check_file(document(), None) if one.rule == "invoice_total_missing"]
    assert found.where == "cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount"
    (line,) = [
        one for one in check_file(document(kind="CreditNote"), None) if one.rule == "invoice_rows_missing"
    ]
    assert line.where == "cac:CreditNoteLine"
    assert PLACES.keys() == CREDIT_NOTE_PLACES.keys()


@pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the public schemas are kept beside the project in shared")
def test_the_schema_finds_what_our_rules_do_not_ask() -> None:
    data = (GOLDEN / "everything.xml").read_bytes()
    changed = data.replace(b"<cbc:ProfileID>", b"<cbc:ProfileId>").replace(
        b"</cbc:ProfileID>", b"</cbc:ProfileId>"
    )
    assert [found.rule for found in file_findings(changed, "a.xml", SCHEMAS)] == ["xsd_invalid"]
    assert file_findings(changed, "a.xml", None) == []


def test_a_missing_schema_is_not_silence(tmp_path: Path) -> None:
    found = check_file((GOLDEN / "credit.xml").read_bytes(), tmp_path)
    assert [(finding.rule, finding.value) for finding in found] == [("xsd_missing", "UBL-CreditNote-2.1.xsd")]
