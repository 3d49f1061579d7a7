"""Bytes to documents: a report of the enforcement authority. A report that breaks the schema is refused whole."""

from datetime import date
from decimal import Decimal
from typing import Any

from lxml import etree

from reskontra.documents.enforcement import REPORT_KINDS, EnforcementReport, ReportRow, Share
from reskontra.documents.findings import Finding, Refused
from reskontra.formats import xml
from reskontra.formats.enforcement.schema import NAMESPACE, schema_findings

_SPACE = f"{{{NAMESPACE}}}"
_BEGINNING = 4_096
_CLAUSE = "OC 6.2-a"


def is_enforcement_report(data: bytes) -> bool:
    """Whether the bytes begin like a message in our namespace. Never raises."""
    return NAMESPACE.encode("ascii") in data[:_BEGINNING]


def read(data: bytes, name: str = "") -> list[EnforcementReport]:
    """The one report in ``data``; ``name`` only helps people.

    Raises ``Refused`` for XML that may not be parsed, for another message and where the schema does not hold. A row
    whose sums do not add up, or that stands twice, stays with a finding.
    """
    root = xml.parse(data)
    if root.tag != f"{_SPACE}EnforcementReport":
        raise Refused(Finding("enforcement_not_a_report", clause=_CLAUSE, value=name[:80]))
    if findings := schema_findings(root):
        raise Refused(*findings)
    found: list[Finding] = []
    rows: list[ReportRow] = []
    seen: set[tuple[int, str]] = set()
    for place, element in enumerate(root.iterchildren(tag=etree.Element), start=1):
        row = _row(place, element)
        for rule in _wrong(row, seen):
            found.append(Finding(rule, clause=_CLAUSE, row=place, value=row.id))
        seen.add((row.case, row.id))
        rows.append(row)
    return [
        EnforcementReport(
            _of(root, "id"), _of(root, "unit"), _day(_of(root, "day")), tuple(rows), tuple(found)
        )
    ]


def _row(place: int, element: etree._Element) -> ReportRow:
    kind: Any = next(one for one in REPORT_KINDS if one.capitalize() == etree.QName(element).localname)
    certificate: Any = element.findtext(f"{_SPACE}Certificate")
    return ReportRow(
        row=place,
        id=_of(element, "id"),
        case=int(_of(element, "case")),
        kind=kind,
        day=_day(_of(element, "day")),
        authority_number=_text(element, "AuthorityNumber"),
        shares=tuple(
            Share(
                _of(share, "reference"),
                Decimal(_of(share, "gross")),
                Decimal(_of(share, "fee")),
                Decimal(_of(share, "net")),
            )
            for share in element.iterfind(f"{_SPACE}Share")
        ),
        certificate=certificate,
        reason=_text(element, "Reason")[:350],
    )


def _wrong(row: ReportRow, seen: set[tuple[int, str]]) -> list[str]:
    rules = []
    if any(share.gross != share.fee + share.net for share in row.shares):
        rules.append("enforcement_share_does_not_add_up")
    if any(share.gross == 0 for share in row.shares):
        rules.append("enforcement_share_is_nothing")
    if len({share.reference for share in row.shares}) != len(row.shares):
        rules.append("enforcement_claim_twice")
    if (row.case, row.id) in seen:
        rules.append("enforcement_told_twice")
    return rules


def _of(element: etree._Element, name: str) -> str:
    """An attribute that the schema asks for, without the blanks around it."""
    return str(element.get(name)).strip()


def _text(element: etree._Element, name: str) -> str:
    return " ".join((element.findtext(f"{_SPACE}{name}") or "").split())


def _day(text: str) -> date:
    # xs:date lets a time zone follow the day.
    return date.fromisoformat(text[:10])
