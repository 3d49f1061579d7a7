"""A written complaint to a supplier about charges that were not agreed, in the supplier's language (EX 3-b)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reskontra.documents.letter import Letter, Party, Table
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

    def as_letter(self, sender: Party, receiver: Party) -> Letter:
        """The letter as it is printed: the charges as a table, with their sum."""
        language = self.language
        return Letter(
            kind="complaint",
            language=language,
            day=self.day,
            sender=sender,
            receiver=receiver,
            subject=self._subject(),
            paragraphs=(text("complaint.charges", language, agreed=self.agreed), self._ask()),
            tables=(
                Table(
                    heads=(text("complaint.charge", language), text("complaint.amount", language)),
                    rows=tuple((one.what, format_amount(one.amount, language)) for one in self.charges),
                    right=(1,),
                    caption=text("complaint.charge", language),
                ),
            ),
        )

    def _subject(self) -> str:
        dated = format_date(self.issue_date, self.language) if self.issue_date else "–"
        return text("complaint.subject", self.language, invoice=self.invoice, day=dated)

    def _ask(self) -> str:
        return text(
            "complaint.ask",
            self.language,
            amount=format_amount(self.amount, self.language),
            day=format_date(self.answer_by, self.language),
            contact=self.contact,
        )

    def as_text(self) -> str:
        """The letter as plain text in the supplier's language."""
        language = self.language
        return "\n".join(
            [
                f"{self.unit}, {format_date(self.day, language)}",
                self.supplier,
                self._subject(),
                text("complaint.charges", language, agreed=self.agreed),
                *(f"- {one.what}: {format_amount(one.amount, language)}" for one in self.charges),
                self._ask(),
            ]
        )
