"""Suppliers' invoices as they came: what the file says, what is wrong with it, whose they are (EX 2, 5, 6)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from reskontra.database.tables import Fact, Points
from reskontra.registers.models import Supplier
from reskontra.runs.facts import BY_ONE, NOTHING, ByPerson, ByRunOrPerson, FromRun
from reskontra.runs.models import Decision

CHANNELS = ("einvoice", "portal", "digitised", "own_system", "workbook", "by_hand")
STREAMS = ("procurement", "other")
PROCUREMENT_TYPES = ("XA", "XK", "XL")
OTHER_TYPES = ("XB", "XE", "XF", "XG", "XI", "XJ", "XP")


class PurchaseInvoice(FromRun):
    """One invoice or voucher of expenditure, kept as its file says it. Amounts are in ``currency``; credits negative.

    What the sender wrote stands here as written; the supplier, the identifiers and what is wrong stand in facts of
    their own, since people may correct them.
    """

    file = models.ForeignKey(
        "exchange.InboxFile", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    position = models.IntegerField()  # in its file
    format = models.CharField(max_length=30)
    channel = models.CharField(max_length=10)
    received_date = models.DateField()
    receiving_address = models.CharField(max_length=50, blank=True)
    stream = models.CharField(max_length=11)
    voucher_type = models.CharField(max_length=2)
    kind = models.CharField(max_length=8)
    number = models.CharField(max_length=70, blank=True)
    number_key = models.CharField(max_length=70, blank=True)  # without spaces, case and leading zeros
    issue_date = models.DateField(null=True)
    due_date = models.DateField(null=True)
    supply_date = models.DateField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    net = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    vat = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    total = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    payable = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    seller_name = models.CharField(max_length=140, blank=True)
    seller_key = models.CharField(
        max_length=140
    )  # who it is by meaning: business id, VAT id, account or name
    seller_business_id = models.CharField(max_length=9, blank=True)
    seller_vat_id = models.CharField(max_length=20, blank=True)
    iban = models.CharField(max_length=34, blank=True)
    reference = models.CharField(max_length=35, blank=True)
    message = models.CharField(max_length=140, blank=True)
    original_number = models.CharField(
        max_length=70, blank=True
    )  # of the invoice that a credit note takes back
    late_interest_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    sender_reference = models.CharField(
        max_length=70, blank=True
    )  # long reference of an own system (EX 2.2-c)
    sender_instalment = models.IntegerField(null=True)
    sender_system = models.CharField(max_length=35, blank=True)  # who waits for an answer
    # Each with name, mime_type, size in bytes and digest in the archive; no digest where only a name came.
    attachments = models.JSONField(default=list)

    references = (
        Points("run", "a_purchase_invoice_comes_from_a_run", set_wise=True),
        Points("file", "a_purchase_invoice_came_in_a_file", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_purchase_invoice_has_its_place_in_a_file_once", fields=["file", "position"]
            ),
            models.CheckConstraint(
                name="a_purchase_invoice_is_an_invoice_or_a_credit",
                condition=Q(kind__in=["invoice", "credit", "reminder", "interest"]),
            ),
            models.CheckConstraint(
                name="a_purchase_invoice_came_by_a_known_way", condition=Q(channel__in=CHANNELS)
            ),
            models.CheckConstraint(
                name="procurement_and_other_expenditure_are_kept_apart",
                condition=Q(stream="procurement", voucher_type__in=PROCUREMENT_TYPES)
                | Q(stream="other", voucher_type__in=OTHER_TYPES),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="purchase_invoices_by_meaning", fields=["unit", "seller_key", "number_key"]),
            models.Index(name="purchase_invoices_by_due_date", fields=["unit", "due_date"]),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.seller_name}"


class AboutInvoice(Fact):
    """A fact about one purchase invoice."""

    invoice = models.ForeignKey(
        PurchaseInvoice, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    class Meta:
        abstract = True


class PurchaseInvoiceLine(AboutInvoice):
    """One row as written: ``net`` in the invoice's currency without VAT, after the row's own discounts."""

    position = models.IntegerField()
    item = models.CharField(max_length=70, blank=True)
    text = models.CharField(max_length=300, blank=True)
    quantity = models.DecimalField(max_digits=19, decimal_places=6, null=True)
    measure = models.CharField(max_length=14, blank=True)
    price = models.DecimalField(max_digits=21, decimal_places=6, null=True)
    net = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    vat = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    vat_category = models.CharField(max_length=3, blank=True)
    vat_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    order_line = models.CharField(max_length=20, blank=True)  # the line of the order that it names
    accounting = models.CharField(max_length=70, blank=True)

    references = (Points("invoice", "an_invoice_row_belongs_to_a_purchase_invoice", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="an_invoice_row_has_its_place_once", fields=["invoice", "position"]),
        ]


class PurchaseVat(AboutInvoice):
    """The invoice's VAT of one category and rate, as written."""

    position = models.SmallIntegerField()
    category = models.CharField(max_length=3, blank=True)
    percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    base = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    amount = models.DecimalField(max_digits=15, decimal_places=2, null=True)

    references = (Points("invoice", "vat_is_told_of_a_purchase_invoice", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="vat_of_an_invoice_has_its_place_once", fields=["invoice", "position"]
            ),
        ]


