"""The law of allocation: to which claim a payment goes, and what becomes of too much and of too little."""

from reskontra.kernel.clauses import clause
from reskontra.kernel.sets import Decisions, Outcome, decide
from reskontra.kernel.terms import Terms

TAKES_BACK = Outcome("TAKES_BACK", "READY")
TAKES_BACK_REFUNDED = Outcome("TAKES_BACK_REFUNDED", "WAITING")
TAKEN_BACK = Outcome("TAKEN_BACK", "LEFT")
REVERSAL_UNKNOWN = Outcome("REVERSAL_UNKNOWN", "WAITING")
BOOKED_LATER = Outcome("BOOKED_LATER", "WAITING")
HELD_FOR_PERSON = Outcome("HELD_FOR_PERSON", "WAITING")
SHARED_OVERPAID_REFUND = Outcome("SHARED_OVERPAID_REFUND", "READY")
SHARED_OVERPAID_INCOME = Outcome("SHARED_OVERPAID_INCOME", "READY")
SHARED_REMAINDER_WAIVED = Outcome("SHARED_REMAINDER_WAIVED", "READY")
SHARED = Outcome("SHARED", "READY")
SHARES_DO_NOT_FIT = Outcome("SHARES_DO_NOT_FIT", "WAITING")
SEVERAL_POSSIBLE = Outcome("SEVERAL_POSSIBLE", "WAITING")
CLAIM_WRITTEN_OFF = Outcome("CLAIM_WRITTEN_OFF", "WAITING")
OVERPAID_REFUND = Outcome("OVERPAID_REFUND", "READY")
OVERPAID_INCOME = Outcome("OVERPAID_INCOME", "READY")
PAID_WITH_COSTS = Outcome("PAID_WITH_COSTS", "READY")
PAID_WITH_INTEREST = Outcome("PAID_WITH_INTEREST", "READY")
REMAINDER_WAIVED = Outcome("REMAINDER_WAIVED", "READY")
PART_PAID = Outcome("PART_PAID", "READY")
PAID = Outcome("PAID", "READY")
PAID_WITHOUT_REFERENCE = Outcome("PAID_WITHOUT_REFERENCE", "READY")
OTHER_UNITS_REFERENCE = Outcome("OTHER_UNITS_REFERENCE", "WAITING")
WRONG_CHECK_DIGIT = Outcome("WRONG_CHECK_DIGIT", "WAITING")
UNKNOWN_REFERENCE = Outcome("UNKNOWN_REFERENCE", "WAITING")
NO_REFERENCE = Outcome("NO_REFERENCE", "WAITING")

# One claim is found; by payer and amount only while it is open by just that amount.
_FOUND = "claim_id IS NOT NULL"
_SHARED = "shared AND shares_fit"
# What exceeds claims pays the interest and the costs that their reminder told of first; the rest is too much.
_BEYOND = f"{_FOUND} AND too_much > 0"
_SHARED_BEYOND = f"{_SHARED} AND too_much > 0"
_PAID_UP = f"{_FOUND} AND rest >= open_before AND too_much <= 0"
# Nothing points from it to a claim, and no person said anything of it.
_NOWHERE = "rest > 0 AND claims = 0 AND NOT held"
# Money that the bank took back, of a payment of which not as much is left: the rest of it was paid out already.
_REFUNDED = "takes_back IS NOT NULL AND takable < -rest"


