"""Limitation (OC 5.1-c): the acts that restart the period of a private-law claim."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from reskontra.claims.models.base import AboutClaim
from reskontra.database.tables import Points
from reskontra.runs.facts import ByPerson


class Interruption(AboutClaim, ByPerson):
    """An act that restarts the general period of a private-law claim and that no other fact tells of.

    Reminders, payments, judgments and cases restart it by themselves (Act 728/2003, sections 10 and 11).
    """

    day = models.DateField()
    act = models.CharField(max_length=16)
    note = models.CharField(max_length=350)

    references = (Points("claim", "an_interruption_is_of_a_claim", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="an_interruption_is_by_a_known_act",
                condition=Q(act__in=["acknowledgement", "demand", "agreement", "court"]),
            ),
            models.CheckConstraint(name="an_interruption_says_how", condition=~Q(note="")),
        ]
        indexes: ClassVar = [models.Index(name="interruptions_of_a_claim", fields=["claim"])]
