"""What UBL and CII say in the same way, read once: types and signs, references, addresses, prices, files."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache

from reskontra.documents.invoice import (
    AllowanceCharge,
    Attachment,
    Invoice,
    InvoiceLine,
    VatBreakdown,
)
from reskontra.formats.en16931 import codes
from reskontra.formats.en16931.nodes import Document, Node
from reskontra.kernel.identifiers import NotAnIdentifier, ovt_of_peppol_id

VAT = "VAT"
_LONGEST_POSITION = 9
_FINNISH_SCHEMES = frozenset({"0037", "0216"})
_BLANKS = re.compile(r"\s+")
_SUBJECT = re.compile(r"#[A-Z]{3}#")
_LINK = "text/uri-list"
_UNKNOWN_TYPE = "application/octet-stream"


def type_of(given: str | None, node: Node, name: str, *, is_credit_note: bool | None) -> str | None:
    """The type of the invoice, INV01 and so on, from its UNCL 1001 code.

    ``is_credit_note`` is what the document's own name says, ``None`` where one name serves all kinds. A credit
    note that calls itself an invoice, and a code outside the list, become findings.
    """
    if is_credit_note:
        if given in codes.INVOICE_CODES:
            node.note("invoice_type_contradicts", name, given or "", "error")
        return codes.CREDIT_NOTE
    if given is None:
        return None if is_credit_note is None else codes.INVOICE
    if given in codes.CREDIT_CODES:
        return codes.CREDIT_NOTE
    if given not in codes.INVOICE_CODES:
        node.note("invoice_type_unknown", name, given, "error")
        return None
    return codes.TYPES_OF_THEIR_OWN.get(given, codes.INVOICE)


def type_text(given: str | None) -> str | None:
    """The code of a type that is neither an ordinary invoice nor an ordinary credit note, for people to see."""
    return None if given in codes.ORDINARY_CODES else given


def finished(invoice: Invoice, document: Document) -> Invoice:
    """The invoice with its findings, and a credit note's amounts turned: both syntaxes write them as an invoice's."""
    findings = tuple(document.findings)
    if invoice.type_code != codes.CREDIT_NOTE:
        return replace(invoice, findings=findings) if findings else invoice
    return replace(
        invoice,
        findings=findings,
        net=_turned(invoice.net),
        vat=_turned(invoice.vat),
        total=_turned(invoice.total),
        payable=_turned(invoice.payable),
        allowances=_turned(invoice.allowances),
        charges=_turned(invoice.charges),
        paid=_turned(invoice.paid),
        rounding=_turned(invoice.rounding),
        line_total=_turned(invoice.line_total),
        allowances_and_charges=_turned_changes(invoice.allowances_and_charges),
        lines=tuple(map(_turned_line, invoice.lines)),
        vat_breakdown=tuple(map(_turned_part, invoice.vat_breakdown)),
    )


def reference_of(text: str | None) -> str | None:
    """A national reference without its filling zeros, RF without blanks; other texts as written."""
    if text is None:
        return None
    compact = _BLANKS.sub("", text).upper()
    if compact.isascii() and compact.isdigit():
        return compact.lstrip("0") or None
    return compact if compact.startswith("RF") else text


def compact(text: str | None) -> str | None:
    """An account or an identifier without the blanks that people group it by."""
    return _BLANKS.sub("", text) if text else None


@lru_cache(maxsize=4096)  # the same few addresses come with every invoice, and check digits are slow
def address_of(scheme: str | None, value: str | None) -> str | None:
    """An e-invoice address: a Finnish one as its EDI code in all its Peppol forms, others with their scheme.

    Takes ``0037:02454401``, ``0037:003702454401`` and ``0216:003702454401`` (EX 6-a, EX 6-b), also where the
    scheme stands in the value. What is no valid EDI code stays as it was written.
    """
    if value is None:
        return None
    whole = value if scheme is None or value.startswith(f"{scheme}:") else f"{scheme}:{value}"
    if whole.partition(":")[0] in _FINNISH_SCHEMES:
        try:
            return ovt_of_peppol_id(whole)
        except NotAnIdentifier:
            return whole
    return whole


def position_of(text: str | None, number: int) -> int:
    """The line's own number, or its place in the document where that is no number."""
    known = text is not None and text.isascii() and text.isdigit() and len(text) <= _LONGEST_POSITION
    return int(text) if known and text is not None else number


def price_of_one(price: Decimal | None, base: Decimal | None) -> Decimal | None:
    """Euro for one unit: the price divided by the quantity that it is for (BT-146, BT-149)."""
    if price is None or base is None or base <= 0 or base == 1:
        return price
    return price / base


def reason_of(text: str | None, code: str | None) -> str | None:
    """Why no VAT is charged (BT-120, BT-121)."""
    return f"{text} ({code})" if text and code else text or code


def note_of(text: str) -> str:
    """A note without the code of its subject (BT-21), which UBL writes before it."""
    return _SUBJECT.sub("", text, count=1).strip() if _SUBJECT.match(text) else text


def file_of(node: Node, name: str, mime: str, written: str, called: str | None) -> Attachment:
    """A file inside the document; one that cannot be decoded is named, with a finding and no content."""
    known_as = node.attribute(name, written) or called or ""
    content = node.file(name)
    if content is None:
        node.note("invoice_attachment_unreadable", name, known_as, "error")
    return Attachment(known_as, node.attribute(name, mime) or _UNKNOWN_TYPE, content or None)


def link_of(address: str) -> Attachment:
    """A file that is not in the document but somewhere on the net: its address, nothing fetched."""
    return Attachment(address, _LINK)


def first_day(*days: date | None) -> date | None:
    """The first of several days that is told."""
    return next((day for day in days if day is not None), None)


def _turned(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else -amount


def _turned_line(line: InvoiceLine) -> InvoiceLine:
    """The price stays: it is the quantity that is given back (BR-27)."""
    return replace(
        line,
        quantity=_turned(line.quantity),
        net=_turned(line.net),
        allowances_and_charges=_turned_changes(line.allowances_and_charges),
    )


def _turned_part(part: VatBreakdown) -> VatBreakdown:
    return replace(part, base=_turned(part.base), amount=_turned(part.amount))


def _turned_changes(changes: tuple[AllowanceCharge, ...] | None) -> tuple[AllowanceCharge, ...] | None:
    if changes is None:
        return None
    return tuple(replace(change, amount=_turned(change.amount)) for change in changes)
