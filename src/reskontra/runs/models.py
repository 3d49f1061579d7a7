"""A run, the base of every decision and approval, and the evidence that a run leaves."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from reskontra.database.tables import Fact, Points, Work


class Run(Work):
    """One run of one room for one unit and day. ``terms`` are those that it used, frozen."""

    name = models.CharField(max_length=20)
    on_date = models.DateField()
    state = models.CharField(max_length=10, default="planned")
    person = models.ForeignKey("registers.Person", on_delete=models.DO_NOTHING, related_name="+")
    planned_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    terms = models.JSONField(default=dict)
    outcomes = models.JSONField(default=list)
    digest = models.CharField(max_length=64, blank=True)

    references = (Points("unit", "a_run_belongs_to_a_unit"),)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_run_is_planned_applied_or_dropped",
                condition=Q(state__in=["planned", "applied", "dropped"]),
            ),
            models.CheckConstraint(
                name="an_applied_run_says_when",
                condition=~Q(state="applied") | Q(applied_at__isnull=False),
            ),
        ]
        indexes: ClassVar = [models.Index(name="runs_of_a_unit", fields=["unit", "name", "-id"])]

    def __str__(self) -> str:
        return f"{self.name} {self.on_date} ({self.pk})"


class Decision(Fact):
    """What a rule said of one subject in one run: outcome, clause, everything that spoke for it, and the inputs."""

    run = models.ForeignKey(
        Run, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    rule = models.CharField(max_length=12)
    outcome = models.CharField(max_length=32)
    standing = models.CharField(max_length=12)
    clause = models.CharField(max_length=20)
    reasons = models.JSONField(default=list)
    inputs = models.JSONField(default=dict)
    amount = models.DecimalField(max_digits=15, decimal_places=2)

    class Meta:
        abstract = True


class Approval(Fact):
    """One act of one person on one version of one document: a review or an approval."""

    digest = models.CharField(max_length=64)
    act = models.CharField(max_length=7)
    person = models.ForeignKey("registers.Person", on_delete=models.DO_NOTHING, related_name="+")
    given_at = models.DateTimeField()
    comment = models.CharField(max_length=350, blank=True)

    class Meta:
        abstract = True


class Evidence(Fact):
    """A control that a run checked in its own transaction, or a document that it left in the archive."""

    run = models.ForeignKey(
        Run, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    control = models.CharField(max_length=60)
    expected = models.CharField(max_length=64, blank=True)
    actual = models.CharField(max_length=64, blank=True)
    document = models.CharField(max_length=64, blank=True)  # SHA-256 of the archived bytes

    references = (Points("run", "evidence_belongs_to_a_run"),)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="evidence_agrees", condition=Q(expected=F("actual"))),
        ]
