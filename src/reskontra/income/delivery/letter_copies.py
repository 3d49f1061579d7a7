"""A letter as it was sent, or as it will be: its words and its PDF (OC 3.6-a)."""

from dataclasses import dataclass

from django.db import connection

from reskontra.claims.letters import letter_number
from reskontra.claims.models import Letter, LetterDecision, LetterDelivery
from reskontra.documents.letter import Letter as Document
from reskontra.exchange.archive import ArchiveBroken
from reskontra.exchange.lettering import archived_letter, letter_pages, letter_pdf
from reskontra.income.delivery.letters import COPIES, PRINTS, leaving, prepare_letters
from reskontra.kernel.clauses import clause
from reskontra.registers.models import Unit
from reskontra.runs.models import Evidence


@dataclass(frozen=True)
class LetterCopy:
    """A letter under its number. ``delivery`` is None while it waits; then the address is the register's of now.

    ``left`` is why the newest run left it, None of one that no run left or that went out since.
    """

    letter: Letter
    number: str
    document: Document
    delivery: LetterDelivery | None
    left: LetterDecision | None = None

    def pdf(self) -> bytes:
        """The very bytes that were sent or kept beside the message; before, those that would be.

        Raises ``Refused`` for what may not be printed, ``ArchiveBroken`` when the archive has lost the package.
        """
        if self.delivery is None:
            return letter_pdf(self.document, self.number)
        return archived_letter(_package(self.delivery), self.number)

    def pages(self) -> list[bytes]:
        """Its pages as PNG pictures for a screen, with the address that the letter would have now."""
        return letter_pages(self.document, self.number)


@clause("OC 3.6-a")
def letter_copy(unit: Unit, letter: Letter) -> LetterCopy:
    """One letter of ``unit`` as it was or will be sent. Called inside ``working_in``."""
    delivery = LetterDelivery.objects.filter(unit=unit, letter=letter).select_related("file", "run").first()
    said = LetterDecision.objects.filter(unit=unit, letter=letter).select_related("run")
    left = None if delivery else said.order_by("-run_id").first()
    prepare_letters(unit, [letter.pk], everything=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE decided ON COMMIT DROP AS"
            " SELECT id, recipient_id, customer_id, amount, '' AS outcome, 'READY' AS standing FROM letters_in_hand"
        )
    [found] = leaving(unit, ["READY"])
    return LetterCopy(letter, letter_number(unit, letter.number), found.document, delivery, left)


def _package(delivery: LetterDelivery) -> str:
    """The digest of the package that holds the letter's PDF."""
    if delivery.file.channel == PRINTS:
        return str(delivery.file.digest)
    kept = Evidence.objects.filter(unit=delivery.unit_id, run=delivery.run, control=COPIES).first()
    if kept is None:
        raise ArchiveBroken(delivery.digest)
    return str(kept.document)
