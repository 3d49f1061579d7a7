"""What stands on the invoice that people see, word by word, in the customer's language.

The template lays out; everything that is said, and in what form, is decided here. A text of the document is
printed as it is, in the characters that the font has.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from reskontra.documents.findings import Finding, Refused
from reskontra.documents.invoice import Invoice, InvoiceLine, Party, VatBreakdown
from reskontra.formats.finvoice.writer import type_text
from reskontra.formats.invoice_image import barcode, qr
from reskontra.formats.invoice_image.characters import printable
from reskontra.formats.invoice_image.countries import country_line
from reskontra.kernel.days import format_date
from reskontra.kernel.identifiers import NotAnIdentifier, find_personal_codes, grouped_iban, is_personal_code
from reskontra.kernel.money import format_amount
from reskontra.kernel.references import NoBarCode, NotAReference, bank_barcode, grouped
from reskontra.kernel.texts import LANGUAGES, text, texts

Json = dict[str, Any]
_CREDIT: Final = "INV02"
_INTERNAL: Final = "INV04"
_NO_BREAK_SPACE: Final = "\N{NO-BREAK SPACE}"
_ZERO_WIDTH_SPACE: Final = "\N{ZERO WIDTH SPACE}"
_LONG_WORD: Final = re.compile(r"\S{41,}")
_LONG_IN_A_COLUMN: Final = re.compile(r"\S{25,}")
_COLUMNS: Final = frozenset({"facts", "rows"})  # parts of the page that are narrow
_PIECE: Final = re.compile(r"\S{1,6}")


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
    words = _Words(language if language in LANGUAGES else "en", invoice.currency or "EUR")
    missing = [
        words("image." + key)
        for key, value in (("number", invoice.number), ("date", invoice.issue_date), ("total", invoice.total))
        if value is None
    ]
    if missing:
        raise Refused(Finding("image_nothing_to_print", detail={"missing": ", ".join(missing).lower()}))
    shown = _page(invoice, places, words)
    if found := [where for where, one in _strings(shown) if find_personal_codes(one)]:
        raise Refused(Finding("image_personal_code", clause="OC 2.2-f", where=found[0]))
    printed: Json = _broken(shown)
    return printed


class _Words:
    """The words, amounts and dates of one language."""

    def __init__(self, language: str, currency: str) -> None:
        self.language, self.currency = language, currency

    def __call__(self, key: str, **values: object) -> str:
        return text(key, self.language, **values)

    def amount(self, amount: Decimal) -> str:
        """An amount with its currency."""
        if self.currency == "EUR":
            return format_amount(amount, self.language)
        return f"{self.figure(amount)}{_NO_BREAK_SPACE}{self.currency}"

    def figure(self, amount: Decimal | None) -> str:
        """An amount without its currency, for a column."""
        if amount is None:
            return ""
        return format_amount(amount, self.language).replace("€", "").strip(_NO_BREAK_SPACE)

    def number(self, number: Decimal | None, decimals: int = 0) -> str:
        """A quantity, price or percentage: no needless zeros behind ``decimals``."""
        if number is None:
            return ""
        whole, _, fraction = f"{number.copy_abs():f}".partition(".")
        fraction = fraction.rstrip("0").ljust(decimals, "0")
        grouped_whole = f"{int(whole):,}"
        if self.language != "en":
            grouped_whole = grouped_whole.replace(",", _NO_BREAK_SPACE)
        sign = "\N{MINUS SIGN}" if number < 0 else ""
        mark = "." if self.language == "en" else ","
        return sign + grouped_whole + (mark + fraction if fraction else "")

    def percent(self, percent: Decimal | None) -> str:
        """A VAT rate: ``25,5 %``, in English ``25.5%``; a dash where no VAT is charged at all."""
        if percent is None:
            return "–"
        return self.number(percent) + ("%" if self.language == "en" else f"{_NO_BREAK_SPACE}%")

    def day(self, day: date) -> str:
        return format_date(day, self.language)

    def measure(self, unit: str | None) -> str:
        """A unit of measure in the language, where it is one that the price lists use."""
        key = f"image.measure.{(unit or '').lower()}"
        return self(key) if key in texts() else unit or ""


def _page(invoice: Invoice, places: Places, words: _Words) -> Json:
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


def _sender(seller: Party, words: _Words) -> list[str]:
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


def _summary(invoice: Invoice, words: _Words, payable: Decimal, credit: bool) -> list[tuple[str, str]]:
    """What the reader looks for first: how much, and by when."""
    shown = [(words("image.credited" if credit else "image.payable"), words.amount(payable))]
    if invoice.due_date is not None and not credit and payable > 0:
        shown.append((words("image.due_date"), words.day(invoice.due_date)))
    return shown


def _facts(invoice: Invoice, words: _Words, credit: bool) -> Iterator[tuple[str, str]]:
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


def _original(invoice: Invoice, words: _Words) -> str | None:
    if not invoice.original_number:
        return None
    day = f" ({words.day(invoice.original_date)})" if invoice.original_date else ""
    return invoice.original_number + day


def _period(invoice: Invoice, words: _Words) -> str | None:
    days = [words.day(day) if day else "" for day in (invoice.period_start, invoice.period_end)]
    return "–".join(days) if any(days) else None


def _delivery(party: Party | None) -> str | None:
    if party is None:
        return None
    town = " ".join(filter(None, (party.postcode, party.town)))
    return ", ".join(filter(None, (party.name, party.street, town)))


def _late_interest(invoice: Invoice, words: _Words) -> str | None:
    percent = "" if invoice.late_interest_percent is None else words.percent(invoice.late_interest_percent)
    return ", ".join(filter(None, (invoice.late_interest_text, percent))) or None


def _instead_of_payment(invoice: Invoice, words: _Words, credit: bool, pays: bool) -> list[str]:
    if pays:
        return []
    if not credit:
        return [words("image.nothing_to_pay")]
    if invoice.original_number and invoice.original_date:
        day = words.day(invoice.original_date)
        return [words("image.credit_note", number=invoice.original_number, day=day)]
    return [words("image.credit_note_plain")]


def _rows(lines: Sequence[InvoiceLine], words: _Words) -> Json:
    head = [words(f"image.{key}") for key in ("item", "quantity", "measure", "unit_price", "vat_percent")]
    rows = [
        {
            "name": line.name or line.item or "",
            "code": line.item or "" if line.name else "",
            "details": [part for part in (line.text or "").splitlines() if part.strip()],
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


def _sums(invoice: Invoice, words: _Words, payable: Decimal, credit: bool) -> list[tuple[str, str]]:
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


def _vat(parts: Sequence[VatBreakdown], words: _Words) -> Json:
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


def _sections(invoice: Invoice, places: Places, words: _Words) -> Iterator[Json]:
    """What the invoice tells behind its sums, each under its heading (OC 3.5-b, 3.6-d)."""
    said = set(invoice.notes)
    for key, told in (
        ("legal_basis", invoice.legal_basis),
        ("rectification", [note for note in places.rectification if note in said]),
        ("notices", [note for note in places.notices if note in said]),
    ):
        if told:
            yield {"title": words(f"image.{key}"), "texts": list(told)}


def _payment(invoice: Invoice, places: Places, words: _Words, payable: Decimal) -> Json | None:
    """How to pay: account, reference, amount and day, for the eye, for the bar code reader and for the phone."""
    seller = invoice.seller
    if not seller.iban:
        return None
    payee, account, reference = seller.name or "", _grouped_account(seller.iban), _grouped(invoice.reference)
    amount = words.amount(payable)
    given: tuple[tuple[str, str | None], ...] = (
        ("payee", payee),
        ("account", account),
        ("bic", seller.bic),
        ("reference", reference),
        ("due_date", words.day(invoice.due_date) if invoice.due_date else None),
        ("payable", amount),
    )
    digits = _digits(invoice, payable)
    code = _transfer(invoice, payable)
    alt = words("image.qr_alt", payee=payee, account=account, reference=reference, amount=amount)
    return {
        "title": words("image.payment"),
        "facts": [(words(f"image.{key}"), value) for key, value in given if value],
        "notes": [note for note in places.payment if note in invoice.notes],
        "barcode": {
            "svg": barcode.svg(digits),
            "alt": words("image.barcode_alt"),
            "label": words("image.barcode"),
            "digits": digits,
        }
        if digits
        else None,
        "qr": {"svg": qr.svg(code), "alt": alt, "label": words("image.scan")} if code else None,
    }


def _grouped_account(iban: str) -> str:
    try:
        return grouped_iban(iban)
    except NotAnIdentifier:
        return iban


def _grouped(reference: str | None) -> str:
    try:
        return grouped(reference or "").replace(" ", _NO_BREAK_SPACE)
    except NotAReference:
        return reference or ""


def _digits(invoice: Invoice, payable: Decimal) -> str | None:
    """The bar code that the invoice names, or the one that its account, amount, reference and day make."""
    if (invoice.currency or "EUR") != "EUR":
        return None
    if invoice.barcode and barcode.is_bank_barcode(invoice.barcode):
        return invoice.barcode
    try:
        return bank_barcode(invoice.seller.iban or "", payable, invoice.reference or "", invoice.due_date)
    except (NoBarCode, NotAReference):
        return None


def _transfer(invoice: Invoice, payable: Decimal) -> str | None:
    if (invoice.currency or "EUR") != "EUR":
        return None
    seller = invoice.seller
    try:
        return qr.transfer(
            seller.name or "",
            seller.iban or "",
            seller.bic,
            payable,
            invoice.reference or "",
            invoice.due_date,
        )
    except qr.NoTransfer:
        return None


# --- every string of the page ------------------------------------------------------------------------


def _strings(shown: Any, where: str = "") -> Iterator[tuple[str, str]]:
    """Every text that will be printed or read aloud, with its place; drawings hold none."""
    if isinstance(shown, str):
        yield where, shown
    elif isinstance(shown, Mapping):
        for key, one in shown.items():
            if key != "svg":
                yield from _strings(one, f"{where}/{key}" if where else key)
    elif isinstance(shown, list | tuple):
        for one in shown:
            yield from _strings(one, where)


def _broken(shown: Any, long: re.Pattern[str] = _LONG_WORD) -> Any:
    """The same with every text in characters of the font, and with places where a long word may break."""
    if isinstance(shown, str):
        return long.sub(_with_breaks, printable(shown))
    if isinstance(shown, Mapping):
        return {
            key: one if key in _EXACT else _broken(one, _LONG_IN_A_COLUMN if key in _COLUMNS else long)
            for key, one in shown.items()
        }
    if isinstance(shown, list | tuple):
        return [_broken(one, long) for one in shown]
    return shown


_EXACT: Final = frozenset({"svg", "date", "lang", "digits", "number"})


def _with_breaks(found: re.Match[str]) -> str:
    return _ZERO_WIDTH_SPACE.join(_PIECE.findall(found[0]))
