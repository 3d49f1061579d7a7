"""Reading pain.002 at its three levels, and where each payment stands after several reports (EX 9-a)."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from answer_tables import MESSAGE, Report, element, payment, play
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from reskontra.documents.findings import Refused
from reskontra.documents.payment_status import PaymentReport, Reason, SentPayment
from reskontra.exchange.checking import file_findings
from reskontra.exchange.paying import disagreements, payment_report, standings
from reskontra.exchange.reading import read_documents
from reskontra.formats import pain
from reskontra.kernel.texts import LANGUAGES, texts

STANDARDS = Path(__file__).resolve().parents[4] / "shared" / "standards" / "iso20022"
GOLDEN = Path(__file__).parent / "golden"
needs_standards = pytest.mark.skipif(
    not STANDARDS.is_dir(),
    reason="the public schemas and examples are kept beside the project in shared/standards",
)


def rules(report: PaymentReport) -> list[str]:
    return [finding.rule for finding in report.findings]


# --- what a report says ---


@pytest.mark.parametrize("version", ["03", "10"])
def test_a_report_is_read_as_it_was_read_before(version: str) -> None:
    """EX 9-a: status and reasons of message, batch and payment, with codes, own codes and joined words."""
    data = (GOLDEN / "part.xml").read_bytes().replace(b"pain.002.001.10", f"pain.002.001.{version}".encode())
    expected = json.loads((GOLDEN / "part.json").read_text(encoding="utf-8"))
    (report,) = read_documents(data, "answer.xml")
    assert isinstance(report, PaymentReport)
    assert report.as_json() == expected | {"format": f"pain.002.001.{version}"}
    assert file_findings(data, "answer.xml", None) == []


@needs_standards
def test_the_report_is_such_as_banks_write() -> None:
    for version in ("03", "10"):
        name = f"pain.002.001.{version}"
        data = (GOLDEN / "part.xml").read_bytes().replace(b"pain.002.001.10", name.encode())
        schema = etree.XMLSchema(etree.parse(str(STANDARDS / "xsd" / f"{name}.xsd")))
        schema.assertValid(etree.fromstring(data))
        assert file_findings(data, "answer.xml", STANDARDS / "xsd") == []


@needs_standards
def test_every_public_example_is_read() -> None:
    """A real bank's file breaks its schema with a blank BIC; it is read, and validation says so."""
    found = {}
    for path in sorted((STANDARDS / "examples").glob("pain.002*.xml")):
        data = path.read_bytes()
        report = payment_report(data)
        root = etree.fromstring(data)
        assert report.original_message_id == root.findtext(".//{*}OrgnlMsgId")
        assert report.status == root.findtext(".//{*}GrpSts")
        stated = root.findtext(".//{*}OrgnlCtrlSum")
        assert report.total == (None if stated is None else Decimal(stated))
        findings = file_findings(data, path.name, STANDARDS / "xsd")
        found[path.name] = (report.state, report.count, sorted({finding.rule for finding in findings}))
    assert found == {
        "pain.002.001.03_actc.xml": ("pending", None, []),
        "pain.002.001.03_popbank_xsd_invalid.xml": ("accepted", 1, ["xsd_invalid"]),
    }


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("ACTC", "pending"), ("RCVD", "pending"), ("PDNG", "pending"), ("ACCP", "accepted"), ("ACSP", "accepted"),
        ("ACSC", "accepted"), ("ACWC", "accepted"), ("RJCT", "rejected"), ("CANC", "rejected"), ("-", None),
    ],
)  # fmt: skip
def test_each_status_has_its_state_at_every_level(status: str, state: str | None) -> None:
    report = payment_report(Report(group=status, batches=[("B", status, [payment("a", status)])]).xml())
    (batch,) = report.batches
    assert (report.state, batch.state, batch.transactions[0].state) == (state, state, state)
    assert report.findings == ()


def test_partly_is_a_status_of_many_and_never_of_one() -> None:
    report = payment_report(Report(group="PART", batches=[("B", "PART", [payment("a", "PART")])]).xml())
    assert (report.status, report.state, report.batches[0].state) == ("PART", None, None)
    assert rules(report) == ["pain_status_unknown"]
    assert rules(payment_report(Report(group="XXXX").xml())) == ["pain_status_unknown"]


