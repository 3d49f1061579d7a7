"""Letters to customers: what each one says is kept as data; it goes out later, by the channel choice of invoices."""

from typing import ClassVar

from django.db import models

from reskontra.database.tables import Points
from reskontra.runs.facts import NOTHING, FromRun
from reskontra.runs.models import Decision

LETTERS = (
    "reminder",
    "interest_invoice",
    "refund_inquiry",
    "payment_time",
    "payment_demand",
)


class Letter(FromRun):
    """One letter to one customer: ``document`` is a ``documents.letter.Letter``, ``digest`` its SHA-256."""

    customer = models.ForeignKey(
        "registers.Customer", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    kind = models.CharField(max_length=20)
    number = models.BigIntegerField()
    language = models.CharField(max_length=2)
    day = models.DateField()
    document = models.JSONField()
    digest = models.CharField(max_length=64)

    references = (
        Points("run", "a_letter_comes_from_a_run", set_wise=True),
        Points("customer", "a_letter_goes_to_a_customer", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="letter_numbers_are_unique", fields=["unit", "number"]),
            models.CheckConstraint(name="a_letter_is_of_a_known_kind", condition=models.Q(kind__in=LETTERS)),
        ]


class LetterDelivery(FromRun):
    """A letter in a sealed batch: the channel with its clause, those passed over, and its PDF by SHA-256."""

    letter = models.ForeignKey(
        Letter, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    file = models.ForeignKey(
        "exchange.OutboxFile", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    channel = models.CharField(max_length=20)
    clause = models.CharField(max_length=20)
    skipped = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=64)

    references = (
        Points("run", "a_letter_goes_out_by_a_run", set_wise=True),
        Points("letter", "a_delivery_is_of_a_letter", set_wise=True),
        Points("file", "a_letter_goes_out_in_a_batch_of_its_unit", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_letter_goes_out_once", fields=["letter"]),
        ]


class LetterDecision(Decision):
    """Why a letters run left a letter: no channel takes it, or our own checks refused it (OC 3.8-a).

    What went out has its delivery instead, with channel and clause.
    """

    pk = models.CompositePrimaryKey("letter_id", "run_id", "rule")
    letter = models.ForeignKey(
        Letter, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    references = (
        Points("run", "a_letter_decision_belongs_to_a_run", set_wise=True),
        Points("letter", "a_letter_decision_is_about_a_letter", set_wise=True),
    )

    class Meta:
        indexes: ClassVar = [models.Index(name="letter_decisions_of_a_run", fields=["run", "outcome"])]
