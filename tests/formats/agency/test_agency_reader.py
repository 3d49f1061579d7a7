"""The agency's report as bytes: what is read, what is a finding, and what refuses the whole file (OC 6.1.4)."""

from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reskontra.documents.agency import AgencyRow
from reskontra.documents.findings import Refused
from reskontra.formats.agency.reader import HEADING, is_agency_report, read

HEAD = ";".join(HEADING)
ROW = "T1;7;collected;2026-07-10;42100018;100.00;12.50;87.50;"


def _file(*rows: str, count: str | None = None, total: str = "100.00") -> bytes:
    return "\n".join([HEAD, *rows, f"total;{count or len(rows)};;;;{total};;;", ""]).encode()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_report_is_read(end: str, mark: bytes) -> None:
    """OC 6.1.4-a"""
    data = mark + _file(ROW).replace(b"\n", end.encode())
    assert is_agency_report(data)
    (report,) = read(data)
    assert report.rows == (
        AgencyRow(
            2, "T1", 7, "collected", date(2026, 7, 10), "42100018", Decimal("100.00"), Decimal("12.50"),
            Decimal("87.50"), "",
        ),
    )  # fmt: skip
    assert (report.amount, report.findings) == (Decimal("100.00"), ())
    assert report.as_json()["rows"][0]["net"] == "87.50"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (_file(ROW, count="2"), "agency_counts_disagree"),
        (_file(ROW, total="100.01"), "agency_counts_disagree"),
        (HEAD.encode() + b"\n" + ROW.encode() + b"\n", "agency_report_not_read"),
        (_file(ROW).replace(b"T1", b"T\xff"), "agency_report_not_read"),
        (_file(ROW).replace(b"T1", b"T\x00"), "agency_report_not_read"),
        (_file(ROW + ";"), "agency_report_not_read"),
        (_file('"T1'), "agency_report_not_read"),
        (_file(ROW.replace("T1", '"T\n1"')), "agency_report_not_read"),
        (_file("total;0;;;;0.00;;;", ROW), "agency_report_not_read"),
    ],
)
def test_what_does_not_add_up_or_is_cut_off_is_refused(data: bytes, reason: str) -> None:
    """OC 6.1.4-a"""
    with pytest.raises(Refused) as refused:
        read(data)
    assert [finding.rule for finding in refused.value.findings] == [reason]


@pytest.mark.parametrize(
    ("cell", "value", "column"),
    [
        (0, "a b", "id"), (1, "x", "case"), (2, "sold", "kind"), (3, "10.7.2026", "day"), (3, "2026-02-30", "day"),
        (4, "RF12", "reference"), (5, "1e2", "amount"), (6, "-1.00", "fee"), (7, "", "net"), (8, "x" * 201, "reason"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_read_is_a_finding_of_its_row(cell: int, value: str, column: str) -> None:
    """OC 6.1.4-a"""
    cells = ROW.split(";")
    cells[cell] = value
    (report,) = read(_file(";".join(cells)))
    assert {(finding.row, finding.column) for finding in report.findings} == {(2, column)}


def test_another_file_is_no_report() -> None:
    assert not is_agency_report(b"batch;invoice;amount")
    assert not is_agency_report(b"")


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(noise: bytes) -> None:
    data = HEAD.encode() + b"\n" + noise
    assert is_agency_report(data)
    with suppress(Refused):
        (report,) = read(data)
        assert all(finding.row for finding in report.findings)
