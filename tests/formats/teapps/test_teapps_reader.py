"""Reading TEAPPSXML: what each element becomes, credit invoices, sums that can be read two ways (OC 1.6-a)."""

import json
import re
from datetime import date as day
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import teapps_cast as cast
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from reskontra.documents.findings import Refused
from reskontra.documents.invoice import Invoice
from reskontra.exchange.checking import file_findings
from reskontra.exchange.reading import is_invoice_file, read_documents
from reskontra.formats.teapps import checks, reader, splitting
from reskontra.kernel.texts import LANGUAGES, texts

SCHEMAS = cast.STANDARDS / "xsd"
needs_standards = pytest.mark.skipif(
    not SCHEMAS.is_dir(),
    reason="the public schemas and examples are kept beside the project in shared/standards",
)


def read(document: str) -> Invoice:
    (invoice,) = reader.read(cast.file(document))
    return invoice


def rules(invoice: Invoice) -> list[str]:
    return [finding.rule for finding in invoice.findings]


def errors(invoice: Invoice) -> list[str]:
    return [finding.rule for finding in invoice.findings if finding.severity == "error"]


# --- whole files ---


def test_a_batch_is_read_as_it_was_read_before() -> None:
    """Two invoices: one with all that the State asks for, and a credit invoice whose rows have no minus."""
    data = (cast.GOLDEN / "batch_30.xml").read_bytes()
    expected = json.loads((cast.GOLDEN / "batch_30.json").read_text(encoding="utf-8"))
    assert [invoice.as_json() for invoice in reader.read(data)] == expected


@needs_standards
def test_the_batch_is_such_as_operators_send() -> None:
    findings = checks.check_file((cast.GOLDEN / "batch_30.xml").read_bytes(), SCHEMAS)
    assert [finding.rule for finding in findings] == ["teapps_credit_sign"]


@needs_standards
def test_public_examples_have_the_sums_that_stand_in_them() -> None:
    data = (cast.STANDARDS / "examples" / "teapps272_demo.xml").read_bytes()
    summary = etree.fromstring(data).find(".//SUMMARY")
    assert summary is not None

    def stated(path: str) -> Decimal:
        return Decimal(summary.findtext(path) or "")

    (invoice,) = reader.read(data)
    assert invoice.total == stated("INVOICE_TOTAL/AMOUNT[@VAT='INCLUDED']") == Decimal("210.80")
    assert invoice.net == stated("INVOICE_TOTAL/AMOUNT[@VAT='EXCLUDED']") == Decimal("170.00")
    assert invoice.vat == stated("VAT_TOTAL/AMOUNT") == Decimal("40.80")
    assert sum(line.net or 0 for line in invoice.lines) == invoice.net
    assert (invoice.format, invoice.order, invoice.findings) == ("teappsxml 2.7.2", "1826727", ())
    assert checks.check_file(data, SCHEMAS) == []


@needs_standards
def test_the_empty_public_example_says_nothing_and_is_not_guessed_at() -> None:
    (invoice,) = reader.read((cast.STANDARDS / "examples" / "teapps30_empty_annotated.xml").read_bytes())
    assert (invoice.number, invoice.net, invoice.total, invoice.payable, invoice.currency) == (None,) * 5
    assert rules(invoice) == ["teapps_version_missing"]


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (cast.file(cast.invoice(), version="2.6"), "teapps_version"),
        (cast.file(cast.invoice(), rules="<TRANSACTION_TYPE>01</TRANSACTION_TYPE>"), "teapps_other_content"),
        (cast.file(cast.invoice(), rules="<BLOCK_ACTION>02</BLOCK_ACTION>"), "teapps_other_content"),
        (cast.file(), "teapps_no_invoices"),
        (b"<INVOICE_CENTER/>", "teapps_no_invoices"),
        (
            cast.nested("INVOICE_CENTER/TRANSPORT_FRAME/REQUEST_MESSAGE", "NEG").encode(),
            "teapps_acknowledgement",
        ),
        (b"<OTHER/>", "teapps_not_teapps"),
        (b'<INVOICE_CENTER xmlns="urn:x"/>', "teapps_not_teapps"),
        (
            cast.file(cast.invoice(), summary="<BLOCK_SUMMARY><COUNT>2</COUNT></BLOCK_SUMMARY>"),
            "teapps_count",
        ),
    ],
)
def test_what_is_no_batch_of_invoices_is_refused_with_its_reason(data: bytes, rule: str) -> None:
    with pytest.raises(Refused) as refused:
        reader.read(data, "post.xml")
    assert refused.value.findings[0].rule == rule
    assert [finding.rule for finding in checks.check_file(data, None)] == [rule]


@pytest.mark.parametrize("version", ["2.7.2", "3.0", "V3.0"])
def test_both_versions_are_read(version: str) -> None:
    (invoice,) = reader.read(cast.file(cast.invoice(), version=version))
    assert invoice.format == f"teappsxml {version.lower().removeprefix('v')}"


def test_a_large_file_is_read_in_pieces_and_gives_the_same() -> None:
    data = (cast.GOLDEN / "batch_30.xml").read_bytes()
    pieces = [invoice for invoice, _ in reader.read_invoices(data, large=0)]
    assert pieces == reader.read(data)
    many = cast.file(*[cast.invoice(summary=cast.sums("INVOICE_TOTAL", str(n))) for n in range(1, 301)])
    assert [invoice.net for invoice, _ in reader.read_invoices(many, large=1000)] == list(range(1, 301))


