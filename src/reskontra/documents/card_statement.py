"""The purchases made with payment cards, as the card company tells them (EX 4)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from reskontra.documents import as_json
from reskontra.documents.findings import Finding


@dataclass(frozen=True, slots=True)
class CardPurchase:
    """One purchase, or a refund when negative. ``card`` is the last four digits, never more.

    What could not be read is ``None``, and a finding of the statement says so. ``amount`` is in the statement's
    currency with VAT; ``original_amount`` is what was paid abroad, in ``original_currency``.
    """

    row: int  # as the sender sees it in the file
    card: str | None
    holder: str
    day: date | None
    merchant: str
    country: str | None
    amount: Decimal | None
    currency: str | None
    original_amount: Decimal | None = None
    original_currency: str | None = None
    vat_percent: Decimal | None = None
    vat: Decimal | None = None
    receipt: str = ""


@dataclass(frozen=True, slots=True)
class CardStatement:
    """One statement: as many purchases as it tells of, and their sum. ``invoice`` is the company's own number."""

    number: str
    company: str
    from_date: date
    to_date: date
    currency: str
    total: Decimal
    purchases: tuple[CardPurchase, ...]
    invoice: str = ""
    findings: tuple[Finding, ...] = ()
    kind: Literal["card_statement"] = "card_statement"

    def as_json(self) -> dict[str, Any]:
        """The statement with stable keys; amounts as text with two decimals, days as ISO 8601."""
        return as_json.document(self)
