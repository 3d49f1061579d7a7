"""Reading Finvoice of all versions: public examples, frames, lenience, values read in one way only."""

import base64
from datetime import date
from decimal import Decimal

import pytest
from finvoice_cast import CASES, GOLDEN, STANDARDS

from reskontra.documents.findings import Refused
from reskontra.documents.invoice import Invoice
from reskontra.formats.finvoice.attachments import checksum, read_attachments
from reskontra.formats.finvoice.checks import check_file
from reskontra.formats.finvoice.reader import is_finvoice, read
from reskontra.kernel.texts import text

EXAMPLES = STANDARDS / "examples"

# file, number, total, rows that count, account; or the rule that refuses it and what it names
PUBLIC_EXAMPLES = (
    ("constructed_30_state_sale.xml", ("3010000457", "1642.62", 3, "FI3550000120253504")),
    ("constructed_30_state_sale_soap.xml", ("3010000457", "1642.62", 3, "FI3550000120253504")),
    ("constructed_receiver_info_add.xml", ("finvoice_other_message", "FinvoiceReceiverInfo")),
    ("constructed_receiver_info_delete.xml", ("finvoice_other_message", "FinvoiceReceiverInfo")),
    ("constructed_sender_info_add.xml", ("finvoice_other_message", "FinvoiceSenderInfo")),
    ("constructed_sender_info_change.xml", ("finvoice_other_message", "FinvoiceSenderInfo")),
    ("fi12_official_extended.xml", ("159", "3352.98", 7, "FI2757800750155448")),
    ("fi13_example.xml", ("Test123", "30135.00", 2, "1234567")),
    ("fi201_official_pullin.xml", ("2013000018", "165.54", 1, "FI2757800750155448")),
    ("fi201_official_short.xml", ("123456", "124.00", 1, "FI7429501800000014")),
    ("fi30_energia_company_invoice.xml", ("72112700", "14268.47", 8, "FI1880012312345678")),
    ("fi30_energia_consumption.xml", ("300182935", "57.12", 9, "FI0050000198765432")),
    ("fi30_energia_final.xml", ("302437956", "9.21", 3, "FI0050000198765432")),
    ("fi30_official_short.xml", ("123456", "124.00", 1, "FI7429501800000014")),
    ("soap_frame_sample.xml", ("finvoice_other_message", "ReceiverProposal")),
)
# Examples whose total is not net and VAT, or that ask for another amount than their total.
CONTRADICT_THEMSELVES = {
    "fi12_official_extended.xml": {"invoice_sum_total"},
    "fi13_example.xml": {"invoice_sum_payable"},
}
needs_examples = pytest.mark.skipif(
    not EXAMPLES.is_dir(),
    reason="the public examples are kept beside the project in shared/standards/finvoice",
)


def finvoice(
    details: str = "", *, root: str = "", rows: str = "", payment: str = "", version: str = "3.0"
) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Finvoice Version="{version}">{root}'
        f"<InvoiceDetails>{details}</InvoiceDetails>{rows}"
        f"<EpiDetails><EpiPaymentInstructionDetails>{payment}</EpiPaymentInstructionDetails></EpiDetails></Finvoice>"
    ).encode()


def one(data: bytes) -> Invoice:
    (invoice,) = read(data)
    return invoice


def rule_of(data: bytes) -> str:
    with pytest.raises(Refused) as refused:
        read(data)
    return refused.value.findings[0].rule


@needs_examples
@pytest.mark.parametrize(("name", "expected"), PUBLIC_EXAMPLES)
def test_every_public_example_has_its_known_outcome(name: str, expected: tuple[object, ...]) -> None:
    data = (EXAMPLES / name).read_bytes()
    if len(expected) == 2:
        with pytest.raises(Refused) as refused:
            read(data, name)
        finding = refused.value.findings[0]
        assert (finding.rule, finding.value, finding.where) == (*expected, name)
        return
    invoice = one(data)
    assert (invoice.number, str(invoice.total), len(invoice.lines), invoice.seller.iban) == expected
    assert invoice.findings == ()
    assert is_finvoice(data)


@needs_examples
def test_the_table_of_public_examples_is_complete() -> None:
    assert {path.name for path in EXAMPLES.iterdir()} == {name for name, _ in PUBLIC_EXAMPLES}


