"""The law of write-offs: what is proposed and on what ground, what waits for whom, and what a claim is worth."""

from reskontra.kernel.clauses import clause
from reskontra.kernel.sets import Decisions, Outcome, decide
from reskontra.kernel.terms import Terms

WRITE_OFF = Outcome("WRITE_OFF", "READY")
WRITE_OFF_IN_CASE = Outcome("WRITE_OFF_IN_CASE", "WAITING")
WAITS_FOR_APPROVAL = Outcome("WAITS_FOR_APPROVAL", "WAITING")
WAITS_FOR_REVIEW = Outcome("WAITS_FOR_REVIEW", "WAITING")
PROPOSE_EXPIRED = Outcome("PROPOSE_EXPIRED", "READY")
WRITE_OFF_STOPPED = Outcome("WRITE_OFF_STOPPED", "LEFT")
CLAIM_KEPT = Outcome("CLAIM_KEPT", "LEFT")
CLAIM_IN_CASE = Outcome("CLAIM_IN_CASE", "LEFT")
CLAIM_DEFERRED = Outcome("CLAIM_DEFERRED", "LEFT")
PROPOSE_ABROAD = Outcome("PROPOSE_ABROAD", "READY")
PROPOSE_NO_MEANS = Outcome("PROPOSE_NO_MEANS", "READY")
PROPOSE_SMALL = Outcome("PROPOSE_SMALL", "READY")
PROPOSE_BELOW_FLOOR = Outcome("PROPOSE_BELOW_FLOOR", "READY")
CLAIM_LIVING = Outcome("CLAIM_LIVING", "LEFT")

# The ground of the proposal that each outcome makes.
GROUND = {
    PROPOSE_EXPIRED: "expired",
    PROPOSE_ABROAD: "abroad",
    PROPOSE_NO_MEANS: "obstacle",
    PROPOSE_SMALL: "small_claim",
    PROPOSE_BELOW_FLOOR: "small_claim",
}


@clause("OC 5.1-b", "OC 5.1-c", "OC 6.2.1-a", "OC 6.4-a", "OC 6.5-a")
def decide_write_offs(terms: Terms) -> Decisions:
    """What has expired is proposed whatever else holds; the rest only when collection has ended or was not worth it.

    What two of the unit have decided is written off, unless a case is still open; a claim that has expired does not
    wait for its case. What the unit wants to keep is left until the day that it set; of an expired claim only where
    the unit said so after it had expired, for then it knew.
    """
    return decide(
        (WRITE_OFF, "proposal_id IS NOT NULL AND approved AND (expired OR NOT in_case)", "OC 5.1-b"),
        (WRITE_OFF_IN_CASE, "proposal_id IS NOT NULL AND approved", "OC 5.1-b"),
        (WAITS_FOR_APPROVAL, "proposal_id IS NOT NULL AND reviewed", "OC 5.1-b"),
        (WAITS_FOR_REVIEW, "proposal_id IS NOT NULL", "OC 5.1-b"),
        (CLAIM_KEPT, "kept_until > on_date AND (NOT expired OR kept_day > limitation_date)", "OC 5.1-b"),
        (PROPOSE_EXPIRED, "expired", "OC 5.1-c"),
        (WRITE_OFF_STOPPED, "write_off_stopped", "OC 6.1.2-a"),
        (CLAIM_DEFERRED, "deferred_until IS NOT NULL", "OC 6.1.1-a"),
        (CLAIM_IN_CASE, "in_case", "OC 6.2-a"),
        (PROPOSE_ABROAD, "not_collected_abroad", "OC 6.5-a"),
        (PROPOSE_NO_MEANS, "no_means", "OC 6.4-a"),
        (PROPOSE_SMALL, f"collection_fell_due AND open <= {terms.small_claim_up_to}", "OC 5.1-b"),
        (PROPOSE_BELOW_FLOOR, "collection_outcome = 'LEGAL_BELOW_FLOOR'", "OC 6.2.1-a"),
        otherwise=(CLAIM_LIVING, "OC 5.1-b"),
    )


VALUED = {
    name: Outcome(f"VALUED_{name.upper()}", "READY")
    for name in (
        "expired",
        "no_means",
        "insolvent",
        "disputed",
        "legal",
        "over_year",
        "over_half_year",
        "other",
    )
}


@clause("OC 5.1-a")
def decide_values() -> Decisions:
    """A claim is worth its nominal value at most, and its probable value by the first ground that holds."""
    when = {
        "expired": "expired",
        "no_means": "no_means OR not_collected_abroad OR block_codes ~ '[DE]'",
        "insolvent": "block_codes ~ '[BFGM]'",
        "disputed": "block_codes ~ '[CJL]'",
        "legal": "in_case",
        "over_year": "on_date - due_date > 365",
        "over_half_year": "on_date - due_date > 180",
    }
    return decide(
        *((VALUED[name], condition, "OC 5.1-a") for name, condition in when.items()),
        otherwise=(VALUED["other"], "OC 5.1-a"),
    )
