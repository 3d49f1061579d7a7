"""The law of the summons: which claim is applied for at court, and what keeps the others from it (OC 6.2.3, 6.2.5)."""

from reskontra.kernel.clauses import clause
from reskontra.kernel.sets import Decisions, Outcome, decide
from reskontra.kernel.terms import TermNotAllowed, Terms, all_terms

COURT_BETWEEN_STATE_UNITS = Outcome("COURT_BETWEEN_STATE_UNITS", "LEFT")
COURT_CLAIM_EXPIRED = Outcome("COURT_CLAIM_EXPIRED", "LEFT")
COURT_CASE_OPEN = Outcome("COURT_CASE_OPEN", "LEFT")
COURT_JUDGED_ALREADY = Outcome("COURT_JUDGED_ALREADY", "LEFT")
COURT_CONTESTED = Outcome("COURT_CONTESTED", "WAITING")
COURT_STOPPED_BY_BLOCK = Outcome("COURT_STOPPED_BY_BLOCK", "LEFT")
COURT_PAYMENT_TIME = Outcome("COURT_PAYMENT_TIME", "LEFT")
COURT_NOT_REMINDED = Outcome("COURT_NOT_REMINDED", "LEFT")
COURT_REMINDER_RUNS = Outcome("COURT_REMINDER_RUNS", "LEFT")
COURT_WRITE_OFF_PROPOSED = Outcome("COURT_WRITE_OFF_PROPOSED", "WAITING")
COURT_BELOW_FLOOR = Outcome("COURT_BELOW_FLOOR", "LEFT")
COURT_CASE_ENDED = Outcome("COURT_CASE_ENDED", "WAITING")
COURT_AGENCY_FIRST = Outcome("COURT_AGENCY_FIRST", "LEFT")
COURT_DEBTOR_ABROAD = Outcome("COURT_DEBTOR_ABROAD", "WAITING")
COURT_DEBTOR_PROTECTED = Outcome("COURT_DEBTOR_PROTECTED", "WAITING")
COURT_NOT_KNOWN = Outcome("COURT_NOT_KNOWN", "WAITING")
COURT_ADDRESS_MISSING = Outcome("COURT_ADDRESS_MISSING", "WAITING")
COURT_AGREEMENT_MISSING = Outcome("COURT_AGREEMENT_MISSING", "WAITING")
APPLY_FOR_SUMMONS = Outcome("APPLY_FOR_SUMMONS", "READY")

# What nobody would question here: the reminder run and the fork tell it, claim by claim.
COUNTED_ONLY = (COURT_NOT_REMINDED, COURT_REMINDER_RUNS)


@clause("OC 6.2.3-a", "OC 6.2.5-a")
def decide_court(terms: Terms) -> Decisions:
    """Which private-law claims are applied for by a limited summons, and why the others are not.

    What stops legal collection comes first, then what only the unit can decide, then what the application must tell.
    The floor is that of the claim's open capital alone, as in the fork of legal collection. A unit that uses a
    collection agency lets it try first: voluntary collection comes before legal collection (ADR 0023). Raises
    ``TermNotAllowed`` for a code of the unit's own that there is not.
    """
    on, wait = f"DATE '{terms.on.isoformat()}'", terms.reminder_wait_days
    if terms.agency_in_use not in ("yes", "no"):
        raise TermNotAllowed(all_terms()["agency_in_use"], terms.agency_in_use, "not_a_value")
    in_use = "true" if terms.agency_in_use == "yes" else "false"
    return decide(
        (COURT_BETWEEN_STATE_UNITS, "state_unit", "OC 6.2.3-a"),
        (COURT_CLAIM_EXPIRED, f"limitation_date < {on}", "OC 5.1-c"),
        (COURT_CASE_OPEN, "in_case", "OC 6.2.3-a"),
        (COURT_JUDGED_ALREADY, "judged_date IS NOT NULL", "OC 6.2.7-a"),
        (COURT_CONTESTED, "contested", "OC 6.2.6-a"),
        (COURT_STOPPED_BY_BLOCK, "legal_stopped", "OC 6.1.2-a"),
        (COURT_PAYMENT_TIME, "deferred_until IS NOT NULL", "OC 6.1.1-a"),
        (COURT_NOT_REMINDED, "reminders < 2", "OC 6.1.2-c"),
        (
            COURT_REMINDER_RUNS,
            f"last_reminder_due >= {on} OR last_reminder_due + {wait} > {on}",
            "OC 6.1.2-c",
        ),
        (COURT_WRITE_OFF_PROPOSED, "write_off_proposed", "OC 5.1-b"),
        (COURT_BELOW_FLOOR, f"open < {terms.legal_floor_other}", "OC 6.2.1-a"),
        (COURT_CASE_ENDED, "court_ended AND NOT again", "OC 6.2.4-a"),
        (COURT_AGENCY_FIRST, f"{in_use} AND NOT agency_tried", "OC 6.1.4-a"),
        (COURT_DEBTOR_ABROAD, "abroad", "OC 6.5-a"),
        (COURT_DEBTOR_PROTECTED, "protected AND stated_court IS NULL", "OC 6.2.3-a"),
        (COURT_NOT_KNOWN, "court IS NULL", "OC 6.2.3-a"),
        (COURT_ADDRESS_MISSING, "NOT reachable", "OC 6.2.5-a"),
        (COURT_AGREEMENT_MISSING, "relies_on IS NULL", "OC 6.2.5-a"),
        otherwise=(APPLY_FOR_SUMMONS, "OC 6.2.3-a"),
    )