@needs_examples
def test_the_identifiers_of_the_state_are_read_from_their_elements() -> None:
    invoice = one((EXAMPLES / "constructed_30_state_sale_soap.xml").read_bytes())
    assert invoice.agreement == "VK/1234/2025"
    assert invoice.order == "TIL-88123"
    assert invoice.accounting == "4300;ABC100;P-2026-17"
    assert invoice.site == "TP-0612"
    assert invoice.buyer_reference == "KOST-4711/Lindström"
    assert invoice.buyer.number == "100245"
    assert invoice.lines[0].accounting == "4300;ABC100"
    assert (invoice.seller.einvoice_address, invoice.seller.einvoice_operator) == ("003702454401", "EUPEPPOL")
    assert (invoice.specification, invoice.format) == ("EN16931", "finvoice 3.0")


@needs_examples
@pytest.mark.parametrize("name", [name for name, outcome in PUBLIC_EXAMPLES if len(outcome) == 4])
def test_faults_of_incoming_examples_are_warnings_unless_the_amount_owed_is_open(name: str) -> None:
    findings = check_file((EXAMPLES / name).read_bytes(), None)
    errors = {finding.rule for finding in findings if finding.severity == "error"}
    assert errors == CONTRADICT_THEMSELVES.get(name, set())


@pytest.mark.parametrize("version", ["1.2", "1.3", "2.0", "2.01", "3.0"])
def test_known_versions_are_read(version: str) -> None:
    assert one(finvoice("<InvoiceNumber>7</InvoiceNumber>", version=version)).number == "7"


@pytest.mark.parametrize("version", ["", "1.0", "2.02", "3.1", "4.0"])
def test_unknown_versions_are_refused(version: str) -> None:
    assert rule_of(finvoice(version=version)) == "finvoice_version"


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "xml_empty"),
        (b"  \n", "xml_empty"),
        (b"Finvoice", "finvoice_not_xml"),
        (b"<Invoice/>", "finvoice_other_message"),
        (b'<f:Finvoice xmlns:f="x" Version="3.0"/>', "finvoice_other_message"),
        (b'<Finvoice xmlns="x" Version="3.0"/>', "finvoice_other_message"),
        (b'<Finvoiceack Version="2.0"/>', "finvoice_other_message"),
        (b'<S:Envelope xmlns:S="urn:other"/>', "finvoice_frame_unknown"),
        (b'<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"/>', "finvoice_frame_alone"),
    ],
)
def test_what_is_no_invoice_is_refused_by_name(data: bytes, rule: str) -> None:
    assert rule_of(data) == rule


def test_what_a_file_does_not_say_is_none() -> None:
    invoice = one(finvoice("<InvoiceNumber/><OrderIdentifier>  </OrderIdentifier>"))
    assert invoice.number is None
    assert invoice.order is None
    assert (invoice.total, invoice.due_date, invoice.lines, invoice.notes) == (None, None, (), ())
    assert invoice.findings == ()


# text, amount or None with a finding
AMOUNTS = (
    ("1205,00", "1205.00"),
    ("-7", "-7"),
    ("0,5", "0.5"),
    ("1234,56789", "1234.56789"),
    ("12,005", "12.005"),
    ("1205.00", "1205.00"),
    ("1 205,00", "1205.00"),
    ("-0,00", "0"),
    ("999999999999999,99", "999999999999999.99"),
    ("1.205", None),
    ("1e5", None),
    ("1E5", None),
    ("+1,00", None),
    ("1,00-", None),
    ("1,,00", None),
    ("1.205,00", None),
    ("1 2 05,00", None),
    ("1234567890123456,00", None),
    ("NaN", None),
    ("Infinity", None),
    ("٣,00", None),
    ("0x10", None),
    ("1<!-- -->2,00", None),
    ("1<?x y?>2,00", None),
    ("1<b/>2,00", None),
)


@pytest.mark.parametrize(("written", "amount"), AMOUNTS)
def test_an_amount_is_read_in_one_way_or_not_at_all(written: str, amount: str | None) -> None:
    name = "InvoiceTotalVatIncludedAmount"
    invoice = one(finvoice(f'<{name} AmountCurrencyIdentifier="EUR">{written}</{name}>'))
    assert invoice.total == (None if amount is None else Decimal(amount))
    assert [finding.severity for finding in invoice.findings] == ([] if amount is not None else ["error"])


