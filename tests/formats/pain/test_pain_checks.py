"""What is wrong with a file of payments: counts and sums, accounts, references, addresses (EX 9-b)."""

import re
from pathlib import Path

import pytest
from test_pain_writer import BATCH, FULL, SCHEMAS, needs_schemas

from reskontra.exchange.checking import file_findings
from reskontra.exchange.paying import payment_batch
from reskontra.formats.pain.checks import check_file, is_payment_order

GOOD = b"".join(payment_batch("pain.001", FULL)).decode()
DAY = re.search(r"<ReqdExctnDt><Dt>([^<]+)", GOOD)[1]  # type: ignore[index]
LATE = GOOD.replace(f"<Dt>{DAY}</Dt>", "<Dt>2026-11-15</Dt>")


def told(document: str) -> list[tuple[str, str]]:
    """The rules that a file breaks, with their severities."""
    return [(finding.rule, finding.severity) for finding in check_file(document.encode(), None)]


def test_what_we_write_ourselves_is_right() -> None:
    """EX 9-b"""
    assert told(GOOD) == []
    assert told(b"".join(payment_batch("pain.001", BATCH, "pain.001.001.03")).decode()) == []


SUM = "<CtrlSum>76.50</CtrlSum>"
# What is changed in the file, and what is then told of it.
WRONG = [
    # counts and sums, of the message and of the batch
    ((f"3</NbOfTxs>{SUM}<In", f"2</NbOfTxs>{SUM}<In"), ["pain001_count"]),
    ((f"3</NbOfTxs>{SUM}<Pm", f"4</NbOfTxs>{SUM}<Pm"), ["pain001_count"]),
    (("<CtrlSum>76.50</CtrlSum><In", "<CtrlSum>76.51</CtrlSum><In"), ["pain001_sum"]),
    (("<CtrlSum>76.50</CtrlSum><Pm", "<CtrlSum>76.49</CtrlSum><Pm"), ["pain001_sum"]),
    (("<CtrlSum>76.50</CtrlSum><Pm", "<CtrlSum>76.5</CtrlSum><Pm"), []),
    (("<CtrlSum>76.50</CtrlSum><In", "<CtrlSum>1e9</CtrlSum><In"), ["pain001_sum"]),
    (("<NbOfTxs>3</NbOfTxs><CtrlSum>76.50</CtrlSum><In", "<CtrlSum>76.50</CtrlSum><In"), ["pain001_count_missing"]),
    (("<CtrlSum>76.50</CtrlSum><In", "<In"), ["pain001_sum_missing"]),
    # accounts
    (("FI2112345600000785", "FI2112345600000786"), ["pain001_account"]),
    (("<IBAN>FI2112345600000785</IBAN>", "<Othr><Id>1</Id></Othr>"), ["pain001_account_not_iban"]),
    (("FI5542345670000081", "FI5542345670000082"), ["pain001_account"]),
    # amounts: the sums then differ too, unless the amount is none at all
    ((">25.50<", ">25.501<"), ["pain001_amount", "pain001_sum", "pain001_sum"]),
    ((">25.50<", ">0<"), ["pain001_amount", "pain001_sum", "pain001_sum"]),
    ((">25.50<", ">-1<"), ["pain001_amount"]),
    ((">25.50<", ">NaN<"), ["pain001_amount"]),
    # names
    (("<EndToEndId>2</EndToEndId>", "<EndToEndId>3</EndToEndId>"), ["pain001_name_twice"]),
    (("<EndToEndId>2</EndToEndId>", "<EndToEndId>NOTPROVIDED</EndToEndId>"), ["pain001_unnamed"]),
    # references and texts
    (("<Ref>2348236<", "<Ref>2348235<"), ["pain001_reference"]),
    (("<Ref>RF332348236<", "<Ref>RF342348236<"), ["pain001_reference"]),
    (("<Ref>RF332348236<", "<Ref>2348236<"), ["pain001_reference"]),
    (("<Issr>ISO</Issr>", ""), ["pain001_reference_issuer"]),
    (("<Ustrd>", "<Strd/><Ustrd>"), ["pain001_text_and_reference"]),
    (("<Ustrd>", "<Ustrd>a</Ustrd><Ustrd>"), ["pain001_text_too_long"]),
    (("<Ustrd>", "<Ustrd>" + "x" * 140), ["pain001_text_too_long"]),
    # addresses: free lines alone, a part that is missing, too many lines
    (("<TwnNm>Tallinn</TwnNm><Ctry>EE</Ctry>", ""), ["pain001_address_unstructured"]),
    (("<TwnNm>Tallinn</TwnNm>", ""), ["pain001_address_unstructured"]),
    (("<Ctry>EE</Ctry>", ""), ["pain001_address_unstructured"]),
    (("<TwnNm>Helsinki</TwnNm>", ""), ["pain001_address_incomplete"]),
    (("<Ctry>FI</Ctry>", "<Ctry> </Ctry>"), ["pain001_address_incomplete"]),
    (("<AdrLine>2. korrus</AdrLine>", "<AdrLine>a</AdrLine><AdrLine>b</AdrLine>"), ["pain001_address_lines"]),
    (("<AdrLine>2. korrus</AdrLine>", ""), []),
    (("<UltmtDbtr>", "<UltmtDbtr><PstlAdr><AdrLine>x</AdrLine></PstlAdr>"), ["pain001_address_unstructured"]),
]  # fmt: skip
WARNINGS = {
    "pain001_sum_missing", "pain001_account_not_iban", "pain001_name_twice", "pain001_unnamed",
    "pain001_reference_issuer",
}  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), WRONG)
def test_each_rule_alone(change: tuple[str, str], expected: list[str]) -> None:
    """EX 9-b"""
    old, new = change
    assert old in LATE
    found = told(LATE.replace(old, new, 1))
    assert sorted(rule for rule, _ in found) == sorted(expected)
    assert {rule for rule, severity in found if severity == "warning"} == WARNINGS & set(expected)


