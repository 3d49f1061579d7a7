"""The law of bank lines: what is money from payers, what is told elsewhere, and what moves an account otherwise."""

from reskontra.kernel.clauses import clause
from reskontra.kernel.sets import Decisions, Outcome, decide

NOT_BOOKED = Outcome("NOT_BOOKED", "LEFT")
OTHER_MOVEMENT = Outcome("OTHER_MOVEMENT", "WAITING")
SUM_OF_PAYMENTS = Outcome("SUM_OF_PAYMENTS", "READY")
KNOWN_PAYMENT = Outcome("KNOWN_PAYMENT", "READY")
NEW_PAYMENT = Outcome("NEW_PAYMENT", "READY")

_NOT_BOOKED = "told <> 'booked'"
# Money from an account is a payment only where it takes one back; on an expenditure account nothing is.
_OTHER = "purpose <> 'income' OR amount = 0 OR (amount < 0 AND NOT takes_back)"
_SUM = "summary"

IS_PAYMENT = f"NOT ({_NOT_BOOKED} OR {_OTHER} OR {_SUM})"


@clause("OC 4.1-b")
def decide_lines() -> Decisions:
    """What each line of bank material is: a payment that is new or known, a sum of some, or something else."""
    return decide(
        (NOT_BOOKED, _NOT_BOOKED, "OC 4.1-b"),
        (OTHER_MOVEMENT, _OTHER, "OC 4.1-b"),
        (SUM_OF_PAYMENTS, _SUM, "OC 4.1-b"),
        (KNOWN_PAYMENT, "known", "OC 4.1-b"),
        otherwise=(NEW_PAYMENT, "OC 4.1-b"),
    )
