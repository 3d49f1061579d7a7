"""Writing Finvoice 3.0: golden files, the public schema, the frame, and any text whatever."""

import html
import re
from dataclasses import fields, replace
from datetime import datetime
from decimal import Decimal

import pytest
from finvoice_cast import (
    BIC,
    CASES,
    CITIZEN,
    GOLDEN,
    IBAN,
    SENT,
    STANDARDS,
    Case,
    commercial,
    credit,
    foreign,
    internal,
    public_law,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from reskontra.documents.findings import Refused
from reskontra.documents.invoice import Invoice, Party
from reskontra.formats.finvoice.checks import check, check_file
from reskontra.formats.finvoice.latin9 import encodable, encoded, is_encodable, markup
from reskontra.formats.finvoice.reader import read
from reskontra.formats.finvoice.writer import Message, frame, payment_notes, type_text, write

SCHEMAS = STANDARDS / "xsd"
needs_schemas = pytest.mark.skipif(
    not SCHEMAS.is_dir(), reason="the public schemas are kept beside the project in shared/standards/finvoice"
)


def _document(case: Case) -> etree._Element:
    return etree.fromstring(write(case.invoice, case.message))


def _text(case: Case, path: str) -> str | None:
    return _document(case).findtext(path)


@pytest.mark.parametrize("name", CASES)
def test_a_message_is_written_as_its_golden_file_says(name: str) -> None:
    case = CASES[name]()
    assert frame(case.invoice, case.message) == (GOLDEN / f"{name}.xml").read_bytes()


@needs_schemas
@pytest.mark.parametrize("name", CASES)
def test_a_golden_file_is_valid_and_nothing_is_wrong_with_it(name: str) -> None:
    assert check_file((GOLDEN / f"{name}.xml").read_bytes(), SCHEMAS, outgoing=True) == []


@pytest.mark.parametrize("name", CASES)
def test_what_is_written_reads_back_equal(name: str) -> None:
    case = CASES[name]()
    (found,) = read(frame(case.invoice, case.message))
    expected = case.invoice
    if name == "foreign":  # the ring above a u is not in ISO-8859-15
        (row,) = expected.lines
        expected = replace(expected, lines=(replace(row, name="Kalibrering åt Škoduv ústav"),))
    for field in fields(Invoice):
        assert getattr(found, field.name) == getattr(expected, field.name), field.name


def test_a_batch_is_the_messages_one_after_another() -> None:
    cases = [make() for make in CASES.values()]
    batch = b"".join(frame(case.invoice, case.message) for case in cases)
    assert [invoice.number for invoice in read(batch)] == [case.invoice.number for case in cases]


# OC 3.5.2-a: element, and the field of the commercial invoice that it holds
IDENTIFIERS = (
    ("InvoiceDetails/AgreementIdentifier", "agreement"),
    ("InvoiceDetails/OrderIdentifier", "order"),
    ("InvoiceDetails/AccountDimensionText", "accounting"),
    ("DeliverySiteCode", "site"),
    ("InvoiceDetails/BuyerReferenceIdentifier", "buyer_reference"),
)


@pytest.mark.parametrize(("path", "field"), IDENTIFIERS)
def test_each_identifier_stands_in_its_element(path: str, field: str) -> None:
    case = commercial()
    assert _text(case, path) == getattr(case.invoice, field) is not None


def test_the_contract_number_of_an_internal_invoice_keeps_what_follows_it() -> None:
    assert _text(internal(), "InvoiceDetails/BuyerReferenceIdentifier") == "VSK1000123456, Lindqvist"


def test_the_invoice_names_the_european_standard() -> None:
    path = "MessageTransmissionDetails/MessageDetails/SpecificationIdentifier"
    assert _text(public_law(), path) == "EN16931"


@pytest.mark.parametrize(
    ("type_code", "language", "un_code", "heading"),
    [
        ("INV01", "sv", "380", "Faktura"),
        ("INV01", "fi", "380", "Lasku"),
        ("INV02", "sv", "381", "Kreditfaktura"),
        ("INV02", "fi", "381", "Hyvityslasku"),
        ("INV02", "en", "381", "Credit invoice"),
        ("INV03", "fi", "380", "Korkolasku"),
        ("INV08", "sv", None, "Betalningspåminnelse"),
    ],
)
def test_the_heading_follows_the_type_and_the_language(
    type_code: str, language: str, un_code: str | None, heading: str
) -> None:
    case = public_law()
    invoice = replace(case.invoice, type_code=type_code, type_text=None, language=language)
    written = replace(case, invoice=invoice)
    assert type_text(type_code, language) == heading
    assert _text(written, "InvoiceDetails/InvoiceTypeCode") == type_code
    assert _text(written, "InvoiceDetails/InvoiceTypeText") == heading
    assert _text(written, "InvoiceDetails/InvoiceTypeCodeUN") == un_code


def test_a_credit_note_is_negative_names_its_original_and_asks_for_no_payment() -> None:
    document = _document(credit())
    assert document.findtext("InvoiceDetails/OriginalInvoiceNumber") == "3010000002"
    assert document.findtext("InvoiceDetails/OriginalInvoiceDate") == "20261123"
    payment = "EpiDetails/EpiPaymentInstructionDetails"
    assert document.findtext(f"{payment}/EpiInstructedAmount") == "-302,46"
    assert document.findtext(f"{payment}/EpiDateOptionDate") == "20261123"
    assert document.find("VirtualBankBarcode") is None
    assert document.find("InvoiceDetails/PaymentTermsDetails") is None


def test_a_cancelled_consumer_invoice_says_so() -> None:
    case = credit()
    assert _text(case, "InvoiceDetails/OriginCode") == "Original"
    cancelling = replace(case, message=replace(case.message, cancels=True))
    assert _text(cancelling, "InvoiceDetails/OriginCode") == "Cancel"


def test_the_reference_has_its_twenty_digits_and_an_rf_reference_its_scheme() -> None:
    path = "EpiDetails/EpiPaymentInstructionDetails/EpiRemittanceInfoIdentifier"
    national = _document(public_law()).find(path)
    assert national is not None
    assert (national.get("IdentificationSchemeName"), national.text) == ("SPY", "00000000030100000019")
    case = public_law()
    foreign_form = replace(case, invoice=replace(case.invoice, reference="RF98 1111 2"))
    element = _document(foreign_form).find(path)
    assert element is not None
    assert (element.get("IdentificationSchemeName"), element.text) == ("ISO", "RF9811112")


def test_a_missing_bar_code_is_built_from_the_payment() -> None:
    case = commercial()
    bare = replace(case, invoice=replace(case.invoice, barcode=None))
    assert _text(bare, "VirtualBankBarcode") == case.invoice.barcode


def test_a_long_note_is_cut_between_words_into_elements_that_fit() -> None:
    case = public_law()
    note = " ".join(f"ord{number}" for number in range(300))
    document = _document(replace(case, invoice=replace(case.invoice, notes=(note,), legal_basis=())))
    found = [element.text or "" for element in document.findall("InvoiceDetails/InvoiceFreeText")]
    assert len(found) > 1
    assert all(len(text) <= 512 for text in found)
    assert " ".join(found) == note


def test_the_legal_basis_is_told_from_the_notes_and_comes_last() -> None:
    texts = [element.text for element in _document(public_law()).findall("InvoiceDetails/InvoiceFreeText")]
    assert texts[-1] == "Avgiftsgrund: Lag om grunderna för avgifter till staten (150/1992)"
    assert texts[:2] == list(payment_notes())


def test_no_optional_element_is_empty() -> None:
    for name in CASES:
        empty = re.findall(rb"<(\w+)[^<>]*></\1>|<(\w+)[^<>]*/>", write(*_pair(name)))
        assert {one or two for one, two in empty} == {b"EpiReference"}, name  # mandatory, not in use


def _pair(name: str) -> tuple[Invoice, Message]:
    case = CASES[name]()
    return case.invoice, case.message


def test_every_line_begins_and_ends_with_markup() -> None:
    for name in CASES:
        lines = frame(*_pair(name)).decode("iso8859-15").splitlines()
        assert all(line.startswith("<") and line.endswith(">") for line in lines), name


def test_the_document_is_written_in_iso_8859_15() -> None:
    written = write(*_pair("foreign"))
    assert b'encoding="ISO-8859-15"' in written
    assert "850 €".encode("iso8859-15") in written
    assert "Škoduv ústav".encode("iso8859-15") in written


def test_a_personal_code_is_never_written_as_an_identifier() -> None:
    case = public_law()
    person = replace(CITIZEN, business_id="010190-900P", number="010190-900P")
    written = frame(replace(case.invoice, buyer=person), case.message)
    assert b"010190" not in written


def test_addresses_without_a_street_or_postcode_still_fit_the_schema_and_read_back_empty() -> None:
    case = foreign()
    buyer = replace(case.invoice.buyer, street=None, postcode=None, town="Å")
    written = frame(replace(case.invoice, buyer=buyer), case.message)
    (found,) = read(written)
    assert (found.buyer.street, found.buyer.postcode, found.buyer.town) == (None, None, "Å.")
    if SCHEMAS.is_dir():
        assert not [one for one in check_file(written, SCHEMAS) if one.rule == "xsd_invalid"]


@pytest.mark.parametrize(
    ("address", "scheme"),
    [("003790000038", "0216"), ("0007:5560000000", "0007"), ("FI1299999900000017", None), ("TE0037", None)],
)
def test_an_address_has_the_scheme_of_its_form(address: str, scheme: str | None) -> None:
    case = public_law()
    document = _document(replace(case, message=replace(case.message, receiver=address)))
    found = document.find("MessageTransmissionDetails/MessageReceiverDetails/ToIdentifier")
    assert found is not None
    assert (found.text, found.get("SchemeID")) == (address, scheme)


def test_a_message_needs_a_time_zone_and_an_identifier_that_fits() -> None:
    message = public_law().message
    with pytest.raises(ValueError, match="time zone"):
        replace(message, timestamp=datetime(2026, 11, 23))
    for identifier in ("1", "x" * 49):
        with pytest.raises(ValueError, match="2 to 48"):
            replace(message, message_id=identifier)
    assert message.timestamp == SENT


@pytest.mark.parametrize("field", ["number", "issue_date", "total"])
def test_an_invoice_without_number_date_or_total_is_not_written(field: str) -> None:
    case = public_law()
    with pytest.raises(Refused) as refused:
        write(replace(case.invoice, **{field: None}), case.message)
    assert refused.value.findings[0].rule == "finvoice_nothing_to_write"


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("1205.00", "1205,00"),
        ("0", "0,00"),
        ("-0.00", "0,00"),
        ("1E+3", "1000,00"),
        ("2.5", "2,50"),
        ("-7.00", "-7,00"),
    ],
)
def test_amounts_have_two_decimals_and_a_comma(amount: str, shown: str) -> None:
    case = public_law()
    written = replace(case, invoice=replace(case.invoice, total=Decimal(amount), payable=None))
    assert _text(written, "InvoiceDetails/InvoiceTotalVatIncludedAmount") == shown
    assert _text(written, "EpiDetails/EpiPaymentInstructionDetails/EpiInstructedAmount") == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("21 – 22 — 23", "21 - 22 - 23"),
        ("”Å”, ’ö’", "\"Å\", 'ö'"),
        ("Žižkov, Œuvre, 5 €", "Žižkov, Œuvre, 5 €"),
        ("½ och …", "1/2 och ..."),
        ("Łódź Đà Nẵng", "Lódz Dà Nang"),
        ("a\u030a\u0308", "å"),
        ("rad 1\nrad 2\tslut", "rad 1 rad 2 slut"),
        ("Ελλάδα", "??????"),
        ("\x00\x85\ud800", ""),
        ("  kant  ", "kant"),
    ],
)
def test_signs_outside_the_character_set_become_their_nearest(text: str, shown: str) -> None:
    assert encodable(text) == shown


