"""The law of statement lines: what our own payments explain, what a standing rule knows, and what people must see."""

from reskontra.kernel.clauses import clause
from reskontra.kernel.sets import Decisions, Outcome, decide
from reskontra.kernel.terms import Terms

ALREADY_POSTED = Outcome("ALREADY_POSTED", "LEFT")
NOT_BOOKED = Outcome("NOT_BOOKED", "LEFT")
PAYMENT_FILE = Outcome("PAYMENT_FILE", "READY")
AMOUNT_DIFFERS = Outcome("AMOUNT_DIFFERS", "WAITING")
SEVERAL_RULES = Outcome("SEVERAL_RULES", "WAITING")
RULE = Outcome("RULE", "READY")
NO_RULE = Outcome("NO_RULE", "WAITING")

# How the posting of each outcome came about.
BY = {PAYMENT_FILE: "payments", RULE: "rule"}


@clause("EX 10-a", "EX 10-b", "EX 9-a", "OC 4.2-b")
def decide_lines(terms: Terms) -> Decisions:
    """What becomes of each line. Our own payments go first: a broad rule must not book what a file explains, and a
    line that names a file without its sum is looked at by people, whatever rules know of it. Rules that contradict
    each other at one position post nothing."""
    return decide(
        (ALREADY_POSTED, "posting_id IS NOT NULL", "EX 10-a"),
        (NOT_BOOKED, "kind <> 'other' OR amount = 0", "EX 10-a"),
        (PAYMENT_FILE, "fits AND transit = 'refunds'", "OC 4.2-b"),
        (PAYMENT_FILE, "fits AND transit = 'suppliers'", "EX 9-a"),
        (AMOUNT_DIFFERS, "transit IS NOT NULL AND NOT fits", "EX 9-a"),
        (SEVERAL_RULES, "sayings > 1", "EX 10-a"),
        (RULE, "sayings = 1 AND rule_clause = 'EX 10-b'", "EX 10-b"),
        (RULE, "sayings = 1 AND rule_clause <> 'EX 10-b'", "EX 10-a"),
        otherwise=(NO_RULE, "EX 10-a"),
    )