def test_the_encoding_of_the_file_holds_for_its_pieces() -> None:
    data = cast.file(cast.invoice("<SUBJECT>Köp</SUBJECT>"))
    marked = b"\xef\xbb\xbf" + data.decode("latin-1").replace("ISO-8859-1", "UTF-8").encode()
    for one in (data, marked):
        assert [invoice.type_text for invoice, _ in reader.read_invoices(one, large=0)] == ["Köp"]


@pytest.mark.parametrize(
    ("inside", "rule"),
    [
        ("<!-- <INVOICE></INVOICE> -->", "teapps_large_with_comments"),
        ("<![CDATA[<INVOICE></INVOICE>]]>", "teapps_large_with_comments"),
        ("<INVOICE />", "teapps_cut_unclear"),
        ('<INVOICE X="1"><HEADER/></INVOICE>', "teapps_cut_unclear"),
        ("<INVOICE><INVOICE></INVOICE></INVOICE>", "xml_not_well_formed"),
    ],
)
def test_a_large_file_is_never_read_in_part(inside: str, rule: str) -> None:
    with pytest.raises(Refused) as refused:
        list(reader.read_invoices(cast.file(cast.invoice(), inside), large=0))
    assert refused.value.findings[0].rule == rule


def test_it_is_known_among_the_files_that_come_in() -> None:
    """OC 1.6-a"""
    data = cast.file(cast.invoice())
    assert is_invoice_file(data)
    (document,) = read_documents(data, "post.xml")
    assert isinstance(document, Invoice)
    assert document.format == "teappsxml 3.0"
    credit = cast.file(cast.invoice(kind="<INVOICE_TYPE>98</INVOICE_TYPE>"))
    assert [finding.rule for finding in file_findings(credit, "x", None)] == ["teapps_type_unknown"]


@pytest.mark.parametrize(
    "data", [b"", b"%PDF", b"<Finvoice/>", b"plain INVOICE_CENTER", b"<INVOICE_CENTERS>", b"\xff\xfe<"]
)
def test_other_files_are_not_taken_for_it(data: bytes) -> None:
    assert not splitting.is_teapps(data)


def test_a_missing_schema_is_told(tmp_path: Path) -> None:
    findings = checks.check_file(cast.file(cast.invoice()), tmp_path)
    assert [(finding.rule, finding.severity) for finding in findings] == [("xsd_missing", "warning")]


@needs_standards
def test_the_schema_sees_a_large_file_invoice_by_invoice() -> None:
    data = cast.file(cast.invoice(), cast.invoice())
    whole, pieces = checks.check_file(data, SCHEMAS), checks.check_file(data, SCHEMAS, large=0)
    assert {finding.rule for finding in whole + pieces} == {"xsd_invalid"}
    assert {(finding.where or "")[:10] for finding in pieces} == {"invoice[1]", "invoice[2]"}


def test_every_finding_has_its_sentence_in_three_languages() -> None:
    source = Path(reader.__file__).parent
    named = {
        rule
        for path in [*source.glob("*.py"), source.parent / "xsd.py"]
        for rule in re.findall(r'"((?:teapps|xsd)_[a-z_]+)"', path.read_text(encoding="utf-8"))
    }
    assert len(named) > 25
    for rule in named:
        assert set(texts()[f"finding.{rule}"]) >= set(LANGUAGES), rule
    assert named == {
        key.removeprefix("finding.") for key in texts() if re.match(r"finding\.(teapps|xsd)_", key)
    }


# --- kinds of invoices ---


@pytest.mark.parametrize(
    ("kind", "code", "told"),
    [
        ("<INVOICE_TYPE>00</INVOICE_TYPE>", "INV01", []),
        ("<INVOICE_TYPE>01</INVOICE_TYPE>", "INV02", []),
        ("<INVOICE_TYPE>04</INVOICE_TYPE>", "INV02", []),
        ("<INVOICE_TYPE>06</INVOICE_TYPE>", "INV03", []),
        ("<INVOICE_TYPE>07</INVOICE_TYPE>", "INV02", []),
        ("<INVOICE_TYPE>09</INVOICE_TYPE>", "INV08", []),
        ('<INVOICE_TYPE UNTDID_CODE="381">01</INVOICE_TYPE>', "INV02", []),
        ('<INVOICE_TYPE UNTDID_CODE="389">00</INVOICE_TYPE>', "INV07", []),
        ('<INVOICE_TYPE UNTDID_CODE="396"/>', "INV02", []),
        ('<INVOICE_TYPE UNTDID_CODE="380">06</INVOICE_TYPE>', "INV03", []),
        ('<INVOICE_TYPE UNTDID_CODE="381">00</INVOICE_TYPE>', None, ["teapps_type_twice"]),
        ('<INVOICE_TYPE UNTDID_CODE="380">01</INVOICE_TYPE>', None, ["teapps_type_twice"]),
        ("<INVOICE_TYPE>98</INVOICE_TYPE>", None, ["teapps_type_unknown"]),
        ("<INVOICE_TYPE>08</INVOICE_TYPE>", None, ["teapps_type_unknown"]),
        ("<INVOICE_TYPE>99</INVOICE_TYPE>", "TES01", ["teapps_no_invoice_type"]),
        ("<INVOICE_TYPE>30</INVOICE_TYPE>", "REC01", ["teapps_no_invoice_type"]),
        ("<INVOICE_TYPE>50</INVOICE_TYPE>", "ORD01", ["teapps_no_invoice_type"]),
        ("", None, []),
    ],
)
def test_the_type_of_an_invoice(kind: str, code: str | None, told: list[str]) -> None:
    invoice = read(cast.invoice(kind=kind))
    assert (invoice.type_code, errors(invoice)) == (code, told)