def test_a_payment_without_a_name_is_told() -> None:
    for name in ("-", "NOTPROVIDED"):
        report = payment_report(Report(batches=[("B", "-", [payment(name, "RJCT")])]).xml())
        assert rules(report) == ["pain_payment_unnamed"]


def test_other_versions_are_read_and_told() -> None:
    report = payment_report(Report(group="ACCP").xml("12"))
    assert (report.state, report.format, rules(report)) == ("accepted", "pain.002.001.12", ["pain_version"])


@pytest.mark.parametrize(
    ("written", "expected", "told"),
    [
        ("2026-03-17T08:00:00+02:00", datetime(2026, 3, 17, 6, tzinfo=UTC), []),
        ("2026-03-17T06:00:00Z", datetime(2026, 3, 17, 6, tzinfo=UTC), []),
        ("2026-03-17T08:00:00", datetime(2026, 3, 17, 6, tzinfo=UTC), []),  # a bank's own time
        ("2026-07-17T09:00:00.000", datetime(2026, 7, 17, 6, tzinfo=UTC), []),
        ("yesterday", None, ["pain_time_unclear"]),
    ],
)
def test_the_time_of_a_report(written: str, expected: datetime | None, told: list[str]) -> None:
    report = payment_report(Report(time=written).xml())
    assert (report.created, rules(report)) == (expected, told)


# --- counts and sums inside a report ---


def _per_status(status: str, count: str, total: str = "-") -> str:
    inside = element("DtldNbOfTxs", count) + element("DtldSts", status) + element("DtldCtrlSum", total)
    return f"<NbOfTxsPerSts>{inside}</NbOfTxsPerSts>"


def _sent(count: str, total: str = "-") -> str:
    return element("OrgnlNbOfTxs", count) + element("OrgnlCtrlSum", total)


_TWO = [payment("a", "RJCT"), payment("b", "ACCP")]


@pytest.mark.parametrize(
    ("group", "batch", "told"),
    [
        (_sent("2", "9.50"), _sent("2", "9.5"), []),
        (_sent("3"), "", []),  # one of them is not listed
        (_sent("1"), "", ["pain_counts_differ"]),
        ("", _sent("1"), ["pain_counts_differ"]),
        (_sent("2"), _sent("3"), ["pain_counts_differ"]),
        (_sent("2", "9.50"), _sent("2", "9.51"), ["pain_counts_differ"]),
        (_sent("2", "9.50"), _sent("2", "9.49"), []),  # another batch may hold the rest
        (_per_status("RJCT", "1"), "", []),
        (_per_status("RJCT", "2"), "", ["pain_counts_differ"]),
        (_per_status("PDNG", "5"), "", []),  # counted, not listed
        (_sent("2") + _per_status("RJCT", "1") + _per_status("ACCP", "1"), "", []),
        (_sent("3") + _per_status("RJCT", "1") + _per_status("ACCP", "1"), "", ["pain_counts_differ"]),
        (_sent("2", "9.50") + _per_status("RJCT", "1", "4.00") + _per_status("ACCP", "1", "5.50"), "", []),
        (
            _sent("2", "9.50") + _per_status("RJCT", "1", "4.00") + _per_status("ACCP", "1", "5.51"), "",
            ["pain_counts_differ"],
        ),
        (_sent("many"), "", ["pain_number_unclear"]),
        (_sent("2", "1e9"), "", ["pain_number_unclear"]),
        (_sent("2", "NaN"), "", ["pain_number_unclear"]),
        (_sent("9" * 400), "", ["pain_number_unclear"]),
        (_sent("-1"), "", ["pain_number_unclear"]),
    ],
)  # fmt: skip
def test_what_a_report_counts_is_what_it_says(group: str, batch: str, told: list[str]) -> None:
    report = payment_report(Report(batches=[("B", "-", _TWO)]).xml("10", group, batch))
    assert rules(report) == told
    assert {finding.severity for finding in report.findings} <= {"error"}


# --- where a payment stands ---

