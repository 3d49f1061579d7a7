"""The law of interest invoices: what of the interest that has accrued is charged, waits, or is not asked for."""

from reskontra.kernel.clauses import clause
from reskontra.kernel.sets import Decisions, Outcome, decide
from reskontra.kernel.terms import Terms

NO_INTEREST = Outcome("NO_INTEREST", "LEFT")
BETWEEN_STATE_UNITS = Outcome("BETWEEN_STATE_UNITS", "LEFT")
CREDIT_INTEREST = Outcome("CREDIT_INTEREST", "READY")
INTEREST_STOPPED = Outcome("INTEREST_STOPPED", "WAITING")
IN_CASE = Outcome("INTEREST_IN_CASE", "WAITING")
PRINCIPAL_OPEN = Outcome("PRINCIPAL_OPEN", "WAITING")
GIVEN_UP = Outcome("INTEREST_GIVEN_UP", "LEFT")
LEFT_OUT = Outcome("INTEREST_LEFT_OUT", "WAITING")
WAIVED = Outcome("INTEREST_WAIVED", "LEFT")
CHARGED_BEFORE = Outcome("INTEREST_CHARGED_BEFORE", "LEFT")
BELOW_FLOOR = Outcome("INTEREST_BELOW_FLOOR", "WAITING")
CHARGE = Outcome("CHARGE_INTEREST", "READY")
TIME_RUNS = Outcome("INTEREST_WAITS_FOR_AGREEMENT", "WAITING")
NO_TIME_USED = Outcome("NO_PAYMENT_TIME_USED", "LEFT")

# What a person may ask about later is stored; claims that were paid in time, or are still open, are only counted.
TOLD = (
    BETWEEN_STATE_UNITS,
    CREDIT_INTEREST,
    INTEREST_STOPPED,
    GIVEN_UP,
    WAIVED,
    LEFT_OUT,
    BELOW_FLOOR,
    CHARGE,
)

_TOO_MUCH = "open = 0 AND owed < 0 AND charged > 0"
_NOT_ASKED = "state_unit OR interest_stopped OR in_case OR open > 0 OR given_up OR left_out IS NOT NULL"
# What counts towards the smallest interest of a customer that is invoiced.
CHARGEABLE = f"owed > 0 AND NOT ({_NOT_ASKED})"


@clause("OC 6.1.5-a")
def decide_interest(terms: Terms) -> Decisions:
    """Late interest is charged once its claim is settled, when a customer owes the smallest amount in all.

    Between State units none is charged, nor where a block stops it or a case collects it. What was charged beyond
    what is due is credited, also under a block: that is the customer's money. What a person leaves out of the runs of a
    day is asked about again on the next: what is not to be asked for is waived (ADR 0034).
    """
    return decide(
        (NO_INTEREST, "open = 0 AND accrued = 0 AND charged = 0", "OC 6.1.5-a"),
        (BETWEEN_STATE_UNITS, "state_unit", "OC 6.1.5-a"),
        (CREDIT_INTEREST, _TOO_MUCH, "OC 6.1.5-a"),
        (INTEREST_STOPPED, "interest_stopped", "OC 6.1.2-a"),
        (IN_CASE, "in_case", "OC 6.2-a"),
        (PRINCIPAL_OPEN, "open > 0", "OC 6.1.5-a"),
        (GIVEN_UP, "given_up", "OC 6.4-a"),
        (WAIVED, "owed <= 0 AND waived > 0", "OC 6.1.5-a"),
        (CHARGED_BEFORE, "owed <= 0", "OC 6.1.5-a"),
        (LEFT_OUT, "left_out IS NOT NULL", "OC 6.1.5-a"),
        (BELOW_FLOOR, f"customer_total < {terms.interest_invoice_floor}", "OC 6.1.5-a"),
        otherwise=(CHARGE, "OC 6.1.5-a"),
    )


@clause("OC 6.1.1-a")
def decide_payment_time() -> Decisions:
    """Interest for payment time is charged when the agreement has ended, apart from late interest, with no floor."""
    return decide(
        (TIME_RUNS, "time_runs", "OC 6.1.1-a"),
        (NO_TIME_USED, "accrued = 0 AND charged = 0", "OC 6.1.1-a"),
        (CREDIT_INTEREST, "owed < 0 AND charged > 0", "OC 6.1.1-a"),
        (INTEREST_STOPPED, "interest_stopped", "OC 6.1.2-a"),
        (GIVEN_UP, "given_up", "OC 6.4-a"),
        (WAIVED, "owed <= 0 AND waived > 0", "OC 6.1.1-a"),
        (CHARGED_BEFORE, "owed <= 0", "OC 6.1.1-a"),
        (LEFT_OUT, "left_out IS NOT NULL", "OC 6.1.1-a"),
        otherwise=(CHARGE, "OC 6.1.1-a"),
    )
