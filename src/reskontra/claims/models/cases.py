"""Cases: claims of one debtor with a collection agency, a court or the enforcement authority (OC 6.1.4, 6.2)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from reskontra.claims.models.base import AboutClaim
from reskontra.claims.models.settlements import Settlement
from reskontra.database.tables import Points
from reskontra.runs.facts import NOTHING, ByPerson, ByRunOrPerson, FromRun
from reskontra.runs.models import Approval

KINDS = ("agency", "enforcement", "court")
EVENTS = (
    "applied",  # the application, summons or hand-over went out in a batch
    "received",  # the receiver says that it has it
    "registered",  # it is pending there, under a number of theirs
    "stopped",  # the unit stops it (OC 6.2-a)
    "resumed",  # and lets it go on
    "changed",  # its sums were changed
    "withdrawn",  # taken back by us
    "demanded",  # the agency sent a payment demand
    "collected",  # money was collected: gross, with what was deducted
    "obstacle",  # ended by a certificate of obstacle or of lack of means
    "passive",  # registration in the passive register asked for
    "passive_ended",
    "judged",  # a judgment was given: costs and number in the detail
    "contested",  # the debtor contests: the matter goes to the unit (OC 6.2.6-a)
    "dossier",  # the dossier for the extensive application is complete
    "abroad",  # collection abroad was decided (OC 6.5-a)
    "returned",  # given back by the receiver, why in the detail
    "closed",
)


class Case(FromRun):
    """One case. ``follows`` is the case whose judgment it enforces. Where it stands is told by its newest event."""

    number = models.BigIntegerField()
    kind = models.CharField(max_length=12)
    debtor = models.ForeignKey(
        "registers.Customer", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    public_law = models.BooleanField()
    opened_date = models.DateField()
    procedure = models.CharField(max_length=9, blank=True)
    court = models.CharField(max_length=40, blank=True)
    follows = models.ForeignKey(
        "self", on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )

    references = (
        Points("run", "a_case_comes_from_a_run", set_wise=True),
        Points("debtor", "a_case_has_a_debtor", set_wise=True),
        Points("follows", "a_case_follows_one_of_its_unit", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="case_numbers_are_unique", fields=["unit", "number"]),
            # What is directly enforceable needs no judgment; no agency may have it (Act 513/1999, section 9).
            models.CheckConstraint(
                name="only_private_law_claims_go_to_court_or_to_an_agency",
                condition=Q(kind="enforcement") | Q(public_law=False),
            ),
            models.CheckConstraint(name="a_case_is_of_a_known_kind", condition=Q(kind__in=KINDS)),
            models.CheckConstraint(
                name="a_case_takes_a_procedure_of_its_kind",
                condition=Q(kind="enforcement", procedure__in=["normal", "limited"])
                | Q(kind="court", procedure__in=["limited", "extensive"])
                | Q(kind="agency", procedure=""),
            ),
            models.CheckConstraint(
                name="a_summons_names_its_court", condition=~Q(kind="court") | ~Q(court="")
            ),
        ]


class CaseClaim(AboutClaim):
    """A claim in a case: what is asked (euro), from which day interest runs, and on what it rests.

    ``interest_pauses`` are days of payment time after that, on which no late interest runs: each with first and last.
    ``provision`` is what makes it directly enforceable, or the agreement that a summons relies on.
    """

    case = models.ForeignKey(
        Case, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="claims"
    )
    principal = models.DecimalField(max_digits=15, decimal_places=2)
    costs = models.DecimalField(max_digits=15, decimal_places=2)
    interest_from = models.DateField()
    interest_pauses = models.JSONField(default=list)
    interest_ground = models.CharField(max_length=20)
    provision = models.CharField(max_length=350)

    references = (
        Points("case", "a_claim_is_in_a_case_of_its_unit", set_wise=True),
        Points("claim", "a_case_is_about_a_claim", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_claim_stands_in_a_case_once", fields=["case", "claim"]),
            models.CheckConstraint(name="a_case_asks_for_money", condition=Q(principal__gte=0, costs__gte=0)),
            models.CheckConstraint(name="a_claim_in_a_case_names_its_ground", condition=~Q(provision="")),
        ]
        indexes: ClassVar = [models.Index(name="cases_of_a_claim", fields=["claim"])]


class CaseEvent(ByRunOrPerson):
    """One step of a case, in order; ``detail`` keeps what the step tells, ``digest`` its document in the archive.

    ``told_as`` is the identity that the authority gave its message: what it tells twice counts once. A person who
    takes a step that goes out at once has a run for it, so both may stand here.
    """

    case = models.ForeignKey(
        Case, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="events"
    )
    position = models.SmallIntegerField()
    kind = models.CharField(max_length=14)
    day = models.DateField()
    amount = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    detail = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)
    told_as = models.CharField(max_length=64, blank=True, default="", db_default="")
    file = models.ForeignKey(
        "exchange.OutboxFile",
        on_delete=NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )

    references = (
        Points("run", "a_step_of_a_case_comes_from_a_run", set_wise=True),
        Points("case", "a_step_is_of_a_case", set_wise=True),
        Points("file", "a_step_of_a_case_goes_out_in_a_batch_of_its_unit", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_case_takes_one_step_at_a_time", fields=["case", "position"]),
            models.CheckConstraint(name="a_step_of_a_case_is_known", condition=Q(kind__in=EVENTS)),
            models.CheckConstraint(
                name="a_step_of_a_case_comes_from_a_run_or_a_person",
                condition=Q(run__isnull=False) | Q(person__isnull=False),
            ),
            models.UniqueConstraint(
                name="what_is_told_of_a_case_counts_once",
                fields=["case", "told_as"],
                condition=~Q(told_as=""),
            ),
        ]


class CaseSignature(Approval):
    """A signature under the dossier of an extensive application, by its digest: two together sign (OC 6.2-b)."""

    case = models.ForeignKey(Case, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+")

    references = (Points("case", "a_signature_is_under_a_case_of_its_unit"),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_dossier_is_signed_by_two_persons", fields=["unit", "case", "digest", "person"]
            ),
            models.CheckConstraint(name="a_dossier_is_signed", condition=Q(act="sign")),
        ]


class SummonsStatement(ByPerson):
    """What a person states so that a summons can be applied for; the newest statement of a kind holds (OC 6.2.5).

    ``court``: the key of the court competent for a debtor whose seat the register does not tell. ``agreement``: what a
    claim relies on. ``again``: a claim whose case at court ended without a judgment may be applied for once more.
    """

    kind = models.CharField(max_length=9)
    day = models.DateField()
    customer = models.ForeignKey(
        "registers.Customer",
        on_delete=NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    claim = models.ForeignKey(
        "claims.Claim", on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    statement = models.CharField(max_length=300)
    reason = models.CharField(max_length=350, blank=True)

    references = (
        Points("customer", "a_statement_is_about_a_debtor", set_wise=True),
        Points("claim", "a_statement_is_about_a_claim_of_its_unit", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_statement_is_of_a_court_or_about_a_claim",
                condition=Q(kind="court", customer__isnull=False, claim__isnull=True)
                | Q(kind__in=["agreement", "again"], customer__isnull=True, claim__isnull=False),
            ),
            models.CheckConstraint(name="a_statement_says_something", condition=~Q(statement="")),
        ]
        indexes: ClassVar = [
            models.Index(
                name="statements_about_a_debtor", fields=["customer"], condition=Q(customer__isnull=False)
            ),
            models.Index(name="statements_about_a_claim", fields=["claim"], condition=Q(claim__isnull=False)),
        ]


class FeeDeducted(Settlement):
    """What the enforcement authority kept of what it collected for a claim: the debtor has paid it (OC 6.2-a)."""

    claim = models.ForeignKey(
        "claims.Claim", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    event = models.ForeignKey(
        CaseEvent, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    references = (
        Points("run", "a_deducted_fee_comes_from_a_run", set_wise=True),
        Points("voucher", "a_deducted_fee_has_its_voucher", set_wise=True),
        Points("undoes", "a_deducted_fee_undoes_one_of_its_unit", set_wise=True),
        Points("claim", "a_deducted_fee_is_of_a_claim", set_wise=True),
        Points("event", "a_deducted_fee_was_told_in_a_case", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_deducted_fee_is_undone_once", fields=["undoes"], condition=Q(undoes__isnull=False)
            ),
            models.CheckConstraint(
                name="a_deducted_fee_is_money_and_its_undoing_takes_it_back",
                condition=Q(amount__gt=0, undoes__isnull=True) | Q(amount__lt=0, undoes__isnull=False),
            ),
        ]
        indexes: ClassVar = [models.Index(name="deducted_fees_of_a_claim", fields=["claim"])]