def _credit(sign: str, total_sign: str) -> str:
    """A credit invoice of 100.00 + 25.50 with one row that goes the other way."""
    turned = "-" if sign == "" else ""
    return cast.invoice(
        kind="<INVOICE_TYPE>01</INVOICE_TYPE>",
        rows=cast.row(f"{sign}110.00", quantity=f"{sign}2")
        + cast.row(f"{turned}10.00", quantity=f"{turned}1"),
        summary=cast.sums("INVOICE_TOTAL", f"{total_sign}100.00", f"{total_sign}125.50")
        + cast.by_rate(f"{sign}100.00", f"{sign}25.50")
        + cast.tax("VAT_TOTAL", f"{sign}25.50")
        + cast.sums("DISCOUNTS_TOTAL", f"{sign}5.00")
        + cast.sums("CHARGES_TOTAL", f"{sign}5.00"),
    )


@pytest.mark.parametrize(("sign", "total_sign"), [("-", "-"), ("", "-"), ("", ""), ("-", "")])
def test_a_credit_invoice_is_negative_however_it_is_written(sign: str, total_sign: str) -> None:
    """Guide 1.7 and 4.9.1: at least the total has a minus; some senders write none."""
    invoice = read(_credit(sign, total_sign))
    assert (invoice.net, invoice.vat, invoice.total, invoice.payable) == (
        Decimal("-100.00"), Decimal("-25.50"), Decimal("-125.50"), Decimal("-125.50"),
    )  # fmt: skip
    assert [(line.quantity, line.net) for line in invoice.lines] == [
        (Decimal(-2), Decimal("-110.00")),
        (Decimal(1), Decimal("10.00")),
    ]
    (part,) = invoice.vat_breakdown
    assert (part.base, part.amount) == (Decimal("-100.00"), Decimal("-25.50"))
    assert (invoice.allowances, invoice.charges) == (Decimal("-5.00"), Decimal("-5.00"))
    assert rules(invoice) == ([] if (sign, total_sign) == ("-", "-") else ["teapps_credit_sign"])


def test_an_invoice_with_minus_signs_stays_what_it_says_it_is() -> None:
    """Guide 5.1: crediting without an earlier invoice is sent as a debit invoice with minus signs."""
    invoice = read(
        cast.invoice(rows=cast.row("-10.00"), summary=cast.sums("INVOICE_TOTAL", "-10.00", "-12.55"))
    )
    assert (invoice.type_code, invoice.total, invoice.lines[0].net) == (
        "INV01",
        Decimal("-12.55"),
        Decimal(-10),
    )


def test_a_credit_invoice_names_what_it_corrects() -> None:
    earlier = (
        f"<PRECEDING_INVOICE_INFORMATION><PRECEDING_INVOICE_ID>77</PRECEDING_INVOICE_ID>"
        f"{cast.date('PRECEDING_INVOICE_DATE', '2026-01-31')}</PRECEDING_INVOICE_INFORMATION>"
    )
    credit = "<INVOICE_TYPE>01</INVOICE_TYPE>"
    named = "<CREDIT_INVOICE_NUMBER>78</CREDIT_INVOICE_NUMBER>" + cast.date("CREDIT_INVOICE_DATE")
    for document, expected in (
        (cast.invoice(named, kind=credit, summary=earlier), ("78", day(2026, 3, 13))),
        (cast.invoice(kind=credit, summary=earlier), ("77", day(2026, 1, 31))),
        (cast.invoice(kind=credit, rows=cast.row("1", inside=named) * 2), ("78", day(2026, 3, 13))),
        (
            cast.invoice(
                kind=credit, rows=cast.row("1", inside=named) + cast.row("1", inside=named.replace("78", "9"))
            ),
            (None, None),
        ),
        (cast.invoice(kind=credit, summary=earlier * 2), (None, None)),
        (cast.invoice(summary=earlier), (None, None)),  # an advance payment, not a correction
    ):
        invoice = read(document)
        assert (invoice.original_number, invoice.original_date) == expected


