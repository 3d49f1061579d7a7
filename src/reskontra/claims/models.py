"""Receivables. A claim is born with its invoice; what is open is derived from the facts that followed."""

from typing import ClassVar

from django.db import models

from reskontra.database.tables import Fact, Points


class Claim(Fact):
    """What one invoice claims, from one payer, under one kind of law. A credit invoice claims a negative sum."""

    run = models.ForeignKey(
        "runs.Run", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    invoice = models.ForeignKey(
        "sales.Invoice", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    payer = models.ForeignKey(
        "registers.Customer",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    reference = models.CharField(max_length=20)
    public_law = models.BooleanField()
    amount = models.DecimalField(max_digits=15, decimal_places=2)
    due_date = models.DateField()

    references = (
        Points("run", "a_claim_comes_from_a_run", set_wise=True),
        Points("invoice", "a_claim_belongs_to_an_invoice", set_wise=True),
        Points("payer", "a_claim_has_a_payer", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="an_invoice_is_claimed_once", fields=["unit", "invoice"]),
            models.UniqueConstraint(name="a_reference_names_one_claim", fields=["unit", "reference"]),
        ]
