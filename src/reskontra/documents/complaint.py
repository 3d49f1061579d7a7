"""A written complaint to a supplier about charges that were not agreed, in the supplier's language (EX 3-b)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reskontra.kernel.days import format_date
from reskontra.kernel.money import format_amount
from reskontra.kernel.texts import text


@dataclass(frozen=True, slots=True)
class Charge:
    """What the invoice asks for and nobody ordered: its words, and euro without VAT."""

    what: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Complaint:
    """The complaint: who writes to whom about which invoice, what was agreed, and by when an answer is asked for."""

    language: str
    day: date
    unit: str
    supplier: str
    invoice: str
    issue_date: date | None
    agreed: str
    charges: tuple[Charge, ...]
    answer_by: date
    contact: str

    @property
    def amount(self) -> Decimal:
        """What is complained of in all, in euro without VAT."""
        return sum((one.amount for one in self.charges), Decimal(0))

    def as_text(self) -> str:
        """The letter as plain text in the supplier's language."""
        language = self.language
        dated = format_date(self.issue_date, language) if self.issue_date else "–"
        return "\n".join(
            [
                f"{self.unit}, {format_date(self.day, language)}",
                self.supplier,
                text("complaint.subject", language, invoice=self.invoice, day=dated),
                text("complaint.charges", language, agreed=self.agreed),
                *(f"- {one.what}: {format_amount(one.amount, language)}" for one in self.charges),
                text(
                    "complaint.ask",
                    language,
                    amount=format_amount(self.amount, language),
                    day=format_date(self.answer_by, language),
                    contact=self.contact,
                ),
            ]
        )