# --- sums ---


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('<AMOUNT SIGN="+" VAT="EXCLUDED">12.50</AMOUNT>', "12.50"),
        ('<AMOUNT VAT="EXCLUDED">12.50</AMOUNT>', "12.50"),
        ('<AMOUNT SIGN="-" VAT="EXCLUDED">12.50</AMOUNT>', "-12.50"),
        ('<AMOUNT VAT="EXCLUDED">-12.50</AMOUNT>', "-12.50"),
        ('<AMOUNT SIGN="-" VAT="EXCLUDED">-12.50</AMOUNT>', "-12.50"),
        ('<AMOUNT SIGN="+" VAT="EXCLUDED">-12.50</AMOUNT>', None),
        ('<AMOUNT SIGN="-" VAT="EXCLUDED">+12.50</AMOUNT>', None),
        ('<AMOUNT SIGN="minus" VAT="EXCLUDED">12.50</AMOUNT>', None),
        ('<AMOUNT VAT="EXCLUDED">17.000</AMOUNT>', "17.000"),  # a point is always the decimals (guide 1.4)
        ('<AMOUNT VAT="EXCLUDED">.60</AMOUNT>', "0.60"),
        ('<AMOUNT VAT="EXCLUDED">12,50</AMOUNT>', "12.50"),
        ('<AMOUNT VAT="EXCLUDED">1 234,50</AMOUNT>', "1234.50"),
        ('<AMOUNT VAT="EXCLUDED">1,234</AMOUNT>', None),
        ('<AMOUNT VAT="EXCLUDED">1.234,56</AMOUNT>', None),
        ('<AMOUNT VAT="EXCLUDED">1e5</AMOUNT>', None),
        ('<AMOUNT VAT="EXCLUDED">NaN</AMOUNT>', None),
        ('<AMOUNT VAT="EXCLUDED">Infinity</AMOUNT>', None),
        ('<AMOUNT VAT="EXCLUDED">--1</AMOUNT>', None),
        ('<AMOUNT VAT="EXCLUDED">1<!-- -->2</AMOUNT>', None),
        ('<AMOUNT VAT="EXCLUDED">999999999999999.99</AMOUNT>', "999999999999999.99"),
        ('<AMOUNT VAT="EXCLUDED">1000000000000000</AMOUNT>', None),
        (f'<AMOUNT VAT="EXCLUDED">{"9" * 4000}</AMOUNT>', None),
        ("<AMOUNT>12.50</AMOUNT>", None),
        ('<AMOUNT VAT="EXCLUDED">1</AMOUNT><AMOUNT VAT="EXCLUDED">2</AMOUNT>', None),
        ('<AMOUNT VAT="EXCLUDED">2</AMOUNT><AMOUNT VAT="EXCLUDED">2</AMOUNT>', "2"),
    ],
)
def test_an_amount_is_read_in_one_way_or_not_at_all(written: str, expected: str | None) -> None:
    invoice = read(cast.invoice(summary=f"<INVOICE_TOTAL>{written}</INVOICE_TOTAL>"))
    assert invoice.net == (None if expected is None else Decimal(expected))
    assert bool(errors(invoice)) is (expected is None)


@pytest.mark.parametrize(
    ("summary", "net", "total", "payable", "told"),
    [
        # INVOICE_TOTAL alone
        (cast.sums("INVOICE_TOTAL", "100.00", "125.50"), "100.00", "125.50", "125.50", []),
        (cast.sums("INVOICE_TOTAL", "", "125.50"), None, "125.50", "125.50", []),
        (cast.sums("INVOICE_TOTAL", "100.00"), "100.00", None, None, []),
        # an advance payment, with and without the sum before it
        (
            cast.sums("INVOICE_TOTAL", "100.00", "25.50")
            + cast.sums("INVOICE_TOTAL_WITHOUT_ADVANCE_PAYMENT", "100.00", "125.50")
            + cast.sums("ADVANCE_PAYMENT", "", "100.00"),
            "100.00", "125.50", "25.50", [],
        ),
        (
            cast.sums("INVOICE_TOTAL", "100.00", "25.50") + cast.by_rate("100.00", "25.50")
            + cast.sums("ADVANCE_PAYMENT", "", "100.00"),
            "100.00", "125.50", "25.50", [],
        ),
        (
            cast.sums("INVOICE_TOTAL", "100.00", "125.50") + cast.by_rate("100.00", "25.50")
            + cast.sums("ADVANCE_PAYMENT", "", "100.00"),
            "100.00", "125.50", "25.50", [],
        ),
        (
            cast.sums("INVOICE_TOTAL", "100.00", "125.50") + cast.sums("ADVANCE_PAYMENT", "", "100.00"),
            "100.00", "125.50", None, ["teapps_payable_unclear"],
        ),
        (
            cast.sums("INVOICE_TOTAL", "1.00", "1.26") + cast.sums("ADVANCE_PAYMENT", "", "0.00"),
            "1.00", "1.26", "1.26", [],
        ),
        # a rounding: the sum after it (guide 1.7), before it, or nobody knows
        (
            cast.sums("INVOICE_TOTAL", "17217.74", "21350.00") + cast.by_rate("17217.77", "4132.26", "24")
            + "<ROUNDINGS>-0.03</ROUNDINGS>",
            "17217.77", "21350.03", "21350.00", [],
        ),
        (
            cast.sums("INVOICE_TOTAL", "17217.77", "21350.03") + cast.by_rate("17217.77", "4132.26", "24")
            + "<ROUNDINGS>-.03</ROUNDINGS>",
            "17217.77", "21350.03", "21350.00", [],
        ),
        (
            cast.sums("INVOICE_TOTAL", "100.00", "125.50") + "<ROUNDINGS>+0.02</ROUNDINGS>",
            "100.00", "125.50", None, ["teapps_payable_unclear"],
        ),
        (
            cast.sums("INVOICE_TOTAL", "1.00", "1.26") + "<ROUNDINGS>many</ROUNDINGS>",
            "1.00", "1.26", "1.26", ["teapps_amount_unclear"],
        ),
    ],
)  # fmt: skip
def test_what_is_to_be_paid_is_told_or_flagged_never_guessed(
    summary: str, net: str | None, total: str | None, payable: str | None, told: list[str]
) -> None:
    invoice = read(cast.invoice(summary=summary))
    expected = [None if text is None else Decimal(text) for text in (net, total, payable)]
    assert [invoice.net, invoice.total, invoice.payable] == expected
    assert errors(invoice) == told