@given(st.text(max_size=60))
def test_any_text_is_one_line_of_iso_8859_15_and_reads_back(text: str) -> None:
    shown = encodable(text)
    assert is_encodable(shown)
    assert encodable(shown) == shown
    written = encoded(markup(text)).decode("iso8859-15")
    assert html.unescape(written) == shown
    assert not set(written) & {"<", ">", '"', "'", "\n"}


TEXT_FIELDS = (
    "number",
    "order",
    "agreement",
    "buyer_reference",
    "accounting",
    "site",
    "original_number",
    "type_text",
)
PARTY_FIELDS = (
    "name",
    "name2",
    "business_id",
    "vat_id",
    "number",
    "contact_name",
    "contact_email",
    "contact_phone",
)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40), st.sampled_from(TEXT_FIELDS), st.sampled_from(PARTY_FIELDS))
def test_any_text_in_any_field_is_well_formed_and_reads_back(text: str, field: str, party_field: str) -> None:
    case = public_law()
    row = replace(case.invoice.lines[0], item=text, name=text, unit=text, accounting=text, text=text)
    buyer: Party = replace(case.invoice.buyer, **{party_field: text})
    invoice = replace(case.invoice, buyer=buyer, lines=(row,), notes=(text,), **{field: text})
    (found,) = read(frame(invoice, case.message))
    shown = encodable(text) or None
    assert getattr(found, field) == (shown or (type_text("INV01", "sv") if field == "type_text" else None))
    assert (found.lines[0].name, found.lines[0].item) == (shown, shown)
    # A name has two characters at least, so a shorter one is filled up.
    if party_field not in ("name", "name2") or (shown and len(shown) > 1 and shown != "--"):
        assert getattr(found.buyer, party_field) == shown


