"""Suppliers' invoices as tables: who is in the register, what came before, what comes now, and what becomes of it.

supplier NAME [account DIGITS] [blocked yes]
address  SUFFIX STREAM TYPE                        of the unit's EDI code, in the register
came     NAME [as below]                           an invoice that was taken in before, in a file of its own
invoice  NAME SELLER NUMBER TOTAL [on DAY] [to own|none|SUFFIX|ADDRESS] [pays C] [in C] [type T] [paid C] [iban DIGITS]
         [no number|day|name]                      an invoice of the file in hand
expect   NAME OUTCOME [also OUTCOME]               # clause
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from apart import halves
from cast import ALWAYS, AT, business_id, iban, inside, new_unit, person, run, unit
from income.tables import Line, Table, read
from reskontra.documents.invoice import Invoice, InvoiceLine, Party, VatBreakdown
from reskontra.exchange.models import InboxFile
from reskontra.expenditure.intake.run import IntakeRun, inbox_kind
from reskontra.expenditure.intake.staging import FileInHand
from reskontra.purchases.models import PurchaseDecision, PurchaseInvoice
from reskontra.registers.models import ReceivingAddress, Supplier, SupplierAccount, Unit
from reskontra.registers.sorting import sort_key
from reskontra.runs.run import Result

DAY = date(2026, 3, 16)
RATE = Decimal("25.5")
_files = count(1)
_codes = count(650_001)


def a_supplier(name: str, **told: Any) -> Supplier:
    """A supplier of the register, found there when it is there already; ``account`` is approved."""
    account = told.pop("account", None)
    values: dict[str, Any] = {"kind": "company", "name": name, "country": "FI", **told}
    supplier, _ = Supplier.objects.get_or_create(
        number=f"9{abs(hash(name)) % 10**6:06d}", defaults={"sort_key": sort_key(name), **values}
    )
    if account and not SupplierAccount.objects.filter(supplier=supplier, iban=account).exists():
        SupplierAccount.objects.create(
            supplier=supplier, iban=account, source="register", told_by=person("cecilia"), told_at=AT,
            approved_by=person("petra"), approved_at=AT,
        )  # fmt: skip
    return supplier


def an_invoice(where: Unit, number: str | None = "1", total: str = "125.50", **told: Any) -> Invoice:
    """An invoice in which nothing is wrong, of Koepaja to the unit; ``told`` changes any field of it or ``seller``."""
    gross = Decimal(total)
    net = (gross / (1 + RATE / 100)).quantize(Decimal("0.01"))
    seller = Party(
        name="Koetoimittaja Oy", business_id=business_id(7001), vat_id="FI" + business_id(7001).replace("-", ""),
        street="Koetie 1", postcode="00999", town="Koela", country="FI", iban=iban("99007001000001"),
        bic="PROVFIHH",
    )  # fmt: skip
    buyer = Party(
        name=where.name_fi, business_id=where.business_id, street="Hamngatan 1", postcode="00990",
        town="Provhamn", country="FI", einvoice_address=where.edi_code,
    )  # fmt: skip
    values: dict[str, Any] = {
        "number": number, "issue_date": DAY, "due_date": date(2026, 4, 15), "currency": "EUR", "seller": seller,
        "buyer": buyer, "net": net, "vat": gross - net, "total": gross, "payable": gross, "type_code": "INV01",
        "reference": "30101238", "supply_date": DAY, "specification": "EN16931",
        "lines": (
            InvoiceLine(
                position=1, name="Koetuote", quantity=Decimal(1), unit="kpl", unit_price=net, net=net,
                vat=gross - net, gross=gross, vat_category="S", vat_percent=RATE,
            ),
        ),
        "vat_breakdown": (VatBreakdown("S", RATE, net, gross - net),), "format": "finvoice 3.0",
    }  # fmt: skip
    if gross < 0:
        line = replace(values["lines"][0], quantity=Decimal(-1), unit_price=-net)
        values |= {"type_code": "INV02", "original_number": "1", "lines": (line,)}
    return Invoice(**(values | told))


def a_file(where: Unit, invoices: Sequence[Invoice], channel: str = "einvoice") -> FileInHand:
    """A file of the inbox that holds ``invoices``. Called inside ``working_in``."""
    number = next(_files)
    stored = InboxFile.objects.create(
        unit=where, digest=f"{number:064x}", name=f"invoices-{number}.xml", kind=inbox_kind(channel), size=1,
        person=person("cecilia"), received_at=AT,
    )  # fmt: skip
    return FileInHand(stored.pk, stored.name, channel, DAY, invoices)


def take_in(where: Unit, invoices: Sequence[Invoice], channel: str = "einvoice", on: date = DAY) -> Result:
    """Take a file of ``invoices`` in."""
    with inside(where):
        file = a_file(where, invoices, channel)
    return run(IntakeRun([file]), where, on)


@dataclass
class Hall:
    """A table told into a unit: what came before is taken in, what comes now waits to be."""

    table: Table
    where: Unit
    now: dict[str, Invoice] = field(default_factory=dict)

    def tell(self, only: Collection[str] | None = None) -> "Hall":
        """Everything in the table; with ``only``, what came before and those invoices."""
        for line in self.table.lines:
            if line.keyword == "supplier":
                _supplier(line)
            elif line.keyword == "address":
                self._address(*line.words)
            elif line.keyword == "came":
                take_in(self.where, [self._invoice(line)], on=self.table.on)
            elif line.keyword == "invoice" and (only is None or line.words[0] in only):
                self.now[line.words[0]] = self._invoice(line)
        return self

    def decided(self) -> dict[str, tuple[str, str, tuple[str, ...]]]:
        """Outcome, clause and reasons of every invoice in hand, taken in as one file."""
        take_in(self.where, list(self.now.values()), on=self.table.on)
        with inside(self.where):
            newest = PurchaseInvoice.objects.filter(unit=self.where).order_by("-run_id")[0].run_id
            said = {
                one.invoice_id: (one.outcome, one.clause, tuple(one.reasons))
                for one in PurchaseDecision.objects.filter(unit=self.where, run_id=newest, rule="intake")
            }
            stored = PurchaseInvoice.objects.filter(unit=self.where, run_id=newest).order_by("position")
            return {name: said[one.pk] for name, one in zip(self.now, stored, strict=True)}

    def _address(self, suffix: str, stream: str, voucher_type: str) -> None:
        with inside(self.where):
            ReceivingAddress.objects.create(
                unit=self.where, edi_code=self.where.edi_code + suffix, stream=stream, voucher_type=voucher_type,
                validity=ALWAYS,
            )  # fmt: skip

    def _invoice(self, line: Line) -> Invoice:
        _, seller, number, total = line.words[:4]
        told = line.options(4)
        built = an_invoice(self.where, number, total)
        party = replace(built.seller, **_identity(seller))
        if "iban" in told:
            party = replace(party, iban=iban(told["iban"]))
        changes: dict[str, Any] = {
            "seller": party,
            "buyer": replace(built.buyer, einvoice_address=self._to(told)),
        }
        if "on" in told:
            changes["issue_date"] = date.fromisoformat(told["on"])
        for word, name in (("pays", "payable"), ("paid", "paid")):
            if word in told:
                changes[name] = Decimal(told[word])
        if "in" in told:
            changes["currency"] = told["in"]
        if "type" in told:
            changes["type_code"] = told["type"]
        if lacks := told.get("no"):
            changes |= _LACKING[lacks](party)
        return replace(built, **changes)

    def _to(self, told: Mapping[str, Any]) -> str | None:
        to = told.get("to", "own")
        if to == "none":
            return None
        if to == "own":
            return str(self.where.edi_code)
        return to if ":" in to or to.startswith("0037") else f"{self.where.edi_code}{to}"


_LACKING: dict[str, Any] = {
    "number": lambda party: {"number": None},
    "day": lambda party: {"issue_date": None},
    "name": lambda party: {"seller": replace(party, name=None)},
}
# The sellers of the tables, as their invoices say who they are.
_SELLERS: dict[str, dict[str, Any]] = {
    "koe": {"name": "Koetoimittaja Oy", "business_id": business_id(7001)},
    "paja": {"name": "Koepaja Oy", "business_id": business_id(7002)},
    "sahko": {"name": "Koesähkö Oy", "business_id": business_id(7003)},
    "saara": {"name": "Koe Saara", "business_id": "4140276-0", "vat_id": None},
    "berlin": {"name": "Probe GmbH", "business_id": "HRB 99001", "vat_id": None, "country": "DE"},
    "nobody": {"name": "Tuntematon Oy", "business_id": None, "vat_id": None},
}


def _identity(seller: str) -> dict[str, Any]:
    told = dict(_SELLERS[seller])
    if "vat_id" not in told:
        told["vat_id"] = "FI" + str(told["business_id"]).replace("-", "")
    return told


def _supplier(line: Line) -> None:
    name = line.words[0]
    told = line.options(1)
    values: dict[str, Any] = {"kind": "company", "business_id": _SELLERS[name]["business_id"] or ""}
    if name == "saara":
        values = {"kind": "person", "technical_id": "4140276-0"}
    if name in ("berlin", "nobody"):
        values = {"kind": "foreign_company", "foreign_id": "HRB99001" if name == "berlin" else ""}
    if "account" in told:
        values["account"] = iban(told["account"])
    if "blocked" in told:
        values["blocked"] = "ended"
    a_supplier(_SELLERS[name]["name"], **values)


def decide_in_crowd_and_alone(text: str) -> Hall:
    """Every invoice becomes what the table expects, among all, and without half of the others."""
    table = read(text)
    hall = Hall(table, unit()).tell()
    expected = {line.words[0]: line for line in table.all("expect")}
    assert expected.keys() == hall.now.keys()
    crowd = hall.decided()
    wanted = {name: (line.words[1], line.clause) for name, line in expected.items()}
    assert [(name, told[:2]) for name, told in crowd.items() if told[:2] != wanted[name]] == []
    for name, line in expected.items():
        if also := line.options(2).get("also"):
            assert also in crowd[name][2]
    for together in halves({name} for name in expected):
        apart = Hall(table, new_unit(str(next(_codes)))).tell(together).decided()
        assert {name: told[:2] for name, told in apart.items()} == {name: wanted[name] for name in together}
    return hall


__all__ = ["DAY", "Hall", "a_file", "a_supplier", "an_invoice", "decide_in_crowd_and_alone", "take_in"]
