"""Payment time (OC 6.1.1): asked for, agreed in writing with instalments, kept or broken."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from reskontra.claims.models.base import AboutClaim
from reskontra.claims.models.letters import Letter
from reskontra.database.tables import Fact, Points
from reskontra.runs.facts import NOTHING, ByPerson, FromRun
from reskontra.runs.models import Decision

# Longer than any year: what the term ``payment_time_maximum`` allows on a day is the rule's to know.
_A_YEAR = timedelta(days=366)


class DeferralRequest(ByPerson):
    """A customer asks for time to pay; ``person`` is who wrote it down."""

    customer = models.ForeignKey(
        "registers.Customer", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    requested_date = models.DateField()
    wished_until = models.DateField()
    message = models.CharField(max_length=700, blank=True)

    references = (Points("customer", "a_request_for_time_comes_from_a_customer", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_request_for_time_looks_ahead", condition=Q(wished_until__gt=F("requested_date"))
            ),
        ]


class DeferralRefusal(ByPerson):
    """A request for time that is not granted, and why."""

    request = models.ForeignKey(
        DeferralRequest, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    day = models.DateField()
    reason = models.CharField(max_length=350)

    references = (Points("request", "a_refusal_answers_a_request_for_time", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_request_for_time_is_refused_once", fields=["request"]),
            models.CheckConstraint(name="a_refusal_of_time_has_a_reason", condition=~Q(reason="")),
        ]


class Deferral(FromRun, ByPerson):
    """A written agreement on payment time, from its first day to ``until_date``; interest is of its own (OC 6.1.1-a).

    ``ground`` is the statutory or other ground that an agreement of more than a year needs.
    """

    request = models.ForeignKey(
        DeferralRequest, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    number = models.BigIntegerField()
    customer = models.ForeignKey(
        "registers.Customer", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    from_date = models.DateField()
    until_date = models.DateField()
    ground = models.CharField(max_length=350, blank=True)
    letter = models.ForeignKey(
        Letter, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    references = (
        Points("run", "a_deferral_comes_from_a_run", set_wise=True),
        Points("request", "a_deferral_answers_a_request_for_time", set_wise=True),
        Points("customer", "a_deferral_is_a_customers", set_wise=True),
        Points("letter", "a_deferral_is_agreed_in_writing", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="deferral_numbers_are_unique", fields=["unit", "number"]),
            models.UniqueConstraint(name="a_request_for_time_is_granted_once", fields=["request"]),
            models.CheckConstraint(name="a_deferral_gives_time", condition=Q(until_date__gt=F("from_date"))),
            models.CheckConstraint(
                name="more_than_a_year_needs_a_ground",
                condition=Q(until_date__lte=F("from_date") + _A_YEAR) | ~Q(ground=""),
            ),
        ]


class DeferralClaim(AboutClaim):
    """A claim under an agreement on payment time, with what was open of it when it was agreed."""

    deferral = models.ForeignKey(
        Deferral, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="claims"
    )
    principal = models.DecimalField(max_digits=15, decimal_places=2)

    references = (
        Points("deferral", "a_deferred_claim_is_under_a_deferral", set_wise=True),
        Points("claim", "a_deferral_is_of_a_claim", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_claim_stands_in_a_deferral_once", fields=["deferral", "claim"]),
            models.CheckConstraint(name="a_deferred_claim_is_open", condition=Q(principal__gt=0)),
        ]
        indexes: ClassVar = [models.Index(name="deferrals_of_a_claim", fields=["claim"])]


class Instalment(Fact):
    """One instalment of a deferral, in order of their due dates, in euro."""

    deferral = models.ForeignKey(
        Deferral, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="instalments"
    )
    position = models.SmallIntegerField()
    due_date = models.DateField()
    amount = models.DecimalField(max_digits=15, decimal_places=2)

    references = (Points("deferral", "an_instalment_is_of_a_deferral", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="an_instalment_has_its_place_once", fields=["deferral", "position"]),
            models.CheckConstraint(name="an_instalment_is_money", condition=Q(amount__gt=0)),
        ]


class DeferralDecision(Decision):
    """What the rule said of one agreement in one run; ``amount`` is what is still to be paid under it, in euro."""

    pk = models.CompositePrimaryKey("deferral_id", "run_id", "rule")
    deferral = models.ForeignKey(
        Deferral, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    references = (
        Points("run", "a_deferral_decision_belongs_to_a_run", set_wise=True),
        Points("deferral", "a_deferral_decision_is_about_a_deferral", set_wise=True),
    )

    class Meta:
        indexes: ClassVar = [models.Index(name="deferral_decisions_of_a_run", fields=["run", "outcome"])]


class DeferralEnd(FromRun):
    """How an agreement ended: kept, broken, or withdrawn."""

    deferral = models.ForeignKey(
        Deferral, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    day = models.DateField()
    outcome = models.CharField(max_length=10)
    reason = models.CharField(max_length=350, blank=True)

    references = (
        Points("run", "the_end_of_a_deferral_comes_from_a_run", set_wise=True),
        Points("deferral", "the_end_is_of_a_deferral", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_deferral_ends_once", fields=["deferral"]),
            models.CheckConstraint(
                name="a_deferral_is_kept_broken_or_withdrawn",
                condition=Q(outcome__in=["kept", "broken", "withdrawn"]),
            ),
            models.CheckConstraint(
                name="a_deferral_is_withdrawn_for_a_reason", condition=~Q(outcome="withdrawn") | ~Q(reason="")
            ),
        ]