@pytest.mark.parametrize(
    ("told", "payable", "found"),
    [("125,50", "125.50", []), ("125.50", "125.50", []), ("125.51", None, ["teapps_payable_twice"])],
)
def test_a_payment_part_that_contradicts_the_summary_is_flagged(
    told: str, payable: str | None, found: list[str]
) -> None:
    epi = cast.nested("EpiDetails/EpiPaymentInstructionDetails/EpiInstructedAmount", told)
    summary = cast.sums("INVOICE_TOTAL", "100.00", "125.50")
    invoice = read(cast.invoice(summary=summary, more=epi))
    assert invoice.payable == (None if payable is None else Decimal(payable))
    assert errors(invoice) == found
    credit = read(cast.invoice(summary=summary, more=epi, kind="<INVOICE_TYPE>01</INVOICE_TYPE>"))
    assert credit.payable == Decimal("-125.50")  # nothing is paid, whatever the payment part has to hold


def _listed(name: str, *amounts: str) -> str:
    element, amount = (("DISCOUNT", "DISCOUNT_AMOUNT"), ("CHARGES", "CHARGE_AMOUNT"))[name == "charges"]
    return "".join(f"<{element}>{cast.sums(amount, one)}</{element}>" for one in amounts)


@pytest.mark.parametrize(
    ("summary", "allowances", "charges"),
    [
        ("", None, None),
        (cast.sums("DISCOUNTS_TOTAL", "28.66"), "28.66", None),
        (cast.sums("DISCOUNTS_TOTAL", "-28.66"), "28.66", None),
        (_listed("discounts", "5.00", "6.00"), "11.00", None),
        (_listed("discounts", "5.00") + cast.sums("DISCOUNTS_TOTAL", "7.00"), "7.00", None),
        (cast.sums("DISCOUNTS_FROM_TOTAL", "3.00"), "3.00", None),
        (cast.sums("CHARGES_TOTAL", "15.00"), None, "15.00"),
        (_listed("charges", "5.00", "6.00"), None, "11.00"),
        (cast.sums("CARGO", "15.00") + cast.sums("POSTAGE_COSTS", "2.00"), None, "17.00"),
        # the freight beside the list, and counted into it: rows and total tell which
        (
            cast.sums("ROWS_TOTAL", "100.00") + cast.sums("INVOICE_TOTAL", "120.00")
            + cast.sums("CHARGES_TOTAL", "5.00") + cast.sums("CARGO", "15.00"),
            None, "20.00",
        ),
        (
            cast.sums("ROWS_TOTAL", "100.00") + cast.sums("INVOICE_TOTAL", "115.00")
            + cast.sums("CHARGES_TOTAL", "15.00") + cast.sums("CARGO", "15.00"),
            None, "15.00",
        ),
        (f"<COMMISSION>{cast.sums('COMMISSION_AMOUNT', '4.00')}</COMMISSION>", None, "4.00"),
    ],
)  # fmt: skip
def test_discounts_and_charges_of_the_whole_invoice(
    summary: str, allowances: str | None, charges: str | None
) -> None:
    invoice = read(cast.invoice(summary=summary))
    expected = [None if text is None else Decimal(text) for text in (allowances, charges)]
    assert [invoice.allowances, invoice.charges] == expected


def test_vat_by_rate_in_the_currency_of_the_invoice() -> None:
    other = cast.by_rate("1000.00", "255.00").replace(
        "</VAT_SUMMARY>", "<CURRENCY_CODE>SEK</CURRENCY_CODE></VAT_SUMMARY>"
    )
    summary = cast.by_rate("100.00", "25.50") + cast.by_rate("50.00", "0.00", "0", "AE") + other
    invoice = read(cast.invoice(summary=summary))
    assert [(part.category, part.percent, part.base, part.amount) for part in invoice.vat_breakdown] == [
        ("S", Decimal("25.5"), Decimal("100.00"), Decimal("25.50")),
        ("AE", Decimal(0), Decimal("50.00"), Decimal("0.00")),
    ]


# --- identifiers, parties, payment ---


def _ordered(
    number: str = "", reference: str = "", kind: str = ' ORDER_TYPE="CO"', position: str = ""
) -> str:
    parts = (("ORDER_NUMBER", number), ("ORDER_REFERENCE", reference), ("ORDER_POSITION", position))
    inside = "".join(f"<{name}>{text}</{name}>" for name, text in parts if text)
    return f"<ORDER_INFORMATION{kind}>{inside}</ORDER_INFORMATION>"


@pytest.mark.parametrize(
    ("header", "rows", "expected", "told"),
    [
        (_ordered("V1"), "", "V1", []),
        (_ordered("V1", kind=""), "", "V1", []),
        (_ordered("M9", kind=' ORDER_TYPE="VN"'), "", None, []),
        ("<INVOICE_ORDER_NUMBER>V1</INVOICE_ORDER_NUMBER>", "", "V1", []),
        (_ordered("V1") + "<INVOICE_ORDER_NUMBER>V1</INVOICE_ORDER_NUMBER>", "", "V1", []),
        (_ordered("V1") + _ordered("V2"), "", None, ["teapps_several_orders"]),
        ("", cast.row("1", inside=_ordered("V1")) * 2, "V1", []),
        ("", cast.row("1", inside="<ORDER_NUMBER>V1</ORDER_NUMBER>"), "V1", []),
        (
            "",
            cast.row("1", inside=_ordered("V1")) + cast.row("1", inside=_ordered("V2")),
            None,
            ["teapps_several_orders"],
        ),
    ],
)
def test_the_order_of_the_buyer(header: str, rows: str, expected: str | None, told: list[str]) -> None:
    """BT-13; the orders of several rows stand on the rows (EX 3: line by line)."""
    invoice = read(cast.invoice(header, rows=rows))
    assert (invoice.order, rules(invoice)) == (expected, told)


