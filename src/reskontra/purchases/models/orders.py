"""Purchase orders and receipts: what was ordered, what has come (EX 1, 3)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from reskontra.database.tables import Fact, Points
from reskontra.registers.models import Supplier, Tracked
from reskontra.runs.facts import BY_ONE, NOTHING, ByRunOrPerson, FromRun


class PurchaseOrder(FromRun):
    """One order to one supplier, as it was approved in the ordering system or on the desk. Amounts stand on lines."""

    number = models.CharField(max_length=20)
    supplier = models.ForeignKey(Supplier, on_delete=NOTHING, db_index=False, related_name="+")
    ordered_date = models.DateField()
    currency = models.CharField(max_length=3, default="EUR")
    orderer = models.ForeignKey(
        "registers.Person", on_delete=NOTHING, db_index=False, null=True, related_name="+"
    )

    references = (Points("run", "a_purchase_order_comes_from_a_run", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="purchase_order_numbers_are_unique", fields=["unit", "number"]),
            models.CheckConstraint(
                name="a_purchase_order_number_begins_with_v1", condition=Q(number__startswith="V1")
            ),
        ]
        indexes: ClassVar = [models.Index(name="purchase_orders_of_a_supplier", fields=["unit", "supplier"])]

    def __str__(self) -> str:
        return self.number


class PurchaseOrderLine(Fact, Tracked):
    """One line: ``net`` is euro without VAT for the whole ``quantity``; the tracking objects are its coding."""

    order = models.ForeignKey(
        PurchaseOrder, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="lines"
    )
    position = models.SmallIntegerField()
    item = models.CharField(max_length=35, blank=True)
    text = models.CharField(max_length=200)
    quantity = models.DecimalField(max_digits=15, decimal_places=4)
    measure = models.CharField(max_length=10, blank=True)
    price = models.DecimalField(max_digits=15, decimal_places=5)
    net = models.DecimalField(max_digits=15, decimal_places=2)
    vat_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)

    references = (Points("order", "an_order_line_belongs_to_a_purchase_order", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_purchase_order_line_has_its_place_once", fields=["order", "position"]
            ),
            models.CheckConstraint(
                name="a_purchase_order_line_asks_for_something", condition=Q(quantity__gt=0, net__gte=0)
            ),
        ]


class PurchaseOrderLineChange(ByRunOrPerson, Tracked):
    """What a line of an order is now, after it was changed; the newest counts.

    ``quantity`` zero: it asks for nothing more. The line keeps its place and its item. ``net`` is euro without VAT for
    the whole ``quantity``.
    """

    line = models.ForeignKey(
        PurchaseOrderLine, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    text = models.CharField(max_length=200)
    quantity = models.DecimalField(max_digits=15, decimal_places=4)
    measure = models.CharField(max_length=10, blank=True)
    price = models.DecimalField(max_digits=15, decimal_places=5)
    net = models.DecimalField(max_digits=15, decimal_places=2)
    vat_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)

    references = (
        Points("run", "a_change_of_an_order_comes_from_a_run", set_wise=True),
        Points("line", "a_change_is_of_a_purchase_order_line", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="an_order_is_changed_by_a_run_or_a_person", condition=BY_ONE),
            models.CheckConstraint(
                name="a_changed_order_line_asks_for_nothing_negative",
                condition=Q(quantity__gt=0, net__gte=0) | Q(quantity=0, net=0),
            ),
        ]
        indexes: ClassVar = [models.Index(name="changes_of_an_order_line", fields=["line", "-id"])]


class PurchaseOrderEnd(ByRunOrPerson):
    """The order takes no more receipts or invoices: everything has come, or nothing more will."""

    order = models.ForeignKey(
        PurchaseOrder, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    day = models.DateField()
    reason = models.CharField(max_length=200)

    references = (
        Points("run", "an_order_end_comes_from_a_run", set_wise=True),
        Points("order", "an_order_end_is_of_a_purchase_order", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="an_order_is_ended_by_a_run_or_a_person", condition=BY_ONE),
            models.UniqueConstraint(name="a_purchase_order_ends_once", fields=["order"]),
        ]


class Receipt(ByRunOrPerson):
    """What came of one order line: a quantity, or an amount in euro without VAT; negative corrects (EX 1, 3)."""

    line = models.ForeignKey(
        PurchaseOrderLine, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    received_date = models.DateField()
    receiver = models.CharField(max_length=70)
    quantity = models.DecimalField(max_digits=15, decimal_places=4, null=True)
    net = models.DecimalField(max_digits=15, decimal_places=2)
    told_as = models.CharField(max_length=70, blank=True)  # its name in the system that told it

    references = (
        Points("run", "a_receipt_comes_from_a_run", set_wise=True),
        Points("line", "a_receipt_is_of_an_order_line", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="a_receipt_is_told_by_a_run_or_a_person", condition=BY_ONE),
            models.CheckConstraint(
                name="a_receipt_is_not_nothing",
                condition=~Q(net=0) | Q(quantity__isnull=False) & ~Q(quantity=0),
            ),
            models.UniqueConstraint(
                name="a_receipt_is_told_once",
                fields=["unit", "line", "told_as"],
                condition=~Q(told_as=""),
            ),
        ]
        indexes: ClassVar = [models.Index(name="receipts_of_a_line", fields=["line"])]
