"""The bank bar code of the payment part."""

from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

from reskontra.documents.invoice import Invoice
from reskontra.formats.en16931.report import Report

_BARCODE = "VirtualBankBarcode"
_GUIDE = "Finance Finland, bank bar code guide"
_LENGTH: Final = 54
_MOST: Final = Decimal("999999.99")
_NO_AMOUNT, _NO_DAY = "00000000", "000000"


def check_barcode(invoice: Invoice, report: Report) -> None:
    """Adds what in the bar code is not what the invoice says."""
    if invoice.barcode:
        _barcode(invoice, invoice.barcode, report)


def _barcode(invoice: Invoice, code: str, report: Report) -> None:
    """The bar code must say what the fields say. It is taken apart here, not built again: a second witness.

    Zeros in the place of amount or due date leave them to the payer and are right.
    """
    if len(code) != _LENGTH or not (code.isascii() and code.isdigit()) or code[0] not in "45":
        report.note("finvoice_barcode_form", _GUIDE, _BARCODE, code)
        return
    payable = invoice.total if invoice.payable is None else invoice.payable
    iban, reference, due = invoice.seller.iban, invoice.reference, invoice.due_date
    if iban and code[1:17] != _account(iban):
        report.note("finvoice_barcode_account", _GUIDE, _BARCODE, code)
    if payable is not None and code[17:25] not in (_NO_AMOUNT, _cents(payable)):
        report.note("finvoice_barcode_amount", _GUIDE, _BARCODE, code)
    if reference and f"{code[0]}{code[25:48]}" != _reference(reference):
        report.note("finvoice_barcode_reference", _GUIDE, _BARCODE, code)
    if due is not None and code[48:] not in (_NO_DAY, _day(due)):
        report.note("finvoice_barcode_due_date", _GUIDE, _BARCODE, code)


@lru_cache(maxsize=4096)
def _account(iban: str) -> str:
    return "".join(iban.split())[2:]


def _cents(payable: Decimal) -> str:
    return f"{int(payable * 100):08d}" if 0 <= payable <= _MOST else _NO_AMOUNT


def _reference(reference: str) -> str:
    """Version and reference as they stand in a bar code."""
    compact = "".join(reference.split()).upper()
    if compact.startswith("RF"):
        return f"5{compact[2:4]}{compact[4:].zfill(21)}"
    return f"4000{compact.zfill(20)}"


@lru_cache(maxsize=4096)
def _day(day: date) -> str:
    return f"{day:%y%m%d}"
