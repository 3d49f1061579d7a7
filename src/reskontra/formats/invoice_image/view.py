"""What stands on the invoice that people see, word by word, in the customer's language.

The template lays out; everything that is said, and in what form, is decided here. A text of the document is
printed as it is, in the characters that the font has.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from reskontra.documents.findings import Finding, Refused
from reskontra.documents.invoice import Invoice, InvoiceLine, Party, VatBreakdown
from reskontra.formats.finvoice.writer import type_text
from reskontra.formats.printing.countries import country_line
from reskontra.formats.printing.payment import Payable, payment_slip
from reskontra.formats.printing.words import Json, Words, as_printed
from reskontra.kernel.identifiers import is_personal_code
from reskontra.kernel.texts import LANGUAGES

_CREDIT: Final = "INV02"
_INTERNAL: Final = "INV04"


@dataclass(frozen=True, slots=True)
class Places:
    """Which notes of the invoice have a place of their own; every other note stands before the rows.

    ``payment`` notes stand beside the payment, and are left out where there is nothing to pay (OC 4.1-a,
    6.1.3-a); ``rectification`` under its own heading (Act 150/1992 § 11 a); ``notices`` last (OC 3.6-d).
    """

    payment: tuple[str, ...] = ()
    rectification: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()

    def before_the_rows(self, notes: Sequence[str]) -> list[str]:
        """The notes without a place of their own."""
        placed = {*self.payment, *self.rectification, *self.notices}
        return [note for note in notes if note not in placed]


def view(invoice: Invoice, places: Places) -> Json:
    """Everything that the template prints, as text, in the invoice's language (Finnish when it has none).

    Amounts are written for the language, dates as people read them, the account and the reference in groups.
    Raises ``Refused`` when the invoice has no number, date or total, and when a personal identity code stands
    in any of its texts (OC 2.2-f): it is never printed.
    """
    language = invoice.language or "fi"
    words = Words(language if language in LANGUAGES else "en", invoice.currency or "EUR")
    missing = [
        words("image." + key)
        for key, value in (("number", invoice.number), ("date", invoice.issue_date), ("total", invoice.total))
        if value is None
    ]
    if missing:
        raise Refused(Finding("image_nothing_to_print", detail={"missing": ", ".join(missing).lower()}))
    return as_printed(_page(invoice, places, words))


def _page(invoice: Invoice, places: Places, words: Words) -> Json:
    assert invoice.number is not None
    assert invoice.issue_date is not None
    assert invoice.total is not None
    credit = invoice.type_code == _CREDIT or (invoice.type_code is None and invoice.total < 0)
    payable = invoice.total if invoice.payable is None else invoice.payable
    title = invoice.type_text or type_text(
        _CREDIT if credit else invoice.type_code or "INV01", words.language
    )
    pays = not credit and payable > 0
    seller = invoice.seller.name or ""
    return {
        "lang": words.language,
        "title": title,
        "heading": f"{title} {invoice.number}",
        "number": invoice.number,
        "author": seller,
        "date": invoice.issue_date.isoformat(),
        "page": words("image.page", page="#", pages="##"),
        "sender": {
            "name": seller,
            "name2": invoice.seller.name2 or "",
            "lines": _sender(invoice.seller, words),
        },
        "recipient": _address(invoice.buyer, invoice.seller.country or "FI"),
        "summary": _summary(invoice, words, payable, credit),
        "facts": list(_facts(invoice, words, credit)),
        "before": places.before_the_rows(invoice.notes) + _instead_of_payment(invoice, words, credit, pays),
        "rows": _rows(invoice.lines, words),
        "sums": _sums(invoice, words, payable, credit),
        "vat": _vat(invoice.vat_breakdown, words),
        "sections": list(_sections(invoice, places, words)),
        "payment": _payment(invoice, places, words, payable) if pays else None,
    }


def _sender(seller: Party, words: Words) -> list[str]:
    """The sender's address and how to reach it, one line each; what is short shares a line."""
    town = " ".join(filter(None, (seller.postcode, seller.town)))
    ids = [
        words("image.business_id", id=seller.business_id) if seller.business_id else "",
        words("image.vat_id", id=seller.vat_id) if seller.vat_id else "",
    ]
    reach = [seller.contact_name, seller.contact_phone, seller.contact_email]
    lines = (
        ", ".join(filter(None, (seller.street, town))),
        " · ".join(filter(None, ids)),
        " · ".join(filter(None, reach)),
    )
    return [line for line in lines if line]


def _address(party: Party, home: str) -> list[str]:
    """The recipient as on a letter; the town abroad with its country in capitals below."""
    town = " ".join(filter(None, (party.postcode, party.town)))
    lines = [party.name, party.name2, *(party.street or "").splitlines(), town]
    if party.country and party.country != home:
        lines.append(country_line(party.country))
    return [line for line in lines if line]


def _summary(invoice: Invoice, words: Words, payable: Decimal, credit: bool) -> list[tuple[str, str]]:
    """What the reader looks for first: how much, and by when."""
    shown = [(words("image.credited" if credit else "image.payable"), words.amount(payable))]
    if invoice.due_date is not None and not credit and payable > 0:
        shown.append((words("image.due_date"), words.day(invoice.due_date)))
    return shown


