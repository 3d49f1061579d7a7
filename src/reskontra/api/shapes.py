"""What is asked and answered, as the description of the interface tells it. Money is text with two decimals."""

from datetime import date
from typing import Any

from ninja import Schema


class Coding(Schema):
    """The tracking objects of a line; what is not told is left out."""

    account: str | None = None
    budget_account: str | None = None
    operating_unit: str | None = None
    project: str | None = None
    function: str | None = None
    product: str | None = None
    area: str | None = None
    tracking1: str | None = None
    tracking2: str | None = None
    authorisation: str | None = None
    reserve1: str | None = None
    reserve2: str | None = None
    joint_funding_unit: str | None = None


class CodingLine(Schema):
    """How a share of an invoice, in percent, is posted."""

    percent: str
    coding: Coding


class Supplier(Schema):
    """A supplier by its number in the register."""

    number: str
    business_id: str | None
    name: str


class OrderLine(Schema):
    """One line of an order: ordered, received and invoiced, without VAT."""

    position: int
    item: str | None
    text: str
    quantity: str
    unit: str | None
    unit_price: str
    net: str
    vat_percent: str | None
    received_quantity: str
    received: str
    invoiced: str
    coding: Coding


class Order(Schema):
    """A purchase order as it is now."""

    number: str
    supplier: Supplier
    currency: str
    ordered_on: date
    closed_on: date | None
    net: str
    received: str
    invoiced: str
    lines: list[OrderLine]


class Receipt(Schema):
    """What came of one line of an order; negative takes back."""

    number: str | None
    order_number: str
    position: int
    day: date
    receiver: str
    quantity: str | None
    amount: str


class PeriodLimit(Schema):
    """What may be invoiced in a period, without VAT."""

    start: date
    end: date
    amount: str


class Expected(Schema):
    """An invoice that a contract expects."""

    day: date
    amount: str
    tolerance: str | None


class Contract(Schema):
    """A contract's cover sheet in the version that counts."""

    number: str
    version: int
    name: str
    supplier: Supplier
    valid_from: date
    valid_until: date | None
    plan_type: str
    currency: str
    limit: str | None
    confirmation: bool
    owner: str | None
    limits: list[PeriodLimit]
    schedule: list[Expected]
    coding_lines: list[CodingLine]


class Template(Schema):
    """What a posting reference stands for."""

    reference: str
    name: str
    queue: str | None
    valid_from: date | None
    valid_until: date | None
    coding_lines: list[CodingLine]


class PurchaseInvoice(Schema):
    """A supplier's invoice in the register."""

    id: str
    number: str
    supplier: str
    stream: str
    voucher_type: str
    channel: str
    kind: str
    total: str | None
    currency: str
    received_date: date
    due_date: date | None
    state: str


class Orders(Schema):
    """A page of orders."""

    items: list[Order]
    next: str | None


class Receipts(Schema):
    """A page of receipts."""

    items: list[Receipt]
    next: str | None


class Contracts(Schema):
    """A page of contracts."""

    items: list[Contract]
    next: str | None


class Templates(Schema):
    """A page of coding templates."""

    items: list[Template]
    next: str | None


class PurchaseInvoices(Schema):
    """A page of suppliers' invoices."""

    items: list[PurchaseInvoice]
    next: str | None


class Reason(Schema):
    """One thing that was found, with its place in the file."""

    rule: str
    severity: str
    message: str
    clause: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None
    where: str | None = None
    status: str | None = None
    invoice: str | None = None


class Checks(Schema):
    """Whether the file is only checked."""

    check: bool = False


class FileTold(Schema):
    """What became of a file; of a check, what would become of it, and there is no ``id``."""

    id: str | None
    name: str
    checked: bool
    kind: str
    state: str
    read: int
    accepted: int
    returned: int
    duplicates: int
    totals: dict[str, Any]
    outcomes: dict[str, int]
    reasons: list[Reason]
    reasons_not_shown: int
    run: int | None
    before: str | None
    more: dict[str, Any]


class FileKept(FileTold):
    """A file that came in, and what became of it the last time; nothing but its name before it was taken in."""

    size: int
    received_at: str
    received_from: str
