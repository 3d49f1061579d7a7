"""The law of payment time: for which claims it is granted, and whether an agreement is kept (OC 6.1.1-a)."""

from reskontra.kernel.clauses import clause
from reskontra.kernel.sets import Decisions, Outcome, decide
from reskontra.kernel.terms import Terms

OTHER_CUSTOMERS_CLAIM = Outcome("OTHER_CUSTOMERS_CLAIM", "RETURNED")
NOTHING_OPEN = Outcome("NOTHING_OPEN", "RETURNED")
TIME_BARRED = Outcome("TIME_BARRED", "RETURNED")
WITH_THE_AUTHORITIES = Outcome("WITH_THE_AUTHORITIES", "RETURNED")
DEFERRED_ALREADY = Outcome("DEFERRED_ALREADY", "RETURNED")
TOO_LONG_WITHOUT_GROUND = Outcome("TOO_LONG_WITHOUT_GROUND", "RETURNED")
TIME_GRANTED = Outcome("TIME_GRANTED", "READY")

KEPT = Outcome("KEPT", "READY")
ENDED_UNPAID = Outcome("ENDED_UNPAID", "READY")
BROKEN = Outcome("BROKEN", "READY")
INSTALMENT_LATE = Outcome("INSTALMENT_LATE", "WAITING")
AS_AGREED = Outcome("AS_AGREED", "LEFT")
WITHDRAWN = Outcome("WITHDRAWN", "READY")


@clause("OC 6.1.1-a")
def decide_grant(terms: Terms) -> Decisions:
    """Time is granted for the customer's own open claims that are not in other hands, for a year without a ground."""
    return decide(
        (OTHER_CUSTOMERS_CLAIM, "payer_id <> customer_id", "OC 6.1.1-a"),
        (NOTHING_OPEN, "open <= 0", "OC 6.1.1-a"),
        (TIME_BARRED, "expired", "OC 5.1-c"),
        (WITH_THE_AUTHORITIES, "in_case", "OC 6.1.1-a"),
        (DEFERRED_ALREADY, "deferred", "OC 6.1.1-a"),
        (TOO_LONG_WITHOUT_GROUND, f"days > {terms.payment_time_maximum} AND NOT grounded", "OC 6.1.1-a"),
        otherwise=(TIME_GRANTED, "OC 6.1.1-a"),
    )


@clause("OC 6.1.1-a")
def decide_deferrals() -> Decisions:
    """An agreement is kept once its claims are settled, and broken once an instalment stays unpaid beyond the grace.

    ``paid`` is what came since the agreement by booking date, ``due`` what should have come by yesterday, ``overdue``
    what should have come so long ago that the days of grace are over too. ``grace_over``: even those of the last one.
    """
    return decide(
        (KEPT, "open = 0", "OC 6.1.1-a"),
        (ENDED_UNPAID, "grace_over", "OC 6.1.1-a"),
        (BROKEN, "paid < overdue", "OC 6.1.1-a"),
        (INSTALMENT_LATE, "paid < due", "OC 6.1.1-a"),
        otherwise=(AS_AGREED, "OC 6.1.1-a"),
    )
