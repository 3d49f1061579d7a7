"""The law of limitation: which claims have expired, and which soon will (OC 5.1-c)."""

from reskontra.kernel.clauses import clause
from reskontra.kernel.sets import Decisions, Outcome, decide
from reskontra.kernel.terms import Terms

EXPIRED = Outcome("EXPIRED", "READY")
EXPIRES_SOON = Outcome("EXPIRES_SOON", "WAITING")
RUNNING = Outcome("LIMITATION_RUNNING", "LEFT")


@clause("OC 5.1-c")
def decide_limitation(terms: Terms) -> Decisions:
    """A claim lives up to and with its limitation date; who is to act is warned in time.

    How the date is counted, and what restarts it, stands in ``claims/collection.sql`` and ADR 0025. No block code
    stops limitation, so none is asked about.
    """
    return decide(
        (EXPIRED, "days_left < 0", "OC 5.1-c"),
        (EXPIRES_SOON, f"days_left <= {terms.limitation_warning_days}", "OC 5.1-c"),
        otherwise=(RUNNING, "OC 5.1-c"),
    )


# What can still be done about a claim: a public-law claim is not interrupted, only collected in time, and what was
# attached or belongs to a bankrupt's estate may be received afterwards too (Act 706/2007, sections 20 and 21). Nothing
# moves the final periods of a natural person's debt, nor that of interest whose principal lapses.
STILL_POSSIBLE = """CASE
  WHEN days_left < 0 AND public_law AND (in_case AND case_kind = 'enforcement' OR block_codes LIKE '%B%')
    THEN 'attached'
  WHEN days_left < 0 THEN 'write_off'
  WHEN public_law THEN 'enforce'
  WHEN limitation_kind IN ('final', 'title') THEN 'collect'
  WHEN limitation_kind = 'principal' THEN 'principal'
  ELSE 'interrupt' END"""
