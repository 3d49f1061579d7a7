"""The law of the hand-over: which claims may be given to a collection agency, and which never (OC 6.1.4)."""

from reskontra.kernel.clauses import clause
from reskontra.kernel.sets import Decisions, Outcome, decide
from reskontra.kernel.terms import TermNotAllowed, Terms, all_terms

AGENCY_CASE_COLLECTED = Outcome("AGENCY_CASE_COLLECTED", "READY")
AGENCY_CASE_PAID = Outcome("AGENCY_CASE_PAID", "READY")
AGENCY_CASE_STOPPED = Outcome("AGENCY_CASE_STOPPED", "WAITING")
AGENCY_CASE_STOPS = Outcome("AGENCY_CASE_STOPS", "READY")
AGENCY_SUMS_CHANGED = Outcome("AGENCY_SUMS_CHANGED", "READY")
AGENCY_NOT_IN_USE = Outcome("AGENCY_NOT_IN_USE", "LEFT")
AGENCY_DIRECTLY_ENFORCEABLE = Outcome("AGENCY_DIRECTLY_ENFORCEABLE", "LEFT")
AGENCY_BETWEEN_STATE_UNITS = Outcome("AGENCY_BETWEEN_STATE_UNITS", "LEFT")
AGENCY_CLAIM_EXPIRED = Outcome("AGENCY_CLAIM_EXPIRED", "LEFT")
AGENCY_CASE_OPEN = Outcome("AGENCY_CASE_OPEN", "LEFT")
AGENCY_TRIED = Outcome("AGENCY_TRIED", "LEFT")
AGENCY_JUDGED = Outcome("AGENCY_JUDGED", "LEFT")
AGENCY_STOPPED_BY_BLOCK = Outcome("AGENCY_STOPPED_BY_BLOCK", "LEFT")
AGENCY_PAYMENT_TIME = Outcome("AGENCY_PAYMENT_TIME", "LEFT")
AGENCY_NOT_REMINDED = Outcome("AGENCY_NOT_REMINDED", "LEFT")
AGENCY_REMINDER_RUNS = Outcome("AGENCY_REMINDER_RUNS", "LEFT")
AGENCY_CONSUMER_WAITS = Outcome("AGENCY_CONSUMER_WAITS", "LEFT")
AGENCY_WRITE_OFF_PROPOSED = Outcome("AGENCY_WRITE_OFF_PROPOSED", "WAITING")
AGENCY_DEBTOR_PROTECTED = Outcome("AGENCY_DEBTOR_PROTECTED", "WAITING")
AGENCY_ADDRESS_MISSING = Outcome("AGENCY_ADDRESS_MISSING", "WAITING")
HAND_OVER = Outcome("HAND_OVER", "READY")

# What nobody would question here: it is so of every claim of the unit, or the reminder run tells it.
COUNTED_ONLY = (
    AGENCY_NOT_IN_USE,
    AGENCY_DIRECTLY_ENFORCEABLE,
    AGENCY_NOT_REMINDED,
    AGENCY_REMINDER_RUNS,
)


@clause("OC 6.1.2-b", "OC 6.1.4-a", "OC 6.2-a")
def decide_agency(terms: Terms) -> Decisions:
    """Which claims are handed over: commercial ones alone, after both reminders, where the unit uses an agency.

    What is enforceable without a judgment never goes (Act 513/1999, section 9). A consumer may be demanded only when
    the days of the act have passed since a reminder, and no reminder is sent before the due date; the days are counted
    from the last one (ADR 0023). What came back once goes on to court.

    A case that the agency has is told of as a whole: ended where nothing is open, stopped by a block, or of other sums
    (ADR 0043); that is asked first, and holds whether the unit still hands over or not.

    Raises ``TermNotAllowed`` for a code of the unit's own that there is not.
    """
    on = f"DATE '{terms.on.isoformat()}'"
    if terms.agency_in_use not in ("yes", "no"):
        raise TermNotAllowed(all_terms()["agency_in_use"], terms.agency_in_use, "not_a_value")
    unused = "false" if terms.agency_in_use == "yes" else "true"
    waited = f"last_reminder_date + {terms.agency_wait_days_consumer} <= {on}"
    return decide(
        (AGENCY_CASE_COLLECTED, "live AND case_open = 0 AND case_expected = 0", "OC 6.2-a"),
        (AGENCY_CASE_PAID, "live AND case_open = 0", "OC 6.2-a"),
        (AGENCY_CASE_STOPPED, "live AND stopped", "OC 6.2-a"),
        (AGENCY_CASE_STOPS, "live AND case_blocked", "OC 6.1.2-b"),
        (AGENCY_SUMS_CHANGED, "live AND case_changed", "OC 6.2-a"),
        (AGENCY_DIRECTLY_ENFORCEABLE, "public_law", "OC 6.1.4-a"),
        (AGENCY_NOT_IN_USE, unused, "OC 6.1.4-a"),
        (AGENCY_BETWEEN_STATE_UNITS, "state_unit", "OC 6.1.4-a"),
        (AGENCY_CLAIM_EXPIRED, f"limitation_date < {on}", "OC 5.1-c"),
        (AGENCY_CASE_OPEN, "in_case", "OC 6.1.4-a"),
        (AGENCY_JUDGED, "judged_date IS NOT NULL", "OC 6.2.7-a"),
        (AGENCY_TRIED, "agency_tried", "OC 6.1.4-a"),
        (AGENCY_STOPPED_BY_BLOCK, "agency_stopped", "OC 6.1.2-a"),
        (AGENCY_PAYMENT_TIME, "deferred_until IS NOT NULL", "OC 6.1.1-a"),
        (AGENCY_NOT_REMINDED, "reminders < 2", "OC 6.1.2-c"),
        (AGENCY_REMINDER_RUNS, f"last_reminder_due >= {on}", "OC 6.1.2-c"),
        (AGENCY_CONSUMER_WAITS, f"consumer AND NOT ({waited})", "OC 6.1.4-a"),
        (AGENCY_WRITE_OFF_PROPOSED, "write_off_proposed", "OC 5.1-b"),
        (AGENCY_DEBTOR_PROTECTED, "protected", "OC 6.1.4-a"),
        (AGENCY_ADDRESS_MISSING, "NOT reachable", "OC 6.1.4-a"),
        otherwise=(HAND_OVER, "OC 6.1.4-a"),
    )
