"""Claims that a person leaves out of a run (OC 6.1.2-a, 6.1.5-a): of which one, on which day, and why."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from reskontra.claims.models.base import AboutClaim
from reskontra.database.tables import Points
from reskontra.runs.facts import NOTHING, ByPerson

RULES = ("reminders", "interest", "payment_time")


class Exclusion(AboutClaim, ByPerson):
    """A claim that is left out of the runs ``rule`` of one ``day``, and why; the next day asks anew (ADR 0034).

    What is to last is a block, or a waiver of interest.
    """

    rule = models.CharField(max_length=12)
    day = models.DateField()
    reason = models.CharField(max_length=350)

    references = (Points("claim", "an_exclusion_is_of_a_claim", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="a_claim_is_left_out_of_a_known_run", condition=Q(rule__in=RULES)),
            models.CheckConstraint(name="an_exclusion_has_a_reason", condition=~Q(reason="")),
        ]
        indexes: ClassVar = [
            models.Index(name="exclusions_of_a_claim", fields=["claim"]),
            models.Index(name="exclusions_of_a_day", fields=["unit", "rule", "day"]),
        ]


class ExclusionEnd(ByPerson):
    """An exclusion that is taken back: the run of its day decides about the claim again."""

    exclusion = models.ForeignKey(
        Exclusion, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    references = (Points("exclusion", "an_exclusion_of_the_unit_is_taken_back", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="an_exclusion_is_taken_back_once", fields=["exclusion"]),
        ]
