"""Invoices that come to an office abroad: the way they go, memo vouchers, and payments from local money (EX 7)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from reskontra.database.tables import Fact, Points
from reskontra.registers.models import OfficeAbroad, Tracked
from reskontra.runs.facts import NOTHING, ByPerson, FromRun
from reskontra.runs.models import Approval, Decision


class OfficeInvoice(ByPerson):
    """An invoice that an office abroad has to pay, and which of the ways are open to it. Euro, with VAT.

    ``can_einvoice``: the supplier sends e-invoices or uses the portal; ``can_request``: the office can send the paper
    to the centre as a request; ``can_memo``: the unit can draw up a memo voucher before the payment; ``can_mail``: the
    office can send it to the centre by encrypted mail.
    """

    office = models.ForeignKey(
        OfficeAbroad, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    supplier = models.CharField(max_length=140)
    number = models.CharField(max_length=70)
    number_key = models.CharField(max_length=70)
    issue_date = models.DateField()
    due_date = models.DateField(null=True)
    amount = models.DecimalField(max_digits=15, decimal_places=2)
    can_einvoice = models.BooleanField()
    can_request = models.BooleanField()
    can_memo = models.BooleanField()
    can_mail = models.BooleanField()
    reason = models.CharField(max_length=200, blank=True)

    references = (Points("office", "an_invoice_abroad_came_to_an_office_of_the_unit", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="an_invoice_abroad_is_told_once", fields=["unit", "office", "supplier", "number_key"]
            ),
            models.CheckConstraint(name="an_invoice_abroad_is_money", condition=~Q(amount=0)),
            models.CheckConstraint(
                name="who_passes_over_the_e_invoice_abroad_says_why",
                condition=Q(can_einvoice=True) | ~Q(reason=""),
            ),
        ]


class AboutOfficeInvoice(Fact):
    """A fact about one invoice at an office abroad."""

    invoice = models.ForeignKey(
        OfficeInvoice, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    class Meta:
        abstract = True


class OfficeDecision(AboutOfficeInvoice, Decision):
    """By which way an invoice at an office abroad goes, and which were passed over; ``amount`` in euro."""

    pk = models.CompositePrimaryKey("invoice_id", "run_id", "rule")

    references = (
        Points("run", "a_decision_abroad_belongs_to_a_run", set_wise=True),
        Points("invoice", "a_decision_abroad_is_about_an_invoice", set_wise=True),
    )

    class Meta:
        indexes: ClassVar = [models.Index(name="decisions_abroad_of_a_run", fields=["run", "outcome"])]


class OfficeMemo(AboutOfficeInvoice, ByPerson):
    """One version of the memo voucher of such an invoice; the newest counts. ``digest`` is over its lines."""

    version = models.SmallIntegerField()
    digest = models.CharField(max_length=64)

    references = (Points("invoice", "a_memo_voucher_is_of_an_invoice_abroad", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_memo_voucher_has_each_version_once", fields=["invoice", "version"]
            ),
        ]


class OfficeMemoLine(Fact, Tracked):
    """One line of a memo voucher: euro, and where it is posted; VAT stands on a line of its own."""

    memo = models.ForeignKey(
        OfficeMemo, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="lines"
    )
    position = models.SmallIntegerField()
    amount = models.DecimalField(max_digits=15, decimal_places=2)

    references = (Points("memo", "a_line_belongs_to_a_memo_voucher", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_memo_voucher_line_has_its_place_once", fields=["memo", "position"]
            ),
            models.CheckConstraint(
                name="a_memo_voucher_line_is_money_on_an_account", condition=~Q(amount=0) & ~Q(account="")
            ),
        ]


class OfficeApproval(AboutOfficeInvoice, Approval):
    """A review, an approval or a return of one version of a memo voucher, by its digest."""

    references = (Points("invoice", "an_act_abroad_is_on_an_invoice", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_memo_voucher_is_reviewed_and_approved_once",
                fields=["invoice", "digest", "act"],
                condition=Q(act__in=["review", "approve"]),
            ),
            models.UniqueConstraint(
                name="reviewer_and_approver_of_a_memo_voucher_differ",
                fields=["invoice", "digest", "person"],
                condition=Q(act__in=["review", "approve"]),
            ),
            models.CheckConstraint(
                name="a_memo_voucher_is_reviewed_approved_or_returned",
                condition=Q(act__in=["review", "approve"]) | Q(act="return") & ~Q(comment=""),
            ),
        ]


class OfficePayment(FromRun, AboutOfficeInvoice):
    """An office has paid: from its local account, by card or in cash. What is not by card has a voucher.

    ``receipt`` is the payee's own receipt (SHA-256), which payments by card and in cash need; ``reviewed_by`` and
    ``approved_by`` are who signed the paper, where no memo voucher circulated before the payment.
    """

    voucher = models.ForeignKey(
        "ledger.Voucher", on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    means = models.CharField(max_length=7)
    day = models.DateField()
    amount = models.DecimalField(max_digits=15, decimal_places=2)
    receipt = models.CharField(max_length=64, blank=True)
    reviewed_by = models.CharField(max_length=70, blank=True)
    approved_by = models.CharField(max_length=70, blank=True)

    references = (
        Points("run", "a_payment_abroad_comes_from_a_run", set_wise=True),
        Points("invoice", "a_payment_abroad_is_of_an_invoice", set_wise=True),
        Points("voucher", "a_payment_abroad_has_its_voucher", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="an_invoice_abroad_is_paid_once", fields=["invoice"]),
            models.CheckConstraint(
                name="a_payment_by_card_or_in_cash_has_its_receipt",
                condition=Q(means="account") | Q(means__in=["card", "cash"]) & ~Q(receipt=""),
            ),
            models.CheckConstraint(
                name="a_payment_abroad_has_a_voucher_unless_a_card_paid",
                condition=Q(means="card", voucher__isnull=True) | ~Q(means="card") & Q(voucher__isnull=False),
            ),
            models.CheckConstraint(
                name="two_people_sign_an_invoice_on_paper",
                condition=Q(reviewed_by="", approved_by="")
                | ~Q(reviewed_by="") & ~Q(approved_by="") & ~Q(reviewed_by=models.F("approved_by")),
            ),
        ]


class OfficeOriginal(AboutOfficeInvoice, ByPerson):
    """The original has come to Finland, and its scan (SHA-256 in the archive) is with the memo voucher."""

    document = models.CharField(max_length=64)

    references = (Points("invoice", "an_original_is_of_an_invoice_abroad", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="an_original_from_abroad_comes_once", fields=["invoice"]),
            models.CheckConstraint(name="an_original_from_abroad_is_scanned", condition=~Q(document="")),
        ]
