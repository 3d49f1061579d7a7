"""The law of intake: which stream an invoice belongs to, whether it came before, and what is to be looked at."""

from reskontra.kernel.clauses import clause
from reskontra.kernel.sets import Decisions, Outcome, decide

INVOICE_NOT_OURS = Outcome("INVOICE_NOT_OURS", "RETURNED")
DUPLICATE = Outcome("DUPLICATE", "RETURNED")
REQUEST_REFUSED = Outcome("REQUEST_REFUSED", "RETURNED")
AMOUNTS_CONTRADICT = Outcome("AMOUNTS_CONTRADICT", "REVIEW")
CONTENT_MISSING = Outcome("CONTENT_MISSING", "REVIEW")
LOOKS_LIKE_PROCUREMENT = Outcome("LOOKS_LIKE_PROCUREMENT", "REVIEW")
REMINDER_RECEIVED = Outcome("REMINDER_RECEIVED", "REVIEW")
OTHER_CURRENCY = Outcome("OTHER_CURRENCY", "REVIEW")
SUPPLIER_UNKNOWN = Outcome("SUPPLIER_UNKNOWN", "WAITING")
TAKEN_IN_WITH_FINDINGS = Outcome("TAKEN_IN_WITH_FINDINGS", "READY")
TAKEN_IN = Outcome("TAKEN_IN", "READY")

# What an invoice is returned for, by the outcome that returns it.
RETURNED_FOR = {INVOICE_NOT_OURS: "not_ours", DUPLICATE: "duplicate", REQUEST_REFUSED: "content"}


@clause("EX 2.1-a", "EX 2.2-a", "EX 2.2-c", "EX 5-a", "EX 5.1-a", "EX 6-a")
def decide_intake() -> Decisions:
    """Every invoice of a file is kept; what cannot be ours to pay is returned at once, the rest says what it needs.

    Whose it is comes first: of an invoice that another has received nothing more is asked. Then what would be paid
    twice or wrongly, and last what a person only completes. A payment that an own system asks for goes back to it
    with its errors; an invoice is kept with them, since its supplier is owed.
    """
    return decide(
        (INVOICE_NOT_OURS, "NOT ours", "EX 2.1-a"),
        (DUPLICATE, "duplicate_of IS NOT NULL", "EX 5-a"),
        (REQUEST_REFUSED, "asked AND errors > 0", "EX 2.2-c"),
        (AMOUNTS_CONTRADICT, "contradicts", "EX 5.1-a"),
        (CONTENT_MISSING, "errors > 0", "EX 5.1-a"),
        (LOOKS_LIKE_PROCUREMENT, "looks_like_procurement", "EX 2.2-a"),
        (REMINDER_RECEIVED, "kind IN ('reminder', 'interest')", "EX 5.1-a"),
        (OTHER_CURRENCY, "currency <> 'EUR'", "EX 6-a"),
        (SUPPLIER_UNKNOWN, "supplier_id IS NULL", "EX 5.1-a"),
        (TAKEN_IN_WITH_FINDINGS, "findings > 0", "EX 5.1-a"),
        otherwise=(TAKEN_IN, "EX 5-a"),
    )
