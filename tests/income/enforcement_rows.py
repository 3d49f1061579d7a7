"""Reports of the enforcement authority for tests: their rows as bytes, and how they are taken in."""

from cast import inside
from income.legal_tables import Street, at_noon
from reskontra.exchange.inbox import receive
from reskontra.exchange.reading import read_documents
from reskontra.income.legal.enforcement_report import ReportTaken, take_in_enforcement_report


def report(*rows: str, code: str = "4210", identity: str = "R1") -> bytes:
    """A report with ``rows``, each the inside of an element."""
    return (
        f'<EnforcementReport xmlns="urn:reskontra:enforcement:1" id="{identity}" unit="{code}" day="2026-06-01">'
        + "".join(rows)
        + "</EnforcementReport>"
    ).encode()


def row(kind: str, case: int, inside_it: str = "", *, id: str = "m1", day: str = "2026-06-01") -> str:
    """One row of a report."""
    return f'<{kind} case="{case}" id="{id}" day="{day}">{inside_it}</{kind}>'


def share(reference: str, gross: str, fee: str, net: str) -> str:
    """What was collected for a claim."""
    return f'<Share reference="{reference}" gross="{gross}" fee="{fee}" net="{net}"/>'


def take(street: Street, data: bytes, who: str = "cecilia") -> ReportTaken:
    """The report taken in, in a session of its own."""
    with inside(street.where, who, at_noon(street)) as acting:
        received = receive(acting, data, "report.xml", "import")
        (document,) = read_documents(data, "report.xml")
        return take_in_enforcement_report(acting, received, document, street.table.on)  # type: ignore[arg-type]