TABLES = {
    "the form is accepted: nothing is known of the payments": """
        sent   a B1 10.00
        report 08:00 ACTC
        expect a pending
        """,
    "three stages in order": """
        sent   a B1 10.00
        sent   b B1 20.00
        report 08:00 ACTC
        report 09:00 ACCP
        report 10:00 PART
        batch  B1 -
        payment b RJCT AC04
        expect a accepted          # not listed: keeps what it had
        expect b rejected
        """,
    "three stages that arrive in another order": """
        sent   a B1 10.00
        sent   b B1 20.00
        report 10:00 PART
        batch  B1 -
        payment b RJCT AC04
        report 08:00 ACTC
        report 09:00 ACCP
        expect a accepted
        expect b rejected
        """,
    "only one rejected payment and no status of the message": """
        sent   a B1 10.00
        sent   b B1 20.00
        report 08:00 -
        batch  B1 -
        payment b RJCT AC04
        expect a -
        expect b rejected
        """,
    "a message rejected as a whole": """
        sent   a B1 10.00
        sent   b B2 20.00
        report 08:00 RJCT
        expect a rejected
        expect b rejected
        """,
    "a batch rejected, the others accepted": """
        sent   a B1 10.00
        sent   b B2 20.00
        report 08:00 PART
        batch  B1 RJCT
        batch  B2 ACCP
        expect a rejected
        expect b accepted
        """,
    "the batch counts before the message": """
        sent   a B1 10.00
        sent   b B2 20.00
        report 08:00 ACCP
        batch  B1 PDNG
        expect a pending
        expect b accepted
        """,
    "the payment counts before the batch": """
        sent   a B1 10.00
        sent   b B1 20.00
        report 08:00 ACCP
        batch  B1 ACCP
        payment a PDNG
        expect a pending
        expect b accepted
        """,
    "accepted by a rejected message: nobody knows, so it is held": """
        sent   a B1 10.00
        report 08:00 RJCT
        batch  B1 -
        payment a ACCP
        expect a pending
        """,
    "rejected: no later word about the message takes it back": """
        sent   a B1 10.00
        report 08:00 -
        batch  B1 -
        payment a RJCT
        report 09:00 ACCP
        report 10:00 ACTC
        expect a rejected
        """,
    "accepted, and rejected when it was to be carried out": """
        sent   a B1 10.00
        report 08:00 ACCP
        report 09:00 PART
        batch  B1 -
        payment a RJCT AM04
        expect a rejected
        """,
    "a word about the form takes back nothing": """
        sent   a B1 10.00
        report 08:00 ACCP
        report 09:00 ACTC
        expect a accepted
        """,
    "an unknown status changes nothing": """
        sent   a B1 10.00
        report 08:00 ACCP
        report 09:00 -
        batch  B1 -
        payment a XXXX
        expect a accepted
        """,
}


@pytest.mark.parametrize("name", TABLES)
def test_a_payment_stands_where_the_bank_has_put_it(name: str) -> None:
    """EX 9-a"""
    seen = play(TABLES[name])
    assert seen
    assert [(one, expected) for one, expected, _ in seen] == [(one, found) for one, _, found in seen]


SENT = (
    SentPayment("a", Decimal("10.00"), "B1", "I1"),
    SentPayment("b", Decimal("20.00"), "B1", "I2"),
    SentPayment("c", Decimal("5.00"), "B2"),
)


def test_a_payment_is_known_by_its_instruction_where_its_name_is_not_told() -> None:
    unnamed = payment("NOTPROVIDED", "RJCT").replace(
        "<OrgnlEndToEndId>", "<OrgnlInstrId>I2</OrgnlInstrId><OrgnlEndToEndId>"
    )
    report = payment_report(Report(batches=[("B1", "-", [unnamed])]).xml())
    found = standings(MESSAGE, SENT, [report])
    assert {name: one.state for name, one in found.items()} == {"a": None, "b": "rejected", "c": None}
    assert disagreements(MESSAGE, SENT, report) == []


def test_the_reason_and_the_report_stand_with_the_payment() -> None:
    data = Report(batches=[("B1", "-", [payment("a", "RJCT", "AC04", "Closed", "account")])]).xml()
    found = standings(MESSAGE, SENT, [payment_report(data)])["a"]
    assert (found.status, found.report) == ("RJCT", "A1")
    assert found.reasons == (Reason("AC04", None, "Closed account"),)
    assert str(found.reasons[0]) == "AC04 Closed account"


