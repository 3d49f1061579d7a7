"""The law of answers: what a sender is told of its payment now."""

from reskontra.kernel.clauses import clause
from reskontra.kernel.sets import Decisions, Outcome, decide

ANSWER_REPEATED = Outcome("ANSWER_REPEATED", "LEFT")
ANSWER_REJECTED = Outcome("ANSWER_REJECTED", "READY")
ANSWER_PAID = Outcome("ANSWER_PAID", "READY")
ANSWER_ACCEPTED = Outcome("ANSWER_ACCEPTED", "READY")
ANSWER_GIVEN = Outcome("ANSWER_GIVEN", "LEFT")
ANSWER_WAITS = Outcome("ANSWER_WAITS", "WAITING")

# The state that an answer tells, by its outcome.
STATES = {ANSWER_REJECTED: "rejected", ANSWER_PAID: "paid", ANSWER_ACCEPTED: "accepted"}


@clause("EX 2.2-c")
def decide_answers() -> Decisions:
    """Rejected is what was returned, accepted what two people approved, paid what the bank has carried out.

    The same payment sent once more is no news of the first, and gets no answer. What came back from the bank and went
    out again is told with its new day.
    """
    return decide(
        (ANSWER_REPEATED, "returned = 'duplicate' AND repeats", "EX 2.2-c"),
        (ANSWER_REJECTED, "returned IS NOT NULL AND NOT told_rejected", "EX 2.2-c"),
        (ANSWER_PAID, "paid_on IS NOT NULL AND told_paid IS DISTINCT FROM paid_on", "EX 2.2-c"),
        (ANSWER_ACCEPTED, "payable_id IS NOT NULL AND NOT told_accepted AND told_paid IS NULL", "EX 2.2-c"),
        (ANSWER_GIVEN, "told_rejected OR told_accepted OR told_paid IS NOT NULL", "EX 2.2-c"),
        otherwise=(ANSWER_WAITS, "EX 2.2-c"),
    )
