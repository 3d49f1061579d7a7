"""Claims, and what settles them: payments, credits, fees and write-offs, each with its voucher."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from reskontra.database.tables import Fact, Points
from reskontra.runs.models import Decision

NOTHING = models.DO_NOTHING
# On what ground a claim is no longer asked for: the first is waived with a payment, the others the unit decides.
GROUNDS = (
    "small_remainder",
    "small_claim",
    "expired",
    "obstacle",
    "bankruptcy",
    "debt_adjustment",
    "abroad",
    "decided",
)


class Claim(Fact):
    """What one invoice claims, from one payer, under one kind of law. A credit invoice claims a negative sum.

    ``kind`` is that of the invoice behind it: a sales invoice, or an invoice of interest.
    """

    run = models.ForeignKey(
        "runs.Run", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    kind = models.CharField(max_length=8, default="invoice", db_default="invoice")
    invoice = models.ForeignKey(
        "sales.Invoice", on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    interest_invoice = models.ForeignKey(
        "claims.InterestInvoice",
        on_delete=NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    payer = models.ForeignKey(
        "registers.Customer",
        on_delete=NOTHING,
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
        Points("interest_invoice", "an_interest_claim_belongs_to_an_interest_invoice", set_wise=True),
        Points("payer", "a_claim_has_a_payer", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="an_invoice_is_claimed_once", fields=["unit", "invoice"]),
            models.UniqueConstraint(
                name="an_interest_invoice_is_claimed_once",
                fields=["unit", "interest_invoice"],
                condition=Q(interest_invoice__isnull=False),
            ),
            models.CheckConstraint(
                name="a_claim_is_of_an_invoice_or_of_interest",
                condition=Q(kind="invoice", invoice__isnull=False, interest_invoice__isnull=True)
                | Q(kind="interest", invoice__isnull=True, interest_invoice__isnull=False),
            ),
            models.UniqueConstraint(name="a_reference_names_one_claim", fields=["unit", "reference"]),
        ]
        indexes: ClassVar = [models.Index(name="claims_of_a_payer", fields=["payer"])]


class PaymentDecision(Decision):
    """What the allocation rule said of one payment in one run; ``amount`` is what was left of it to allocate."""

    pk = models.CompositePrimaryKey("payment_id", "run_id", "rule")
    payment = models.ForeignKey(
        "bank.Payment", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    references = (
        Points("run", "a_payment_decision_belongs_to_a_run", set_wise=True),
        Points("payment", "a_payment_decision_is_about_a_payment", set_wise=True),
    )

    class Meta:
        indexes: ClassVar = [models.Index(name="payment_decisions_of_a_run", fields=["run", "outcome"])]


class ClaimDecision(Decision):
    """What a rule said of one claim in one run; ``amount`` is what it was about, in euro."""

    pk = models.CompositePrimaryKey("claim_id", "run_id", "rule")
    claim = models.ForeignKey(Claim, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+")

    references = (
        Points("run", "a_claim_decision_belongs_to_a_run", set_wise=True),
        Points("claim", "a_claim_decision_is_about_a_claim", set_wise=True),
    )

    class Meta:
        indexes: ClassVar = [models.Index(name="claim_decisions_of_a_run", fields=["run", "outcome"])]


class Settlement(Fact):
    """What every settlement of money has in common: its run, its voucher, its clause, and what it takes back.

    A settlement is undone by a counter-fact of the opposite amount that ``undoes`` it, once.
    """

    run = models.ForeignKey(
        "runs.Run", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    voucher = models.ForeignKey(
        "ledger.Voucher", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    amount = models.DecimalField(max_digits=15, decimal_places=2)
    clause = models.CharField(max_length=20)
    undoes = models.ForeignKey(
        "self", on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )

    class Meta:
        abstract = True


class Allocation(Settlement):
    """Money to a claim: of a payment, or of a credit invoice's claim to the claim of its original."""

    claim = models.ForeignKey(
        Claim, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="allocations"
    )
    payment = models.ForeignKey(
        "bank.Payment", on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    credit = models.ForeignKey(
        Claim, on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )

    references = (
        Points("run", "an_allocation_comes_from_a_run", set_wise=True),
        Points("voucher", "an_allocation_has_its_voucher", set_wise=True),
        Points("undoes", "an_allocation_undoes_one_of_its_unit", set_wise=True),
        Points("claim", "an_allocation_is_to_a_claim", set_wise=True),
        Points("payment", "an_allocation_is_of_a_payment", set_wise=True),
        Points("credit", "an_allocation_is_of_a_credit", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="an_allocation_is_undone_once", fields=["undoes"], condition=Q(undoes__isnull=False)
            ),
            models.CheckConstraint(
                name="an_allocation_is_of_a_payment_or_of_a_credit",
                condition=Q(payment__isnull=False, credit__isnull=True)
                | Q(payment__isnull=True, credit__isnull=False),
            ),
            models.CheckConstraint(
                name="an_allocation_is_money_and_its_undoing_takes_it_back",
                condition=Q(amount__gt=0, undoes__isnull=True) | Q(amount__lt=0, undoes__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="allocations_of_a_claim", fields=["claim"]),
            models.Index(
                name="allocations_of_a_payment", fields=["payment"], condition=Q(payment__isnull=False)
            ),
            models.Index(
                name="allocations_of_a_credit", fields=["credit"], condition=Q(credit__isnull=False)
            ),
        ]


class Overpayment(Settlement):
    """What a payment was too much for its claim: to be refunded, or income (OC 4.2-a).

    A payment that belongs to somebody else is too much for no claim at all, and goes back (OC 4.2-d).
    """

    payment = models.ForeignKey(
        "bank.Payment", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    claim = models.ForeignKey(
        Claim, on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    treatment = models.CharField(max_length=6)

    references = (
        Points("run", "an_overpayment_comes_from_a_run", set_wise=True),
        Points("voucher", "an_overpayment_has_its_voucher", set_wise=True),
        Points("undoes", "an_overpayment_undoes_one_of_its_unit", set_wise=True),
        Points("payment", "an_overpayment_is_of_a_payment", set_wise=True),
        Points("claim", "an_overpayment_is_beyond_a_claim", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="an_overpayment_is_undone_once", fields=["undoes"], condition=Q(undoes__isnull=False)
            ),
            models.CheckConstraint(
                name="an_overpayment_is_refunded_or_income", condition=Q(treatment__in=["refund", "income"])
            ),
            models.CheckConstraint(
                name="only_what_goes_back_has_no_claim",
                condition=Q(claim__isnull=False) | Q(treatment="refund"),
            ),
            models.CheckConstraint(
                name="an_overpayment_is_money_and_its_undoing_takes_it_back",
                condition=Q(amount__gt=0, undoes__isnull=True) | Q(amount__lt=0, undoes__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="overpayments_of_a_payment", fields=["payment"]),
            models.Index(name="overpayments_of_a_claim", fields=["claim"]),
        ]


class SidePayment(Settlement):
    """Money of a payment to what a claim costs beside its capital: late interest first, then costs (OC 6.1.3-b).

    Neither stands on the ledger before it is paid; by Act 513/1999, section 11 a, a consumer's money goes to the
    claim and its interest before costs.
    """

    payment = models.ForeignKey(
        "bank.Payment", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    claim = models.ForeignKey(Claim, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+")
    kind = models.CharField(max_length=8)

    references = (
        Points("run", "a_side_payment_comes_from_a_run", set_wise=True),
        Points("voucher", "a_side_payment_has_its_voucher", set_wise=True),
        Points("undoes", "a_side_payment_undoes_one_of_its_unit", set_wise=True),
        Points("payment", "a_side_payment_is_of_a_payment", set_wise=True),
        Points("claim", "a_side_payment_is_to_a_claim", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_side_payment_is_undone_once", fields=["undoes"], condition=Q(undoes__isnull=False)
            ),
            models.CheckConstraint(
                name="a_side_payment_is_of_interest_or_of_costs",
                condition=Q(kind__in=["interest", "cost"]),
            ),
            models.CheckConstraint(
                name="a_side_payment_is_money_and_its_undoing_takes_it_back",
                condition=Q(amount__gt=0, undoes__isnull=True) | Q(amount__lt=0, undoes__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="side_payments_of_a_payment", fields=["payment"]),
            models.Index(name="side_payments_to_a_claim", fields=["claim"]),
        ]


class WriteOff(Settlement):
    """What is no longer asked of a claim: a small remainder is waived (OC 4.3-a), the rest is decided (OC 5.1-b)."""

    claim = models.ForeignKey(Claim, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+")
    ground = models.CharField(max_length=20)
    proposal = models.ForeignKey(
        "claims.WriteOffProposal",
        on_delete=NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )

    references = (
        Points("run", "a_write_off_comes_from_a_run", set_wise=True),
        Points("voucher", "a_write_off_has_its_voucher", set_wise=True),
        Points("undoes", "a_write_off_undoes_one_of_its_unit", set_wise=True),
        Points("claim", "a_write_off_is_of_a_claim", set_wise=True),
        Points("proposal", "a_write_off_follows_a_proposal_of_its_unit", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_write_off_is_undone_once", fields=["undoes"], condition=Q(undoes__isnull=False)
            ),
            models.CheckConstraint(
                name="a_write_off_has_a_ground_that_is_known", condition=Q(ground__in=GROUNDS)
            ),
            models.CheckConstraint(
                name="what_is_written_off_was_proposed_unless_it_is_a_small_remainder",
                condition=Q(ground="small_remainder", proposal__isnull=True)
                | ~Q(ground="small_remainder") & Q(proposal__isnull=False),
            ),
            models.CheckConstraint(
                name="a_write_off_is_money_and_its_undoing_takes_it_back",
                condition=Q(amount__gt=0, undoes__isnull=True) | Q(amount__lt=0, undoes__isnull=False),
            ),
        ]
        indexes: ClassVar = [models.Index(name="write_offs_of_a_claim", fields=["claim"])]


class PaymentReversal(Fact):
    """What the bank took back of a payment, by money of the other sign: the two own each other so far (OC 4.1-b).

    A payment may be taken back in parts, and money that takes back waits for what was paid out of its payment already.
    Where it was not that payment, a counter-fact of the opposite amount ``undoes`` it, once.
    """

    run = models.ForeignKey(
        "runs.Run", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    payment = models.ForeignKey(
        "bank.Payment", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    reversal = models.ForeignKey(
        "bank.Payment", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    amount = models.DecimalField(max_digits=15, decimal_places=2)
    undoes = models.ForeignKey(
        "self", on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )

    references = (
        Points("run", "a_payment_reversal_comes_from_a_run", set_wise=True),
        Points("undoes", "a_payment_reversal_undoes_one_of_its_unit", set_wise=True),
        Points("payment", "a_payment_reversal_takes_back_a_payment", set_wise=True),
        Points("reversal", "a_payment_reversal_is_a_payment_itself", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_payment_reversal_is_undone_once", fields=["undoes"], condition=Q(undoes__isnull=False)
            ),
            models.CheckConstraint(
                name="a_payment_reversal_is_money_and_its_undoing_gives_it_back",
                condition=Q(amount__gt=0, undoes__isnull=True) | Q(amount__lt=0, undoes__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="reversals_of_a_payment", fields=["payment"]),
            models.Index(name="payments_of_a_reversal", fields=["reversal"]),
        ]


class PaymentPointing(Fact):
    """What a person said of a payment: which claim it pays, which payment it takes back, or that it waits for a person.

    The pointings of one turn belong together; those of the newest turn hold. With an amount the payment is shared
    as told; without one the rule decides what the whole payment is to the claim (OC 4.1-c).
    """

    payment = models.ForeignKey(
        "bank.Payment", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    turn = models.SmallIntegerField()
    position = models.SmallIntegerField()
    claim = models.ForeignKey(
        Claim, on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    takes_back = models.ForeignKey(
        "bank.Payment", on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    amount = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    reason = models.CharField(max_length=350)
    person = models.ForeignKey("registers.Person", on_delete=NOTHING, related_name="+")
    given_at = models.DateTimeField()

    references = (
        Points("payment", "a_pointing_is_of_a_payment"),
        Points("claim", "a_pointing_is_to_a_claim"),
        Points("takes_back", "a_pointing_takes_back_a_payment"),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_turn_of_pointings_is_told_once", fields=["payment", "turn", "position"]
            ),
            models.CheckConstraint(
                name="a_share_that_is_pointed_is_money",
                condition=Q(amount__isnull=True) | Q(amount__gt=0, claim__isnull=False),
            ),
            models.CheckConstraint(
                name="a_pointing_is_to_a_claim_or_takes_a_payment_back",
                condition=Q(claim__isnull=True) | Q(takes_back__isnull=True),
            ),
            models.CheckConstraint(name="a_pointing_has_a_reason", condition=~Q(reason="")),
        ]
