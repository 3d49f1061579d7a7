"""Purchases by payment card: what the card company told, receipts, coding, and what they are reconciled with (EX 4)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from reskontra.database.tables import Fact, Points
from reskontra.purchases.models.invoices import AboutInvoice, PurchaseInvoice
from reskontra.registers.models import Supplier, Tracked
from reskontra.runs.facts import NOTHING, ByPerson, FromRun
from reskontra.runs.models import Decision

# What the guideline recommends a card for; anything else says why.
GROUPS = ("fuel", "vehicle", "travel", "online", "small")


class CardStatement(FromRun):
    """One card company's statement of one period, in euro. ``invoice_key`` is the number of its invoice, when told."""

    file = models.ForeignKey(
        "exchange.InboxFile", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    number = models.CharField(max_length=60)
    company = models.ForeignKey(Supplier, on_delete=NOTHING, db_index=False, related_name="+")
    invoice = models.CharField(max_length=60, blank=True)
    invoice_key = models.CharField(max_length=60, blank=True)
    from_date = models.DateField()
    to_date = models.DateField()
    purchases = models.IntegerField()
    total = models.DecimalField(max_digits=17, decimal_places=2)

    references = (
        Points("run", "a_card_statement_comes_from_a_run", set_wise=True),
        Points("file", "a_card_statement_came_in_a_file", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_card_statement_comes_once", fields=["unit", "company", "number"]),
        ]


class CardPurchase(Fact):
    """One purchase, or a refund when negative: euro with VAT, as the card company told it."""

    statement = models.ForeignKey(
        CardStatement, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    position = models.IntegerField()  # the row of the file
    digits = models.CharField(max_length=4)
    holder = models.CharField(max_length=140)
    day = models.DateField()
    merchant = models.CharField(max_length=140)
    country = models.CharField(max_length=2)
    amount = models.DecimalField(max_digits=15, decimal_places=2)
    original_amount = models.DecimalField(max_digits=16, decimal_places=3, null=True)
    original_currency = models.CharField(max_length=3, blank=True)
    vat_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    vat = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    receipt = models.CharField(max_length=140, blank=True)  # the id that the company tells; not the receipt

    references = (Points("statement", "a_card_purchase_is_of_a_statement", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_card_purchase_has_its_place_once", fields=["statement", "position"]
            ),
            models.CheckConstraint(name="a_card_purchase_is_money", condition=~Q(amount=0)),
            models.CheckConstraint(
                name="a_card_purchase_keeps_four_digits_of_its_card",
                condition=Q(digits__regex=r"^[0-9]{4}$"),
            ),
        ]


class AboutCardPurchase(Fact):
    """A fact about one purchase by card."""

    purchase = models.ForeignKey(
        CardPurchase, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    class Meta:
        abstract = True


class CardStatementInvoice(ByPerson):
    """Somebody has told which invoice a statement belongs to; the newest counts."""

    statement = models.ForeignKey(
        CardStatement, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    invoice = models.ForeignKey(
        PurchaseInvoice, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    references = (
        Points("statement", "an_invoice_is_named_for_a_card_statement", set_wise=True),
        Points("invoice", "a_card_statement_names_a_purchase_invoice", set_wise=True),
    )


class CardReceipt(AboutCardPurchase, ByPerson):
    """The receipt of a purchase: a document in the archive by its SHA-256, or the id of an eReceipt."""

    document = models.CharField(max_length=64, blank=True)
    ereceipt = models.CharField(max_length=70, blank=True)

    references = (Points("purchase", "a_receipt_is_of_a_card_purchase", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_card_receipt_is_a_document_or_an_ereceipt",
                condition=Q(document="") & ~Q(ereceipt="") | ~Q(document="") & Q(ereceipt=""),
            ),
            models.UniqueConstraint(
                name="an_ereceipt_is_of_one_card_purchase",
                fields=["unit", "ereceipt"],
                condition=~Q(ereceipt=""),
            ),
        ]
        indexes: ClassVar = [models.Index(name="receipts_of_a_card_purchase", fields=["purchase"])]


class CardCoding(AboutCardPurchase, ByPerson):
    """One version of how a purchase is coded; the newest counts. ``bought`` is the group of goods."""

    version = models.SmallIntegerField()
    bought = models.CharField(max_length=8)
    reason = models.CharField(max_length=200, blank=True)

    references = (Points("purchase", "a_coding_is_of_a_card_purchase", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_card_coding_has_each_version_once", fields=["purchase", "version"]
            ),
            models.CheckConstraint(
                name="a_card_purchase_outside_the_groups_says_why",
                condition=Q(bought__in=GROUPS) | Q(bought="other") & ~Q(reason=""),
            ),
        ]


class CardCodingLine(Fact, Tracked):
    """One line of a purchase's coding in euro, signed as the purchase is; VAT stands on a line of its own."""

    coding = models.ForeignKey(
        CardCoding, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="lines"
    )
    position = models.SmallIntegerField()
    amount = models.DecimalField(max_digits=15, decimal_places=2)

    references = (Points("coding", "a_card_coding_line_belongs_to_a_coding", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_card_coding_line_has_its_place_once", fields=["coding", "position"]
            ),
            models.CheckConstraint(
                name="a_card_coding_line_is_money_on_an_account", condition=~Q(amount=0) & ~Q(account="")
            ),
        ]


class CardTransfer(FromRun, AboutCardPurchase):
    """The travel system has settled a purchase in a claim approved there: cost against the clearing account."""

    voucher = models.ForeignKey(
        "ledger.Voucher", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    claim = models.CharField(max_length=35)
    day = models.DateField()
    amount = models.DecimalField(max_digits=15, decimal_places=2)

    references = (
        Points("run", "a_card_transfer_comes_from_a_run", set_wise=True),
        Points("purchase", "a_card_transfer_is_of_a_card_purchase", set_wise=True),
        Points("voucher", "a_card_transfer_has_its_voucher", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_card_purchase_is_transferred_once", fields=["purchase"]),
            models.CheckConstraint(name="a_card_transfer_names_its_claim", condition=~Q(claim="")),
        ]


class CardCharge(FromRun, AboutCardPurchase):
    """A purchase is reconciled with the card company's invoice: by a row of it, or by its sum (no row)."""

    invoice = models.ForeignKey(
        PurchaseInvoice, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    row = models.IntegerField(null=True)
    amount = models.DecimalField(max_digits=15, decimal_places=2)

    references = (
        Points("run", "a_card_charge_comes_from_a_run", set_wise=True),
        Points("purchase", "a_card_charge_is_of_a_card_purchase", set_wise=True),
        Points("invoice", "a_card_charge_stands_on_a_purchase_invoice", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_card_purchase_is_charged_once", fields=["purchase"]),
            models.UniqueConstraint(
                name="an_invoice_row_charges_one_card_purchase", fields=["invoice", "row"]
            ),
        ]


class CardDifference(FromRun, AboutInvoice, Tracked):
    """What else a card company's invoice charges than purchases, such as a yearly fee: euro, why, and its account.

    It has a ``voucher`` where the invoice stands on the clearing account; else it is a line of the invoice's coding.
    """

    voucher = models.ForeignKey(
        "ledger.Voucher", on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    amount = models.DecimalField(max_digits=15, decimal_places=2)
    reason = models.CharField(max_length=200)

    references = (
        Points("run", "a_card_difference_comes_from_a_run", set_wise=True),
        Points("invoice", "a_card_difference_is_of_a_purchase_invoice", set_wise=True),
        Points("voucher", "a_card_difference_has_its_voucher", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_card_difference_is_money_with_a_reason", condition=~Q(amount=0) & ~Q(reason="")
            ),
        ]


class CardPurchaseDecision(AboutCardPurchase, Decision):
    """What the rules said of one purchase in one run; ``amount`` is the purchase's, in euro."""

    pk = models.CompositePrimaryKey("purchase_id", "run_id", "rule")

    references = (
        Points("run", "a_card_decision_belongs_to_a_run", set_wise=True),
        Points("purchase", "a_card_decision_is_about_a_card_purchase", set_wise=True),
    )

    class Meta:
        indexes: ClassVar = [models.Index(name="card_decisions_of_a_run", fields=["run", "outcome"])]
