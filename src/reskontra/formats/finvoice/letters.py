"""A reminder or an interest invoice as a Finvoice message (implementation guidelines, section 10.5: INV08, INV03).

The message asks for one sum in one row. Everything else that the letter says goes along as free text, the rows of
its tables too, so that nobody who gets it electronically is told less than on paper.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Final

from reskontra.documents.invoice import Invoice, InvoiceLine, Party, VatBreakdown
from reskontra.documents.letter import Letter, Table
from reskontra.formats.finvoice import codes
from reskontra.formats.finvoice.writer import payment_notes, type_text
from reskontra.kernel.clauses import clause
from reskontra.kernel.texts import text

_NOTHING: Final = Decimal("0.00")
_OUTSIDE_VAT: Final = "O"
_PIECE: Final = "kpl"
_SEPARATOR: Final = " · "


class NoMessage(ValueError):
    """The letter has no e-invoice form: it is of another kind, or asks for no payment."""


def has_message(letter: Letter) -> bool:
    """Whether the letter can be told as a Finvoice message."""
    return letter.kind in codes.LETTER_TYPES and letter.slip is not None


@clause("OC 3.4-a", "OC 4.1-a")
def message_of(letter: Letter, number: str, seller: Party, buyer: Party) -> Invoice:
    """The letter as an invoice document for ``writer.frame``.

    ``number`` is the letter's own; ``seller`` and ``buyer`` are the parties with the identifiers and addresses
    that a message needs. The payment is that of the letter's slip. Raises ``NoMessage``.
    """
    type_code, slip = codes.LETTER_TYPES.get(letter.kind), letter.slip
    if type_code is None or slip is None:
        raise NoMessage(letter.kind)
    reason = text(f"letter.no_vat.{letter.kind}", letter.language)
    return Invoice(
        number=number,
        issue_date=letter.day,
        due_date=slip.due_date,
        currency="EUR",
        # Without VAT the seller states no VAT number (EN 16931 BR-O-02).
        seller=replace(seller, vat_id=None, iban=slip.iban, bic=slip.bic or None),
        buyer=replace(buyer, vat_id=None),
        net=slip.amount,
        vat=_NOTHING,
        total=slip.amount,
        payable=slip.amount,
        type_code=type_code,
        reference=slip.reference,
        lines=(
            InvoiceLine(
                position=1,
                name=type_text(type_code, letter.language),
                text=letter.subject,
                quantity=Decimal(1),
                unit=_PIECE,
                unit_price=slip.amount,
                net=slip.amount,
                vat_category=_OUTSIDE_VAT,
            ),
        ),
        vat_breakdown=(VatBreakdown(_OUTSIDE_VAT, None, slip.amount, _NOTHING, reason),),
        notes=tuple(_told(letter)),
        specification=codes.SPECIFICATION,
        language=letter.language,
    )


def _told(letter: Letter) -> Iterator[str]:
    """Everything that the letter says, in its order, then the request to use the reference (OC 4.1-a)."""
    yield from letter.paragraphs
    for table in letter.tables:
        yield from _rows(table)
    yield from letter.notes
    yield from payment_notes()


def _rows(table: Table) -> Iterator[str]:
    """A table as lines: each cell behind the head of its column."""
    if table.caption:
        yield table.caption
    for row in table.rows:
        cells = zip(table.heads, row, strict=True)
        yield _SEPARATOR.join(f"{head}: {cell}" if head else cell for head, cell in cells if cell)
