"""Payables: what is owed to whom, what is withheld, what was paid and what banks answered (EX 8, EX 9)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from reskontra.database.tables import Fact, Points
from reskontra.purchases.models.invoices import AboutInvoice
from reskontra.registers.models import Supplier
from reskontra.runs.facts import NOTHING, ByPerson, FromRun
from reskontra.runs.models import Approval, Decision


class Payable(FromRun, AboutInvoice):
    """An approved invoice in the payables ledger, with its voucher: ``amount`` is gross euro, negative for a credit.

    ``account`` is the ledger account of the payable. What is still open is derived from the facts that followed.
    """

    voucher = models.ForeignKey(
        "ledger.Voucher", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    supplier = models.ForeignKey(Supplier, on_delete=NOTHING, db_index=False, related_name="+")
    account = models.CharField(max_length=8)
    amount = models.DecimalField(max_digits=15, decimal_places=2)
    due_date = models.DateField()
    automatic = models.BooleanField()  # matched by the run, with nobody's help (EX 1-a)

    references = (
        Points("run", "a_payable_comes_from_a_run", set_wise=True),
        Points("invoice", "a_payable_is_of_a_purchase_invoice", set_wise=True),
        Points("voucher", "a_payable_has_its_voucher", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="an_invoice_becomes_one_payable", fields=["invoice"]),
            models.CheckConstraint(name="a_payable_is_money", condition=~Q(amount=0)),
        ]
        indexes: ClassVar = [
            models.Index(name="payables_of_a_supplier", fields=["unit", "supplier"]),
            models.Index(name="payables_by_due_date", fields=["unit", "due_date"]),
        ]


class PaymentHold(ByPerson):
    """A payable is not to be paid for now, and why. ``answer``: it is held because the bank sent its payment back."""

    payable = models.ForeignKey(
        Payable, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    reason = models.CharField(max_length=200)
    answer = models.ForeignKey(
        "PaymentAnswer", on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )

    references = (
        Points("payable", "a_hold_is_on_a_payable", set_wise=True),
        Points("answer", "a_hold_follows_an_answer_of_its_unit", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="a_payment_hold_has_a_reason", condition=~Q(reason="")),
        ]
        indexes: ClassVar = [models.Index(name="holds_on_a_payable", fields=["payable"])]


class PaymentHoldEnd(ByPerson):
    """The hold is over."""

    hold = models.ForeignKey(
        PaymentHold, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    references = (Points("hold", "a_hold_that_ends_is_of_its_unit", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_payment_hold_ends_once", fields=["hold"]),
        ]


class PaymentBan(ByPerson):
    """A ban on paying a supplier, as its protocol orders it (EX 8-a). Amounts in euro, share in percent of gross.

    Of each invoice the ordered share (``share``), at most ``each_invoice`` when that is told, is withheld until
    ``amount`` is reached (none: until the ban ends), and remitted to the authority's account under ``reference``.
    """

    supplier = models.ForeignKey(Supplier, on_delete=NOTHING, db_index=False, related_name="+")
    protocol = models.CharField(max_length=70)
    from_date = models.DateField()
    amount = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    share = models.DecimalField(max_digits=6, decimal_places=3, default=100)
    each_invoice = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    payee = models.CharField(max_length=70)
    iban = models.CharField(max_length=34)
    reference = models.CharField(max_length=35)

    references = (Points("unit", "a_payment_ban_is_in_a_unit"),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_payment_ban_is_recorded_once", fields=["unit", "supplier", "protocol"]
            ),
            models.CheckConstraint(
                name="a_payment_ban_orders_something",
                condition=(Q(amount__isnull=True) | Q(amount__gt=0))
                & Q(share__gt=0, share__lte=100)
                & (Q(each_invoice__isnull=True) | Q(each_invoice__gt=0)),
            ),
            models.CheckConstraint(
                name="a_payment_ban_says_where_the_money_goes",
                condition=~Q(protocol="") & ~Q(payee="") & ~Q(iban="") & ~Q(reference=""),
            ),
        ]


class PaymentBanEnd(ByPerson):
    """The authority has ended the ban: from ``day`` on nothing is withheld."""

    ban = models.ForeignKey(
        PaymentBan, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    day = models.DateField()

    references = (Points("ban", "a_ban_that_ends_is_of_its_unit", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_payment_ban_ends_once", fields=["ban"]),
        ]


class PayableDecision(Decision):
    """What the payment rule said of one payable in one run; ``amount`` is what is open of it, in euro."""

    pk = models.CompositePrimaryKey("payable_id", "run_id", "rule")
    payable = models.ForeignKey(
        Payable, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    references = (
        Points("run", "a_payable_decision_belongs_to_a_run", set_wise=True),
        Points("payable", "a_payable_decision_is_about_a_payable", set_wise=True),
    )

    class Meta:
        indexes: ClassVar = [models.Index(name="payable_decisions_of_a_run", fields=["run", "outcome"])]


class PaymentRelease(Approval):
    """The release of one planned payment run, by its digest, by somebody else than who planned it (EX 9-a)."""

    run = models.ForeignKey(
        "runs.Run", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    references = (Points("run", "a_payment_release_is_of_a_run"),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_payment_run_is_released_once", fields=["unit", "run"]),
            models.CheckConstraint(name="a_payment_run_is_released", condition=Q(act="approve")),
        ]


class PaymentFile(FromRun):
    """One payment file to one bank: its version of pain.001, what it holds, and the outbox row that carries it."""

    file = models.ForeignKey(
        "exchange.OutboxFile", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    account = models.ForeignKey(
        "registers.UnitAccount", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    message_id = models.CharField(max_length=35)
    version = models.CharField(max_length=15)
    count = models.IntegerField()
    total = models.DecimalField(max_digits=17, decimal_places=2)
    signature = models.CharField(max_length=64, blank=True)  # SHA-256 of the archived detached signature

    references = (
        Points("run", "a_payment_file_comes_from_a_run"),
        Points("file", "a_payment_file_goes_out_in_a_file_of_its_unit"),
        Points("account", "a_payment_file_is_paid_from_an_account_of_its_unit"),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_payment_file_has_its_own_message_id", fields=["unit", "message_id"]
            ),
            models.CheckConstraint(
                name="a_payment_file_holds_payments", condition=Q(count__gt=0, total__gt=0)
            ),
        ]


class SupplierPayment(FromRun):
    """One payment: to a supplier, or what was withheld to the authority; undone by a counter-fact when it came back.

    ``amount`` is what the bank is asked to pay, in euro. ``pays`` tells it apart: supplier or ban.
    """

    voucher = models.ForeignKey(
        "ledger.Voucher", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    file = models.ForeignKey(
        PaymentFile, on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    pays = models.CharField(max_length=8)
    supplier = models.ForeignKey(Supplier, on_delete=NOTHING, db_index=False, related_name="+")
    ban = models.ForeignKey(
        PaymentBan, on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    amount = models.DecimalField(max_digits=15, decimal_places=2)
    payment_date = models.DateField()
    payee = models.CharField(max_length=70)
    iban = models.CharField(max_length=34)
    bic = models.CharField(max_length=11, blank=True)
    reference = models.CharField(max_length=35, blank=True)
    message = models.CharField(max_length=140, blank=True)
    payment_information_id = models.CharField(max_length=35, blank=True)
    end_to_end_id = models.CharField(max_length=35, blank=True)
    undoes = models.ForeignKey(
        "self", on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )

    references = (
        Points("run", "a_supplier_payment_comes_from_a_run", set_wise=True),
        Points("voucher", "a_supplier_payment_has_its_voucher", set_wise=True),
        Points("file", "a_supplier_payment_goes_out_in_a_payment_file", set_wise=True),
        Points("ban", "a_remittance_is_of_a_ban_of_its_unit", set_wise=True),
        Points("undoes", "a_supplier_payment_undoes_one_of_its_unit", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_supplier_payment_is_money_and_its_undoing_takes_it_back",
                condition=Q(amount__gt=0, undoes__isnull=True) | Q(amount__lt=0, undoes__isnull=False),
            ),
            models.CheckConstraint(
                name="a_payment_goes_to_the_supplier_or_by_a_ban",
                condition=Q(pays="supplier", ban__isnull=True) | Q(pays="ban", ban__isnull=False),
            ),
            models.CheckConstraint(
                name="a_payment_that_goes_out_is_in_a_file",
                condition=Q(undoes__isnull=False) | Q(file__isnull=False) & ~Q(end_to_end_id=""),
            ),
            models.UniqueConstraint(
                name="a_supplier_payment_has_its_own_identity",
                fields=["unit", "end_to_end_id"],
                condition=~Q(end_to_end_id=""),
            ),
            models.UniqueConstraint(
                name="a_supplier_payment_is_undone_once", fields=["undoes"], condition=Q(undoes__isnull=False)
            ),
        ]
        indexes: ClassVar = [models.Index(name="payments_of_a_payment_file", fields=["file"])]


class PayableSettlement(FromRun):
    """What of a payable a payment took: paid, withheld for a ban, or set off between invoice and credit, in euro.

    Signed as the payable is; an undone payment gives it back with the other sign.
    """

    payable = models.ForeignKey(
        Payable, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    payment = models.ForeignKey(
        SupplierPayment, on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    kind = models.CharField(max_length=8)
    amount = models.DecimalField(max_digits=15, decimal_places=2)

    references = (
        Points("run", "a_payable_settlement_comes_from_a_run", set_wise=True),
        Points("payable", "a_payable_settlement_is_of_a_payable", set_wise=True),
        Points("payment", "a_payable_settlement_is_by_a_payment", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="a_payable_settlement_is_money", condition=~Q(amount=0)),
            models.CheckConstraint(
                name="a_payable_is_paid_withheld_or_set_off",
                condition=Q(kind__in=["paid", "withheld"], payment__isnull=False) | Q(kind="credit"),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="settlements_of_a_payable", fields=["payable"]),
            models.Index(name="settlements_by_a_payment", fields=["payment"]),
        ]


class PaymentAnswer(Fact):
    """What the bank said of one payment: accepted, pending, rejected with its reason; or that it came back."""

    payment = models.ForeignKey(
        SupplierPayment, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    file = models.ForeignKey(
        "exchange.InboxFile",
        on_delete=NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    day = models.DateField()
    state = models.CharField(max_length=8)
    code = models.CharField(max_length=10, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    references = (
        Points("payment", "a_bank_answer_is_about_a_supplier_payment", set_wise=True),
        Points("file", "a_bank_answer_came_in_a_file", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_supplier_payment_is_accepted_pending_rejected_or_returned",
                condition=Q(state__in=["accepted", "pending", "rejected", "returned"]),
            ),
            models.UniqueConstraint(
                name="a_bank_answer_about_a_payment_comes_once", fields=["payment", "state", "code"]
            ),
        ]


class PaymentPermit(ByPerson):
    """A permit of the Treasury to send a payment file by hand, for whom and how long (EX 9-a)."""

    number = models.CharField(max_length=35)
    from_date = models.DateField()
    until_date = models.DateField()
    reason = models.CharField(max_length=350)

    references = (Points("unit", "a_payment_permit_is_a_units"),)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_payment_permit_has_a_time_and_a_reason",
                condition=Q(until_date__gte=models.F("from_date")) & ~Q(reason="") & ~Q(number=""),
            ),
            models.UniqueConstraint(name="a_payment_permit_is_recorded_once", fields=["unit", "number"]),
        ]