def test_an_amount_in_another_currency_is_not_taken() -> None:
    details = (
        '<InvoiceTotalVatExcludedAmount AmountCurrencyIdentifier="SEK">10,00</InvoiceTotalVatExcludedAmount>'
        '<InvoiceTotalVatIncludedAmount AmountCurrencyIdentifier="EUR">1,00</InvoiceTotalVatIncludedAmount>'
    )
    invoice = one(finvoice(details))
    assert (invoice.currency, invoice.total, invoice.net) == ("EUR", Decimal("1.00"), None)
    assert [finding.rule for finding in invoice.findings] == ["finvoice_currency_mixed"]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("20260302", date(2026, 3, 2)),
        ("2026-03-02", date(2026, 3, 2)),
        ("20260230", None),
        ("0226-01-15", None),
        ("02260115", None),
        ("2026032", None),
        ("2.3.2026", None),
        ("2026-0302", None),
    ],
)
def test_a_date_is_read_or_named(written: str, day: date | None) -> None:
    invoice = one(finvoice(f'<InvoiceDate Format="CCYYMMDD">{written}</InvoiceDate>'))
    assert invoice.issue_date == day
    assert [finding.rule for finding in invoice.findings] == ([] if day else ["finvoice_date_unclear"])


@pytest.mark.parametrize(
    ("written", "reference"),
    [
        ("00000000000002348236", "2348236"),
        ("2348236", "2348236"),
        ("23 48236", "2348236"),
        ("RF9811112", "RF9811112"),
        ("RF98 1111 2", "RF9811112"),
        ("00000000000000000000", None),
    ],
)
def test_a_reference_loses_its_filling_zeros(written: str, reference: str | None) -> None:
    payment = f"<EpiRemittanceInfoIdentifier>{written}</EpiRemittanceInfoIdentifier>"
    assert one(finvoice(payment=payment)).reference == reference


def test_rows_of_subtotals_never_enter_the_rows() -> None:
    rows = (
        "<InvoiceRow><ArticleName>A</ArticleName><RowVatExcludedAmount>10,00</RowVatExcludedAmount></InvoiceRow>"
        "<InvoiceRow><SubInvoiceRow><SubArticleName>Sum</SubArticleName><SubRowVatExcludedAmount>10,00"
        "</SubRowVatExcludedAmount></SubInvoiceRow></InvoiceRow>"
        "<InvoiceRow><ArticleName>B</ArticleName><RowVatExcludedAmount>5,00</RowVatExcludedAmount>"
        "<SubInvoiceRow><SubArticleName>All</SubArticleName></SubInvoiceRow></InvoiceRow>"
    )
    invoice = one(finvoice(rows=rows))
    assert [(line.name, line.net) for line in invoice.lines] == [
        ("A", Decimal("10.00")),
        ("B", Decimal("5.00")),
    ]


def test_quantity_unit_and_price_come_from_the_first_element_that_says_them() -> None:
    rows = (
        '<InvoiceRow><DeliveredQuantity QuantityUnitCode="kpl">1000</DeliveredQuantity>'
        "<UnitPriceAmount>50,00</UnitPriceAmount><UnitPriceNetAmount>40,00</UnitPriceNetAmount>"
        "<UnitPriceBaseQuantity>100</UnitPriceBaseQuantity><RowPositionIdentifier>7</RowPositionIdentifier>"
        "<RowFreeText>ett</RowFreeText><RowFreeText>två</RowFreeText></InvoiceRow>"
        '<InvoiceRow><InvoicedQuantity QuantityUnitCodeUN="HUR">2,5</InvoicedQuantity>'
        "<RowPositionIdentifier>A1</RowPositionIdentifier></InvoiceRow>"
    )
    first, second = one(finvoice(rows=rows)).lines
    assert (first.position, first.quantity, first.unit, first.unit_price) == (7, 1000, "kpl", Decimal("0.4"))
    assert first.text == "ett\ntvå"
    assert (second.position, second.quantity, second.unit) == (2, Decimal("2.5"), "HUR")


def test_an_unreadable_quantity_is_named_and_left_out() -> None:
    invoice = one(finvoice(rows="<InvoiceRow><InvoicedQuantity>två</InvoicedQuantity></InvoiceRow>"))
    assert invoice.lines[0].quantity is None
    assert [(f.rule, f.severity, f.value) for f in invoice.findings] == [
        ("finvoice_quantity_unclear", "warning", "två")
    ]


