"""Writing pain.001.001.09 and .03 and payment orders: the schema, the sums, any text whatever; reading pain.002."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from reskontra.documents.findings import Refused
from reskontra.documents.payment_order import Address, Payer, Payment, PaymentBatch, PaymentStatus
from reskontra.exchange.paying import payment_batch, status_report
from reskontra.formats.pain import checks as pain_checks
from reskontra.formats.payment_orders.writer import HEADS
from reskontra.kernel.identifiers import NotAnIdentifier

STANDARDS = Path(__file__).resolve().parents[4] / "shared" / "standards" / "iso20022"
SCHEMAS = STANDARDS / "xsd"
needs_schemas = pytest.mark.skipif(
    not SCHEMAS.is_dir(), reason="the public schemas are kept beside the project in shared/standards/iso20022"
)
IBAN, OTHER = "FI2112345600000785", "FI5542345670000081"
ONE = Payment("RF4210-7-1", Decimal("25.50"), "Koe Aino", "Palautus, lasku 4210000000001", IBAN)
BATCH = PaymentBatch(
    "RF4210-7-file",
    datetime(2026, 3, 16, 7, 0, tzinfo=UTC),
    date(2026, 3, 16),
    Payer("Satamavirasto", OTHER, "NDEAFIHH"),
    (ONE, replace(ONE, end_to_end_id="RF4210-7-2", amount=Decimal("0.01"), payee="Önö & Co <Ab>")),
)
ORDER = replace(ONE, iban="", address=Address("Gatan 1", "00100", "Helsinki", "FI"))


def _written(batch: PaymentBatch) -> etree._Element:
    return etree.fromstring(b"".join(payment_batch("pain.001", batch)))


def _valid(root: etree._Element, schema: str) -> bool:
    return etree.XMLSchema(etree.parse(str(SCHEMAS / schema))).validate(root)


def _texts(root: etree._Element, name: str) -> list[str]:
    return [one.text or "" for one in root.iter(f"{{*}}{name}")]


@needs_schemas
def test_a_batch_is_valid_by_the_public_schema() -> None:
    """OC 4.2-b"""
    assert _valid(_written(BATCH), "pain.001.001.09.xsd")
    assert _valid(_written(replace(BATCH, payer=replace(BATCH.payer, bic=""))), "pain.001.001.09.xsd")


def test_count_and_sum_stand_at_both_levels_and_agree_with_the_payments() -> None:
    root = _written(BATCH)
    assert _texts(root, "NbOfTxs") == ["2", "2"]
    assert _texts(root, "CtrlSum") == ["25.51", "25.51"]
    assert _texts(root, "InstdAmt") == ["25.50", "0.01"]
    assert len(_texts(root, "PmtInfId")) == 1


def test_a_payment_says_to_whom_and_what_for_and_has_its_own_name() -> None:
    root = _written(BATCH)
    assert _texts(root, "EndToEndId") == ["RF4210-7-1", "RF4210-7-2"]
    assert _texts(root, "IBAN") == [OTHER, IBAN, IBAN]
    assert [one.findtext("{*}Nm") for one in root.iter("{*}Cdtr")] == ["Koe Aino", "Önö & Co <Ab>"]
    assert set(_texts(root, "Ustrd")) == {ONE.text}
    assert _texts(root, "Cd") == ["SEPA", "GOVT", "REFU", "REFU"]
    assert _texts(root, "Dt") == ["2026-03-16"]


def test_no_postal_address_is_written_where_none_is_given() -> None:
    root = _written(BATCH)
    assert [*root.iter("{*}PstlAdr"), *root.iter("{*}AdrLine")] == []


# --- versions, addresses, references ---

VERSIONS = ("pain.001.001.09", "pain.001.001.03")
FULL = replace(
    BATCH,
    payer=replace(BATCH.payer, customer_id="87654321"),
    payment_information_id="OR4210-2026-03-16",
    category="SUPP",
    purpose="",
    batch_booking=False,
    ultimate_payer="Satamavirasto, laituri 9",
    payments=(
        replace(ONE, text="", reference="00002348236", instruction_id="OR4210-1", bic="OKOYFIHH"),
        replace(
            ONE,
            end_to_end_id="2",
            text="",
            reference="RF33 2348236",
            address=Address("Gatan", "00100", "Helsinki", "FI", building="1 B"),
        ),
        replace(
            ONE, end_to_end_id="3", address=Address("", "", "Tallinn", "EE", lines=("Sadama 1", "2. korrus"))
        ),
    ),
)


def _older(batch: PaymentBatch) -> etree._Element:
    return etree.fromstring(b"".join(payment_batch("pain.001", batch, "pain.001.001.03")))


@needs_schemas
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "batch", [BATCH, FULL, replace(FULL, batch_booking=True), replace(FULL, purpose="SUPP")]
)
def test_both_versions_are_valid_by_their_schemas(version: str, batch: PaymentBatch) -> None:
    """EX 9-b"""
    root = etree.fromstring(b"".join(payment_batch("pain.001", batch, version)))
    assert _valid(root, f"{version}.xsd")
    assert pain_checks.check_file(etree.tostring(root), SCHEMAS) == []


def test_the_versions_differ_in_day_and_bank() -> None:
    newer, older = _written(FULL), _older(FULL)
    assert etree.QName(older).namespace == "urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"
    assert (_texts(newer, "Dt"), _texts(newer, "BICFI"), _texts(newer, "BIC")) == (
        ["2026-03-16"], ["NDEAFIHH", "OKOYFIHH"], [],
    )  # fmt: skip
    assert (_texts(older, "Dt"), _texts(older, "BICFI"), _texts(older, "BIC")) == (
        [], [], ["NDEAFIHH", "OKOYFIHH"],
    )  # fmt: skip
    assert _texts(older, "ReqdExctnDt") == ["2026-03-16"]


def test_the_names_of_a_payment_on_the_statement_and_at_the_payee() -> None:
    """EX 10: what the statement will be posted by is written where it comes back from."""
    root = _written(FULL)
    assert _texts(root, "PmtInfId") == ["OR4210-2026-03-16"]
    assert (_texts(root, "InstrId"), _texts(root, "EndToEndId")) == (["OR4210-1"], ["RF4210-7-1", "2", "3"])
    assert [one.findtext("{*}Nm") for one in root.iter("{*}UltmtDbtr")] == ["Satamavirasto, laituri 9"]
    assert [one.findtext(".//{*}Othr/{*}Id") for one in root.iter("{*}InitgPty")] == ["87654321"]
    assert _texts(root, "BtchBookg") == ["false"]
    assert (_texts(_written(BATCH), "BtchBookg"), _texts(_written(BATCH), "InstrId")) == ([], [])
    assert _texts(root, "Cd") == ["BANK", "SEPA", "SUPP", "BANK", "SCOR", "SCOR"]


def test_the_payee_is_told_a_reference_by_its_kind_or_a_text() -> None:
    national, international, text = (one.find("{*}RmtInf") for one in _written(FULL).iter("{*}CdtTrfTxInf"))
    assert national is not None
    assert international is not None
    assert text is not None
    assert (_texts(national, "Ref"), _texts(national, "Issr")) == (["2348236"], [])
    assert (_texts(international, "Ref"), _texts(international, "Issr")) == (["RF332348236"], ["ISO"])
    assert (_texts(text, "Ref"), _texts(text, "Ustrd")) == ([], [ONE.text])
    silent = _written(replace(BATCH, payments=(replace(ONE, text=" "),)))
    assert [*silent.iter("{*}RmtInf")] == []


def test_addresses_are_structured_or_hybrid_never_free_alone() -> None:
    """EX 9-b"""
    structured, hybrid = _written(FULL).iter("{*}PstlAdr")
    assert [(etree.QName(one).localname, one.text) for one in structured] == [
        ("StrtNm", "Gatan"), ("BldgNb", "1 B"), ("PstCd", "00100"), ("TwnNm", "Helsinki"), ("Ctry", "FI"),
    ]  # fmt: skip
    assert [(etree.QName(one).localname, one.text) for one in hybrid] == [
        ("TwnNm", "Tallinn"), ("Ctry", "EE"), ("AdrLine", "Sadama 1"), ("AdrLine", "2. korrus"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "payable"),
    [
        (Address("Gatan 1", "00100", "Helsinki", "FI"), True),
        (Address("", "", "Helsinki", "FI"), True),
        (Address("", "", "Helsinki", "FI", lines=("a", "b")), True),
        (Address("", "", "Helsinki", "FI", lines=("a", "b", "c")), False),
        (Address("Gatan 1", "00100", "", "FI"), False),
        (Address("", "", "", "FI", lines=("Gatan 1",)), False),
        (Address("", "", "", "FI", lines=(), unsorted=True), False),
        (Address("", "", "", "", lines=("Gatan 1",), unsorted=True), False),
        (Address("", "", "", "FI", lines=("a", "b", "c"), unsorted=True), False),
        (Address("Gatan 1", "00100", " ", "FI"), False),
        (Address("Gatan 1", "00100", "Helsinki", ""), False),
        (Address("Gatan 1", "00100", "Helsinki", "Finland"), False),
        (Address("Gatan 1", "00100", "Helsinki", "fi"), False),
    ],
)
def test_an_address_that_banks_do_not_take_is_not_written(address: Address, payable: bool) -> None:
    """EX 9-b"""
    assert address.payable is payable
    batch = replace(BATCH, payments=(replace(ONE, address=address),))
    if payable:
        assert _texts(_written(batch), "TwnNm") == ["Helsinki"]
    else:
        with pytest.raises(ValueError):
            _written(batch)


@pytest.mark.parametrize(
    "wrong",
    [
        {"reference": "2348236"},  # beside a text
        {"reference": "2348235", "text": ""},
        {"reference": "RF342348236", "text": ""},
        {"instruction_id": "x" * 36},
        {"instruction_id": "Ä"},
        {"bic": "NDEA"},
    ],
)
def test_what_the_payee_or_the_bank_could_not_use_is_not_written(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        _written(replace(BATCH, payments=(replace(ONE, **wrong),)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong",
    [{"category": "GOV"}, {"purpose": "refu"}, {"payment_information_id": "//"}, {"ultimate_payer": "\0"}],
)
def test_what_a_batch_may_not_say_is_not_written(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        _written(replace(BATCH, **wrong))  # type: ignore[arg-type]


def test_another_version_or_channel_is_not_written() -> None:
    with pytest.raises(ValueError):
        b"".join(payment_batch("pain.001", BATCH, "pain.001.001.08"))
    with pytest.raises(KeyError):
        payment_batch("letter", BATCH)


@needs_schemas
@given(st.text(min_size=1, max_size=200), st.text(max_size=200))
def test_any_name_and_text_make_a_valid_document_or_are_refused(name: str, text: str) -> None:
    try:
        root = _written(replace(BATCH, payments=(replace(ONE, payee="A" + name, text=text),)))
    except ValueError:
        raise AssertionError("a name that says something is written") from None
    assert _valid(root, "pain.001.001.09.xsd")


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": Decimal(0)},
        {"amount": Decimal("-1.00")},
        {"amount": Decimal("1.001")},
        {"payee": " \x00 "},
        {"end_to_end_id": "x" * 36},
        {"end_to_end_id": ""},
        {"end_to_end_id": "RF/"},
        {"end_to_end_id": "Ä"},
    ],
)
def test_what_no_bank_could_pay_is_not_written(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        _written(replace(BATCH, payments=(replace(ONE, **wrong),)))  # type: ignore[arg-type]


def test_an_account_that_is_none_is_not_written() -> None:
    with pytest.raises(NotAnIdentifier):
        _written(replace(BATCH, payments=(replace(ONE, iban="FI2112345600000786"),)))


@pytest.mark.parametrize("channel", ["pain.001", "payment-order"])
def test_an_empty_batch_is_not_written(channel: str) -> None:
    with pytest.raises(ValueError):
        b"".join(payment_batch(channel, replace(BATCH, payments=())))


def test_payment_orders_are_a_list_with_addresses() -> None:
    """OC 4.2-b"""
    hostile = replace(ORDER, payee="=1+1;\r\nx")
    written = b"".join(payment_batch("payment-order", replace(BATCH, payments=(ORDER, hostile)))).decode()
    heads, first, second = written.splitlines()
    assert heads.split(";") == list(HEADS)
    assert first == (
        "RF4210-7-file;2026-03-16;FI5542345670000081;RF4210-7-1;25.50;EUR;Koe Aino;Gatan 1;00100;Helsinki;FI;"
        "Palautus, lasku 4210000000001"
    )
    assert ';"\'=1+1; x";' in second


def test_an_order_to_nowhere_is_not_written() -> None:
    for address in (None, Address("Gatan 1", "", "", "FI")):
        with pytest.raises(ValueError):
            b"".join(
                payment_batch("payment-order", replace(BATCH, payments=(replace(ORDER, address=address),)))
            )


# --- answers -------------------------------------------------------------------------------------------------------

_REPORT = """<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.{version}"><CstmrPmtStsRpt>
<GrpHdr><MsgId>1</MsgId><CreDtTm>2026-03-17T08:00:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>RF4210-7-file</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>{group}
</OrgnlGrpInfAndSts>{payments}</CstmrPmtStsRpt></Document>"""
_PAYMENT = "<OrgnlPmtInfAndSts><OrgnlPmtInfId>x</OrgnlPmtInfId>{}</OrgnlPmtInfAndSts>"
_STATUS = "<TxInfAndSts><OrgnlEndToEndId>{}</OrgnlEndToEndId><TxSts>{}</TxSts>{}</TxInfAndSts>"
_WHY = (
    "<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>Closed</AddtlInf><AddtlInf>account</AddtlInf></StsRsnInf>"
)


def _report(*statuses: tuple[str, str, str], group: str = "", version: str = "10") -> bytes:
    payments = "".join(_STATUS.format(*one) for one in statuses)
    status = f"<GrpSts>{group}</GrpSts>" if group else ""
    return _REPORT.format(
        version=version, group=status, payments=_PAYMENT.format(payments) if payments else ""
    ).encode()


@pytest.mark.parametrize("version", ["03", "10"])
def test_a_bank_answers_each_payment_by_its_name(version: str) -> None:
    """OC 4.2-b: accepted and rejected count; what is pending or received says nothing yet."""
    report = status_report(
        _report(("a", "ACSC", ""), ("b", "RJCT", _WHY), ("c", "PDNG", ""), ("d", "RCVD", ""), version=version)
    )
    assert report.statuses == (PaymentStatus("a", True), PaymentStatus("b", False, "AC04 Closed account"))
    assert (report.original_message_id, report.group_rejected) == ("RF4210-7-file", False)


def test_a_message_whose_every_batch_is_rejected_is_rejected() -> None:
    whole = _PAYMENT.format("<PmtInfSts>RJCT</PmtInfSts>")
    for batches, rejected in ((whole, True), (whole * 2, True), (whole + _PAYMENT.format(""), False)):
        report = status_report(_REPORT.format(version="10", group="", payments=batches).encode())
        assert report.group_rejected is rejected


@pytest.mark.parametrize(
    ("group", "rejected"), [("RJCT", True), ("ACTC", False), ("ACCP", False), ("PART", False)]
)
def test_a_batch_may_be_rejected_as_a_whole(group: str, rejected: bool) -> None:
    assert status_report(_report(group=group)).group_rejected is rejected


@needs_schemas
def test_the_reports_of_these_tests_are_such_as_banks_write() -> None:
    for version in ("03", "10"):
        root = etree.fromstring(
            _report(("a", "ACSC", ""), ("b", "RJCT", _WHY), group="PART", version=version)
        )
        assert _valid(root, f"pain.002.001.{version}.xsd")


@pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the public examples are kept beside the project")
def test_public_examples_are_read() -> None:
    for name, message in (
        ("pain.002.001.03_actc.xml", "20110102-0000001"),
        ("pain.002.001.03_popbank_xsd_invalid.xml", "201802071211XJANITEST"),
    ):
        report = status_report((SCHEMAS.parent / "examples" / name).read_bytes())
        assert (report.original_message_id, report.group_rejected, report.statuses) == (message, False, ())


@pytest.mark.parametrize("data", [b"", b"<x", b"<Document/>", b"<CstmrPmtStsRpt/>", b"%PDF"])
def test_what_is_no_answer_is_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        status_report(data)