@clause("OC 4.1-b", "OC 4.1-c", "OC 4.2-a", "OC 4.2-d", "OC 4.3-a", "OC 6.1.3-b", "OC 6.4-a")
def decide_allocation(terms: Terms) -> Decisions:
    """A payment goes to the claim of its reference, else to the one invoice that it points at by itself.

    What exceeds the claim pays the late interest and the costs of a claim that was reminded, interest first (Act
    513/1999, section 11 a). The rest is refunded above the limit and income up to it. What falls short leaves the claim
    open, but for a small remainder that the unit waives once no further payment to the claim is in hand. The same terms
    decide what a payment that is shared leaves over, and what its shares leave open. What points nowhere,
    or to more than one claim, waits for a person with the reason why. So does money that the bank takes back after what
    it was too much was paid out already, and what is paid of a claim that was written off by decision: it is owed all
    the same, so nothing of it is refunded. A person takes the write-off back first. What the bank has booked after the
    day of the run waits for its day.
    """
    limit, waived = terms.overpayment_refunded_over, terms.remainder_waived_up_to
    return decide(
        (BOOKED_LATER, "to_come", "OC 4.1-b"),
        (HELD_FOR_PERSON, "held AND rest < 0", "OC 4.1-c"),
        (TAKES_BACK_REFUNDED, f"{_REFUNDED} AND (takable = 0 OR found_by <> 'person')", "OC 4.1-c"),
        (TAKES_BACK, "takes_back IS NOT NULL AND takable > 0", "OC 4.1-b"),
        (TAKEN_BACK, "taken_back_by IS NOT NULL", "OC 4.1-b"),
        (REVERSAL_UNKNOWN, "rest < 0 AND takes_back IS NULL AND NOT held", "OC 4.1-c"),
        (HELD_FOR_PERSON, "held AND rest > 0", "OC 4.1-c"),
        (SHARES_DO_NOT_FIT, "shared AND NOT shares_fit", "OC 4.1-c"),
        (SEVERAL_POSSIBLE, f"{_FOUND} AND found_by = 'payer' AND rest <> open_before", "OC 4.1-c"),
        (CLAIM_WRITTEN_OFF, "written_off", "OC 6.4-a"),
        (SHARED_OVERPAID_REFUND, f"{_SHARED_BEYOND} AND too_much > {limit}", "OC 4.2-a"),
        (SHARED_OVERPAID_INCOME, f"{_SHARED_BEYOND} AND too_much <= {limit}", "OC 4.2-a"),
        (SHARED_REMAINDER_WAIVED, f"{_SHARED} AND too_much = 0 AND remainder <= {waived}", "OC 4.3-a"),
        (SHARED, _SHARED, "OC 4.1-c"),
        (OVERPAID_REFUND, f"{_BEYOND} AND too_much > {limit}", "OC 4.2-a"),
        (OVERPAID_INCOME, f"{_BEYOND} AND too_much <= {limit}", "OC 4.2-a"),
        (PAID_WITH_COSTS, f"{_FOUND} AND cost > 0", "OC 6.1.3-b"),
        (PAID_WITH_INTEREST, f"{_FOUND} AND interest > 0", "OC 6.1.5-a"),
        (
            REMAINDER_WAIVED,
            f"{_FOUND} AND rest < open_before AND is_last AND open_before - rest <= {waived}",
            "OC 4.3-a",
        ),
        (PART_PAID, f"{_FOUND} AND rest < open_before", "OC 4.3-a"),
        (PAID, f"{_PAID_UP} AND found_by = 'reference'", "OC 4.1-b"),
        (PAID_WITHOUT_REFERENCE, f"{_PAID_UP} AND found_by <> 'reference'", "OC 4.1-c"),
        (SEVERAL_POSSIBLE, "claims > 1 AND NOT shared AND NOT held", "OC 4.1-c"),
        (OTHER_UNITS_REFERENCE, f"{_NOWHERE} AND of_another_unit", "OC 4.2-d"),
        (WRONG_CHECK_DIGIT, f"{_NOWHERE} AND reference <> '' AND NOT reference_holds", "OC 4.1-c"),
        (
            UNKNOWN_REFERENCE,
            f"{_NOWHERE} AND reference <> '' AND reference_holds AND NOT of_another_unit",
            "OC 4.1-c",
        ),
        otherwise=(NO_REFERENCE, "OC 4.1-c"),
    )
