"""What an invented enforcement authority and an invented collection agency report of the cases that they were given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree as ET

from reskontra.kernel.money import round_cents

_SPACE = "urn:reskontra:enforcement:1"
_KEPT = Decimal("0.0145")  # the share of each remittance that the authority keeps, as its decree says
_HEADING = "id;case;kind;day;reference;amount;fee;net;reason"


@dataclass(frozen=True)
class Told:
    """One thing that is told of a case: its kind, the claim and euro where money is told of, else more about it."""

    case: int
    kind: str
    reference: str = ""
    gross: Decimal = Decimal(0)
    more: str = ""

    @property
    def fee(self) -> Decimal:
        """What is kept of the money, in whole cents."""
        return round_cents(self.gross * _KEPT)

    @property
    def net(self) -> Decimal:
        """What is paid on."""
        return self.gross - self.fee


def enforcement_report(unit: str, day: date, told: Sequence[Told]) -> bytes:
    """The authority's report of one day, as XML."""
    root = ET.Element("EnforcementReport", xmlns=_SPACE, id=f"U-{unit}-{day:%Y%m%d}", unit=unit, day=f"{day}")
    for place, one in enumerate(told, start=1):
        row = ET.SubElement(root, one.kind, case=str(one.case), id=f"{day:%y%m%d}-{place}", day=f"{day}")
        if one.kind == "Registered":
            ET.SubElement(row, "AuthorityNumber").text = one.more
        elif one.kind == "Collected":
            share = ET.SubElement(row, "Share", reference=one.reference)
            for name, euro in (("gross", one.gross), ("fee", one.fee), ("net", one.net)):
                share.set(name, f"{euro:.2f}")
        elif one.kind == "Obstacle":
            ET.SubElement(row, "Certificate").text = one.more
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def agency_report(unit: str, day: date, told: Sequence[Told]) -> bytes:
    """The agency's report of one day, as CSV with its sum record."""
    lines = [_HEADING]
    for place, one in enumerate(told, start=1):
        money = [f"{one.gross:.2f}", "", ""] if one.kind == "demanded" else ["", "", ""]
        if one.kind == "collected":
            money = [f"{one.gross:.2f}", f"{one.fee:.2f}", f"{one.net:.2f}"]
        row = [
            f"{unit}-{day:%y%m%d}-{place}",
            str(one.case),
            one.kind,
            f"{day}",
            one.reference,
            *money,
            one.more,
        ]
        lines.append(";".join(row))
    total = sum((one.gross for one in told), Decimal(0))
    lines.append(f"total;{len(told)};;;;{total:.2f};;;")
    return "".join(f"{line}\r\n" for line in lines).encode()