def test_identifiers_that_all_rows_agree_on_stand_in_for_the_heading() -> None:
    agreement = "<RowAgreementIdentifier>{}</RowAgreementIdentifier>"
    row = f"<InvoiceRow><RowIdentifier>T-1</RowIdentifier>{agreement}</InvoiceRow>"
    invoice = one(finvoice(rows=row.format("S-1") + row.format("S-2")))
    assert (invoice.order, invoice.agreement) == ("T-1", None)


def test_a_due_date_of_the_payment_part_counts_but_for_credit_notes() -> None:
    payment = '<EpiDateOptionDate Format="CCYYMMDD">20261214</EpiDateOptionDate>'
    assert one(finvoice(payment=payment)).due_date == date(2026, 12, 14)
    credit = finvoice("<InvoiceTypeCode>INV02</InvoiceTypeCode>", payment=payment)
    assert one(credit).due_date is None


def test_breakdowns_in_a_second_currency_are_left_out() -> None:
    base = '<VatBaseAmount AmountCurrencyIdentifier="{}">1,00</VatBaseAmount>'
    part = f"<VatSpecificationDetails>{base}</VatSpecificationDetails>"
    total = (
        '<InvoiceTotalVatIncludedAmount AmountCurrencyIdentifier="EUR">1,00</InvoiceTotalVatIncludedAmount>'
    )
    invoice = one(finvoice(total + part.format("EUR") + part.format("SEK")))
    assert len(invoice.vat_breakdown) == 1


def test_a_bban_is_not_taken_for_an_iban() -> None:
    root = (
        "<SellerInformationDetails><SellerAccountDetails>"
        '<SellerAccountID IdentificationSchemeName="IBAN">FI12 9999 9900 0000 17</SellerAccountID>'
        "<SellerBic>NDEAFIHH</SellerBic></SellerAccountDetails></SellerInformationDetails>"
        "<EpiDetails><EpiPartyDetails><EpiBeneficiaryPartyDetails>"
        '<EpiAccountID IdentificationSchemeName="BBAN">99999900000017</EpiAccountID>'
        "</EpiBeneficiaryPartyDetails></EpiPartyDetails></EpiDetails>"
    )
    seller = one(finvoice(root=root)).seller
    assert (seller.iban, seller.bic) == ("FI1299999900000017", "NDEAFIHH")


FRAME = (
    '<S:Envelope xmlns:S="{soap}" xmlns:eb="http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd">'
    "<S:Header><eb:MessageHeader>"
    "<eb:From><eb:PartyId>003790000011</eb:PartyId><eb:Role>Sender</eb:Role></eb:From>"
    "<eb:From><eb:PartyId>OKOYFIHH</eb:PartyId><eb:Role>Intermediator</eb:Role></eb:From>"
    "<eb:To><eb:PartyId>003790000038</eb:PartyId><eb:Role>Receiver</eb:Role></eb:To>"
    "<eb:MessageData><eb:MessageId>M-1</eb:MessageId></eb:MessageData>"
    "</eb:MessageHeader></S:Header><S:Body/></S:Envelope>\n"
)


@pytest.mark.parametrize(
    "soap",
    [
        "http://schemas.xmlsoap.org/soap/envelope/",
        "http://www.w3.org/2001/12/soap-envelope",
        "http://www.w3.org/2003/05/soap-envelope",
    ],
)
def test_the_frame_says_what_the_message_does_not(soap: str) -> None:
    invoice = one(FRAME.format(soap=soap).encode() + finvoice("<InvoiceNumber>1</InvoiceNumber>"))
    assert invoice.message_id == "M-1"
    assert (invoice.seller.einvoice_address, invoice.seller.einvoice_operator) == ("003790000011", "OKOYFIHH")
    assert (invoice.buyer.einvoice_address, invoice.buyer.einvoice_operator) == ("003790000038", None)


def test_several_messages_with_and_without_frames_are_read_in_order() -> None:
    framed = FRAME.format(soap="http://schemas.xmlsoap.org/soap/envelope/").encode()
    data = framed + finvoice("<InvoiceNumber>1</InvoiceNumber>") + b"\r\n\xef\xbb\xbf"
    data += (
        finvoice("<InvoiceNumber>2</InvoiceNumber>")
        + b"<!-- end -->"
        + finvoice("<InvoiceNumber>3</InvoiceNumber>")
    )
    invoices = read(data)
    assert [(invoice.number, invoice.message_id) for invoice in invoices] == [
        ("1", "M-1"),
        ("2", None),
        ("3", None),
    ]


