"""What is posted of cards: purchases that the travel system settled, and differences on the clearing account."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Q

from reskontra.database.rows import rows
from reskontra.expenditure.cards.run import KEPT_IN, LOCK, take_cards_in_hand
from reskontra.kernel.clauses import clause
from reskontra.kernel.sets import Outcome
from reskontra.kernel.terms import Terms
from reskontra.purchases.models import (
    CardDifference,
    CardPurchase,
    CardStatementInvoice,
    CardTransfer,
    PurchaseInvoice,
)
from reskontra.purchases.parts import Part, check_parts, post_parts, posted_control
from reskontra.registers.posting import posting_account
from reskontra.runs.decisions import record_decisions
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Applied, Control, RunRefused

TRANSFERRED = Outcome("CARD_TRANSFERRED", "READY")
EXPLAINED = Outcome("CARD_DIFFERENCE_EXPLAINED", "READY")
VOUCHER = "KT"  # korttitapahtuma


class TransferRun:
    """One claim of the travel system: every purchase in it becomes cost, against the clearing account."""

    name = "card_transfer"
    lock = LOCK

    def __init__(self, claim: str, settled: Sequence[tuple[CardPurchase, Sequence[Part]]]) -> None:
        self.claim, self.settled = claim, settled

    def decide(self, run: Run, terms: Terms) -> None:
        """Every purchase of the claim, as the travel system has decided it."""
        for purchase, parts in self.settled:
            check_parts(run.unit, parts, purchase.amount, run.on_date)
        _decided(
            "SELECT p.id, p.unit_id, p.amount, jsonb_build_object('travel_claim', %s::text, 'merchant', p.merchant,"
            " 'card_day', p.day) AS inputs FROM purchases_cardpurchase p WHERE p.id = ANY (%s)",
            [self.claim, [purchase.pk for purchase, _ in self.settled]],
            TRANSFERRED,
            "EX 4-b",
        )

    def record(self, run: Run) -> None:
        """Store which claim settled each purchase."""
        record_decisions(run, "card_travel", *KEPT_IN)

    def set_aside(self, run: Run) -> None:
        """What another system has approved is never planned here."""

    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """One voucher for the claim, and a transfer for each purchase."""
        clearing = posting_account("card_clearing", run.on_date)
        voucher = post_parts(run, VOUCHER, [part for _, parts in self.settled for part in parts], clearing)
        CardTransfer.objects.bulk_create(
            CardTransfer(
                unit=run.unit,
                run=run,
                purchase=purchase,
                voucher=voucher,
                claim=self.claim,
                day=run.on_date,
                amount=purchase.amount,
            )
            for purchase, _ in self.settled
        )
        total = sum((purchase.amount for purchase, _ in self.settled), Decimal(0))
        return Applied([posted_control(run, clearing, total)], facts={"voucher": str(voucher)})


class DifferenceRun:
    """One difference of one invoice, told by a person."""

    name = "card_difference"
    lock = LOCK

    def __init__(self, invoice: PurchaseInvoice, part: Part, reason: str) -> None:
        self.invoice, self.part, self.reason = invoice, part, reason
        self.travel = False

    def decide(self, run: Run, terms: Terms) -> None:
        """The invoice, when it charges more or less than its purchases, and at least by so much."""
        check_parts(run.unit, [self.part], self.part.amount, run.on_date)
        take_cards_in_hand(run.unit, terms, self._purchases())
        found = rows(
            "SELECT rest, way FROM cards_in_hand WHERE invoice_id = %s AND way IS NOT NULL LIMIT 1",
            [self.invoice.pk],
        )
        if not found or not _within(self.part.amount, found[0]["rest"]):
            rest = found[0]["rest"] if found else Decimal(0)
            raise RunRefused("cards.nothing_differs_so", invoice=self.invoice.number, rest=f"{rest:.2f}")
        self.travel = found[0]["way"] == "travel"
        _decided(
            "SELECT i.id, i.unit_id, %s::numeric AS amount, jsonb_build_object('why', %s::text) AS inputs"
            " FROM purchases_purchaseinvoice i WHERE i.id = %s",
            [self.part.amount, self.reason, self.invoice.pk],
            EXPLAINED,
            "EX 4-a",
        )

    def _purchases(self) -> list[int]:
        """The purchases of the statements that may belong to the invoice."""
        invoice = self.invoice
        named = CardStatementInvoice.objects.filter(unit=invoice.unit_id, invoice=invoice).values(
            "statement_id"
        )
        told = Q(statement__in=named)
        if invoice.number_key:
            told |= Q(statement__invoice_key=invoice.number_key)
        return list(CardPurchase.objects.filter(told, unit=invoice.unit_id).values_list("pk", flat=True))

    def record(self, run: Run) -> None:
        """Store who explained it, and why."""
        record_decisions(run, "cards", "purchases_purchasedecision", "invoice_id")

    def set_aside(self, run: Run) -> None:
        """What a person tells is never planned apart."""

    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """The difference, with its voucher where the invoice stands on the clearing account."""
        clearing = posting_account("card_clearing", run.on_date)
        voucher = post_parts(run, VOUCHER, [self.part], clearing) if self.travel else None
        CardDifference.objects.create(
            unit=run.unit,
            run=run,
            invoice=self.invoice,
            voucher=voucher,
            reason=self.reason,
            **self.part.as_values(),
        )
        controls: list[Control] = [posted_control(run, clearing, self.part.amount)] if voucher else []
        return Applied(controls, facts={"voucher": str(voucher) if voucher else None})


def _within(part: Decimal, rest: Decimal) -> bool:
    """Whether ``part`` explains some of ``rest`` and no more: of its sign, and not larger."""
    return rest != 0 and (part > 0) == (rest > 0) and abs(part) <= abs(rest)


@clause("EX 4-a", "EX 4-b")
def _decided(subjects: str, values: Sequence[Any], outcome: Outcome, named: str) -> None:
    """What people or another system have decided already, as the machine reads it."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS decided")
        cursor.execute(
            f"CREATE TEMP TABLE decided ON COMMIT DROP AS SELECT s.*, %s::text AS outcome, %s::text AS standing,"
            f" %s::text AS clause, '[]'::jsonb AS reasons FROM ({subjects}) s",
            [outcome.name, outcome.standing, named, *values],
        )
