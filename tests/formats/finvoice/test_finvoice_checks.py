"""What is wrong with an invoice, by clause: one line a rule, the change that breaks it, what is found."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from finvoice_cast import (
    CASES,
    DUE,
    GOLDEN,
    IBAN,
    ISSUED,
    STANDARDS,
    commercial,
    credit,
    foreign,
    internal,
    public_law,
)

import reskontra.formats
from reskontra.documents.findings import Finding
from reskontra.documents.invoice import Attachment, Invoice, VatBreakdown
from reskontra.formats.finvoice import schema
from reskontra.formats.finvoice.checks import check, check_file
from reskontra.kernel.texts import text, texts

Change = Callable[[Invoice], Invoice]
SCHEMAS = STANDARDS / "xsd"


def of(**fields: Any) -> Change:
    return lambda invoice: replace(invoice, **fields)


def seller(**fields: Any) -> Change:
    return lambda invoice: replace(invoice, seller=replace(invoice.seller, **fields))


def buyer(**fields: Any) -> Change:
    return lambda invoice: replace(invoice, buyer=replace(invoice.buyer, **fields))


def first_row(**fields: Any) -> Change:
    return lambda invoice: replace(invoice, lines=(replace(invoice.lines[0], **fields), *invoice.lines[1:]))


def first_vat(**fields: Any) -> Change:
    return lambda invoice: replace(
        invoice, vat_breakdown=(replace(invoice.vat_breakdown[0], **fields), *invoice.vat_breakdown[1:])
    )


def digit(at: int, to: str) -> Change:
    return lambda invoice: replace(
        invoice, barcode=(invoice.barcode or "")[:at] + to + (invoice.barcode or "")[at + 1 :]
    )


def both(*changes: Change) -> Change:
    def change(invoice: Invoice) -> Invoice:
        for one in changes:
            invoice = one(invoice)
        return invoice

    return change


# The severity is that of an outgoing and of an incoming invoice; "-" where the rule is not asked.
RULES: tuple[tuple[str, Callable[[], Any], Change, str, str], ...] = (
    # EN 16931 BR-01 to BR-16, VAT Act 209 e items 1, 2 and 5
    ("BR-01", commercial, of(specification=None), "invoice_specification_missing", "-/warning"),
    ("BR-01", commercial, of(specification="urn:x"), "finvoice_specification_other", "error/-"),
    ("BR-02", commercial, of(number=None), "invoice_number_missing", "error/error"),
    ("BR-02", commercial, of(number=""), "invoice_number_missing", "error/error"),
    ("BR-03", commercial, of(issue_date=None), "invoice_issue_date_missing", "error/error"),
    ("BR-04", commercial, of(type_code=None), "invoice_type_missing", "error/warning"),
    ("BR-05", commercial, of(currency=None), "invoice_currency_missing", "error/error"),
    ("BR-06", commercial, seller(name=None), "invoice_seller_name_missing", "error/error"),
    ("BR-07", commercial, buyer(name=None), "invoice_buyer_name_missing", "error/warning"),
    ("BR-08", commercial, seller(town=None), "invoice_seller_address_missing", "error/warning"),
    ("BR-09", commercial, seller(country=None), "invoice_seller_country_missing", "error/warning"),
    (
        "BR-10",
        commercial,
        buyer(street=None, postcode=None),
        "invoice_buyer_address_missing",
        "error/warning",
    ),
    ("BR-11", commercial, buyer(country=None), "invoice_buyer_country_missing", "error/warning"),
    ("BR-13", commercial, of(net=None), "invoice_net_missing", "error/warning"),
    ("BR-14", commercial, of(total=None), "invoice_total_missing", "error/error"),
    ("BR-15", commercial, of(payable=None), "invoice_payable_missing", "-/warning"),
    ("BR-16", commercial, of(lines=()), "invoice_rows_missing", "error/warning"),
    ("BR-CO-18", commercial, of(vat_breakdown=()), "invoice_vat_breakdown_missing", "error/warning"),
    # code lists
    ("10.5", commercial, of(type_code="INV99"), "finvoice_type_unknown", "error/warning"),
    ("BR-CL-04", commercial, of(currency="euro"), "invoice_currency_form", "error/warning"),
    ("BR-CL-14", commercial, buyer(country="fi"), "invoice_country_form", "error/warning"),
    ("BR-CL-18", commercial, first_row(vat_category="X"), "invoice_vat_category_unknown", "error/warning"),
    ("BR-CL-18", commercial, first_vat(category="X"), "invoice_vat_category_unknown", "error/warning"),
    ("BR-CL-23", commercial, first_row(unit="tilaus"), "finvoice_unit_unknown", "warning/-"),
    # rows
    ("BR-22", commercial, first_row(quantity=None), "invoice_row_quantity_missing", "error/warning"),
    ("BR-23", commercial, first_row(unit=None), "invoice_row_unit_missing", "error/warning"),
    ("BR-24", commercial, first_row(net=None), "invoice_row_net_missing", "error/warning"),
    ("BR-25", commercial, first_row(name=None), "invoice_row_name_missing", "error/warning"),
    ("BR-26", commercial, first_row(unit_price=None), "invoice_row_price_missing", "error/warning"),
    ("BR-27", credit, first_row(unit_price=Decimal("-1.00")), "invoice_row_price_negative", "error/warning"),
    (
        "BR-CO-04",
        commercial,
        first_row(vat_category=None),
        "invoice_row_vat_category_missing",
        "error/warning",
    ),
    ("RowAmount", commercial, first_row(gross=Decimal("1512.29")), "invoice_row_gross", "error/warning"),
    # lengths of the data list
    ("data list", commercial, of(number="1" * 21), "finvoice_too_long", "error/warning"),
    ("data list", commercial, of(accounting="x" * 36), "finvoice_too_long", "error/warning"),
    ("data list", commercial, of(site="x" * 34 + "…"), "finvoice_too_long", "error/warning"),
    ("data list", commercial, of(order="x" * 71), "finvoice_too_long", "error/warning"),
    ("data list", commercial, of(payment_terms="x" * 141), "finvoice_too_long", "error/warning"),
    ("data list", commercial, buyer(name="x" * 71), "finvoice_too_long", "error/warning"),
    ("data list", commercial, seller(name="x" * 71), "finvoice_too_long", "error/warning"),
    ("data list", commercial, first_row(name="x" * 101), "finvoice_too_long", "error/warning"),
    ("data list", commercial, first_row(unit="x" * 15), "finvoice_too_long", "error/warning"),
    ("data list", commercial, first_vat(reason="x" * 211), "finvoice_too_long", "error/warning"),
    ("data list", commercial, first_row(quantity=Decimal("1.1234567890123")), "finvoice_too_long", "error/-"),
    ("BR-DEC", commercial, of(net=Decimal("1330.231")), "finvoice_decimals", "error/-"),
    ("BR-DEC-23", commercial, first_row(net=Decimal("1205.001")), "finvoice_decimals", "error/-"),
    # sums
    ("BR-CO-13", commercial, of(net=Decimal("1330.24")), "invoice_sum_net", "error/warning"),
    ("BR-CO-10", commercial, first_row(net=Decimal("1205.01")), "invoice_sum_net", "error/warning"),
    ("BR-CO-13", commercial, of(allowances=Decimal("1.00")), "invoice_sum_net", "error/warning"),
    ("BR-CO-14", commercial, of(vat=Decimal("322.75")), "invoice_sum_of_vat", "error/warning"),
    ("BR-CO-15", commercial, of(total=Decimal("1652.98")), "invoice_sum_total", "error/error"),
    ("BR-CO-14", commercial, of(vat=Decimal("322.73")), "invoice_sum_of_vat", "error/warning"),
    ("BR-CO-13", commercial, of(net=Decimal("1330.22")), "invoice_sum_net", "error/warning"),
    ("BR-CO-15", commercial, of(total=Decimal("1652.96")), "invoice_sum_total", "error/error"),
    ("BR-CO-16", commercial, of(payable=Decimal("1652.96")), "invoice_sum_payable", "error/error"),
    ("BR-CO-16", commercial, of(paid=Decimal("100.00")), "invoice_sum_payable", "error/error"),
    # VAT breakdown and categories
    ("BR-47", commercial, first_vat(category=None), "invoice_vat_category_missing", "error/warning"),
    ("BR-S-08", commercial, first_vat(base=Decimal("1205.02")), "invoice_vat_base", "error/warning"),
    (
        "BR-S-01",
        commercial,
        first_row(vat_percent=Decimal(14)),
        "invoice_vat_class_missing",
        "error/warning",
    ),
    ("BR-CO-17", commercial, first_vat(amount=Decimal("307.30")), "invoice_vat_amount", "error/warning"),
    ("BR-S-05", commercial, first_vat(percent=Decimal(0)), "invoice_vat_rate_missing", "error/warning"),
    ("BR-E-05", internal, first_vat(percent=Decimal("25.5")), "invoice_vat_rate_not_zero", "error/warning"),
    ("BR-O-09", public_law, first_vat(amount=Decimal("1.00")), "invoice_vat_rate_not_zero", "error/warning"),
    ("BR-E-10", internal, first_vat(reason=None), "invoice_vat_reason_missing", "error/warning"),
    ("BR-O-10", public_law, first_vat(reason=None), "invoice_vat_reason_missing", "error/warning"),
    ("BR-AE-10", foreign, first_vat(reason=None), "invoice_vat_reason_missing", "error/warning"),
    ("BR-O-11", commercial, first_vat(category="O"), "invoice_vat_outside_mixed", "warning/warning"),
    ("BR-O-02", public_law, seller(vat_id="FI90000011"), "invoice_vat_id_outside", "error/warning"),
    ("BR-O-02", public_law, buyer(vat_id="FI90000011"), "invoice_vat_id_outside", "error/warning"),
    ("BR-O-05", public_law, first_row(vat_percent=Decimal(0)), "invoice_vat_rate_outside", "error/warning"),
    ("BR-S-10", commercial, first_vat(reason="130 §"), "invoice_vat_reason_beside_rate", "error/warning"),
    ("BR-S-02", commercial, seller(vat_id=None), "invoice_seller_vat_id_missing", "error/warning"),
    ("BR-AE-02", foreign, buyer(vat_id=None), "invoice_buyer_vat_id_missing", "error/warning"),
    (
        "209e item 12",
        foreign,
        first_vat(reason="Artikel 44"),
        "invoice_reverse_charge_text",
        "error/warning",
    ),
    # identifiers
    ("288/2001", commercial, buyer(business_id="9000003-7"), "invoice_business_id", "error/warning"),
    ("288/2001", commercial, seller(business_id="9000001-2"), "invoice_business_id", "error/warning"),
    ("BR-CO-09", commercial, buyer(vat_id="FI90000037"), "invoice_vat_id", "error/warning"),
    ("BR-CO-09", foreign, buyer(vat_id="556000000001"), "invoice_vat_id", "error/warning"),
    (
        "BR-CO-26",
        public_law,
        seller(business_id=None, vat_id=None),
        "invoice_seller_id_missing",
        "error/warning",
    ),
    ("BR-61", commercial, seller(iban=None), "invoice_account_missing", "error/warning"),
    ("ISO 13616", commercial, seller(iban="FI1399999900000017"), "invoice_account_wrong", "error/warning"),
    ("ISO 9362", commercial, seller(bic="NDEAFI"), "invoice_bic_form", "error/warning"),
    (
        "OC 2.2-c",
        commercial,
        buyer(einvoice_address="003790000037"),
        "invoice_einvoice_address",
        "error/warning",
    ),
    # payment
    ("OC 4.1-a", commercial, of(reference="30100000021"), "invoice_reference_wrong", "error/warning"),
    ("OC 4.1-a", commercial, of(reference="RF9811112"), "invoice_reference_not_national", "warning/-"),
    ("OC 4.1-a", commercial, of(reference=None), "finvoice_reference_missing", "error/-"),
    ("OC 4.1-a", commercial, of(notes=()), "finvoice_reference_request_missing", "error/-"),
    ("OC 3.11-a", commercial, of(due_date=date(2026, 11, 22)), "invoice_due_before_issue", "error/warning"),
    (
        "BR-CO-25",
        commercial,
        of(due_date=None, payment_terms=None),
        "invoice_due_date_missing",
        "error/warning",
    ),
    ("bar code", commercial, of(barcode="4" * 53), "finvoice_barcode_form", "error/warning"),
    ("bar code", commercial, digit(0, "2"), "finvoice_barcode_form", "error/warning"),
    ("bar code", commercial, digit(16, "8"), "finvoice_barcode_account", "error/warning"),
    ("bar code", commercial, digit(24, "8"), "finvoice_barcode_amount", "error/warning"),
    ("bar code", commercial, digit(47, "9"), "finvoice_barcode_reference", "error/warning"),
    ("bar code", commercial, digit(53, "9"), "finvoice_barcode_due_date", "error/warning"),
    # credit notes and the State's own rules
    ("10.5", credit, of(total=Decimal("302.46")), "invoice_credit_positive", "error/error"),
    ("209e item 18", credit, of(original_number=None), "invoice_original_missing", "error/warning"),
    (
        "OC 3.5.3-a",
        internal,
        of(internal=True, buyer_reference="VSK1000123456/L"),
        "finvoice_contract_not_ended",
        "error/warning",
    ),
    (
        "OC 3.5.3-a",
        internal,
        of(type_code="INV04", buyer_reference="VSK1 000123456"),
        "finvoice_contract_not_ended",
        "error/warning",
    ),
    ("OC 3.5.3-a", commercial, of(buyer_reference="VSK1-2026/7"), "finvoice_contract_not_ended", "-/-"),
    ("OC 3.5.2-a", internal, of(order="VSK1000123456"), "finvoice_contract_misplaced", "warning/warning"),
    ("OC 3.5-a", commercial, of(legal_basis=()), "finvoice_legal_basis_missing", "error/-"),
    ("OC 2.2-f", public_law, of(notes=("010190-900P",)), "finvoice_personal_code", "error/-"),
    ("OC 2.2-f", public_law, buyer(name2="010190-900P"), "finvoice_personal_code", "error/-"),
    ("OC 2.2-f", public_law, buyer(number="010190-900P"), "finvoice_personal_code", "error/-"),
    ("OC 2.2-f", public_law, first_row(text="ang. 010190–900P"), "finvoice_personal_code", "error/-"),
    ("OC 2.2-f", public_law, first_row(name="010190-900P"), "finvoice_personal_code", "error/-"),
    (
        "OC 3.2-d",
        internal,
        of(attachments=(Attachment("a.pdf", "application/pdf", b"x"),) * 11),
        "finvoice_attachments_many",
        "error/-",
    ),
    (
        "OC 3.2-d",
        internal,
        of(attachments=(Attachment("a.pdf", "application/pdf", b"x" * 1_000_001),)),
        "finvoice_attachments_large",
        "error/-",
    ),
    (
        "OC 3.2-d",
        internal,
        of(attachments=(Attachment("a.docx", "application/msword", b"x"),)),
        "finvoice_attachment_type",
        "error/-",
    ),
)


@pytest.mark.parametrize(
    ("clause", "case", "change", "rule", "severities"), RULES, ids=[f"{row[0]} {row[3]}" for row in RULES]
)
def test_a_broken_rule_is_found_with_its_clause(
    clause: str, case: Callable[[], Any], change: Change, rule: str, severities: str
) -> None:
    invoice = change(case().invoice)
    for outgoing, severity in zip((True, False), severities.split("/"), strict=True):
        found = [finding for finding in check(invoice, outgoing) if finding.rule == rule]
        assert {finding.severity for finding in found} == ({severity} - {"-"})
        assert all(clause.split(" item")[0] in (finding.clause or "") for finding in found), found
        assert all(finding.where for finding in found)


RIGHT: tuple[tuple[str, Callable[[], Any], Change], ...] = (
    ("zeros in the bar code leave the amount to the payer", commercial, lambda i: _open_amount(i)),
    ("VAT rounded row by row may differ from base times rate", commercial, lambda i: _rounded_by_row(i)),
    ("an invoice paid in part asks for the rest", commercial, lambda i: _part_paid(i)),
    ("a discount on the whole invoice changes the sum", commercial, lambda i: _discounted(i)),
    ("the contract number may stand alone", internal, of(buyer_reference="VSK1000123456")),
    ("a space ends the contract number", internal, of(buyer_reference="VSK1000123456 Lindqvist")),
    ("a decision that is attached states the legal basis", internal, of(legal_basis=())),
    ("a credit note needs no legal basis and no request", credit, of(legal_basis=(), notes=())),
    ("a foreign company has no business id to count out", foreign, buyer(business_id="556000-0000")),
    ("the older form of a Peppol id is taken", foreign, buyer(einvoice_address="0037:90000038")),
    ("the date of issue is a possible due date", credit, of(due_date=ISSUED)),
    ("what is left to the writer is not asked for", commercial, of(payable=None, specification=None)),
)


def _open_amount(invoice: Invoice) -> Invoice:
    code = invoice.barcode or ""
    return replace(invoice, barcode=code[:17] + "00000000" + code[25:])


def _rounded_by_row(invoice: Invoice) -> Invoice:
    cents = Decimal("0.02")  # 0,0051 of VAT each, rounded up
    row = replace(
        invoice.lines[0],
        net=cents,
        vat=Decimal("0.01"),
        gross=Decimal("0.03"),
        quantity=Decimal(1),
        unit_price=cents,
    )
    rows = tuple(replace(row, position=at) for at in range(1, 7))
    part = VatBreakdown("S", Decimal("25.5"), Decimal("0.12"), Decimal("0.06"))
    total = Decimal("0.18")
    changed = replace(
        invoice, lines=rows, vat_breakdown=(part,), net=part.base, vat=part.amount, barcode=None
    )
    return replace(changed, total=total, payable=total)


def _part_paid(invoice: Invoice) -> Invoice:
    return replace(invoice, paid=Decimal("652.97"), payable=Decimal("1000.00"), barcode=None)


def _discounted(invoice: Invoice) -> Invoice:
    part = replace(invoice.vat_breakdown[0], base=Decimal("1105.00"), amount=Decimal("281.78"))
    net, vat = Decimal("1230.23"), Decimal("297.24")
    breakdown = (part, *invoice.vat_breakdown[1:])
    changed = replace(invoice, allowances=Decimal("100.00"), net=net, vat=vat, vat_breakdown=breakdown)
    return replace(changed, total=net + vat, payable=net + vat, barcode=None)


@pytest.mark.parametrize(("sentence", "case", "change"), RIGHT, ids=[row[0] for row in RIGHT])
def test_what_is_right_is_left_alone(sentence: str, case: Callable[[], Any], change: Change) -> None:
    invoice = change(case().invoice)
    assert check(invoice, outgoing=True) == [], sentence


def test_both_languages_of_the_request_are_asked_for() -> None:
    invoice = commercial().invoice
    for kept, language in ((0, "sv"), (1, "fi")):
        found = check(replace(invoice, notes=(invoice.notes[kept],)), outgoing=True)
        assert [(one.rule, one.value) for one in found] == [("finvoice_reference_request_missing", language)]


def test_a_personal_code_is_not_repeated_in_the_finding() -> None:
    found = check(replace(public_law().invoice, notes=("Rosa 010190-900P",)), outgoing=True)
    assert "010190" not in str(found)
    person = replace(public_law().invoice.buyer, business_id="010190-900P")
    found = check(replace(public_law().invoice, buyer=person), outgoing=True)
    assert {one.rule for one in found} == {"finvoice_personal_code", "invoice_business_id"}
    assert "010190" not in str(found)


def test_what_the_reader_could_not_read_is_told_first() -> None:
    finding = Finding("finvoice_amount_unclear", value="1e5", where="InvoiceDetails")
    assert check(replace(commercial().invoice, findings=(finding,)))[0] == finding


def test_a_row_of_text_on_an_incoming_invoice_is_nothing_to_warn_of() -> None:
    invoice = commercial().invoice
    row = replace(invoice.lines[0], position=9, text="Tack!", item=None, name=None, quantity=None, unit=None)
    silent = replace(
        row, unit_price=None, net=None, vat=None, gross=None, vat_category=None, vat_percent=None
    )
    assert check(replace(invoice, lines=(*invoice.lines, silent))) == []


def test_the_bar_code_of_the_cast_is_the_one_of_its_payment() -> None:
    code = commercial().invoice.barcode
    assert code == f"4{IBAN[2:]}00165297000{'30100000022'.zfill(20)}{DUE:%y%m%d}"


def test_findings_of_a_batch_name_their_message() -> None:
    first, second = (GOLDEN / "credit.xml").read_bytes(), (GOLDEN / "commercial.xml").read_bytes()
    broken = second.replace(b"<InvoiceNumber>3010000002</InvoiceNumber>", b"<InvoiceNumber/>")
    (finding,) = check_file(first + broken, None)
    assert (finding.rule, finding.where) == (
        "invoice_number_missing",
        "message[2]/InvoiceDetails/InvoiceNumber",
    )


def test_a_file_that_cannot_be_read_is_told_as_findings() -> None:
    assert [finding.rule for finding in check_file(b"", None)] == ["xml_empty"]


@pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the public schemas are kept beside the project in shared")
def test_the_schema_finds_what_our_rules_do_not_ask() -> None:
    data = (GOLDEN / "public_law.xml").read_bytes()
    changed = data.replace(b"<OriginCode>Original</OriginCode>", b"<OriginCode>Draft</OriginCode>")
    (first, *_) = check_file(changed, SCHEMAS)
    assert (first.rule, first.severity) == ("xsd_invalid", "error")
    assert "Draft" in first.detail["complaint"]
    assert check_file(changed, None) == []


def test_a_missing_schema_is_not_silence(tmp_path: Path) -> None:
    found = check_file((GOLDEN / "credit.xml").read_bytes(), tmp_path)
    assert [(finding.rule, finding.value) for finding in found] == [("xsd_missing", "Finvoice3.0.xsd")]
    assert set(schema.FILES) == {"1.3", "2.0", "2.01", "3.0", "attachments"}


def _rules_in_the_program() -> set[str]:
    folder = Path(reskontra.formats.__file__).parent
    sources = "".join(
        path.read_text("utf-8") for path in [folder / "xml.py", *(folder / "finvoice").glob("*.py")]
    )
    return set(re.findall(r'"((?:xml|finvoice)_[a-z_0-9]+)"', sources))


def test_every_rule_has_its_sentence_in_three_languages_and_no_sentence_lacks_its_rule() -> None:
    written = {
        key.removeprefix("finding.")
        for key in texts()
        if key.startswith(("finding.xml_", "finding.finvoice_"))
    }
    ours = _rules_in_the_program()
    assert ours <= written
    assert {rule for rule in written if rule.startswith("finvoice_")} <= ours


@pytest.mark.parametrize("language", ["sv", "fi", "en"])
def test_a_sentence_says_where_and_what(language: str) -> None:
    for _, case, change, rule, _ in RULES:
        found = [f for f in check(change(case().invoice), True) if f.rule == rule]
        for finding in found:
            values = {"value": finding.value, "row": finding.row, "where": finding.where, **finding.detail}
            sentence = text(f"finding.{rule}", language, **values)
            assert "  " not in sentence
            assert "None" not in sentence
            assert '""' not in sentence, sentence


def test_every_rule_of_the_table_belongs_to_a_case_that_is_right_as_it_stands() -> None:
    assert {row[1].__name__ for row in RULES} <= set(CASES)
