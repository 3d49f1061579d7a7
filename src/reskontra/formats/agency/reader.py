"""The agency's report: bytes to a document. A wrong row is a finding; a report that does not add up is refused."""

import csv
import io
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final, NoReturn

from reskontra.documents.agency import ROW_KINDS, AgencyReport, AgencyRow
from reskontra.documents.findings import Finding, Refused

HEADING: Final = ("id", "case", "kind", "day", "reference", "amount", "fee", "net", "reason")
MOST_BYTES: Final = 20_000_000
MOST_ROWS: Final = 100_000
_CLAUSE = "OC 6.1.4-a"
_BOM = b"\xef\xbb\xbf"
_AMOUNT = re.compile(r"[0-9]{1,13}\.[0-9]{2}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9._/-]{1,60}", re.ASCII)
_UNSEEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_MOST_REASON = 200


def is_agency_report(data: bytes) -> bool:
    """Whether the first line of the bytes is the heading of a report."""
    return data.removeprefix(_BOM)[:200].split(b"\n", 1)[0].rstrip(b"\r") == ";".join(HEADING).encode()


def read(data: bytes, name: str = "") -> list[AgencyReport]:
    """The one report in ``data``; ``name`` only helps people.

    Raises ``Refused`` when it is too large, cut off, not UTF-8, or its own count or sum does not hold.
    """
    records, total = _records(data)
    findings: list[Finding] = []
    rows = tuple(
        _row(number, dict(zip(HEADING, record, strict=True)), findings)
        for number, record in enumerate(records, start=2)
    )
    counted = sum((one.amount for one in rows if one.amount is not None), Decimal("0.00"))
    if total["case"] != str(len(rows)):
        _refuse("agency_counts_disagree", told=total["case"][:20], counted=str(len(rows)))
    if not any(finding.column == "amount" for finding in findings) and total["amount"] != f"{counted:.2f}":
        _refuse("agency_counts_disagree", told=total["amount"][:20], counted=f"{counted:.2f}")
    return [AgencyReport(rows, counted, tuple(findings))]


def _records(data: bytes) -> tuple[list[list[str]], Mapping[str, str]]:
    if len(data) > MOST_BYTES:
        _refuse("agency_report_not_read", reason="size")
    try:
        text = data.removeprefix(_BOM).decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        _refuse("agency_report_not_read", reason="UTF-8")
    if _UNSEEN.search(text):
        _refuse("agency_report_not_read", reason="control character")
    try:
        records = [
            one for one in csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True) if one
        ]
    except csv.Error:
        _refuse("agency_report_not_read", reason="CSV")
    if len(records) != sum(1 for line in text.split("\n") if line):
        _refuse("agency_report_not_read", reason="line break in a field")
    if len(records) > MOST_ROWS + 2 or any(len(one) != len(HEADING) for one in records):
        _refuse("agency_report_not_read", reason="number of rows or fields")
    if len(records) < 2 or records[-1][0] != "total" or any(one[0] == "total" for one in records[:-1]):
        _refuse("agency_report_not_read", reason="sum record")
    return records[1:-1], dict(zip(HEADING, records[-1], strict=True))


def _row(row: int, cells: Mapping[str, str], findings: list[Finding]) -> AgencyRow:
    def wrong(column: str) -> None:
        findings.append(Finding("agency_value", clause=_CLAUSE, row=row, column=column))

    kind = next((one for one in ROW_KINDS if one == cells["kind"]), None)
    money: dict[str, Decimal | None] = {}
    for column in ("amount", "fee", "net"):
        written = cells[column]
        needed = (column == "amount" and kind in ("demanded", "collected")) or kind == "collected"
        money[column] = Decimal(written) if _AMOUNT.fullmatch(written) else None
        if money[column] is None and (written or needed):
            wrong(column)
    day = _day(cells["day"])
    for column, holds in (
        ("id", _ID.fullmatch(cells["id"])),
        ("case", _NUMBER.fullmatch(cells["case"])),
        ("kind", kind),
        ("day", day),
        ("reference", not cells["reference"] or _NUMBER.fullmatch(cells["reference"])),
        ("reference", cells["reference"] or kind != "collected"),
        ("reason", len(cells["reason"]) <= _MOST_REASON),
        ("reason", cells["reason"] or kind != "returned"),
    ):
        if not holds:
            wrong(column)
    return AgencyRow(
        row=row,
        id=cells["id"][:60],
        case=int(cells["case"]) if _NUMBER.fullmatch(cells["case"]) else None,
        kind=kind,
        day=day,
        reference=cells["reference"][:20],
        amount=money["amount"],
        fee=money["fee"],
        net=money["net"],
        reason=cells["reason"][:_MOST_REASON],
    )


def _day(written: str) -> date | None:
    if not _DAY.fullmatch(written):
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _refuse(rule: str, **detail: str) -> NoReturn:
    raise Refused(Finding(rule, clause=_CLAUSE, detail=detail))
