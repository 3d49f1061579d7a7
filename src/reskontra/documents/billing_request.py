"""The billing request as a document: a unit's orders for a day, from a workbook, CSV or JSON (OC 3.2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from reskontra.documents.findings import Finding

Source = Literal["workbook", "csv", "json", "own_system"]
Status = Literal["accepted", "returned", "duplicate"]


@dataclass(frozen=True, slots=True)
class RequestLine:
    """One row of the form that bills one item. Prices in euro without VAT."""

    row: int  # as the sender sees it in the file
    item: str | None = None
    quantity: Decimal | None = None
    unit: str | None = None
    unit_price: Decimal | None = None  # None: the price list decides
    gross_net: str | None = None  # "N" or None: net
    line_type: str | None = None
    profit_unit: str | None = None
    item_text: str | None = None
    line_text: str | None = None
    account: str | None = None
    project: str | None = None
    budget_account: str | None = None
    product: str | None = None
    function: str | None = None
    area: str | None = None
    tracking1: str | None = None
    tracking2: str | None = None


@dataclass(frozen=True, slots=True)
class RequestParty:
    """A customer as the request names it: by number, or by name and address when new."""

    number: str | None = None
    name: str | None = None
    name2: str | None = None
    identity: str | None = None  # business id or personal code
    street: str | None = None
    postcode: str | None = None
    town: str | None = None
    country: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class RequestOrder:
    """One order of the request: the header of its first row and all its lines."""

    row: int
    key: str  # the sender's order key, or a digest of the content when the form has none
    order_type: str | None = None
    sales_org: str | None = None
    channel: str | None = None
    division: str | None = None
    sales_office: str | None = None
    reference_invoice: str | None = None
    customer: RequestParty = RequestParty()
    bill_to: RequestParty = RequestParty()
    payer: RequestParty = RequestParty()
    ship_to: RequestParty = RequestParty()
    service_date: date | None = None
    pricing_date: date | None = None
    biller: str | None = None
    case_reference: str | None = None
    order_number: str | None = None
    agreement: str | None = None
    accounting: str | None = None  # posting reference
    site: str | None = None
    tax_country: str | None = None
    payment_term: str | None = None
    header_text: str | None = None
    charge_basis_text: str | None = None
    attachments: tuple[str, ...] = ()
    lines: tuple[RequestLine, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A row as it stood in the file, for the result workbook and for the evidence."""

    row: int
    order: int  # index of its order in ``orders``; -1 when the row belongs to none
    cells: Mapping[str, str]  # our column name -> text as written


@dataclass(frozen=True, slots=True)
class BillingRequest:
    """All that one file asks for. ``findings`` say which rows cannot be used as they are."""

    source: Source
    orders: tuple[RequestOrder, ...]
    rows: tuple[RequestRow, ...]
    labels: Mapping[str, str] = field(default_factory=dict)  # our column name -> label in the file
    language: str | None = None  # of the labels
    unit: str | None = None
    sender: str | None = None  # own-system interface: the sender's identification
    declared_rows: int | None = None
    declared_orders: int | None = None
    declared_total: Decimal | None = None
    counted_rows: int | None = None  # the gate's own count of data rows
    findings: tuple[Finding, ...] = ()
    kind: Literal["billing_request"] = "billing_request"

    def as_json(self) -> dict[str, Any]:
        """The contract of ``reskontra read``: stable keys, amounts as strings with two decimals."""
        from reskontra.documents.as_json import document

        return document(self)


@dataclass(frozen=True, slots=True)
class CustomerUpdate:
    """One row of a customer-update workbook (OC 3.2-b); the columns are the customer register's."""

    row: int
    cells: Mapping[str, str]
    number: str | None = None  # empty: the register gives the number
    kind: str | None = None  # person, sole_trader, company, state_unit, foreign_person, foreign_company
    name: str | None = None
    name2: str | None = None
    business_id: str | None = None
    vat_id: str | None = None
    personal_code: str | None = None
    birth_date: date | None = None
    language: str | None = None
    street: str | None = None
    postcode: str | None = None
    town: str | None = None
    country: str | None = None
    einvoice_address: str | None = None
    einvoice_operator: str | None = None
    email: str | None = None
    protected: bool = False


@dataclass(frozen=True, slots=True)
class CustomerUpdates:
    """A customer-update file."""

    customers: tuple[CustomerUpdate, ...]
    labels: Mapping[str, str] = field(default_factory=dict)
    counted_rows: int | None = None
    findings: tuple[Finding, ...] = ()
    kind: Literal["customer_update"] = "customer_update"

    def as_json(self) -> dict[str, Any]:
        """Stable keys; the personal code is never printed (OC 2.2-f)."""
        from reskontra.documents.as_json import document

        return document(self, leave_out=frozenset({"personal_code", "cells"}))
