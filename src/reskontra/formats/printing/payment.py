"""How to pay: account, reference, amount and day, for the eye, for the bar code reader and for the phone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reskontra.formats.printing import barcode, qr
from reskontra.formats.printing.words import NO_BREAK_SPACE, Json, Words
from reskontra.kernel.identifiers import NotAnIdentifier, grouped_iban
from reskontra.kernel.references import NoBarCode, NotAReference, bank_barcode, grouped


@dataclass(frozen=True)
class Payable:
    """What is asked to be paid: ``amount`` in the currency of the words, to whom, where, with which reference.

    ``barcode`` is a bar code that is given already, 54 digits.
    """

    payee: str
    iban: str
    bic: str | None
    reference: str | None
    due_date: date | None
    amount: Decimal
    barcode: str | None = None


def payment_slip(pay: Payable, words: Words, notes: Sequence[str]) -> Json:
    """Everything that the slip says. A code that the payment cannot be shown as is left out."""
    account, reference = _grouped_account(pay.iban), _grouped(pay.reference)
    amount = words.amount(pay.amount)
    given: tuple[tuple[str, str | None], ...] = (
        ("payee", pay.payee),
        ("account", account),
        ("bic", pay.bic),
        ("reference", reference),
        ("due_date", words.day(pay.due_date) if pay.due_date else None),
        ("payable", amount),
    )
    in_euro = words.currency == "EUR"
    digits = _digits(pay) if in_euro else None
    code = _transfer(pay) if in_euro else None
    alt = words("image.qr_alt", payee=pay.payee, account=account, reference=reference, amount=amount)
    return {
        "title": words("image.payment"),
        "facts": [(words(f"image.{key}"), value) for key, value in given if value],
        "notes": list(notes),
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
        return grouped(reference or "").replace(" ", NO_BREAK_SPACE)
    except NotAReference:
        return reference or ""


def _digits(pay: Payable) -> str | None:
    """The bar code that is given, or the one that account, amount, reference and day make."""
    if pay.barcode and barcode.is_bank_barcode(pay.barcode):
        return pay.barcode
    try:
        return bank_barcode(pay.iban, pay.amount, pay.reference or "", pay.due_date)
    except (NoBarCode, NotAReference):
        return None


def _transfer(pay: Payable) -> str | None:
    try:
        return qr.transfer(pay.payee, pay.iban, pay.bic, pay.amount, pay.reference or "", pay.due_date)
    except qr.NoTransfer:
        return None
