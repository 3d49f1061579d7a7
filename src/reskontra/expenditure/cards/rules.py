"""The law of purchases by card: what each still needs, and when it is reconciled with the card company's invoice."""

from reskontra.kernel.clauses import clause
from reskontra.kernel.sets import Decisions, Outcome, decide
from reskontra.kernel.terms import Terms

SETTLED = Outcome("CARD_SETTLED", "LEFT")
UNKNOWN = Outcome("CARD_UNKNOWN", "WAITING")
NOT_VALID = Outcome("CARD_NOT_VALID", "REVIEW")
TEMPLATE_WRONG = Outcome("CARD_TEMPLATE_WRONG", "REVIEW")
RECEIPT_OVERDUE = Outcome("CARD_RECEIPT_OVERDUE", "WAITING")
TRANSFER_OVERDUE = Outcome("CARD_TRANSFER_OVERDUE", "WAITING")
OTHER_REFERENCE = Outcome("CARD_OTHER_REFERENCE", "REVIEW")
NOT_ON_INVOICE = Outcome("CARD_NOT_ON_INVOICE", "REVIEW")
SUM_DIFFERS = Outcome("CARD_SUM_DIFFERS", "REVIEW")
RECEIPT_AWAITED = Outcome("CARD_RECEIPT_AWAITED", "WAITING")
CODING_AWAITED = Outcome("CARD_CODING_AWAITED", "WAITING")
TRANSFER_AWAITED = Outcome("CARD_TRANSFER_AWAITED", "WAITING")
INVOICE_AWAITED = Outcome("CARD_INVOICE_AWAITED", "WAITING")
OTHERS_OPEN = Outcome("CARD_OTHERS_OPEN", "WAITING")
CLEARED = Outcome("CARD_CLEARED", "READY")
TO_COST = Outcome("CARD_TO_COST", "READY")

# What makes a purchase reconciled with its invoice.
CHARGED = (CLEARED, TO_COST)


@clause("EX 4-a", "EX 4-b")
def decide_cards(terms: Terms) -> Decisions:
    """What becomes of each purchase. What is late goes first, then what contradicts the invoice, then what is awaited.

    No tolerance: the guideline gives none, and what else an invoice charges is told by people as a difference.
    A purchase of the travel system clears by itself; those that become cost from the invoice do so together.
    """
    by_invoice, by_travel = "way = 'invoice'", "way = 'travel'"
    receipt_late = f"day + {terms.card_receipt_days} < on_date"
    transfer_late = f"day + {terms.card_transfer_days} < on_date"
    no_receipt, not_transferred = f"{by_invoice} AND NOT receipted", f"{by_travel} AND NOT transferred"
    return decide(
        (SETTLED, "charge_id IS NOT NULL", "EX 4-a"),
        (NOT_VALID, "card_id IS NULL AND ended", "EX 4-b"),
        (UNKNOWN, "card_id IS NULL AND NOT ended", "EX 4-b"),
        (TEMPLATE_WRONG, f"{by_travel} AND NOT clears OR {by_invoice} AND clears", "EX 4-a"),
        (RECEIPT_OVERDUE, f"{no_receipt} AND {receipt_late}", "EX 4-a"),
        (TRANSFER_OVERDUE, f"{not_transferred} AND {transfer_late}", "EX 4-b"),
        (OTHER_REFERENCE, "card_id IS NOT NULL AND invoice_id IS NOT NULL AND NOT reference_holds", "EX 4-a"),
        (NOT_ON_INVOICE, "rest <> 0 AND by_rows AND invoice_row IS NULL", "EX 4-a"),
        (SUM_DIFFERS, f"rest <> 0 AND NOT by_rows OR rest <> 0 AND {by_invoice}", "EX 4-a"),
        (RECEIPT_AWAITED, f"{no_receipt} AND NOT {receipt_late}", "EX 4-a"),
        (CODING_AWAITED, f"{by_invoice} AND coded_by = 'purchase' AND coding_id IS NULL", "EX 4-a"),
        (TRANSFER_AWAITED, f"{not_transferred} AND NOT {transfer_late}", "EX 4-b"),
        (INVOICE_AWAITED, "invoice_id IS NULL", "EX 4-a"),
        (OTHERS_OPEN, f"{by_invoice} AND ready AND NOT all_ready", "EX 4-a"),
        (CLEARED, f"{by_travel} AND transferred AND (rest = 0 OR invoice_row IS NOT NULL)", "EX 4-b"),
        otherwise=(TO_COST, "EX 4-a"),
    )