@pytest.mark.parametrize(
    ("unit", "code"),
    [
        *[("kpl", "C62"), ("st", "C62"), ("pcs", "C62"), ("h", "HUR"), ("tim.", "HUR"), ("kk", "MON")],
        *[("mån", "MON"), ("kg", "KGM"), ("km", "KMT"), ("m2", "MTK"), ("m²", "MTK"), ("sivu", "ZP")],
        *[("KPL", "C62"), ("HUR", "HUR"), ("v", "ANN"), ("pv", "DAY"), ("tn", "TNE"), ("tilaus", None)],
    ],
)
def test_a_unit_has_its_international_code_beside_it(unit: str, code: str | None) -> None:
    case = public_law()
    row = replace(case.invoice.lines[0], unit=unit)
    found = _document(replace(case, invoice=replace(case.invoice, lines=(row,)))).find(
        "InvoiceRow/InvoicedQuantity"
    )
    assert found is not None
    assert (found.get("QuantityUnitCode"), found.get("QuantityUnitCodeUN")) == (encodable(unit), code)


@pytest.mark.parametrize(
    ("price", "quantity", "shown"),
    [
        ("96.40", "12.5", ("96,40", "12,5")),
        ("4.12345", "10", ("4,12345", "10")),
        ("4.123456", "3.000", ("4,12346", "3")),
        ("7", "-2.50", ("7,00", "-2,5")),
        ("1E+2", "1E+3", ("100,00", "1000")),
        ("0.5", "0", ("0,50", "0")),
    ],
)
def test_prices_have_two_to_five_decimals_and_quantities_only_what_they_need(
    price: str, quantity: str, shown: tuple[str, str]
) -> None:
    case = public_law()
    row = replace(case.invoice.lines[0], unit_price=Decimal(price), quantity=Decimal(quantity))
    document = _document(replace(case, invoice=replace(case.invoice, lines=(row,))))
    found = tuple(
        document.findtext(f"InvoiceRow/{name}") for name in ("UnitPriceNetAmount", "InvoicedQuantity")
    )
    assert found == shown


