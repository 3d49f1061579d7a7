"""What invoices are matched with: purchase orders, receipts, contract cover sheets, coding templates (EX 3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from reskontra.documents.coding import UNCODED, Coding
from reskontra.documents.findings import Finding
from reskontra.kernel.money import round_cents

Source = Literal["workbook", "csv", "json"]
PlanType = Literal["budget", "schedule"]


@dataclass(frozen=True, slots=True)
class SupplierKey:
    """A supplier as a file names it: by the number in the supplier register, or by business id."""

    number: str | None = None
    business_id: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class PurchaseOrderLine:
    """One line of an order. ``net`` as told, without VAT; ``vat_percent`` in percent (25.5)."""

    row: int  # as the sender sees it in the file
    position: int | None = None
    item: str | None = None
    text: str | None = None
    quantity: Decimal | None = None
    unit: str | None = None
    unit_price: Decimal | None = None
    net: Decimal | None = None
    vat_percent: Decimal | None = None
    coding: Coding = UNCODED

    @property
    def ordered(self) -> Decimal | None:
        """What the line is worth without VAT: ``net``, else quantity times price in whole cents."""
        if self.net is not None or self.quantity is None or self.unit_price is None:
            return self.net
        return round_cents(self.quantity * self.unit_price)


@dataclass(frozen=True, slots=True)
class PurchaseOrder:
    """One order to one supplier."""

    row: int
    number: str | None = None
    supplier: SupplierKey = SupplierKey()
    currency: str | None = None
    ordered_on: date | None = None
    closed_on: date | None = None  # from this day on it takes no more receipts or invoices
    lines: tuple[PurchaseOrderLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What somebody received of an order: a quantity or an amount without VAT; a negative one corrects."""

    row: int
    number: str | None = None  # its own, in the system that tells it
    order_number: str | None = None
    position: int | None = None  # None: of the order as a whole, by amount
    day: date | None = None
    receiver: str | None = None
    quantity: Decimal | None = None
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PeriodLimit:
    """What may be invoiced under a contract from ``start`` to ``end``, both included, without VAT."""

    row: int
    start: date | None = None
    end: date | None = None
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """An invoice that a contract expects; ``tolerance`` is how much more it may be, in the contract's currency."""

    row: int
    day: date | None = None
    amount: Decimal | None = None
    tolerance: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CodingLine:
    """How a share of an invoice is posted; the shares of all lines are 100 percent."""

    row: int
    percent: Decimal | None = None
    text: str | None = None
    coding: Coding = UNCODED


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract's cover sheet: what matching needs to know of it. Both days of validity are included."""

    row: int
    number: str | None = None  # begins with VSK1
    name: str | None = None
    supplier: SupplierKey = SupplierKey()
    valid_from: date | None = None
    valid_until: date | None = None  # None: until further notice
    plan_type: PlanType | None = None
    currency: str | None = None
    limit: Decimal | None = None
    confirmation: bool | None = None  # whether somebody confirms each invoice that matches
    owner: str | None = None  # e-mail
    limits: tuple[PeriodLimit, ...] = ()
    schedule: tuple[ScheduleRow, ...] = ()
    coding_lines: tuple[CodingLine, ...] = ()


@dataclass(frozen=True, slots=True)
class CodingTemplate:
    """What a posting reference stands for: a work queue, coding lines by percent, or both."""

    row: int
    reference: str | None = None  # begins with TK1
    name: str | None = None
    queue: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    coding_lines: tuple[CodingLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _PurchaseFile:
    """What every file of this kind tells beside its entries; ``declared_total`` is of the amounts of the form."""

    source: Source
    unit: str | None = None
    sender_system: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)  # our column name -> label in the file
    language: str | None = None  # of the labels
    declared_rows: int | None = None
    declared_entries: int | None = None
    declared_total: Decimal | None = None
    counted_rows: int | None = None  # the gate's own count of data rows
    read_rows: int | None = None
    findings: tuple[Finding, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The contract of ``reskontra read``: stable keys, amounts as strings with two decimals."""
        from reskontra.documents.as_json import document

        return document(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseOrders(_PurchaseFile):
    """The orders of one file."""

    orders: tuple[PurchaseOrder, ...]
    kind: Literal["purchase_orders"] = "purchase_orders"

    @property
    def total(self) -> Decimal | None:
        """The worth of all lines without VAT; ``None`` when one is not known."""
        return _sum([line.ordered for order in self.orders for line in order.lines])


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipts(_PurchaseFile):
    """The receipts of one file."""

    receipts: tuple[Receipt, ...]
    kind: Literal["receipts"] = "receipts"

    @property
    def total(self) -> Decimal | None:
        """The sum of the amounts; ``None`` when a receipt is told by quantity."""
        return _sum([receipt.amount for receipt in self.receipts])


@dataclass(frozen=True, slots=True, kw_only=True)
class Contracts(_PurchaseFile):
    """The contract cover sheets of one file."""

    contracts: tuple[Contract, ...]
    kind: Literal["contracts"] = "contracts"

    @property
    def total(self) -> Decimal | None:
        """The sum of the total limits; ``None`` when a contract has none."""
        return _sum([contract.limit for contract in self.contracts])


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingTemplates(_PurchaseFile):
    """The coding templates of one file."""

    templates: tuple[CodingTemplate, ...]
    kind: Literal["coding_templates"] = "coding_templates"

    @property
    def total(self) -> None:
        """Templates have no amounts."""
        return None


def _sum(amounts: list[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if len(known) == len(amounts) else None
