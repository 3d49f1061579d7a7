"""Reminders, and the costs of collection that a debtor owes beside the ledger (OC 6.1.2-c, 6.1.3)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from reskontra.claims.models.base import MONEY_OR_UNDOING, AboutClaim
from reskontra.claims.models.letters import Letter
from reskontra.database.tables import Points
from reskontra.runs.facts import NOTHING, FromRun

COSTS = (
    "reminder",
    "demand",
    "payment_time",
    "court_fee",
    "legal_cost",
    "enforcement",
    "passive",
)


class Reminder(FromRun, AboutClaim):
    """The first or the second reminder of a claim: what was open, and when it falls due. Cost: see ``Cost``."""

    letter = models.ForeignKey(
        Letter, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    ordinal = models.SmallIntegerField()
    sent_date = models.DateField()
    due_date = models.DateField()
    open = models.DecimalField(max_digits=15, decimal_places=2)
    clause = models.CharField(max_length=20)

    references = (
        Points("run", "a_reminder_comes_from_a_run", set_wise=True),
        Points("claim", "a_reminder_is_of_a_claim", set_wise=True),
        Points("letter", "a_reminder_goes_out_by_a_letter", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_reminder_is_sent_once", fields=["unit", "claim", "ordinal"]),
            models.CheckConstraint(name="two_reminders_at_most", condition=Q(ordinal__in=[1, 2])),
            models.CheckConstraint(name="a_reminder_asks_for_money", condition=Q(open__gt=0)),
            models.CheckConstraint(
                name="a_reminder_falls_due_after_it_is_sent", condition=Q(due_date__gt=F("sent_date"))
            ),
        ]
        indexes: ClassVar = [models.Index(name="reminders_of_a_claim", fields=["claim"])]


class Cost(FromRun, AboutClaim):
    """A cost of collection that the debtor owes beside the claim. It is no ledger item: it is income when paid.

    A cost that is no longer asked for is undone by a counter-fact of the opposite amount.
    """

    kind = models.CharField(max_length=12)
    day = models.DateField()
    amount = models.DecimalField(max_digits=15, decimal_places=2)
    clause = models.CharField(max_length=20)
    reminder = models.ForeignKey(
        Reminder, on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    case = models.ForeignKey(
        "claims.Case", on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    undoes = models.ForeignKey(
        "self", on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )

    references = (
        Points("run", "a_cost_comes_from_a_run", set_wise=True),
        Points("claim", "a_cost_belongs_to_a_claim", set_wise=True),
        Points("reminder", "a_cost_is_of_a_reminder_of_its_unit", set_wise=True),
        Points("case", "a_cost_is_of_a_case_of_its_unit", set_wise=True),
        Points("undoes", "a_cost_undoes_one_of_its_unit", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="a_cost_is_of_a_known_kind", condition=Q(kind__in=COSTS)),
            models.CheckConstraint(
                name="a_cost_is_money_and_its_undoing_takes_it_back", condition=MONEY_OR_UNDOING
            ),
            models.UniqueConstraint(
                name="a_cost_is_undone_once", fields=["undoes"], condition=Q(undoes__isnull=False)
            ),
            models.UniqueConstraint(name="a_reminder_costs_once", fields=["reminder"]),
        ]
        indexes: ClassVar = [models.Index(name="costs_of_a_claim", fields=["claim"])]
