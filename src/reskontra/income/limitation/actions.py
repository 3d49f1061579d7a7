"""What people write down: an act that interrupts the limitation of a private-law claim (OC 5.1-c)."""

from datetime import date
from typing import Literal

from reskontra.claims.collection import take_claims_in_hand
from reskontra.claims.models import Claim, Interruption
from reskontra.database.rows import rows
from reskontra.kernel.clauses import clause
from reskontra.registers.policy import require
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.run import Acting, RunRefused, lock

Act = Literal["acknowledgement", "demand", "agreement", "court"]


@clause("OC 5.1-c")
def interrupt(acting: Acting, claim: Claim, day: date, act: Act, note: str) -> Interruption:
    """Write down that ``act`` on ``day`` restarted the limitation of ``claim``; ``note`` says how it is known.

    Reminders, payments, agreements on payment time and cases tell it by themselves. Called inside ``working_in``.
    Raises ``NotAllowed``, and ``RunRefused`` for a public-law claim, which nothing interrupts, for a day to come, for a
    claim that nothing is open of, and for a day on which the claim had expired already.
    """
    require(acting.person, "interrupt_limitation", acting.unit, acting.day)
    lock(acting.unit, "limitation")
    _refuse(acting, claim, day)
    return Interruption.objects.create(
        unit=acting.unit,
        claim=claim,
        day=day,
        act=act,
        note=note,
        person=acting.person,
        given_at=acting.at,
    )


def _refuse(acting: Acting, claim: Claim, day: date) -> None:
    if claim.public_law:
        raise RunRefused("limitation.public_law", claim=claim.reference)
    if day > acting.day:
        raise RunRefused("limitation.day_to_come", day=day.isoformat())
    take_claims_in_hand(acting.unit, terms_of(acting.unit, day))
    found = rows("SELECT limitation_date, expired FROM claims_in_hand WHERE id = %s", [claim.pk])
    if not found:
        raise RunRefused("limitation.settled", claim=claim.reference)
    if found[0]["expired"]:
        expired = found[0]["limitation_date"].isoformat()
        raise RunRefused("limitation.expired_before", claim=claim.reference, day=expired)
