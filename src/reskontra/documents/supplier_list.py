"""Suppliers as somebody tells them for the register, with the accounts that wait for approval (EX 5.1-a, EX 9-c)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from reskontra.documents.findings import Finding

Source = Literal["workbook", "csv", "json"]


@dataclass(frozen=True, slots=True)
class ListedSupplier:
    """One supplier. What is ``None`` is not told: it stays as the register has it. Never by a personal code."""

    row: int  # as the sender sees it in the file
    number: str | None = None
    kind: str | None = None
    name: str | None = None
    language: str | None = None
    business_id: str | None = None
    technical_id: str | None = None  # of a private person: 4ddmmyy-0
    vat_id: str | None = None
    foreign_id: str | None = None
    partner_code: str | None = None
    street: str | None = None
    postcode: str | None = None
    town: str | None = None
    country: str | None = None
    email: str | None = None
    einvoice_address: str | None = None
    iban: str | None = None
    bic: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierList:
    """The suppliers of one file."""

    source: Source
    suppliers: tuple[ListedSupplier, ...]
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
    kind: Literal["supplier_list"] = "supplier_list"

    @property
    def total(self) -> None:
        """Suppliers have no amounts."""
        return None

    def as_json(self) -> dict[str, Any]:
        """The contract of ``reskontra read``: stable keys."""
        from reskontra.documents.as_json import document

        return document(self)
