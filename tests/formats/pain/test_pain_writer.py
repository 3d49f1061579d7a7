"""Writing pain.001.001.09 and payment orders: the schema, the sums, any text whatever; reading pain.002."""

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


def test_no_postal_address_is_written() -> None:
    root = _written(replace(BATCH, payments=(replace(ONE, address=ORDER.address),)))
    assert [*root.iter("{*}PstlAdr"), *root.iter("{*}AdrLine")] == []


@needs_schemas
@given(st.text(min_size=1, max_size=200), st.text(max_size=200))
def test_any_name_and_text_make_a_valid_document_or_are_refused(name: str, text: str) -> None:
    try:
        root = _written(replace(BATCH, payments=(replace(ONE, payee="A" + name, text="B" + text),)))
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
