"""From the billing request to the delivered invoice, as append-only facts.

An order row is one version of an order: a correction is a new version, and an approval binds to the digest of
the version that was seen.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Round

from reskontra.database.tables import Fact, Points
from reskontra.runs.models import Approval, Decision

NOTHING = models.DO_NOTHING


class BillingRequest(Fact):
    """One file of orders, and what became of its rows: every row is accepted, returned or a duplicate."""

    run = models.ForeignKey(
        "runs.Run", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    file = models.ForeignKey(
        "exchange.InboxFile", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    source = models.CharField(max_length=12)
    sender = models.CharField(max_length=35, blank=True)
    rows = models.IntegerField()
    orders = models.IntegerField()

    references = (
        Points("run", "a_billing_request_comes_in_by_a_run"),
        Points("file", "a_billing_request_is_a_file_that_came_in"),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_file_is_one_billing_request", fields=["unit", "file"]),
        ]


class Order(Fact):
    """One version of a sales order. ``key`` is the sender's; ``digest`` is of everything that was asked for."""

    run = models.ForeignKey(
        "runs.Run", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    request = models.ForeignKey(
        BillingRequest, on_delete=NOTHING, db_constraint=False, null=True, related_name="+"
    )
    row = models.IntegerField(null=True)
    number = models.BigIntegerField()
    version = models.SmallIntegerField(default=1)
    key = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    source = models.CharField(max_length=12)
    order_type = models.CharField(max_length=10)
    credit = models.BooleanField()
    reference_invoice = models.CharField(max_length=20, blank=True)
    customer = models.ForeignKey(
        "registers.Customer", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    payer = models.ForeignKey(
        "registers.Customer", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    bill_to = models.ForeignKey(
        "registers.Customer",
        on_delete=NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    ship_to = models.ForeignKey(
        "registers.Customer",
        on_delete=NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    language = models.CharField(max_length=2)
    service_date = models.DateField()
    pricing_date = models.DateField()
    case_reference = models.CharField(max_length=70, blank=True)
    order_number = models.CharField(max_length=70, blank=True)
    agreement = models.CharField(max_length=70, blank=True)
    accounting = models.CharField(max_length=35, blank=True)
    site = models.CharField(max_length=35, blank=True)
    tax_country = models.CharField(max_length=2, blank=True)
    payment_term = models.SmallIntegerField(null=True)  # days, by contract or special act
    header_text = models.CharField(max_length=350, blank=True)
    charge_basis_text = models.CharField(max_length=350, blank=True)
    attachments = models.JSONField(default=list)
    lines_count = models.SmallIntegerField()
    form = models.JSONField(default=dict)  # what else the form said, so that nothing is lost

    references = (
        Points("run", "an_order_comes_in_by_a_run", set_wise=True),
        Points("request", "an_order_belongs_to_its_billing_request", set_wise=True),
        Points("customer", "an_order_has_a_customer", set_wise=True),
        Points("payer", "an_order_has_a_payer", set_wise=True),
        Points("bill_to", "an_order_is_billed_to_a_customer", set_wise=True),
        Points("ship_to", "an_order_is_delivered_to_a_customer", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="an_order_version_is_unique", fields=["unit", "number", "version"]),
            models.UniqueConstraint(name="an_order_key_is_used_once", fields=["unit", "key", "version"]),
            models.UniqueConstraint(name="an_order_is_found_by_its_digest", fields=["unit", "id", "digest"]),
            models.CheckConstraint(name="an_order_has_lines", condition=Q(lines_count__gte=1)),
            models.CheckConstraint(
                name="a_payment_term_is_within_a_year",
                condition=Q(payment_term__isnull=True) | Q(payment_term__gte=0, payment_term__lte=365),
            ),
        ]


class OrderLine(Fact):
    """One line of an order version: as it was asked for; the price list may fill what is empty."""

    pk = models.CompositePrimaryKey("order_id", "position")
    order = models.ForeignKey(
        Order, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="lines"
    )
    position = models.SmallIntegerField()
    row = models.IntegerField(null=True)
    item_code = models.CharField(max_length=18)
    quantity = models.DecimalField(max_digits=15, decimal_places=3)
    measure = models.CharField(max_length=10, blank=True)
    unit_price = models.DecimalField(max_digits=15, decimal_places=5, null=True)
    item_text = models.CharField(max_length=100, blank=True)
    line_text = models.CharField(max_length=350, blank=True)
    account = models.CharField(max_length=8, blank=True)
    budget_account = models.CharField(max_length=20, blank=True)
    operating_unit = models.CharField(max_length=20, blank=True)
    project = models.CharField(max_length=20, blank=True)
    function = models.CharField(max_length=20, blank=True)
    product = models.CharField(max_length=20, blank=True)
    area = models.CharField(max_length=20, blank=True)
    tracking1 = models.CharField(max_length=20, blank=True)
    tracking2 = models.CharField(max_length=20, blank=True)

    references = (Points("order", "an_order_line_belongs_to_an_order", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="an_order_line_has_a_quantity", condition=~Q(quantity=0)),
            models.CheckConstraint(
                name="a_unit_price_is_not_negative",
                condition=Q(unit_price__isnull=True) | Q(unit_price__gte=0),
            ),
        ]


class BillingRow(Fact):
    """One row of a file, and its one outcome with everything found wrong with it."""

    pk = models.CompositePrimaryKey("request_id", "row")
    request = models.ForeignKey(
        BillingRequest, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="billing_rows"
    )
    row = models.IntegerField()
    status = models.CharField(max_length=9)
    order = models.ForeignKey(
        Order, on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    findings = models.JSONField(default=list)

    references = (
        Points("request", "a_row_belongs_to_its_billing_request", set_wise=True),
        Points("order", "a_row_became_an_order_of_its_unit", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_row_is_accepted_returned_or_duplicate",
                condition=Q(status__in=["accepted", "returned", "duplicate"]),
            ),
        ]


class OrderDecision(Decision):
    """What the rules said of an order version."""

    pk = models.CompositePrimaryKey("order_id", "run_id", "rule")
    order = models.ForeignKey(
        Order, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="decisions"
    )

    references = (
        Points("run", "an_order_decision_belongs_to_a_run", set_wise=True),
        Points("order", "an_order_decision_is_about_an_order", set_wise=True),
    )

    class Meta:
        indexes: ClassVar = [models.Index(name="order_decisions_of_a_run", fields=["run", "outcome"])]


class OrderApproval(Approval):
    """A review or an approval of one order version by one person (OC 3.2.1-b)."""

    order = models.ForeignKey(
        Order, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="approvals"
    )

    references = (Points("order", "an_approval_is_about_an_order_of_its_unit"),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="reviewer_is_not_approver", fields=["unit", "order", "person"]),
            models.UniqueConstraint(name="an_act_is_given_once", fields=["unit", "order", "act"]),
            models.CheckConstraint(
                name="an_act_is_a_review_or_an_approval", condition=Q(act__in=["review", "approve"])
            ),
        ]


class OrderStop(Fact):
    """A person's word that an order version is not to be invoiced: sent back to its sender, or withdrawn (OC 3.9-c).

    What was sent back may come again under its key, as the next version. What was withdrawn is no longer open.
    """

    order = models.ForeignKey(
        Order, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="stops"
    )
    digest = models.CharField(max_length=64)
    act = models.CharField(max_length=8)
    reason = models.CharField(max_length=350)
    person = models.ForeignKey("registers.Person", on_delete=NOTHING, db_index=False, related_name="+")
    stopped_at = models.DateTimeField()

    references = (Points("order", "a_stop_is_about_an_order_of_its_unit"),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="an_order_is_stopped_once_in_a_way", fields=["unit", "order", "act"]
            ),
            models.CheckConstraint(
                name="an_order_is_returned_or_withdrawn", condition=Q(act__in=["return", "withdraw"])
            ),
            models.CheckConstraint(name="an_order_is_stopped_for_a_reason", condition=~Q(reason="")),
        ]


class Invoice(Fact):
    """A numbered invoice (or credit invoice, with negative sums), made by one invoice run."""

    run = models.ForeignKey(
        "runs.Run", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    number = models.BigIntegerField()
    credit = models.BooleanField()
    original = models.ForeignKey(
        "self", on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    issue_date = models.DateField()
    due_date = models.DateField()
    term_days = models.SmallIntegerField()
    term_clause = models.CharField(max_length=20)
    customer = models.ForeignKey(
        "registers.Customer", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    payer = models.ForeignKey(
        "registers.Customer", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    bill_to = models.ForeignKey(
        "registers.Customer",
        on_delete=NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    ship_to = models.ForeignKey(
        "registers.Customer",
        on_delete=NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    language = models.CharField(max_length=2)
    internal = models.BooleanField()
    public_law = models.BooleanField()
    reference = models.CharField(max_length=20)
    supply_date = models.DateField()
    case_reference = models.CharField(max_length=70, blank=True)
    order_number = models.CharField(max_length=70, blank=True)
    agreement = models.CharField(max_length=70, blank=True)
    accounting = models.CharField(max_length=35, blank=True)
    site = models.CharField(max_length=35, blank=True)
    net = models.DecimalField(max_digits=15, decimal_places=2)
    vat = models.DecimalField(max_digits=15, decimal_places=2)
    total = models.DecimalField(max_digits=15, decimal_places=2)
    voucher = models.ForeignKey(
        "ledger.Voucher", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    references = (
        Points("run", "an_invoice_comes_from_a_run", set_wise=True),
        Points("original", "a_credit_names_its_original", set_wise=True),
        Points("customer", "an_invoice_has_a_customer", set_wise=True),
        Points("payer", "an_invoice_has_a_payer", set_wise=True),
        Points("bill_to", "an_invoice_is_billed_to_a_customer", set_wise=True),
        Points("ship_to", "an_invoice_is_delivered_to_a_customer", set_wise=True),
        Points("voucher", "an_invoice_has_its_voucher", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="invoice_numbers_are_unique", fields=["unit", "number"]),
            models.CheckConstraint(
                name="an_invoice_adds_up", condition=Q(total=models.F("net") + models.F("vat"))
            ),
            models.CheckConstraint(
                name="a_credit_has_an_original_and_an_invoice_has_none",
                condition=Q(credit=True, original__isnull=False, total__lte=0)
                | Q(credit=False, original__isnull=True, total__gte=0),
            ),
            models.CheckConstraint(
                name="an_invoice_falls_due_after_its_date", condition=Q(due_date__gte=models.F("issue_date"))
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                name="credits_of_an_invoice", fields=["original"], condition=Q(original__isnull=False)
            ),
        ]


class InvoiceLine(Fact):
    """One priced and posted line of an invoice; amounts in euro, without VAT."""

    pk = models.CompositePrimaryKey("invoice_id", "position")
    invoice = models.ForeignKey(
        Invoice, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="lines"
    )
    position = models.SmallIntegerField()
    order = models.ForeignKey(Order, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+")
    order_position = models.SmallIntegerField()
    item = models.ForeignKey(
        "registers.Item", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    quantity = models.DecimalField(max_digits=15, decimal_places=3)
    measure = models.CharField(max_length=10)
    unit_price = models.DecimalField(max_digits=15, decimal_places=5)
    net = models.DecimalField(max_digits=15, decimal_places=2)
    vat_category = models.CharField(max_length=3)
    vat_percent = models.DecimalField(max_digits=5, decimal_places=2)

    references = (
        Points("invoice", "an_invoice_line_belongs_to_an_invoice", set_wise=True),
        Points("order", "an_invoice_line_bills_an_order", set_wise=True),
        Points("item", "an_invoice_line_bills_an_item", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_line_is_quantity_times_price",
                condition=Q(net=Round(models.F("quantity") * models.F("unit_price"), precision=2)),
            ),
        ]


class InvoicedOrder(Fact):
    """The order version that an invoice bills. By its number an order is invoiced once, in whatever version."""

    pk = models.CompositePrimaryKey("unit_id", "number")
    number = models.BigIntegerField()
    order = models.ForeignKey(Order, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+")
    digest = models.CharField(max_length=64)
    invoice = models.ForeignKey(
        Invoice, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    references = (
        Points("order", "an_invoiced_order_is_of_its_unit", set_wise=True),
        Points("invoice", "an_invoiced_order_has_its_invoice", set_wise=True),
    )


class InvoiceDelivery(Fact):
    """An invoice in a sealed batch. An invoice goes out once; what must go again goes by a decision of its own.

    ``attempt`` counts from one; ``skipped`` are the channels that were passed over, ``CHANNEL=why`` parted by
    spaces.
    """

    pk = models.CompositePrimaryKey("unit_id", "invoice_id", "attempt")
    invoice = models.ForeignKey(
        Invoice, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    attempt = models.SmallIntegerField(default=1)
    file = models.ForeignKey(
        "exchange.OutboxFile", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    channel = models.CharField(max_length=20)
    clause = models.CharField(max_length=20)
    skipped = models.CharField(max_length=300, blank=True)

    references = (
        Points("invoice", "a_delivery_is_of_an_invoice", set_wise=True),
        Points("file", "a_delivery_is_in_a_batch", set_wise=True),
    )

    class Meta:
        indexes: ClassVar = [models.Index(name="deliveries_of_a_batch", fields=["unit", "file"])]


class DeliveryDecision(Fact):
    """A person's word on how an invoice goes out next: by the cascade again (no ``channel``) or by one channel.

    ``attempt`` is the delivery that it is about: the first, or one more than have been. The newest counts.
    """

    invoice = models.ForeignKey(
        Invoice, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    attempt = models.SmallIntegerField()
    channel = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=350)
    person = models.ForeignKey("registers.Person", on_delete=NOTHING, db_index=False, related_name="+")
    decided_at = models.DateTimeField()

    references = (Points("invoice", "a_delivery_decision_is_about_an_invoice", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="a_delivery_decision_gives_its_reason", condition=~Q(reason="")),
        ]
        indexes: ClassVar = [
            models.Index(name="decisions_on_a_delivery", fields=["unit", "invoice", "attempt"]),
        ]


class InvoiceDecision(Decision):
    """Why a delivery run left an invoice: no channel takes it, or our own checks refused its document (OC 3.9-d).

    What went out has its delivery instead, with channel and clause.
    """

    pk = models.CompositePrimaryKey("invoice_id", "run_id", "rule")
    invoice = models.ForeignKey(
        Invoice, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    references = (
        Points("run", "an_invoice_decision_belongs_to_a_run", set_wise=True),
        Points("invoice", "an_invoice_decision_is_about_an_invoice", set_wise=True),
    )

    class Meta:
        indexes: ClassVar = [models.Index(name="invoice_decisions_of_a_run", fields=["run", "outcome"])]


class DeliveryReport(Fact):
    """One report of the operator on what it received, with as many answers as it has rows (OC 3.9-d)."""

    run = models.ForeignKey(
        "runs.Run", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    file = models.ForeignKey(
        "exchange.InboxFile", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    rows = models.IntegerField()

    references = (
        Points("run", "a_delivery_report_comes_in_by_a_run"),
        Points("file", "a_delivery_report_is_a_file_that_came_in"),
    )


class DeliveryReceipt(Fact):
    """One row of a report: what the operator says of one invoice, and what became of that answer.

    ``status`` and ``channel`` are the operator's words. ``outcome``: ``taken`` counts; ``known`` says nothing
    new; ``contradicts`` counts and is against an earlier answer; ``returned`` could not be laid to a delivery.
    """

    pk = models.CompositePrimaryKey("report_id", "row")
    report = models.ForeignKey(
        DeliveryReport, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="receipts"
    )
    row = models.IntegerField()
    invoice = models.ForeignKey(
        Invoice, on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    attempt = models.SmallIntegerField(null=True)
    status = models.CharField(max_length=10, blank=True)
    channel = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    happened_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=11)
    findings = models.JSONField(default=list)

    references = (
        Points("report", "an_answer_stands_in_a_delivery_report", set_wise=True),
        Points("invoice", "an_answer_is_about_a_delivery", elsewhere=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="an_answer_is_taken_known_contradicting_or_returned",
                condition=Q(outcome__in=["taken", "known", "contradicts", "returned"]),
            ),
            models.CheckConstraint(
                name="an_answer_that_counts_names_its_delivery",
                condition=Q(outcome="returned")
                | Q(
                    invoice__isnull=False,
                    attempt__isnull=False,
                    status__in=["delivered", "refused", "pending"],
                ),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="answers_of_a_delivery", fields=["unit", "invoice", "attempt"]),
            models.Index(
                name="answers_that_are_not_delivered",
                fields=["unit", "invoice"],
                condition=Q(status__in=["refused", "pending"], outcome__in=["taken", "contradicts"]),
            ),
        ]


class ArchiveReturn(Fact):
    """One package of what the operator archived, as it came back: documents, images, attachments (OC 3.9-e)."""

    run = models.ForeignKey(
        "runs.Run", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    file = models.ForeignKey(
        "exchange.InboxFile", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    rows = models.IntegerField()

    references = (
        Points("run", "an_archive_return_comes_in_by_a_run"),
        Points("file", "an_archive_return_is_a_file_that_came_in"),
    )


class ArchivedFile(Fact):
    """One file that came back for an invoice, and whether it is what it should be."""

    pk = models.CompositePrimaryKey("archive_return_id", "row")
    archive_return = models.ForeignKey(
        ArchiveReturn, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="archived"
    )
    row = models.IntegerField()
    invoice = models.ForeignKey(
        Invoice, on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    role = models.CharField(max_length=10, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    outcome = models.CharField(max_length=8)
    findings = models.JSONField(default=list)

    references = (
        Points("archive_return", "an_archived_file_stands_in_an_archive_return", set_wise=True),
        Points("invoice", "an_archived_file_is_of_an_invoice", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="an_archived_file_is_accepted_known_or_returned",
                condition=Q(outcome__in=["accepted", "known", "returned"]),
            ),
            models.CheckConstraint(
                name="an_accepted_file_says_what_it_is",
                condition=~Q(outcome="accepted")
                | Q(invoice__isnull=False, role__in=["xml", "image", "attachment"]) & ~Q(digest=""),
            ),
            models.UniqueConstraint(
                name="an_archived_file_is_kept_once",
                fields=["unit", "invoice", "role", "digest"],
                condition=Q(outcome="accepted"),
            ),
        ]


class InvoiceListApproval(Approval):
    """A review or an approval of the invoice list voucher of one invoice run, by its report (OC 3.9-e, 3.9-f)."""

    run = models.ForeignKey(
        "runs.Run", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    references = (Points("run", "an_invoice_list_is_of_a_run"),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="an_invoice_list_act_is_given_once", fields=["unit", "run", "act"]),
            models.UniqueConstraint(
                name="an_invoice_list_is_not_reviewed_and_approved_by_one", fields=["unit", "run", "person"]
            ),
            models.CheckConstraint(
                name="an_invoice_list_is_reviewed_or_approved", condition=Q(act__in=["review", "approve"])
            ),
        ]