def test_reports_about_other_messages_are_passed_over() -> None:
    report = payment_report(Report(group="RJCT", original="other").xml())
    assert standings(MESSAGE, SENT, [report])["a"].state is None
    assert [finding.rule for finding in disagreements(MESSAGE, SENT, report)] == ["pain_other_message"]


def test_a_report_without_a_time_comes_first() -> None:
    late = payment_report(Report(group="ACCP").xml())
    timeless = replace(payment_report(Report(group="PDNG").xml()), created=None)
    assert standings(MESSAGE, SENT, [late, timeless])["a"].state == "accepted"


_AMOUNT = '<OrgnlTxRef><Amt><InstdAmt Ccy="EUR">{}</InstdAmt></Amt></OrgnlTxRef>'


@pytest.mark.parametrize(
    ("group", "batch", "payments", "told"),
    [
        (_sent("3", "35.00"), _sent("2", "30"), [payment("a", "ACCP", inside=_AMOUNT.format("10"))], []),
        ("", "", [], []),
        (_sent("2"), "", [], ["pain_sent_differs"]),
        (_sent("3", "35.01"), "", [], ["pain_sent_differs"]),
        ("", _sent("1"), [], ["pain_sent_differs"]),
        ("", _sent("2", "29.99"), [], ["pain_sent_differs"]),
        ("", "", [payment("x", "RJCT")], ["pain_unknown_payment"]),
        ("", "", [payment("a", "RJCT", inside=_AMOUNT.format("10.01"))], ["pain_amount_differs"]),
    ],
)
def test_what_the_bank_received_is_what_was_sent(
    group: str, batch: str, payments: list[str], told: list[str]
) -> None:
    """EX 9-a: number, sum and payments as the bank tells them against the message."""
    report = payment_report(Report(batches=[("B1", "-", payments)]).xml("10", group, batch))
    assert [finding.rule for finding in disagreements(MESSAGE, SENT, report)] == told


def test_a_batch_that_was_never_sent_is_told() -> None:
    report = payment_report(Report(batches=[("B9", "ACCP", [])]).xml())
    assert [finding.value for finding in disagreements(MESSAGE, SENT, report)] == ["B9"]


# --- hostile and odd files ---


@pytest.mark.parametrize("data", [b"", b"<x", b"<Document/>", b"<CstmrPmtStsRpt/>", b"%PDF"])
def test_what_is_no_answer_is_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        payment_report(data)


@pytest.mark.parametrize(
    ("inside", "rule"),
    [
        ('<!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/hostname">]>', "xml_doctype"),
        ("\0", "xml_encoding"),
        ("&nbsp;", "xml_not_well_formed"),
        ("<a>" * 1000, "xml_too_deep"),
    ],
)
def test_a_hostile_answer_is_refused(inside: str, rule: str) -> None:
    data = Report().xml().replace(b"<CstmrPmtStsRpt>", b"<CstmrPmtStsRpt>" + inside.encode())
    with pytest.raises(Refused) as refused:
        read_documents(data, "answer.xml")
    assert refused.value.findings[0].rule == rule


def test_an_answer_cut_off_anywhere_is_refused() -> None:
    data = (GOLDEN / "part.xml").read_bytes().rstrip()
    for end in range(1, len(data) - 1, 53):
        with pytest.raises(Refused):
            payment_report(data[:end])


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_any_text_in_any_place_is_read_or_told(status: str, number: str, reason: str) -> None:
    root = etree.fromstring((GOLDEN / "part.xml").read_bytes())
    try:
        for path, text in (("TxSts", status), ("OrgnlNbOfTxs", number), ("AddtlInf", reason)):
            found = root.find(f".//{{*}}{path}")
            assert found is not None
            found.text = text
    except ValueError:
        return  # not a text that XML can hold
    report = payment_report(etree.tostring(root, encoding="utf-8"))
    report.as_json()
    assert report.count is None or report.count >= 0


def test_every_finding_has_its_sentence_in_three_languages() -> None:
    named = {
        rule
        for path in Path(pain.__file__).parent.glob("*.py")
        for rule in re.findall(r'"(pain(?:001)?_[a-z0-9_]+)"', path.read_text(encoding="utf-8"))
    }
    assert len(named) > 25
    for rule in named:
        assert set(texts()[f"finding.{rule}"]) >= set(LANGUAGES), rule
    assert named == {key.removeprefix("finding.") for key in texts() if key.startswith("finding.pain")}
