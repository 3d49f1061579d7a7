"""A batch of applications that went out, read back: what it says in one of them, but for the defendant's identity."""

from collections.abc import Iterator

from lxml import etree

from reskontra.formats.summons.writer import NAMESPACE
from reskontra.formats.xml import MOST_BYTES_STREAMED, parse

_COURT = (("Court/Name", "court"), ("Court/Competence", "competence"))
_DEMAND = (("Invoice", "invoice"), ("Ground", "ground"), ("ReliesOn", "relies_on"), ("Evidence", "evidence"))
_COSTS = (("Costs/LegalCosts", "legal_cost"), ("Costs/CourtFee", "court_fee"))


def told_of_case(data: bytes, case: int) -> list[tuple[str, str]]:
    """What the batch ``data`` says in the application numbered ``case``, in its order; empty where it is in none.

    Names: court, competence, then by claim invoice, ground, relies_on and evidence, then legal_cost and court_fee; of
    one that was taken back court and reason.
    Raises ``Refused`` for no XML.
    """
    root = parse(data, most_bytes=MOST_BYTES_STREAMED)
    return [
        told
        for name, said in (("Application", _told), ("Withdrawal", _taken_back))
        for one in root.iterfind(_path(name))
        if one.get("number") == str(case)
        for told in said(one)
    ]


def _told(one: etree._Element) -> Iterator[tuple[str, str]]:
    yield from _parts(one, _COURT)
    for demand in one.iterfind(_path("Demand")):
        yield from _parts(demand, _DEMAND)
    yield from _parts(one, _COSTS)


def _taken_back(one: etree._Element) -> Iterator[tuple[str, str]]:
    return _parts(one, (("Court/Name", "court"), ("Reason", "reason")))


def _parts(node: etree._Element, wanted: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, str]]:
    for path, name in wanted:
        for part in node.iterfind(_path(path)):
            if part.text:
                yield name, part.text


def _path(path: str) -> str:
    return "/".join(f"{{{NAMESPACE}}}{tag}" for tag in path.split("/"))
