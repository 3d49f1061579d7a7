"""The law of the fork: which claim goes where, how it is applied for, and what follows an obstacle."""

from reskontra.kernel.clauses import clause
from reskontra.kernel.sets import Decisions, Outcome, decide
from reskontra.kernel.terms import Terms

CLAIM_EXPIRED = Outcome("LEGAL_CLAIM_EXPIRED", "LEFT")
STOPPED_BY_BLOCK = Outcome("LEGAL_STOPPED_BY_BLOCK", "WAITING")
PAYMENT_TIME = Outcome("LEGAL_PAYMENT_TIME", "WAITING")
CASE_OPEN = Outcome("LEGAL_CASE_OPEN", "WAITING")
OBSTACLE_UNDECIDED = Outcome("LEGAL_OBSTACLE_UNDECIDED", "WAITING")
DISMISSED = Outcome("LEGAL_DISMISSED", "WAITING")
NOT_REMINDED = Outcome("LEGAL_NOT_REMINDED", "LEFT")
REMINDER_RUNS = Outcome("LEGAL_REMINDER_RUNS", "LEFT")
WRITE_OFF_PROPOSED = Outcome("LEGAL_WRITE_OFF_PROPOSED", "WAITING")
BETWEEN_STATE_UNITS = Outcome("LEGAL_BETWEEN_STATE_UNITS", "WAITING")
BELOW_FLOOR = Outcome("LEGAL_BELOW_FLOOR", "LEFT")
DEBTOR_PROTECTED = Outcome("LEGAL_DEBTOR_PROTECTED", "WAITING")
TO_ENFORCEMENT_ABROAD = Outcome("TO_ENFORCEMENT_ABROAD", "READY")
TO_ENFORCEMENT = Outcome("TO_ENFORCEMENT", "READY")
TO_ENFORCEMENT_AFTER_JUDGMENT = Outcome("TO_ENFORCEMENT_AFTER_JUDGMENT", "READY")
COURT_ABROAD = Outcome("COURT_ABROAD", "WAITING")
TO_COURT = Outcome("TO_COURT", "READY")

_ENFORCEABLE = "public_law OR judged_date IS NOT NULL"


@clause("OC 6.2-a", "OC 6.2.1-a", "OC 6.2.2-a", "OC 6.2.7-a", "OC 6.5-a")
def decide_collection(terms: Terms) -> Decisions:
    """Where a claim goes after its second reminder: to enforcement, to court, or nowhere, and why.

    What stops collection comes first, then what has not been done yet, then what the unit is deciding to give up, then
    what is too small. The floors are those of the claim's open capital alone: costs go along with it, they do not lift
    it (ADR 0022).
    """
    on, wait = f"DATE '{terms.on.isoformat()}'", terms.reminder_wait_days
    return decide(
        (CLAIM_EXPIRED, f"limitation_date < {on}", "OC 5.1-c"),
        (CASE_OPEN, "in_case", "OC 6.2-a"),
        (STOPPED_BY_BLOCK, "legal_stopped", "OC 6.1.2-a"),
        (PAYMENT_TIME, "deferred_until IS NOT NULL", "OC 6.1.1-a"),
        (OBSTACLE_UNDECIDED, "obstacle_undecided", "OC 6.3-a"),
        (DISMISSED, "case_kind = 'court' AND case_state = 'judged' AND judged_date IS NULL", "OC 6.2-a"),
        (NOT_REMINDED, "reminders < 2", "OC 6.1.2-c"),
        (REMINDER_RUNS, f"last_reminder_due >= {on} OR last_reminder_due + {wait} > {on}", "OC 6.2.2-a"),
        (WRITE_OFF_PROPOSED, "write_off_proposed", "OC 5.1-b"),
        (BETWEEN_STATE_UNITS, "state_unit", "OC 6.2-a"),
        (
            BELOW_FLOOR,
            f"open < CASE WHEN public_law THEN {terms.legal_floor_public_law}"
            f" ELSE {terms.legal_floor_other} END",
            "OC 6.2.1-a",
        ),
        (DEBTOR_PROTECTED, "protected", "OC 3.8-a"),
        (TO_ENFORCEMENT_ABROAD, f"abroad AND ({_ENFORCEABLE})", "OC 6.5-a"),
        (TO_ENFORCEMENT, "public_law", "OC 6.2.2-a"),
        (TO_ENFORCEMENT_AFTER_JUDGMENT, "judged_date IS NOT NULL", "OC 6.2.7-a"),
        (COURT_ABROAD, "abroad", "OC 6.5-a"),
        otherwise=(TO_COURT, "OC 6.2.3-a"),
    )


CASE_COLLECTED = Outcome("CASE_COLLECTED", "READY")
CASE_PAID = Outcome("CASE_PAID", "READY")
CASE_STOPS_FOR_BLOCK = Outcome("CASE_STOPS_FOR_BLOCK", "READY")
CASE_STOPPED_BY_UNIT = Outcome("CASE_STOPPED_BY_UNIT", "WAITING")
CASE_SUMS_CHANGED = Outcome("CASE_SUMS_CHANGED", "READY")
IN_ENFORCEMENT = Outcome("IN_ENFORCEMENT", "WAITING")
NO_PROVISION = Outcome("NO_PROVISION", "WAITING")
DEBTOR_NOT_IDENTIFIED = Outcome("DEBTOR_NOT_IDENTIFIED", "WAITING")
APPLY_LIMITED = Outcome("APPLY_LIMITED", "READY")
APPLY_NORMAL = Outcome("APPLY_NORMAL", "READY")


