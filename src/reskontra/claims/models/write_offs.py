"""Write-offs and valuation (OC 5.1, 6.4): proposed from every room, decided by the unit, posted by a run."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from reskontra.claims.models.base import AboutClaim
from reskontra.claims.models.settlements import GROUNDS
from reskontra.database.tables import Points
from reskontra.runs.facts import BY_ONE, NOTHING, ByPerson, ByRunOrPerson, FromRun
from reskontra.runs.models import Approval


class WriteOffProposal(AboutClaim, ByRunOrPerson):
    """A claim proposed for write-off: by a run of the centre, or by the unit on its own initiative (OC 5.1-b).

    ``digest`` is of claim, ground, amount and evidence: what the unit's people decide on.
    """

    ground = models.CharField(max_length=20)
    amount = models.DecimalField(max_digits=15, decimal_places=2)
    proposed_date = models.DateField()
    clause = models.CharField(max_length=20)
    evidence = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)

    references = (
        Points("run", "a_proposal_comes_from_a_run", set_wise=True),
        Points("claim", "a_proposal_is_about_a_claim", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_proposal_has_a_ground_that_is_known", condition=Q(ground__in=GROUNDS)
            ),
            models.CheckConstraint(name="a_proposal_comes_from_a_run_or_a_person", condition=BY_ONE),
            models.CheckConstraint(name="a_proposal_is_about_money", condition=Q(amount__gt=0)),
        ]
        indexes: ClassVar = [models.Index(name="proposals_of_a_claim", fields=["claim"])]


class WriteOffApproval(Approval):
    """The review or the approval of one proposal, by its digest, by two persons of the unit."""

    proposal = models.ForeignKey(
        WriteOffProposal, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="approvals"
    )

    references = (Points("proposal", "an_approval_is_about_a_proposal_of_its_unit"),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_proposal_is_acted_on_once", fields=["unit", "proposal", "act"]),
            models.UniqueConstraint(
                name="a_write_off_is_not_reviewed_and_approved_by_one", fields=["unit", "proposal", "person"]
            ),
            models.CheckConstraint(
                name="a_proposal_is_reviewed_or_approved", condition=Q(act__in=["review", "approve"])
            ),
        ]


class WriteOffRefusal(ByPerson):
    """A proposal that the unit does not agree to: the claim is kept, why, and when it is looked at again."""

    proposal = models.ForeignKey(
        WriteOffProposal, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    day = models.DateField()
    reason = models.CharField(max_length=350)
    follow_up_date = models.DateField()

    references = (Points("proposal", "a_refusal_is_of_a_proposal", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_proposal_is_refused_once", fields=["proposal"]),
            models.CheckConstraint(
                name="a_claim_that_is_kept_is_followed_up",
                condition=~Q(reason="") & Q(follow_up_date__gt=F("day")),
            ),
        ]


class FollowUp(AboutClaim, ByRunOrPerson):
    """Looking after a debtor once collection has ended: when, and what was found (OC 6.4-a)."""

    day = models.DateField()
    due_date = models.DateField(null=True)  # the next look, none: the last one
    note = models.CharField(max_length=350)

    references = (
        Points("run", "a_follow_up_comes_from_a_run", set_wise=True),
        Points("claim", "a_follow_up_is_of_a_claim", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="a_follow_up_comes_from_a_run_or_a_person", condition=BY_ONE),
        ]
        indexes: ClassVar = [models.Index(name="follow_ups_of_a_claim", fields=["claim"])]


class Valuation(FromRun, AboutClaim):
    """The probable value of one claim at the end of a period, euro, and the ground for it (OC 5.1-a)."""

    open = models.DecimalField(max_digits=15, decimal_places=2)
    probable = models.DecimalField(max_digits=15, decimal_places=2)
    ground = models.CharField(max_length=32)

    references = (
        Points("run", "a_valuation_comes_from_a_run", set_wise=True),
        Points("claim", "a_valuation_is_of_a_claim", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_claim_is_valued_once_a_run", fields=["run", "claim"]),
            models.CheckConstraint(
                name="a_claim_is_worth_its_nominal_value_at_most",
                condition=Q(probable__gte=0, probable__lte=F("open")),
            ),
        ]