class InvoiceIdentifier(AboutInvoice):
    """A number that says what an invoice belongs to, and the field it stood in (EX 3-c).

    ``kind``: order (V1…), contract (VSK1…) or posting (TK1…) by its prefix. ``right_field``: it stood in the field
    that is meant for its kind. A person's correction (``person``) takes the place of what the file said.
    """

    run = models.ForeignKey(
        "runs.Run", on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    person = models.ForeignKey(
        "registers.Person", on_delete=NOTHING, db_index=False, null=True, related_name="+"
    )
    given_at = models.DateTimeField()
    kind = models.CharField(max_length=8)
    value = models.CharField(max_length=70)
    field = models.CharField(max_length=16)
    right_field = models.BooleanField()

    references = (
        Points("run", "an_identifier_comes_from_a_run", set_wise=True),
        Points("invoice", "an_identifier_is_of_a_purchase_invoice", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="an_identifier_is_read_or_corrected", condition=BY_ONE),
            models.CheckConstraint(
                name="an_identifier_is_of_its_kind_by_prefix",
                condition=Q(kind="order", value__startswith="V1")
                | Q(kind="contract", value__startswith="VSK1")
                | Q(kind="posting", value__startswith="TK1"),
            ),
        ]
        indexes: ClassVar = [models.Index(name="identifiers_of_an_invoice", fields=["invoice"])]


class InvoiceFinding(AboutInvoice):
    """Something in an invoice that is not as the act, the standard or the guideline wants it; listed by rule."""

    position = models.IntegerField()
    rule = models.CharField(max_length=60)
    severity = models.CharField(max_length=8)
    row = models.IntegerField(null=True)
    place = models.CharField(max_length=120, blank=True)
    value = models.CharField(max_length=200, blank=True)
    clause = models.CharField(max_length=80, blank=True)
    detail = models.JSONField(default=dict)  # what else the sentence of the rule is filled with

    references = (Points("invoice", "a_finding_is_about_a_purchase_invoice", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_finding_has_its_place_once", fields=["invoice", "position"]),
            models.CheckConstraint(
                name="a_finding_is_an_error_or_a_warning", condition=Q(severity__in=["error", "warning"])
            ),
        ]


class InvoiceSupplier(AboutInvoice, ByRunOrPerson):
    """Whose invoice it is in the register of suppliers; the newest counts."""

    supplier = models.ForeignKey(Supplier, on_delete=NOTHING, db_index=False, related_name="+")

    references = (
        Points("run", "a_supplier_is_found_by_a_run", set_wise=True),
        Points("invoice", "a_supplier_is_of_a_purchase_invoice", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="a_supplier_is_found_or_named", condition=BY_ONE),
        ]
        indexes: ClassVar = [models.Index(name="suppliers_of_an_invoice", fields=["invoice", "-id"])]


class InvoiceReturn(AboutInvoice, ByRunOrPerson):
    """The invoice is not ours to pay: a duplicate, refused, or sent back. Nothing more happens to it."""

    day = models.DateField()
    reason = models.CharField(max_length=24)
    message = models.CharField(max_length=1000, blank=True)  # what the supplier was told
    clause = models.CharField(max_length=20)

    references = (
        Points("run", "a_return_comes_from_a_run", set_wise=True),
        Points("invoice", "a_return_is_of_a_purchase_invoice", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="an_invoice_is_returned_by_a_run_or_a_person", condition=BY_ONE),
            models.UniqueConstraint(name="a_purchase_invoice_is_returned_once", fields=["invoice"]),
            models.CheckConstraint(
                name="an_invoice_is_returned_for_a_known_reason",
                condition=Q(
                    reason__in=["duplicate", "not_ours", "unagreed", "content", "wrong_channel", "credited"]
                ),
            ),
        ]


class PurchaseDecision(AboutInvoice, Decision):
    """What a rule said of one invoice in one run; ``amount`` is its total."""

    pk = models.CompositePrimaryKey("invoice_id", "run_id", "rule")

    references = (
        Points("run", "a_purchase_decision_belongs_to_a_run", set_wise=True),
        Points("invoice", "a_purchase_decision_is_about_an_invoice", set_wise=True),
    )

    class Meta:
        indexes: ClassVar = [models.Index(name="purchase_decisions_of_a_run", fields=["run", "outcome"])]


class SenderAnswer(AboutInvoice, FromRun):
    """What the own system that asked for a payment was told of it: accepted, rejected, or paid on ``day`` (EX 2.2-c).

    ``amount`` is what was paid, in euro. The file carries it; an answer is given once, and a payment that came back and
    went out again is paid on its new day.
    """

    file = models.ForeignKey(
        "exchange.OutboxFile", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    state = models.CharField(max_length=8)
    day = models.DateField(null=True)
    amount = models.DecimalField(max_digits=15, decimal_places=2, null=True)

    references = (
        Points("run", "an_answer_to_a_sender_comes_from_a_run", set_wise=True),
        Points("invoice", "an_answer_to_a_sender_is_about_an_invoice", set_wise=True),
        Points("file", "an_answer_to_a_sender_goes_out_in_a_file", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_sender_is_told_once", fields=["invoice", "state", "day"], nulls_distinct=False
            ),
            models.CheckConstraint(
                name="only_what_is_paid_has_a_day_and_an_amount",
                condition=Q(state="paid", day__isnull=False, amount__gt=0)
                | Q(state__in=["accepted", "rejected"], day__isnull=True, amount__isnull=True),
            ),
        ]


class InvoiceNote(AboutInvoice, ByPerson):
    """A comment, a question to a colleague, or a letter to the supplier about unagreed charges (EX 3-b)."""

    text = models.CharField(max_length=1000)
    to_person = models.ForeignKey(
        "registers.Person", on_delete=NOTHING, db_index=False, null=True, related_name="+"
    )
    to_supplier = models.BooleanField(default=False)
    answers = models.ForeignKey(
        "self", on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )

    references = (
        Points("invoice", "a_note_is_about_a_purchase_invoice", set_wise=True),
        Points("answers", "an_answer_answers_a_note_of_its_unit", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="a_note_says_something", condition=~Q(text="")),
            models.CheckConstraint(
                name="a_note_goes_to_a_colleague_or_to_the_supplier",
                condition=Q(to_supplier=False) | Q(to_person__isnull=True),
            ),
        ]
        indexes: ClassVar = [models.Index(name="notes_of_an_invoice", fields=["invoice"])]
