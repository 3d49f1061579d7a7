"""Matching: which order or contract an invoice belongs to, line by line, and who confirmed it (EX 3)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from reskontra.database.tables import Fact, Points
from reskontra.purchases.models.contracts import Contract, ContractRow
from reskontra.purchases.models.invoices import AboutInvoice, PurchaseInvoiceLine
from reskontra.purchases.models.orders import PurchaseOrder, PurchaseOrderLine
from reskontra.runs.facts import BY_ONE, NOTHING, ByPerson, ByRunOrPerson


class Match(AboutInvoice, ByRunOrPerson):
    """An invoice matched to an order or a contract: by the run (automatic), or accepted by a person (not automatic).

    ``net``: the invoice without VAT, negative for a credit; ``difference``: that, less what it was matched to.
    ``waits``: the contract wants somebody to confirm it first.
    """

    order = models.ForeignKey(
        PurchaseOrder, on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    contract = models.ForeignKey(
        Contract, on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    net = models.DecimalField(max_digits=15, decimal_places=2)
    difference = models.DecimalField(max_digits=15, decimal_places=2)
    waits = models.BooleanField()
    level = models.CharField(max_length=6)  # line or header
    clause = models.CharField(max_length=20)
    reason = models.CharField(max_length=350, blank=True)  # why a person accepted it

    references = (
        Points("run", "a_match_comes_from_a_run", set_wise=True),
        Points("invoice", "a_match_is_of_a_purchase_invoice", set_wise=True),
        Points("order", "a_match_is_to_an_order_of_its_unit", set_wise=True),
        Points("contract", "a_match_is_to_a_contract_of_its_unit", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="a_match_is_made_by_a_run_or_a_person", condition=BY_ONE),
            models.CheckConstraint(
                name="a_match_is_to_an_order_or_a_contract",
                condition=Q(order__isnull=False, contract__isnull=True)
                | Q(order__isnull=True, contract__isnull=False),
            ),
            models.CheckConstraint(
                name="a_match_is_by_line_or_by_header", condition=Q(level__in=["line", "header"])
            ),
            models.CheckConstraint(
                name="who_accepts_a_match_says_why", condition=Q(person__isnull=True) | ~Q(reason="")
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="matches_of_an_invoice", fields=["invoice"]),
            models.Index(name="matches_of_an_order", fields=["order"], condition=Q(order__isnull=False)),
            models.Index(
                name="matches_of_a_contract", fields=["contract"], condition=Q(contract__isnull=False)
            ),
        ]


class MatchLine(Fact):
    """How much of a match an order line or a schedule row takes, in euro without VAT; negative for a credit."""

    match = models.ForeignKey(
        Match, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="lines"
    )
    position = models.SmallIntegerField()
    order_line = models.ForeignKey(
        PurchaseOrderLine, on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    contract_row = models.ForeignKey(
        ContractRow, on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    invoice_row = models.IntegerField(null=True)  # its position in the invoice, where it was matched by line
    quantity = models.DecimalField(max_digits=15, decimal_places=4, null=True)
    net = models.DecimalField(max_digits=15, decimal_places=2)

    references = (
        Points("match", "a_match_line_belongs_to_a_match", set_wise=True),
        Points("order_line", "a_match_line_is_of_an_order_line", set_wise=True),
        Points("contract_row", "a_match_line_is_of_a_schedule_row", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_match_line_has_its_place_once", fields=["match", "position"]),
            models.CheckConstraint(
                name="a_match_line_takes_of_one_thing",
                condition=Q(order_line__isnull=True) | Q(contract_row__isnull=True),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                name="what_was_invoiced_of_a_line",
                fields=["order_line"],
                condition=Q(order_line__isnull=False),
            ),
        ]


class MatchEnd(ByRunOrPerson):
    """A match that does not hold any more: a receipt was corrected, or somebody took it back before payment."""

    match = models.ForeignKey(Match, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+")
    day = models.DateField()
    reason = models.CharField(max_length=200)

    references = (
        Points("run", "a_match_end_comes_from_a_run", set_wise=True),
        Points("match", "a_match_end_is_of_a_match", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="a_match_is_ended_by_a_run_or_a_person", condition=BY_ONE),
            models.UniqueConstraint(name="a_match_ends_once", fields=["match"]),
            models.CheckConstraint(name="a_match_end_has_a_reason", condition=~Q(reason="")),
        ]


class MatchConfirmation(ByPerson):
    """Somebody who may confirms a match that waits for it (EX 3-d)."""

    match = models.ForeignKey(Match, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+")

    references = (Points("match", "a_confirmation_is_of_a_match", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_match_is_confirmed_once", fields=["match"]),
        ]


class RowLink(ByPerson):
    """A row of an invoice goes to this line of an order: somebody said so, whatever the row itself names (EX 3-b)."""

    row = models.ForeignKey(
        PurchaseInvoiceLine, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    order_line = models.ForeignKey(
        PurchaseOrderLine, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    references = (
        Points("row", "a_link_is_of_a_row_of_an_invoice", set_wise=True),
        Points("order_line", "a_link_is_to_an_order_line_of_its_unit", set_wise=True),
    )

    class Meta:
        indexes: ClassVar = [models.Index(name="links_of_a_row", fields=["row"])]


class RowLinkEnd(ByPerson):
    """A link that does not hold any more; another may take its place."""

    link = models.ForeignKey(
        RowLink, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    references = (Points("link", "a_link_end_is_of_a_link", set_wise=True),)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(name="a_link_ends_once", fields=["link"])]
