"""What an invoice must hold before it can be paid, beside the rules of its format (EX 5.1-a, 1501/1993 s 209 e).

Lenient in reading: whatever is wrong is listed, and the invoice is kept as its file says it.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from reskontra.documents.findings import Finding
from reskontra.documents.invoice import Invoice
from reskontra.exchange.checking import invoice_findings
from reskontra.kernel.clauses import clause
from reskontra.kernel.identifiers import find_personal_codes
from reskontra.kernel.money import plain, round_cents

_CLAUSE: Final = "EX 5.1-a"
_ZERO: Final = Decimal(0)
_CENT: Final = Decimal("0.01")
CREDIT: Final = "INV02"
# What reminds of an invoice or asks for interest on it: nobody pays it as an invoice of its own.
_KINDS: Final = {CREDIT: "credit", "INV03": "interest", "INV08": "reminder"}
_MOST: Final = Decimal(10) ** 13 - 1  # what an amount column holds


def kind_of(invoice: Invoice) -> str:
    """invoice, credit, reminder or interest: by its type, and by its sign where the type says nothing else."""
    kind = _KINDS.get(invoice.type_code or "")
    if kind is None:
        kind = "credit" if invoice.total is not None and invoice.total < 0 else "invoice"
    return kind


@clause("EX 5.1-a")
def content_findings(invoice: Invoice, channel: str, alone: bool) -> list[Finding]:
    """Everything that is wrong with ``invoice``: what its format's rules find, then what we ask ourselves.

    ``alone``: it is the only invoice of its file; a digitised one came in an envelope of its own.
    """
    found = [*invoice_findings(invoice), *_amounts(invoice)]
    if channel == "digitised":
        found += _digitised(invoice, alone)
    return found


@clause("EX 5.1-a")
def payable_due(invoice: Invoice) -> Decimal | None:
    """What is to be paid by the invoice's own total, what was paid in advance and its rounding; None if not known."""
    if invoice.total is None:
        return None
    return invoice.total - (invoice.paid or _ZERO) + (invoice.rounding or _ZERO)


def contradicts(invoice: Invoice) -> bool:
    """Whether the amount to pay is another than the total says: such an invoice is never paid by itself.

    A payment order cannot ask for less than nothing, so a credit may say zero or repeat its amount without its sign.
    """
    due = payable_due(invoice)
    if invoice.payable is None or due is None:
        return False
    if due <= 0:
        return invoice.payable not in (_ZERO, due, -due)
    return invoice.payable != due


def _amounts(invoice: Invoice) -> Iterator[Finding]:
    if contradicts(invoice):
        assert invoice.payable is not None
        due = payable_due(invoice)
        assert due is not None
        yield _finding("purchase_payable_contradicts", plain(invoice.payable), expected=plain(due))
    for name in ("net", "vat", "total", "payable"):
        amount = getattr(invoice, name)
        if amount is None:
            continue
        if abs(amount) > _MOST:
            yield _finding("purchase_amount_too_large", plain(amount), name=name)
        elif not amount.same_quantum(_CENT) and amount != round_cents(amount):
            yield Finding("purchase_decimals", "warning", _CLAUSE, value=plain(amount), detail={"name": name})
    if invoice.seller.business_id and find_personal_codes(invoice.seller.business_id):
        yield Finding("purchase_personal_code", "warning", _CLAUSE)  # the code itself is never repeated


# What the digitising service's invoices must show (EX 5.1): business term, and where it stands.
_REQUIRED: Final = (
    ("seller_id", lambda one: one.seller.business_id or one.seller.vat_id),
    ("buyer_id", lambda one: one.buyer.business_id or one.buyer.vat_id),
    ("vat_breakdown", lambda one: one.vat_breakdown),
    ("account", lambda one: one.seller.iban),
    ("due_date", lambda one: one.due_date),
    ("total", lambda one: one.total is not None),
)


def _digitised(invoice: Invoice, alone: bool) -> Iterator[Finding]:
    """A paper invoice shows by law and by guideline what its reading must have found."""
    for name, holds in _REQUIRED:
        if not holds(invoice):
            yield _finding("purchase_required_missing", None, name=name)
    yield from _picture(invoice)
    if not alone:
        yield Finding("purchase_several_in_envelope", "warning", _CLAUSE)


# What a picture begins with, so that a browser can show it: PDF, PNG, JPEG, TIFF of both byte orders.
_PICTURES: Final = (b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*")


def _picture(invoice: Invoice) -> Iterator[Finding]:
    """The reading of a paper is only worth what its picture shows: the picture comes along."""
    pictures = [one for one in invoice.attachments if one.content is not None]
    if not pictures:
        yield Finding("purchase_picture_missing", "warning", _CLAUSE)
    for one in pictures:
        if one.content is not None and not one.content.startswith(_PICTURES):
            yield Finding("purchase_picture_unreadable", "warning", _CLAUSE, value=one.name)


def _finding(rule: str, value: str | None, **detail: str) -> Finding:
    return Finding(rule, "error", _CLAUSE, value=value, detail=detail)
