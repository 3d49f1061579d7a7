"""The invoice as a document: the same for every format, in and out.

Business terms (BT, BG) are those of EN 16931; the State's identifiers are those of OC 3.5.2-a.
A reader is lenient: what a file does not say is ``None`` or empty, never guessed. The writer's checks
demand what an outgoing invoice must have.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from reskontra.documents.findings import Finding


@dataclass(frozen=True, slots=True)
class Party:
    """Seller (BG-4), buyer (BG-7) or delivery party (BG-13)."""

    name: str | None = None
    name2: str | None = None
    business_id: str | None = None
    vat_id: str | None = None
    number: str | None = None  # the seller's number for the buyer (BT-46)
    street: str | None = None
    postcode: str | None = None
    town: str | None = None
    country: str | None = None  # ISO 3166 alpha-2
    einvoice_address: str | None = None
    einvoice_operator: str | None = None
    contact_name: str | None = None
    contact_email: str | None = None
    contact_phone: str | None = None
    iban: str | None = None  # seller: the account to pay to (BT-84)
    bic: str | None = None


@dataclass(frozen=True, slots=True)
class AllowanceCharge:
    """A discount or a charge on the whole invoice (BG-20, BG-21) or on one row (BG-27, BG-28).

    ``amount`` is euro without VAT and adds to a charge or a discount; a credit note turns its sign.
    """

    charge: bool
    amount: Decimal | None
    reason: str | None = None
    vat_category: str | None = None
    vat_percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One invoice row (BG-25). ``net`` is euro without VAT and after discounts."""

    position: int
    item: str | None = None
    name: str | None = None
    text: str | None = None
    quantity: Decimal | None = None
    unit: str | None = None
    unit_price: Decimal | None = None  # euro a unit, without VAT
    net: Decimal | None = None
    vat: Decimal | None = None
    gross: Decimal | None = None
    vat_category: str | None = None  # S Z E AE K G O (UNCL 5305); in Finvoice AB AE E G O S Z ZEG ZES
    vat_percent: Decimal | None = None
    accounting: str | None = None
    order: str | None = None  # the buyer's order that the row is of, where rows name it
    order_line: str | None = None  # BT-132: the line of the buyer's order
    period_start: date | None = None  # BT-134: where rows have days of supply of their own
    period_end: date | None = None  # BT-135
    allowances_and_charges: tuple[AllowanceCharge, ...] | None = None  # None: the format's reader lists none


@dataclass(frozen=True, slots=True)
class VatBreakdown:
    """VAT by category and rate (BG-23), in euro."""

    category: str | None
    percent: Decimal | None
    base: Decimal | None
    amount: Decimal | None
    reason: str | None = None  # exemption reason (BT-120)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with an invoice; ``content`` is absent where only its name is given."""

    name: str
    mime_type: str
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice or a credit note. A credit note has negative amounts (``type_code`` INV02)."""

    number: str | None
    issue_date: date | None
    due_date: date | None
    currency: str | None
    seller: Party
    buyer: Party
    net: Decimal | None
    vat: Decimal | None
    total: Decimal | None
    payable: Decimal | None = None
    type_code: str | None = None  # INV01 … as in Finvoice
    type_text: str | None = None
    internal: bool = False  # between accounting units (OC 3.5.3)
    reference: str | None = None  # as written: national reference or RF
    agreement: str | None = None  # BT-12: contract code (internal) or agreement number (external)
    order: str | None = None  # BT-13
    buyer_reference: str | None = None  # BT-10: VSK1 number (internal) or another id (external)
    accounting: str | None = None  # BT-19: posting reference
    site: str | None = None  # DeliverySiteCode
    original_number: str | None = None  # the invoice that a credit note corrects (BT-25)
    original_date: date | None = None
    supply_date: date | None = None
    period_start: date | None = None
    period_end: date | None = None
    delivery: Party | None = None
    lines: tuple[InvoiceLine, ...] = ()
    vat_breakdown: tuple[VatBreakdown, ...] = ()
    legal_basis: tuple[str, ...] = ()  # the provision that the charge rests on (OC 3.5-a, 3.5-b)
    notes: tuple[str, ...] = ()  # free texts printed before the rows
    payment_terms: str | None = None
    late_interest_text: str | None = None
    late_interest_percent: Decimal | None = None
    specification: str | None = None  # BT-24, e.g. EN16931
    barcode: str | None = None
    message_id: str | None = None
    language: str | None = None  # of the invoice text: sv, fi, en
    attachments: tuple[Attachment, ...] = ()
    allowances: Decimal | None = None  # BT-107: discounts on the whole invoice, without VAT
    charges: Decimal | None = None  # BT-108: charges on the whole invoice, without VAT
    paid: Decimal | None = None  # BT-113: paid in advance, with VAT
    rounding: Decimal | None = None  # BT-114
    further_accounts: tuple[str, ...] = ()  # BT-84: IBANs beside the seller's first
    line_total: Decimal | None = None  # BT-106: the rows before discounts and charges on the whole invoice
    allowances_and_charges: tuple[AllowanceCharge, ...] | None = None  # None: the format's reader lists none
    payee: str | None = None  # BT-59: who is paid when it is not the seller, e.g. a factoring company
    findings: tuple[Finding, ...] = ()  # what the reader could not read in one way only
    format: str | None = None  # what it was read from, e.g. "finvoice 3.0"
    kind: Literal["invoice"] = "invoice"

    def as_json(self) -> dict[str, Any]:
        """The contract of ``reskontra read``: stable keys, amounts as strings with two decimals."""
        from reskontra.documents.as_json import document

        return document(self)