@clause("OC 6.2-a", "OC 6.2.1-a", "OC 6.2.2-a", "OC 6.2.7-a")
def decide_enforcement(terms: Terms) -> Decisions:
    """How a claim is applied for, and what the authority is told of one that it already has.

    A case is told of as a whole: its claims share what happens to it. One of which nothing is open is over: it is taken
    back where the authority still expects money, and ends without a word where it has told of all of it (ADR 0043).
    An application is limited when the capital of all its claims together stays below the unit's limit (ADR 0022).
    """
    limit = terms.limited_enforcement_below
    return decide(
        (CASE_COLLECTED, "live AND case_open = 0 AND case_expected = 0", "OC 6.2-a"),
        (CASE_PAID, "live AND case_open = 0", "OC 6.2-a"),
        (CASE_STOPPED_BY_UNIT, "live AND stopped", "OC 6.2-a"),
        (CASE_STOPS_FOR_BLOCK, "live AND case_blocked", "OC 6.1.2-b"),
        (CASE_SUMS_CHANGED, "live AND case_changed", "OC 6.2-a"),
        (IN_ENFORCEMENT, "live", "OC 6.2-a"),
        (NO_PROVISION, "provision IS NULL", "OC 6.2.2-a"),
        (DEBTOR_NOT_IDENTIFIED, "NOT identified", "OC 6.2.2-a"),
        (APPLY_LIMITED, f"bundle_open < {limit}", "OC 6.2.1-a"),
        (APPLY_NORMAL, "follows IS NOT NULL", "OC 6.2.7-a"),
        otherwise=(APPLY_NORMAL, "OC 6.2.2-a"),
    )


PASSIVE_ENDED = Outcome("PASSIVE_ENDED", "READY")
PASSIVE_RUNS = Outcome("PASSIVE_RUNS", "WAITING")
OBSTACLE_DECIDED = Outcome("OBSTACLE_DECIDED", "LEFT")
OBSTACLE_IN_DISPUTE = Outcome("OBSTACLE_IN_DISPUTE", "WAITING")
OBSTACLE_WRITE_OFF_PROPOSED = Outcome("OBSTACLE_WRITE_OFF_PROPOSED", "WAITING")
ABROAD_UNIT_DECIDES = Outcome("ABROAD_UNIT_DECIDES", "WAITING")
OBSTACLE_AFTER_LIMITED = Outcome("OBSTACLE_AFTER_LIMITED", "READY")
CERTIFICATE_ALLOWS_NO_PASSIVE = Outcome("CERTIFICATE_ALLOWS_NO_PASSIVE", "READY")
PASSIVE_OVER_BEFORE_IT_BEGINS = Outcome("PASSIVE_OVER_BEFORE_IT_BEGINS", "READY")
PASSIVE_NOT_WORTH_ITS_COST = Outcome("PASSIVE_NOT_WORTH_ITS_COST", "READY")
TO_PASSIVE_REGISTER = Outcome("TO_PASSIVE_REGISTER", "READY")

TO_WRITE_OFF = (
    PASSIVE_ENDED,
    OBSTACLE_AFTER_LIMITED,
    CERTIFICATE_ALLOWS_NO_PASSIVE,
    PASSIVE_OVER_BEFORE_IT_BEGINS,
    PASSIVE_NOT_WORTH_ITS_COST,
)


@clause("OC 6.3-a", "OC 6.4-a", "OC 6.5-a")
def decide_obstacle(terms: Terms) -> Decisions:
    """What follows a certificate of obstacle: the passive register, the unit's decision, or the end of collection.

    Registration is by case and costs by case, so what is open of the whole case is laid beside its cost. A debtor
    abroad is the unit's to decide about before anything else is, and while it decides on a write-off nothing is asked
    for.
    """
    on = f"DATE '{terms.on.isoformat()}'"
    worth = terms.passive_register_cost + terms.passive_register_excess
    return decide(
        (PASSIVE_RUNS, f"passive AND passive_until >= {on}", "OC 6.3-a"),
        (PASSIVE_ENDED, "passive", "OC 6.3-a"),
        (OBSTACLE_DECIDED, "decided_before", "OC 6.4-a"),
        (OBSTACLE_IN_DISPUTE, "in_dispute", "OC 6.1.2-a"),
        (OBSTACLE_WRITE_OFF_PROPOSED, "to_be_written_off", "OC 5.1-b"),
        (ABROAD_UNIT_DECIDES, "abroad", "OC 6.5-a"),
        (OBSTACLE_AFTER_LIMITED, "case_procedure = 'limited'", "OC 6.3-a"),
        (
            CERTIFICATE_ALLOWS_NO_PASSIVE,
            "certificate NOT IN ('lack_of_means', 'lack_of_means_and_not_found')",
            "OC 6.3-a",
        ),
        (PASSIVE_OVER_BEFORE_IT_BEGINS, f"passive_until < {on}", "OC 6.3-a"),
        (PASSIVE_NOT_WORTH_ITS_COST, f"case_open < {worth}", "OC 6.3-a"),
        otherwise=(TO_PASSIVE_REGISTER, "OC 6.3-a"),
    )