def test_a_row_names_its_order_and_the_row_of_it() -> None:
    invoice = read(cast.invoice(rows=cast.row("1", inside=_ordered("V1", position="20")) + cast.row("2")))
    assert [(line.order, line.order_position) for line in invoice.lines] == [("V1", "20"), (None, None)]


@pytest.mark.parametrize(
    ("header", "expected", "notes"),
    [
        (_ordered("V1", "Selvitys"), "Selvitys", ()),
        ("<BUYER_REFERENCE>VSK1000124, S</BUYER_REFERENCE>", "VSK1000124, S", ()),
        ("<ORDER_REFERENCE>Selvitys</ORDER_REFERENCE>", "Selvitys", ()),
        (_ordered("V1", "A") + "<BUYER_REFERENCE>A</BUYER_REFERENCE>", "A", ()),
        (_ordered("V1", "A") + "<BUYER_REFERENCE>B</BUYER_REFERENCE>", "A", ("B",)),
    ],
)
def test_the_reference_of_the_buyer(header: str, expected: str, notes: tuple[str, ...]) -> None:
    """BT-10; what else is written in its place is kept and told."""
    invoice = read(cast.invoice(header))
    assert (invoice.buyer_reference, invoice.notes) == (expected, notes)
    assert rules(invoice) == (["teapps_buyer_reference_twice"] if notes else [])


def test_the_contract_and_the_posting_reference() -> None:
    """BT-12 and BT-19: of the heading, else what the rows agree on."""
    contract = "<CONTRACT_INFORMATION><CONTRACT_NUMBER>VSK1</CONTRACT_NUMBER></CONTRACT_INFORMATION>"
    posting = "<POSTING_DEFAULT><ACCOUNT_REFERENCE>TK1{}</ACCOUNT_REFERENCE></POSTING_DEFAULT>"
    group = "<PAYER_POSTING_GROUP_DEFAULTS>{}</PAYER_POSTING_GROUP_DEFAULTS>"
    assert read(cast.invoice(contract)).agreement == "VSK1"
    assert read(cast.invoice(rows=cast.row("1", inside=contract) * 2)).agreement == "VSK1"
    rows = cast.row("1", inside=contract) + cast.row("1", inside=contract.replace("VSK1", "VSK2"))
    assert read(cast.invoice(rows=rows)).agreement is None
    assert read(cast.invoice(group.format(posting.format("A") * 2))).accounting == "TK1A"
    several = read(cast.invoice(group.format(posting.format("A") + posting.format("B"))))
    assert (several.accounting, rules(several)) == (None, ["teapps_several_postings"])


@pytest.mark.parametrize(
    ("details", "expected", "told"),
    [
        ("<FI_PAYMENT_REFERENCE>0002348236</FI_PAYMENT_REFERENCE>", "2348236", []),
        ("<FI_PAYMENT_REFERENCE>23 48236</FI_PAYMENT_REFERENCE>", "2348236", []),
        ("<IPI_REFERENCE>RF332348236</IPI_REFERENCE>", "RF332348236", []),
        (
            "<FI_PAYMENT_REFERENCE>2348236</FI_PAYMENT_REFERENCE><IPI_REFERENCE>RF332348236</IPI_REFERENCE>",
            "2348236", [],
        ),
        (
            "<FI_PAYMENT_REFERENCE>2348236</FI_PAYMENT_REFERENCE><IPI_REFERENCE>RF9811112</IPI_REFERENCE>",
            None, ["teapps_reference_twice"],
        ),
        ("<FI_PAYMENT_REFERENCE>2348235</FI_PAYMENT_REFERENCE>", "2348235", []),  # wrong, and kept as it is
        ("<FREE_TEXT>Lasku 1</FREE_TEXT>", None, []),
    ],
)  # fmt: skip
def test_the_reference_to_pay_with(details: str, expected: str | None, told: list[str]) -> None:
    """BT-83: both forms of one reference are one; two references are none."""
    invoice = read(cast.invoice(payee=f"<DETAILS_OF_PAYMENT>{details}</DETAILS_OF_PAYMENT>"))
    assert (invoice.reference, errors(invoice)) == (expected, told)
    assert invoice.notes == (("Lasku 1",) if "FREE_TEXT" in details else ())


def _bank(iban: str = "", national: str = "", bic: str = "") -> str:
    parts = (("BANK_ACCOUNT_NUMBER", national), ("SWIFT_CODE", bic), ("IBAN_ACCOUNT_NUMBER", iban))
    return f"<BANKS>{''.join(f'<{name}>{text}</{name}>' for name, text in parts if text)}</BANKS>"


