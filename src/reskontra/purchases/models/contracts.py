"""Contracts' technical cover sheets: what invoices with a VSK1 number are matched to (EX 3, EX 4)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from reskontra.database.tables import Fact, Points
from reskontra.registers.models import Supplier, Tracked
from reskontra.runs.facts import NOTHING, ByPerson, FromRun


class Contract(FromRun):
    """One version of a cover sheet; the newest counts. Limits are euro without VAT; empty means none.

    ``plan``: ``budget`` is consumed by invoices within its limits; ``schedule`` names the rows it expects.
    ``confirm``: a matched invoice waits until somebody has confirmed it. ``valid_until`` is the last day.
    """

    number = models.CharField(max_length=20)
    version = models.SmallIntegerField()
    supplier = models.ForeignKey(Supplier, on_delete=NOTHING, db_index=False, related_name="+")
    name = models.CharField(max_length=120)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    plan = models.CharField(max_length=8)
    total_limit = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    period_limit = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    period = models.CharField(max_length=7, blank=True)
    confirm = models.BooleanField()
    currency = models.CharField(max_length=3, default="EUR")
    owner = models.ForeignKey(
        "registers.Person", on_delete=NOTHING, db_index=False, null=True, related_name="+"
    )

    references = (Points("run", "a_contract_comes_from_a_run", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_contract_has_each_version_once", fields=["unit", "number", "version"]
            ),
            models.CheckConstraint(
                name="a_contract_number_begins_with_vsk1", condition=Q(number__startswith="VSK1")
            ),
            models.CheckConstraint(
                name="a_contract_has_a_plan_of_a_known_kind", condition=Q(plan__in=["budget", "schedule"])
            ),
            models.CheckConstraint(
                name="a_period_limit_names_its_period",
                condition=Q(period_limit__isnull=True, period="")
                | Q(period_limit__isnull=False, period__in=["month", "quarter", "year"]),
            ),
            models.CheckConstraint(
                name="a_contract_is_valid_for_some_time",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
            ),
            models.CheckConstraint(
                name="a_contract_limit_is_money",
                condition=(Q(total_limit__isnull=True) | Q(total_limit__gt=0))
                & (Q(period_limit__isnull=True) | Q(period_limit__gt=0)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} ({self.version})"


class ContractRow(Fact):
    """One expected invoice of a schedule: about when, how much without VAT, and its own tolerance if it has one."""

    contract = models.ForeignKey(
        Contract, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="rows"
    )
    position = models.SmallIntegerField()
    expected_date = models.DateField()
    net = models.DecimalField(max_digits=15, decimal_places=2)
    tolerance = models.DecimalField(max_digits=15, decimal_places=2, null=True)

    references = (Points("contract", "a_schedule_row_belongs_to_a_contract", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_schedule_row_has_its_place_once", fields=["contract", "position"]
            ),
            models.CheckConstraint(
                name="a_schedule_row_expects_money",
                condition=Q(net__gt=0) & (Q(tolerance__isnull=True) | Q(tolerance__gte=0)),
            ),
        ]


class ContractPeriod(Fact):
    """What may be invoiced under a contract from ``from_date`` to ``until_date``, both included; euro without VAT."""

    contract = models.ForeignKey(
        Contract, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="periods"
    )
    position = models.SmallIntegerField()
    from_date = models.DateField()
    until_date = models.DateField()
    net = models.DecimalField(max_digits=15, decimal_places=2)

    references = (Points("contract", "a_period_belongs_to_a_contract", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_period_of_a_contract_has_its_place_once", fields=["contract", "position"]
            ),
            models.CheckConstraint(
                name="a_period_of_a_contract_has_days_and_a_limit",
                condition=Q(until_date__gte=F("from_date"), net__gte=0),
            ),
        ]


class ContractLine(Fact, Tracked):
    """One line of the contract's coding: its share of each invoice in percent."""

    contract = models.ForeignKey(
        Contract, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="lines"
    )
    position = models.SmallIntegerField()
    share = models.DecimalField(max_digits=7, decimal_places=4)

    references = (Points("contract", "a_contract_line_belongs_to_a_contract", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_contract_line_has_its_place_once", fields=["contract", "position"]
            ),
            models.CheckConstraint(
                name="a_contract_line_has_a_share", condition=Q(share__gt=0, share__lte=100)
            ),
        ]


class ContractEnd(ByPerson):
    """The contract is over before its last day."""

    number = models.CharField(max_length=20)
    day = models.DateField()
    reason = models.CharField(max_length=200)

    references = (Points("unit", "a_contract_end_is_in_a_unit"),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_contract_ends_once", fields=["unit", "number"]),
            models.CheckConstraint(name="a_contract_end_has_a_reason", condition=~Q(reason="")),
        ]
