"""Claims that a person leaves out of a run of one day, and takes back: the next day's run asks anew (ADR 0034)."""

from collections.abc import Sequence
from datetime import date

from reskontra.claims.models import Claim, Exclusion, ExclusionEnd
from reskontra.database.refused import ActRefused, refused_as
from reskontra.kernel.clauses import clause
from reskontra.registers.policy import require
from reskontra.runs.run import Acting, RunRefused, lock

_LOCK = "settlement"  # nobody is reminded or charged while an exclusion is on its way
_LONGEST_REASON = 350


@clause("OC 6.1.2-a", "OC 6.1.5-a")
def leave_out(acting: Acting, rule: str, claims: Sequence[Claim], day: date, reason: str) -> list[Exclusion]:
    """Leave ``claims`` out of the runs ``rule`` (of ``RULES``) of ``day``, all for one reason, or none of them.

    Called inside ``working_in``. Raises ``NotAllowed``, ``RunRefused`` for no claims, for no reason and for one that is
    too long, and ``ActRefused`` when one of them is left out already.
    """
    require(acting.person, f"run_{rule}", acting.unit, acting.day)
    if not claims:
        raise RunRefused("exclusion.of_nothing")
    if not reason.strip():
        raise RunRefused("exclusion.without_reason")
    if len(reason.strip()) > _LONGEST_REASON:
        raise RunRefused("exclusion.reason_too_long", most=str(_LONGEST_REASON))
    lock(acting.unit, _LOCK)
    with refused_as(ActRefused):
        return Exclusion.objects.bulk_create(
            Exclusion(
                unit=acting.unit,
                claim=one,
                rule=rule,
                day=day,
                reason=reason.strip(),
                person=acting.person,
                given_at=acting.at,
            )
            for one in claims
        )


@clause("OC 6.1.2-a", "OC 6.1.5-a")
def take_back(acting: Acting, rule: str, claims: Sequence[Claim], day: date) -> list[ExclusionEnd]:
    """Let the runs ``rule`` of ``day`` decide about ``claims`` again, all of them or none.

    Called inside ``working_in``. Raises ``NotAllowed``, and ``RunRefused`` when one of them is not left out.
    """
    require(acting.person, f"run_{rule}", acting.unit, acting.day)
    if not claims:
        raise RunRefused("exclusion.of_nothing")
    lock(acting.unit, _LOCK)
    ended = ExclusionEnd.objects.filter(unit=acting.unit)
    standing = Exclusion.objects.filter(
        unit=acting.unit, claim__in=[one.pk for one in claims], rule=rule, day=day
    ).exclude(pk__in=ended.values("exclusion_id"))
    found = {one.claim_id: one for one in standing}
    for one in claims:
        if one.pk not in found:
            raise RunRefused("exclusion.not_left_out", reference=one.reference)
    return ExclusionEnd.objects.bulk_create(
        ExclusionEnd(unit=acting.unit, exclusion=found[one.pk], person=acting.person, given_at=acting.at)
        for one in claims
    )