def test_two_frames_in_a_row_are_refused() -> None:
    framed = FRAME.format(soap="http://schemas.xmlsoap.org/soap/envelope/").encode()
    assert rule_of(framed + framed + finvoice()) == "finvoice_frame_alone"


def test_an_envelope_shares_the_encoding_of_its_message() -> None:
    envelope = FRAME.format(soap="http://schemas.xmlsoap.org/soap/envelope/").replace("M-1", "Mä-1")
    document = finvoice("<InvoiceNumber>å</InvoiceNumber>").replace(b"UTF-8", b"ISO-8859-15")
    data = envelope.encode("iso8859-15") + document.decode().encode("iso8859-15")
    invoice = one(data)
    assert (invoice.message_id, invoice.number) == ("Mä-1", "å")


def attachments(refers_to: str = "M-1", content: bytes = b"%PDF-1.7", sha1: str | None = None) -> bytes:
    coded = base64.b64encode(content).decode()
    return (
        '<?xml version="1.0" encoding="ISO-8859-15"?>\n<FinvoiceAttachments Version="1.0">'
        "<MessageTransmissionDetails>"
        f"<MessageDetails><MessageIdentifier>{refers_to}::attachments</MessageIdentifier>"
        f"<RefToMessageIdentifier>{refers_to}</RefToMessageIdentifier></MessageDetails></MessageTransmissionDetails>"
        f"<AttachmentDetails><AttachmentContent>\n{coded}\n</AttachmentContent>"
        "<AttachmentName>beslut.pdf</AttachmentName>"
        "<AttachmentMimeType>application/pdf</AttachmentMimeType>"
        f"<AttachmentSecureHash>{sha1 or checksum(coded)}</AttachmentSecureHash>"
        "</AttachmentDetails></FinvoiceAttachments>"
    ).encode()


def framed_invoice() -> bytes:
    framed = FRAME.format(soap="http://schemas.xmlsoap.org/soap/envelope/").encode()
    return framed + finvoice("<InvoiceNumber>1</InvoiceNumber>")


def test_attachments_come_to_the_invoice_that_they_name() -> None:
    (found,) = one(framed_invoice() + attachments()).attachments
    assert (found.name, found.mime_type, found.content) == ("beslut.pdf", "application/pdf", b"%PDF-1.7")


def test_a_large_attachment_is_read_without_a_tree() -> None:
    content = bytes(range(256)) * 50_000  # 12,8 MB; one text node of a tree ends at 10 MB
    message = read_attachments(attachments(content=content))
    assert message.invoice_message_id == "M-1"
    assert message.attachments[0].content == content


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (framed_invoice() + attachments(refers_to="M-2"), "finvoice_attachments_alone"),
        (attachments(), "finvoice_attachments_alone"),
        (framed_invoice() + attachments(sha1="0" * 40), "finvoice_attachment_checksum"),
        (framed_invoice() + attachments().replace(b"JVBER", b"JVB!R"), "finvoice_attachment_not_base64"),
    ],
)
def test_attachments_that_cannot_be_trusted_are_refused(data: bytes, rule: str) -> None:
    assert rule_of(data) == rule
    assert [finding.rule for finding in check_file(data, None) if finding.rule == rule]


def test_an_invoice_is_not_an_attachments_message() -> None:
    with pytest.raises(Refused, match="finvoice_attachments_expected"):
        read_attachments(finvoice())


@pytest.mark.parametrize("name", CASES)
def test_golden_messages_are_known_at_sight(name: str) -> None:
    data = (GOLDEN / f"{name}.xml").read_bytes()
    assert is_finvoice(data)
    assert is_finvoice(data[data.index(b"<?xml") :])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\x01",
        b"PK\x03\x04",
        b"<Invoice xmlns='urn:ubl'/>",
        b"<?xml",
        b"<!-- ",
        b"<S:Envelope/>",
        b"a;b;c",
    ],
)
def test_other_files_are_not_taken_for_finvoice(data: bytes) -> None:
    assert not is_finvoice(data)


def test_a_refusal_reads_as_a_sentence_in_every_language() -> None:
    with pytest.raises(Refused) as refused:
        read(b'<FinvoiceSenderInfo Version="2.0"/>')
    finding = refused.value.findings[0]
    for language in ("sv", "fi", "en"):
        assert "FinvoiceSenderInfo" in text(f"finding.{finding.rule}", language, value=finding.value)