@pytest.mark.parametrize(
    ("day", "rule", "severity"),
    [
        ("2026-11-14", "pain001_address_ends", "warning"),
        ("2026-11-15", "pain001_address_unstructured", "error"),
        ("2019-01-02", "pain001_address_ends", "warning"),  # before the first day that the terms know
        ("soon", "pain001_address_unstructured", "error"),
    ],
)
def test_an_unsorted_address_is_judged_by_the_day_of_its_payment(day: str, rule: str, severity: str) -> None:
    """EX 9-b: as the run judges it (ADR 0049); the sender of the file by the last of its days."""
    dated = GOOD.replace(f"<Dt>{DAY}</Dt>", f"<Dt>{day}</Dt>")
    assert told(dated.replace("<TwnNm>Tallinn</TwnNm><Ctry>EE</Ctry>", "")) == [(rule, severity)]
    sender = dated.replace("<InitgPty>", "<InitgPty><PstlAdr><AdrLine>x</AdrLine></PstlAdr>")
    assert told(sender) == [(rule, severity)]
    older = b"".join(payment_batch("pain.001", BATCH, "pain.001.001.03")).decode()
    old_date = re.search(r"<ReqdExctnDt>([^<]+)", older)
    assert old_date is not None
    of_day = older.replace(f"<ReqdExctnDt>{old_date[1]}<", f"<ReqdExctnDt>{day}<")
    unsorted = "<Dbtr><PstlAdr><AdrLine>x</AdrLine></PstlAdr>"
    assert told(of_day.replace("<Dbtr>", unsorted)) == [(rule, severity)]


def test_two_batches_of_one_name() -> None:
    start, end = GOOD.index("<PmtInf>"), GOOD.index("</PmtInf>") + len("</PmtInf>")
    doubled = GOOD[:end] + GOOD[start:end] + GOOD[end:]
    rules = {rule for rule, _ in told(doubled)}
    assert rules == {"pain001_batch_twice", "pain001_name_twice", "pain001_count", "pain001_sum"}


@pytest.mark.parametrize(
    "data",
    [
        GOOD.replace("pain.001.001.09", "pain.001.001.08").encode(),
        GOOD.replace("<Document", "<Other").replace("</Document", "</Other").encode(),
        b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.001.001.09'><x/></Document>",
    ],
)
def test_another_message_or_version_is_told(data: bytes) -> None:
    assert [finding.rule for finding in check_file(data, None)] == ["pain001_version"]


def test_a_file_is_known_by_its_content() -> None:
    assert is_payment_order(GOOD.encode())
    prefixed = b"<p:Document xmlns:p='x'><p:CstmrCdtTrfInitn/></p:Document>"
    assert is_payment_order(prefixed)
    assert not is_payment_order(b"CstmrCdtTrfInitn")
    assert file_findings(GOOD.encode(), "payments.xml", None) == []


def test_a_hostile_file_is_refused_and_a_damaged_one_told() -> None:
    assert [
        f.rule for f in check_file(b"<!DOCTYPE Document []>" + GOOD.partition("?>")[2].encode(), None)
    ] == ["xml_doctype"]
    data = GOOD.encode()
    for end in range(100, len(data) - 20, 211):
        assert [finding.severity for finding in check_file(data[:end], None)] == ["error"]


@needs_schemas
def test_public_examples_by_our_rules_and_the_schema() -> None:
    """The .09 example passes its schema and says two transactions of five; IBANs of examples are often invented."""
    found = {
        path.name: {(finding.rule, finding.severity) for finding in check_file(path.read_bytes(), SCHEMAS)}
        for path in (SCHEMAS.parent / "examples").glob("pain.001*.xml")
    }
    generic = found.pop("pain.001.001.09_generic.xml")
    assert ("pain001_count", "error") in generic
    assert "xsd_invalid" not in {rule for rule, _ in generic}
    assert found.pop("pain.001.001.09_sepa_salary.xml") == {("pain001_reference_issuer", "warning")}
    for name, findings in found.items():
        missing = {("pain001_count_missing", "warning"), ("pain001_sum_missing", "warning")}
        assert findings == missing | {("pain001_account", "error")}, name
    assert len(found) == 3


@needs_schemas
def test_the_schema_sees_what_our_rules_do_not(tmp_path: Path) -> None:
    wrong = GOOD.replace("<PmtMtd>TRF</PmtMtd>", "<PmtMtd>BAR</PmtMtd>").encode()
    assert check_file(wrong, None) == []
    assert {finding.rule for finding in check_file(wrong, SCHEMAS)} == {"xsd_invalid"}
    assert [finding.rule for finding in check_file(wrong, tmp_path)] == ["xsd_missing"]
