"""The QR code that a mobile bank reads: a SEPA credit transfer (EPC069-12, version 2)."""

import io
from datetime import date
from decimal import Decimal
from typing import Final

import segno

from reskontra.kernel.identifiers import is_iban, normal_iban
from reskontra.kernel.money import plain, round_cents
from reskontra.kernel.references import is_national_reference, is_rf_reference, rf_reference

_LARGEST: Final = Decimal("999999999.99")
_NAME: Final = 70
_QUIET_ZONE: Final = 4  # modules on each side (ISO/IEC 18004)


class NoTransfer(ValueError):
    """The payment cannot be shown as a credit transfer: account, amount or reference is not of its form."""


def transfer(
    name: str, iban: str, bic: str | None, amount: Decimal, reference: str, due_date: date | None
) -> str:
    """What the code holds, line by line. ``amount`` is in euro, from 0.01 to 999 999 999.99.

    A structured reference is an ISO 11649 one there, so that a national reference goes in its RF form; both
    name the same claim. The due date goes as the wished day of payment, in the form of Finance Finland's guide
    to QR codes on credit transfer forms. Raises ``NoTransfer``.
    """
    cents = round_cents(amount)
    if not is_iban(iban) or not Decimal(0) < cents <= _LARGEST:
        raise NoTransfer("a transfer needs an IBAN and an amount above zero")
    if not is_national_reference(reference) and not is_rf_reference(reference):
        raise NoTransfer("a transfer needs a reference with right check digits")
    creditor = rf_reference(reference) if is_national_reference(reference) else _compact(reference)
    lines = (
        "BCD",
        "002",
        "1",  # UTF-8
        "SCT",
        _compact(bic or ""),
        " ".join(name.split())[:_NAME],
        normal_iban(iban),
        f"EUR{plain(cents)}",
        "",  # purpose
        creditor,
        "",  # free text: never together with a structured reference
        f"ReqdExctnDt/{due_date.isoformat()}" if due_date else "",
    )
    return "\n".join(lines).rstrip("\n")


def svg(content: str) -> str:
    """The code as a drawing with its quiet zone; error correction M and at most version 13, as EPC069-12 asks."""
    code = segno.make(content, error="m", micro=False, boost_error=False, encoding="utf-8")
    if int(code.version) > 13:
        raise NoTransfer("the transfer is too long for its code")
    drawing = io.BytesIO()
    code.save(
        drawing, kind="svg", border=_QUIET_ZONE, xmldecl=False, omitsize=True, svgclass=None, lineclass=None
    )
    return drawing.getvalue().decode("utf-8")


def _compact(text: str) -> str:
    return "".join(text.split()).upper()