def test_the_accounts_of_the_supplier_all_of_them() -> None:
    """BT-84: the first is paid to, the others are kept; an IBAN in the national place is one."""
    payee = _bank(cast.IBAN, bic="NDEAFIHH") + _bank(national=cast.OTHER_IBAN) + _bank(national="123-456")
    invoice = read(cast.invoice(payee=payee + _bank(cast.IBAN)))
    assert (invoice.seller.iban, invoice.seller.bic) == (cast.IBAN, "NDEAFIHH")
    assert invoice.further_accounts == (cast.OTHER_IBAN,)
    assert rules(invoice) == ["teapps_account_not_iban"]
    epi = cast.nested("EpiDetails/EpiPartyDetails/EpiBeneficiaryPartyDetails/EpiAccountID", cast.OTHER_IBAN)
    chosen = read(cast.invoice(payee=payee, more=epi))
    assert (chosen.seller.iban, chosen.further_accounts) == (cast.OTHER_IBAN, (cast.IBAN,))


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("003792000015100", "003792000015100"),
        ("TE003792000015100", "003792000015100"),
        ("0216:003792000015100", "003792000015100"),
        ("0037:92000015", "003792000015"),
        ("FI5812345678901234", "FI5812345678901234"),
        ("TE003792000016", "TE003792000016"),
    ],
)
def test_the_address_that_steers_an_invoice(written: str, known: str) -> None:
    """EX 6-b: the same receiver however the operator writes it; what is unknown stays as it is."""
    invoice = read(cast.invoice(receiver=f"<NET_SERVICE_ID>{written}</NET_SERVICE_ID>"))
    assert invoice.buyer.einvoice_address == known


def test_the_frame_tells_the_addresses_that_the_invoice_leaves_out() -> None:
    before = cast.nested(
        "TRANSPORT_FRAME",
        cast.nested(
            "CONTENT_RECEIVER",
            cast.nested("RECEIVER_REF", "TE003792000015") + cast.nested("INTERMEDIATOR", "OP1"),
        )
        + cast.nested("SENDER", "003791000021"),
    )
    (invoice,) = reader.read(cast.file(cast.invoice(), before=before))
    assert (invoice.buyer.einvoice_address, invoice.buyer.einvoice_operator) == ("003792000015", "OP1")
    assert invoice.seller.einvoice_address == "003791000021"


def test_the_site_of_the_delivery() -> None:
    named = "<CUSTOMER_INFORMATION><SITE>{}</SITE></CUSTOMER_INFORMATION>"
    transport = "<TRANSPORT_INFORMATION><FINAL_DESTINATION>C</FINAL_DESTINATION></TRANSPORT_INFORMATION>"
    delivery = f"<DELIVERY_PARTY>{named.format('A')}</DELIVERY_PARTY>"
    assert read(cast.invoice(transport)).site == "C"
    assert read(cast.invoice(transport, receiver=named.format("B"))).site == "B"
    assert read(cast.invoice(transport, receiver=named.format("B"), more=delivery)).site == "A"


def test_a_personal_code_is_not_even_read() -> None:
    """OC 2.2-f"""
    code = "010190-900P"
    person = cast.nested(
        "CUSTOMER_INFORMATION",
        cast.nested("CUSTOMER_NAME", "Koe Aino") + cast.nested("SOCIAL_SECURITY_NUMBER", code),
    )
    invoice = read(cast.invoice(payee=person, receiver=person))
    assert invoice.seller.name == "Koe Aino"
    assert code not in json.dumps(invoice.as_json())


def test_a_due_date_in_words_is_told_and_belongs_to_the_terms() -> None:
    header = (
        "<TERMS_OF_PAYMENT>Netto</TERMS_OF_PAYMENT><DUE_DATE><VERBOSE_DATE>Heti!</VERBOSE_DATE></DUE_DATE>"
    )
    invoice = read(cast.invoice(header))
    assert (invoice.due_date, invoice.payment_terms) == (None, "Netto Heti!")
    assert rules(invoice) == ["teapps_due_date_in_words"]


@pytest.mark.parametrize(
    "written", ["2026-02-30", "2026-13-01", "0026-01-01", "2026-1a-01", "2026--01", "9926-01-01"]
)
def test_a_day_that_does_not_exist_is_none(written: str) -> None:
    invoice = read(cast.invoice(cast.date("INVOICE_DATE", written)))
    assert (invoice.issue_date, errors(invoice)) == (None, ["teapps_date_unclear"])


def test_attachments_are_named_without_their_folders() -> None:
    named = ("a.pdf", "../../etc/b.PNG", "c:\\x\\c.xyz")
    controls = "".join(f"<IMAGE_CONTROL><IMAGE_FILE>{name}</IMAGE_FILE></IMAGE_CONTROL>" for name in named)
    invoice = read(cast.invoice(more=f"<CONTROL>{controls}<IMAGE_CONTROL/></CONTROL>"))
    assert [(one.name, one.mime_type, one.content) for one in invoice.attachments] == [
        ("a.pdf", "application/pdf", None),
        ("b.PNG", "image/png", None),
        ("c.xyz", "application/octet-stream", None),
    ]


def test_instalments_are_told() -> None:
    parts = "<PART_PAYMENTS><PAYMENT/><PAYMENT/></PART_PAYMENTS>"
    assert rules(read(cast.invoice(more=parts))) == ["teapps_instalments"]
    assert rules(read(cast.invoice(more=parts.replace("<PAYMENT/>", "", 1)))) == []


# --- rows ---