@pytest.mark.parametrize(
    ("percent", "shown"), [("25.5", "25,5"), ("14", "14,0"), ("0", "0,0"), ("10.125", "10,125")]
)
def test_percentages_have_one_to_three_decimals(percent: str, shown: str) -> None:
    case = commercial()
    part = replace(case.invoice.vat_breakdown[0], percent=Decimal(percent))
    written = replace(case, invoice=replace(case.invoice, vat_breakdown=(part,)))
    assert _text(written, "InvoiceDetails/VatSpecificationDetails/VatRatePercent") == shown


def test_the_channel_is_a_hint_to_the_operator() -> None:
    case = public_law()
    assert _text(case, "InvoiceSegmentIdentifier") is None
    printed = replace(case, message=replace(case.message, channel="PAPER"))
    assert _text(printed, "InvoiceSegmentIdentifier") == "PAPER"


def test_a_consumer_invoice_names_the_topic_of_its_sender_notice() -> None:
    path = "EpiDetails/EpiPaymentInstructionDetails/EpiPaymentInstructionId"
    assert _text(public_law(), path) == "REGISTERUTDRAG"
    assert _text(commercial(), path) is None


@settings(max_examples=30, deadline=None)
@given(st.lists(st.decimals(-99999, 99999, places=2), min_size=1, max_size=8))
def test_the_sum_of_the_rows_is_the_sum_of_what_is_read_back(nets: list[Decimal]) -> None:
    case = public_law()
    first = case.invoice.lines[0]
    rows = tuple(replace(first, position=at, net=net) for at, net in enumerate(nets, start=1))
    total = sum(nets, start=Decimal("0.00"))
    invoice = replace(case.invoice, lines=rows, net=total, total=total, payable=total, barcode=None)
    (found,) = read(frame(invoice, case.message))
    assert [row.net for row in found.lines] == nets
    assert (found.net, found.total, found.payable) == (total, total, total)


def test_the_account_is_written_with_its_bank() -> None:
    parties = "EpiDetails/EpiPartyDetails"
    document = _document(public_law())
    assert document.findtext(f"{parties}/EpiBeneficiaryPartyDetails/EpiAccountID") == IBAN
    assert document.findtext(f"{parties}/EpiBfiPartyDetails/EpiBfiIdentifier") == BIC


def test_the_checks_pass_for_every_case() -> None:
    for name in CASES:
        assert check(CASES[name]().invoice, outgoing=True) == [], name
