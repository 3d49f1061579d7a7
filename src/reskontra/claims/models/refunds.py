"""Refunds (OC 4.2): a case for every overpayment, from the known account to income, step by step."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from reskontra.claims.models.letters import Letter
from reskontra.claims.models.settlements import Overpayment
from reskontra.database.tables import Fact, Points
from reskontra.runs.facts import NOTHING, ByPerson, FromRun
from reskontra.runs.models import Approval, Decision

WAYS = ("account", "payment_order", "income", "bank_return")


class AboutOverpayment(Fact):
    """A fact about one overpayment."""

    overpayment = models.ForeignKey(
        Overpayment, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    class Meta:
        abstract = True


class RefundRequest(AboutOverpayment, ByPerson):
    """The customer asks for an overpayment that is refunded only on request; ``person`` wrote it down (OC 4.2-a)."""

    requested_date = models.DateField()
    message = models.CharField(max_length=350, blank=True)

    references = (Points("overpayment", "a_refund_is_asked_of_an_overpayment", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_refund_is_asked_once", fields=["overpayment"]),
        ]


class RefundAccount(AboutOverpayment, ByPerson):
    """The account that an overpayment is to go to, and where it is known from; the newest one counts (OC 4.2-b).

    ``holder_is_customer``: the words of the holder's name are those of the customer's. Where they are not,
    ``comment`` says why the money goes to somebody else.
    """

    iban = models.CharField(max_length=34)
    holder = models.CharField(max_length=70)
    holder_is_customer = models.BooleanField(default=True, db_default=True)
    comment = models.CharField(max_length=350, blank=True, default="", db_default="")
    source = models.CharField(max_length=8)
    told_date = models.DateField()

    references = (Points("overpayment", "an_account_is_told_for_an_overpayment", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_refund_account_is_known_from_somewhere",
                condition=Q(source__in=["bank", "answer", "unit"]),
            ),
            models.CheckConstraint(
                name="a_refund_account_has_a_holder", condition=~Q(holder="") & ~Q(iban="")
            ),
            models.CheckConstraint(
                name="an_account_of_somebody_else_says_why",
                condition=Q(holder_is_customer=True) | ~Q(comment=""),
            ),
        ]
        indexes: ClassVar = [models.Index(name="accounts_for_an_overpayment", fields=["overpayment"])]


class RefundChoice(AboutOverpayment, ByPerson):
    """What a person chose for an overpayment: credited on the next invoice, or returned by the bank; newest counts."""

    way = models.CharField(max_length=14)
    reason = models.CharField(max_length=350)

    references = (Points("overpayment", "a_choice_is_about_an_overpayment", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_choice_is_the_next_invoice_a_bank_return_or_the_rule",
                condition=Q(way__in=["next_invoice", "bank_return", "rule"]),
            ),
            models.CheckConstraint(name="a_choice_has_a_reason", condition=~Q(reason="")),
        ]
        indexes: ClassVar = [models.Index(name="choices_for_an_overpayment", fields=["overpayment"])]


class RefundInquiry(FromRun, AboutOverpayment):
    """The written question for the customer's account, and the day by which it is to be answered (OC 4.2-b).

    ``turn`` is one more than the refunds of the overpayment that had come back: the question is asked once, and
    once again for each account that did not take the money.
    """

    letter = models.ForeignKey(
        Letter, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    turn = models.SmallIntegerField(default=1, db_default=1)
    sent_date = models.DateField()
    answer_by = models.DateField()

    references = (
        Points("run", "an_inquiry_comes_from_a_run", set_wise=True),
        Points("overpayment", "an_inquiry_is_about_an_overpayment", set_wise=True),
        Points("letter", "an_inquiry_goes_out_by_a_letter", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="an_account_is_asked_for_once", fields=["overpayment", "turn"]),
            models.CheckConstraint(
                name="an_inquiry_leaves_time_to_answer", condition=Q(answer_by__gt=F("sent_date"))
            ),
        ]


class OverpaymentDecision(Decision):
    """What the refund rule said of one overpayment in one run; ``amount`` is what is left of it, in euro."""

    pk = models.CompositePrimaryKey("overpayment_id", "run_id", "rule")
    overpayment = models.ForeignKey(
        Overpayment, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    references = (
        Points("run", "an_overpayment_decision_belongs_to_a_run", set_wise=True),
        Points("overpayment", "an_overpayment_decision_is_about_an_overpayment", set_wise=True),
    )

    class Meta:
        indexes: ClassVar = [models.Index(name="overpaid_decisions_of_a_run", fields=["run", "outcome"])]


class Refund(FromRun, AboutOverpayment):
    """What became of an overpayment's money, with its voucher: paid back, or income in the end (OC 4.2-b).

    ``file`` is the payment file that carries it, ``end_to_end_id`` its name there. A refund that did not reach
    anybody is undone by a counter-fact.
    """

    voucher = models.ForeignKey(
        "ledger.Voucher", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    amount = models.DecimalField(max_digits=15, decimal_places=2)
    way = models.CharField(max_length=14)
    iban = models.CharField(max_length=34, blank=True)
    payee = models.CharField(max_length=70, blank=True)
    end_to_end_id = models.CharField(max_length=35, blank=True)
    file = models.ForeignKey(
        "exchange.OutboxFile",
        on_delete=NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    clause = models.CharField(max_length=20)
    undoes = models.ForeignKey(
        "self", on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )

    references = (
        Points("run", "a_refund_comes_from_a_run", set_wise=True),
        Points("overpayment", "a_refund_is_of_an_overpayment", set_wise=True),
        Points("voucher", "a_refund_has_its_voucher", set_wise=True),
        Points("file", "a_refund_goes_out_in_a_file_of_its_unit", set_wise=True),
        Points("undoes", "a_refund_undoes_one_of_its_unit", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="a_refund_goes_a_known_way", condition=Q(way__in=WAYS)),
            models.CheckConstraint(
                name="a_refund_is_money_and_its_undoing_takes_it_back",
                condition=Q(amount__gt=0, undoes__isnull=True) | Q(amount__lt=0, undoes__isnull=False),
            ),
            models.CheckConstraint(
                name="a_refund_to_an_account_names_it",
                condition=~Q(way="account") | ~Q(iban="") & ~Q(payee=""),
            ),
            models.UniqueConstraint(
                name="a_refund_is_undone_once", fields=["undoes"], condition=Q(undoes__isnull=False)
            ),
            models.UniqueConstraint(
                name="a_refund_has_its_own_identity",
                fields=["unit", "end_to_end_id"],
                condition=~Q(end_to_end_id=""),
            ),
        ]
        indexes: ClassVar = [models.Index(name="refunds_of_an_overpayment", fields=["overpayment"])]


class RefundAnswer(Fact):
    """What was heard of a refund: the bank accepted or rejected it, a payment order was redeemed or was not."""

    refund = models.ForeignKey(
        Refund, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    day = models.DateField()
    outcome = models.CharField(max_length=10)
    reason = models.CharField(max_length=200, blank=True)
    person = models.ForeignKey(
        "registers.Person", on_delete=NOTHING, db_index=False, null=True, related_name="+"
    )

    references = (Points("refund", "an_answer_is_about_a_refund", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="an_answer_about_a_refund_comes_once", fields=["refund", "outcome"]),
            models.CheckConstraint(
                name="a_refund_is_accepted_rejected_redeemed_or_unredeemed",
                condition=Q(outcome__in=["accepted", "rejected", "redeemed", "unredeemed"]),
            ),
            models.UniqueConstraint(
                name="a_payment_order_is_redeemed_or_it_is_not",
                fields=["refund"],
                condition=Q(outcome__in=["redeemed", "unredeemed"]),
            ),
        ]


class RefundApproval(Approval):
    """The approval of one planned refund run, by its digest, by somebody else than who planned it (OC 3.9, 4.2)."""

    run = models.ForeignKey(
        "runs.Run", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    references = (Points("run", "a_refund_approval_is_of_a_run"),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_refund_run_is_approved_once", fields=["unit", "run"]),
            models.CheckConstraint(name="a_refund_run_is_approved", condition=Q(act="approve")),
        ]


class PayerContact(ByPerson):
    """A payer who repeatedly left the reference out was contacted; what was said (OC 4.1-d)."""

    payer_key = models.CharField(max_length=300)
    contacted_date = models.DateField()
    note = models.CharField(max_length=350)

    references = (Points("unit", "a_contact_with_a_payer_is_a_units"),)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="a_contact_with_a_payer_says_something", condition=~Q(note="")),
        ]