def test_sums_over_rows_are_not_counted_twice() -> None:
    """Guide 4.8.6: only specified rows make up the invoice; headings and information keep their words."""
    named = "<ARTICLE><ARTICLE_NAME>{}</ARTICLE_NAME></ARTICLE>"
    rows = (
        cast.row("30.00", kind='ROW_TYPE="MAIN" ROW_ID="1"', inside=named.format("Heading"))
        + cast.row("10.00", kind='ROW_TYPE="SPECIFICATION" ROW_ID="1"')
        + cast.row("20.00", kind='ROW_TYPE="SPECIFICATION" ROW_ID="1"')
        + cast.row("30.00", kind='ROW_TYPE="SUBTOTAL" ROW_ID="1"')
        + cast.row("5.00", kind='ROW_TYPE="MAIN" ROW_ID="2"')  # nothing specifies it: it counts
        + cast.row("35.00", kind='ROW_TYPE="INFO"', inside=named.format("Information"))
    )
    invoice = read(cast.invoice(rows=rows))
    assert [(line.name, line.net) for line in invoice.lines] == [
        ("Heading", None), (None, Decimal(10)), (None, Decimal(20)), (None, Decimal(5)), ("Information", None),
    ]  # fmt: skip


def _priced(**prices: str) -> str:
    return "".join(
        cast.sums(name, told).replace(f"<{name}>", f'<{name} PR_QTY="{base}">' if base else f"<{name}>")
        for name, price in prices.items()
        for told, _, base in [price.partition("/")]
    )


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        (_priced(PRICE_PER_UNIT="11.00"), "11.00"),
        (_priced(PRICE_PER_UNIT="11.00", PRICE_PER_UNIT_NET="10.00"), "10.00"),
        (_priced(PRICE_PER_UNIT="11.00", PRICE_PER_UNIT_WITH_DISCOUNT="9.00"), "9.00"),
        (_priced(PRICE_PER_UNIT="441.00/12"), "36.75"),
        (_priced(PRICE_PER_UNIT="441.00/12", PRICE_PER_UNIT_NET="441.00"), "36.75"),
        (_priced(PRICE_PER_UNIT="10.00/0"), "10.00"),
        (_priced(PRICE_PER_UNIT="10.00/x"), "10.00"),
        ("", None),
    ],
)
def test_the_price_of_one_unit(inside: str, expected: str | None) -> None:
    """BT-146 and BT-149 (guide 4.8.3)"""
    (line,) = read(cast.invoice(rows=cast.row("1.00", inside=inside))).lines
    assert line.unit_price == (None if expected is None else Decimal(expected))


def test_a_row_in_another_currency_has_no_amounts() -> None:
    other = "<CURRENCY><CODE>SEK</CODE></CURRENCY>"
    invoice = read(cast.invoice(rows=cast.row("10.00", quantity="1", inside=other)))
    assert (invoice.lines[0].net, invoice.lines[0].quantity) == (None, None)
    assert errors(invoice) == ["teapps_currency_mixed"]


def test_a_row_with_two_taxes_has_none() -> None:
    vat = '<VAT VAT_TYPE="S"><RATE>{}</RATE></VAT>'
    invoice = read(cast.invoice(rows=cast.row("10.00", inside=vat.format("14") + vat.format("25.5"))))
    assert (invoice.lines[0].vat_percent, errors(invoice)) == (None, ["teapps_row_vat_twice"])


def test_unclear_quantities_and_percentages_are_left_out() -> None:
    rows = cast.row("1", quantity="many", inside="<VAT><RATE>25 %</RATE></VAT>")
    invoice = read(cast.invoice(rows=rows))
    assert (invoice.lines[0].quantity, invoice.lines[0].vat_percent) == (None, None)
    assert rules(invoice) == ["teapps_quantity_unclear", "teapps_percent_unclear"]


def test_the_number_of_a_row_is_its_own_or_its_place() -> None:
    numbered = [cast.row("1", inside=f"<ROW_NUMBER>{told}</ROW_NUMBER>") for told in ("70", "x", "9" * 40)]
    assert [line.position for line in read(cast.invoice(rows="".join(numbered))).lines] == [70, 2, 3]


# --- properties ---

_AMOUNTS = st.decimals(min_value=-(10**12), max_value=10**12, places=2)


@given(
    net=_AMOUNTS, vat=_AMOUNTS, rows=st.lists(_AMOUNTS, max_size=4),
    issued=st.dates(min_value=day(1900, 1, 1), max_value=day(2199, 12, 31)),
)  # fmt: skip
def test_what_is_written_is_read(net: Decimal, vat: Decimal, rows: list[Decimal], issued: day) -> None:
    document = cast.invoice(
        cast.date("INVOICE_DATE", issued.isoformat()),
        rows="".join(cast.row(str(one)) for one in rows),
        summary=cast.sums("INVOICE_TOTAL", str(net), str(net + vat)) + cast.tax("VAT_TOTAL", str(vat)),
    )
    invoice = read(document)
    assert (invoice.net, invoice.vat, invoice.total) == (net, vat, net + vat)
    assert [line.net for line in invoice.lines] == rows
    assert (invoice.issue_date, invoice.findings) == (issued, ())


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_in_any_place_is_read_or_told(number: str, amount: str) -> None:
    root = etree.fromstring(
        cast.file(cast.invoice(summary="<INVOICE_TOTAL><AMOUNT VAT='INCLUDED'/></INVOICE_TOTAL>"))
    )
    try:
        root.find(".//INVOICE_ID").text = number  # type: ignore[union-attr]
        root.find(".//AMOUNT").text = amount  # type: ignore[union-attr]
    except ValueError:
        return  # not a text that XML can hold
    (invoice,) = reader.read(etree.tostring(root, encoding="utf-8"))
    told: dict[str, Any] = invoice.as_json()
    assert told["number"] == (invoice.number or None)
    if invoice.total is None and amount.strip():
        assert errors(invoice) == ["teapps_amount_unclear"]
