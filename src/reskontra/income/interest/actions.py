"""What only people decide about interest: that some of it is not asked for (OC 6.1.5-a)."""

from datetime import date

from reskontra.claims.models import Claim, InterestWaiver
from reskontra.kernel.clauses import clause
from reskontra.registers.policy import require
from reskontra.runs.run import Acting, RunRefused, lock

_LONGEST_REASON = 350  # what the register of waivers keeps of it


@clause("OC 6.1.5-a", "OC 6.1.1-a")
def waive_interest(acting: Acting, claim: Claim, until: date, reason: str) -> InterestWaiver:
    """Not ask for the interest on ``claim`` up to and with ``until``; the next run credits what was charged of it.

    Called inside ``working_in``. Raises ``NotAllowed``, and ``RunRefused`` for a claim that bears no interest, for a
    day on which none has run yet, and when nobody says why, or at too great length.
    """
    require(acting.person, "waive_interest", acting.unit, acting.day)
    if claim.kind != "invoice" or claim.amount <= 0:
        raise RunRefused("interest.bears_none")
    if until <= claim.due_date:
        raise RunRefused("interest.none_has_run", due=claim.due_date.isoformat())
    if not reason.strip():
        raise RunRefused("interest.waiver_without_reason")
    if len(reason) > _LONGEST_REASON:
        raise RunRefused("interest.waiver_too_long", most=str(_LONGEST_REASON))
    lock(acting.unit, "settlement")
    return InterestWaiver.objects.create(
        unit=acting.unit,
        claim=claim,
        until_date=until,
        reason=reason,
        person=acting.person,
        given_at=acting.at,
    )
