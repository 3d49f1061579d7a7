"""A complaint of charges that were not agreed, as a letter that leaves the house (EX 3-b).

What it says stays a note on the invoice. The letter is a PDF in a package for the printer, sealed in the run that the
complaint is, and goes out by the outbox, once. A supplier without a postal address in the register gets no letter: the
PDF is kept, and whoever complained sends it.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from tempfile import SpooledTemporaryFile

from django.db import connection

from reskontra.claims.letters import sender
from reskontra.documents.complaint import Charge, Complaint
from reskontra.documents.letter import Party
from reskontra.exchange import archive
from reskontra.exchange.lettering import Package, letter_pdf
from reskontra.exchange.models import OutboxFile
from reskontra.expenditure.circulation.actions import complain, supplier_of
from reskontra.kernel.clauses import clause
from reskontra.kernel.sets import Outcome
from reskontra.kernel.terms import Terms
from reskontra.purchases.models import PurchaseInvoice
from reskontra.registers.models import Supplier
from reskontra.runs.decisions import record_decisions
from reskontra.runs.models import Evidence, Run
from reskontra.runs.run import Acting, Applied, Control

CHARGES_COMPLAINED = Outcome("CHARGES_COMPLAINED", "READY")
KEPT = "complaint letter"  # the evidence that names the PDF
CHANNEL = "letters-print"


@clause("EX 3-b")
class ComplaintRun:
    """Complain of ``charges`` in one invoice; ``agreed`` is the order or contract, an answer is asked for by a day."""

    name = "complaint"
    lock = "matching"

    def __init__(
        self, invoice: PurchaseInvoice, charges: Sequence[Charge], agreed: str, answer_by: date
    ) -> None:
        self.invoice, self.charges, self.agreed, self.answer_by = invoice, charges, agreed, answer_by
        self.complaint: Complaint | None = None
        self.pdf = b""
        self.sealed: OutboxFile | None = None

    def decide(self, run: Run, terms: Terms) -> None:
        """The one invoice: that somebody complains of it is decided by who does."""
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMP TABLE decided ON COMMIT DROP AS SELECT %s::bigint AS id, %s::bigint AS unit_id,"
                " %s::numeric AS amount, %s::text AS outcome, %s::text AS standing, 'EX 3-b'::text AS clause,"
                " '[]'::jsonb AS reasons, jsonb_build_object('number', %s::text, 'charge', %s::text,"
                " 'answer_by', %s::date) AS inputs",
                [
                    self.invoice.pk,
                    run.unit_id,
                    self.total,
                    CHARGES_COMPLAINED.name,
                    CHARGES_COMPLAINED.standing,
                    self.agreed,
                    f"{self.total:.2f}",
                    self.answer_by,
                ],
            )

    @property
    def total(self) -> Decimal:
        """What is complained of in all, in euro without VAT."""
        return sum((one.amount for one in self.charges), Decimal(0))

    def record(self, run: Run) -> None:
        """Store that it was complained of."""
        record_decisions(run, self.name, "purchases_purchasedecision", "invoice_id")

    def set_aside(self, run: Run) -> None:
        """A complaint is never planned apart."""

    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """Write the note and the letter, and seal the package where there is an address to send it to.

        Raises as ``actions.complain``, and ``Refused`` when a personal code stands in what is complained of.
        """
        told = complain(acting, self.invoice, self.charges, self.agreed, self.answer_by)
        named = supplier_of(self.invoice)
        assert named is not None  # complain refuses an invoice without one
        to = _receiver(named)
        letter = told.as_letter(sender(acting.unit, told.language), to)
        number = f"PI{self.invoice.pk}-{run.pk}"
        self.complaint, self.pdf = told, letter_pdf(letter, number)
        kept = archive.store([self.pdf])
        Evidence.objects.create(unit=acting.unit, run=run, control=KEPT, document=kept.digest)
        if to.address:
            self.sealed = _sealed(run, acting, number, self.pdf, named.number)
        sent = self.sealed.documents if self.sealed else 0
        return Applied(
            [
                Control("charges = what the letter complains of", f"{self.total:.2f}", f"{told.amount:.2f}"),
                Control(
                    "letters with an address = letters that go out", str(int(bool(to.address))), str(sent)
                ),
            ],
            facts={"letter": kept.digest, "file": self.sealed.name if self.sealed else None},
        )


def _sealed(run: Run, acting: Acting, number: str, pdf: bytes, supplier: str) -> OutboxFile:
    with SpooledTemporaryFile() as file:
        with Package(file, run.on_date) as package:
            package.add(number, pdf, supplier, CHANNEL)
        file.seek(0)
        stored = archive.store([file.read()])
    return OutboxFile.objects.create(
        unit=acting.unit,
        run=run,
        name=f"complaint-{acting.unit.code}-{run.on_date:%Y%m%d}-{run.pk}.zip",
        digest=stored.digest,
        size=stored.size,
        documents=1,
        amount=Decimal(0),
        channel=CHANNEL,
        built_at=acting.at,
    )


def _receiver(supplier: Supplier) -> Party:
    """The supplier as the register knows it; no lines where it has no address."""
    lines = supplier.address_lines.splitlines() or [
        supplier.street,
        f"{supplier.postcode} {supplier.town}".strip(),
    ]
    return Party(
        name=supplier.name,
        address=tuple(line for line in lines if line.strip()),
        country=supplier.country,
        business_id=supplier.business_id,
    )