def _facts(invoice: Invoice, words: Words, credit: bool) -> Iterator[tuple[str, str]]:
    internal = invoice.internal or invoice.type_code == _INTERNAL
    assert invoice.issue_date is not None
    given: tuple[tuple[str, str | None], ...] = (
        ("credit_number" if credit else "number", invoice.number),
        ("date", words.day(invoice.issue_date)),
        ("original", _original(invoice, words)),
        ("customer_number", _no_person(invoice.buyer.number)),
        ("customer_business_id", _no_person(invoice.buyer.business_id)),
        ("customer_vat_id", invoice.buyer.vat_id),
        ("supply_date", words.day(invoice.supply_date) if invoice.supply_date else None),
        ("period", _period(invoice, words)),
        ("order", invoice.order),
        ("contract_code" if internal else "agreement", invoice.agreement),
        ("contract_number" if internal else "buyer_reference", invoice.buyer_reference),
        ("accounting", invoice.accounting),
        ("site", invoice.site),
        ("delivery", _delivery(invoice.delivery)),
        ("payment_terms", None if credit else invoice.payment_terms),
        ("late_interest", None if credit else _late_interest(invoice, words)),
    )
    for key, value in given:
        if value:
            yield words(f"image.{key}"), value


def _no_person(identifier: str | None) -> str | None:
    """A customer's number; a personal code in its place is left out, as it is from the Finvoice document."""
    return None if identifier and is_personal_code(identifier) else identifier


def _original(invoice: Invoice, words: Words) -> str | None:
    if not invoice.original_number:
        return None
    day = f" ({words.day(invoice.original_date)})" if invoice.original_date else ""
    return invoice.original_number + day


def _period(invoice: Invoice, words: Words) -> str | None:
    days = [words.day(day) if day else "" for day in (invoice.period_start, invoice.period_end)]
    return "–".join(days) if any(days) else None


def _delivery(party: Party | None) -> str | None:
    if party is None:
        return None
    town = " ".join(filter(None, (party.postcode, party.town)))
    # A long name comes back from a Finvoice document in two pieces.
    name = " ".join(filter(None, (party.name, party.name2)))
    return ", ".join(filter(None, (name, party.street, town)))


def _late_interest(invoice: Invoice, words: Words) -> str | None:
    percent = "" if invoice.late_interest_percent is None else words.percent(invoice.late_interest_percent)
    return ", ".join(filter(None, (invoice.late_interest_text, percent))) or None


def _instead_of_payment(invoice: Invoice, words: Words, credit: bool, pays: bool) -> list[str]:
    if pays:
        return []
    if not credit:
        return [words("image.nothing_to_pay")]
    if invoice.original_number and invoice.original_date:
        day = words.day(invoice.original_date)
        return [words("image.credit_note", number=invoice.original_number, day=day)]
    return [words("image.credit_note_plain")]


def _rows(lines: Sequence[InvoiceLine], words: Words) -> Json:
    head = [words(f"image.{key}") for key in ("item", "quantity", "measure", "unit_price", "vat_percent")]
    rows = [
        {
            "name": line.name or line.item or "",
            "code": line.item or "" if line.name else "",
            "details": [part for part in (line.text or "").splitlines() if part.strip()]
            + _supplied(line, words),
            "cells": [
                words.number(line.quantity),
                words.measure(line.unit),
                words.number(line.unit_price, 2),
                words.percent(line.vat_percent),
                words.figure(line.net),
            ],
        }
        for line in lines
    ]
    return {
        "title": words("image.rows"),
        "head": [*head, words("image.line_net", currency=words.currency)],
        "lines": rows,
    }


def _supplied(line: InvoiceLine, words: Words) -> list[str]:
    """The row's own day of supply, or its period, where the rows have days of their own."""
    days = dict.fromkeys(words.day(day) for day in (line.period_start, line.period_end) if day)
    return [f"{words('image.supply_date')} {'–'.join(days)}"] if days else []


def _sums(invoice: Invoice, words: Words, payable: Decimal, credit: bool) -> list[tuple[str, str]]:
    """The sums from the net to what is to pay; the last one is the greatest in print."""
    assert invoice.total is not None
    given: list[tuple[str, Decimal | None]] = [
        ("allowances", None if invoice.allowances is None else -invoice.allowances),
        ("charges", invoice.charges),
        ("net", invoice.net),
        ("vat", invoice.vat),
    ]
    if payable != invoice.total:
        given += [("total", invoice.total), ("rounding", invoice.rounding)]
        given.append(("paid", None if invoice.paid is None else -invoice.paid))
    given.append(("credited" if credit else "payable", payable))
    return [(words(f"image.{key}"), words.amount(amount)) for key, amount in given if amount is not None]


def _vat(parts: Sequence[VatBreakdown], words: Words) -> Json:
    head = [words(f"image.{key}") for key in ("vat_rate", "vat_base", "vat")]
    rows = [
        [
            words("image.no_vat") if part.percent is None else words.percent(part.percent),
            words.figure(part.base),
            words.figure(part.amount),
        ]
        for part in parts
    ]
    reasons = list(dict.fromkeys(part.reason for part in parts if part.reason))
    return {"title": words("image.vat_breakdown"), "head": head, "rows": rows, "reasons": reasons}


def _sections(invoice: Invoice, places: Places, words: Words) -> Iterator[Json]:
    """What the invoice tells behind its sums, each under its heading (OC 3.5-b, 3.6-d)."""
    said = set(invoice.notes)
    for key, told in (
        ("legal_basis", invoice.legal_basis),
        ("rectification", [note for note in places.rectification if note in said]),
        ("notices", [note for note in places.notices if note in said]),
    ):
        if told:
            yield {"title": words(f"image.{key}"), "texts": list(told)}


def _payment(invoice: Invoice, places: Places, words: Words, payable: Decimal) -> Json | None:
    """How to pay, with the notes that stand beside it; nothing where the seller names no account."""
    seller = invoice.seller
    if not seller.iban:
        return None
    pay = Payable(
        seller.name or "",
        seller.iban,
        seller.bic,
        invoice.reference,
        invoice.due_date,
        payable,
        invoice.barcode,
    )
    return payment_slip(pay, words, [note for note in places.payment if note in invoice.notes])
