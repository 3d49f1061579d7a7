"""Blocks and complaints (OC 6.1.2-a, 6.1.2-b): what stops collection, from when to when, why, and who said so.

What each code stops stands in ``guidelines/blocks.toml``.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from reskontra.claims.models.base import AboutClaim
from reskontra.database.tables import Points
from reskontra.runs.facts import BY_ONE, NOTHING, ByPerson, ByRunOrPerson

CODES = tuple("ABCDEFGHIJKLMNOZ")


class Block(ByRunOrPerson):
    """A block on one claim, or on everything that a customer owes the unit. ``until_date`` is its last day."""

    claim = models.ForeignKey(
        "claims.Claim", on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    customer = models.ForeignKey(
        "registers.Customer",
        on_delete=NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    code = models.CharField(max_length=1)
    from_date = models.DateField()
    until_date = models.DateField(null=True)
    review_date = models.DateField()
    reason = models.CharField(max_length=350)
    party = models.CharField(max_length=6)  # who found the ground for it: the unit or the centre

    references = (
        Points("run", "a_block_comes_from_a_run", set_wise=True),
        Points("claim", "a_block_is_on_a_claim_of_its_unit", set_wise=True),
        Points("customer", "a_block_is_on_a_customer", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="a_block_has_a_known_code", condition=Q(code__in=CODES)),
            models.CheckConstraint(
                name="a_block_is_on_a_claim_or_on_a_customer",
                condition=Q(claim__isnull=False, customer__isnull=True)
                | Q(claim__isnull=True, customer__isnull=False),
            ),
            models.CheckConstraint(name="a_block_comes_from_a_run_or_a_person", condition=BY_ONE),
            models.CheckConstraint(name="a_block_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="a_block_is_reviewed_and_ends_after_it_begins",
                condition=Q(review_date__gte=F("from_date"))
                & (Q(until_date__isnull=True) | Q(until_date__gte=F("from_date"))),
            ),
            models.CheckConstraint(
                name="a_block_is_the_units_or_the_centres", condition=Q(party__in=["unit", "centre"])
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="blocks_of_a_claim", fields=["claim"], condition=Q(claim__isnull=False)),
            models.Index(
                name="blocks_of_a_customer", fields=["customer"], condition=Q(customer__isnull=False)
            ),
        ]


class BlockLift(ByRunOrPerson):
    """A block that is lifted: from ``day`` on it stops nothing. ``next_step`` is where collection goes on."""

    block = models.ForeignKey(Block, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+")
    day = models.DateField()
    reason = models.CharField(max_length=350)
    next_step = models.CharField(max_length=32, blank=True)

    references = (
        Points("run", "a_lift_comes_from_a_run", set_wise=True),
        Points("block", "a_lift_is_of_a_block_of_its_unit", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_block_is_lifted_once", fields=["block"]),
            models.CheckConstraint(name="a_lift_comes_from_a_run_or_a_person", condition=BY_ONE),
            models.CheckConstraint(name="a_lift_has_a_reason", condition=~Q(reason="")),
        ]


class BlockExtension(ByPerson):
    """A block that is kept: from ``day`` on it holds until ``until_date`` and is reviewed on ``review_date``, and why.

    The newest extension holds; ``claims_block_now`` reads a block with it.
    """

    block = models.ForeignKey(Block, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+")
    day = models.DateField()
    until_date = models.DateField(null=True)
    review_date = models.DateField()
    reason = models.CharField(max_length=350)

    references = (Points("block", "an_extension_is_of_a_block_of_its_unit", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="an_extension_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="an_extended_block_is_reviewed_later_on", condition=Q(review_date__gt=F("day"))
            ),
        ]
        indexes: ClassVar = [models.Index(name="extensions_of_a_block", fields=["block"])]


class Complaint(AboutClaim, ByPerson):
    """A complaint about a claim, by whom it was received, and the block that it set at once (OC 6.1.2-b)."""

    block = models.ForeignKey(Block, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+")
    received_date = models.DateField()
    received_by = models.CharField(max_length=6)
    message = models.CharField(max_length=700)

    references = (
        Points("claim", "a_complaint_is_about_a_claim", set_wise=True),
        Points("block", "a_complaint_blocks_at_once", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_complaint_has_a_block_of_its_own", fields=["block"]),
            models.CheckConstraint(
                name="a_complaint_is_received_by_the_unit_or_the_centre",
                condition=Q(received_by__in=["unit", "centre"]),
            ),
            models.CheckConstraint(name="a_complaint_says_something", condition=~Q(message="")),
        ]
        indexes: ClassVar = [models.Index(name="complaints_about_a_claim", fields=["claim"])]


class ComplaintAnswer(ByPerson):
    """The unit's answer to a complaint: upheld, partly upheld or rejected, and what is told to the customer."""

    complaint = models.ForeignKey(
        Complaint, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    day = models.DateField()
    outcome = models.CharField(max_length=8)
    message = models.CharField(max_length=700)

    references = (Points("complaint", "an_answer_is_to_a_complaint", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_complaint_is_answered_once", fields=["complaint"]),
            models.CheckConstraint(
                name="a_complaint_is_upheld_partly_or_rejected",
                condition=Q(outcome__in=["upheld", "partly", "rejected"]),
            ),
        ]
