"""What can be billed, at which price and with which VAT (OC 2.1)."""

from typing import ClassVar

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Q

from reskontra.database.tables import Points, StateWide, UnitRegister
from reskontra.registers.models.people import Person

BIG = models.DO_NOTHING


class Item(StateWide):
    """What can be billed (OC 2.1-a): names, kind of law, VAT class and the legal basis of its charge."""

    code = models.CharField(max_length=18, unique=True)
    name_sv = models.CharField(max_length=80)
    name_fi = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    meaning_key = models.CharField(max_length=80, db_index=True)
    measure = models.CharField(max_length=10)
    public_law = models.BooleanField()
    vat_class = models.CharField(max_length=20)
    legal_basis_sv = models.CharField(max_length=200, blank=True)
    legal_basis_fi = models.CharField(max_length=200, blank=True)
    legal_basis_en = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.code} {self.name_en}"


class PriceListEntry(UnitRegister):
    """One row of a unit's price list: price or none, posting, validity; used only once approved (OC 2.1-a)."""

    item = models.ForeignKey(Item, on_delete=BIG, related_name="+")
    price = models.DecimalField(max_digits=15, decimal_places=5, null=True)
    account = models.CharField(max_length=8)
    budget_account = models.CharField(max_length=20, blank=True)
    operating_unit = models.CharField(max_length=20, blank=True)
    project = models.CharField(max_length=20, blank=True)
    function = models.CharField(max_length=20, blank=True)
    product = models.CharField(max_length=20, blank=True)
    area = models.CharField(max_length=20, blank=True)
    validity = DateRangeField()
    announced_by = models.ForeignKey(Person, on_delete=BIG, null=True, related_name="+")
    approved_by = models.ForeignKey(Person, on_delete=BIG, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)

    references = (Points("unit", "a_price_belongs_to_a_unit"),)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_price_is_not_negative", condition=Q(price__isnull=True) | Q(price__gte=0)
            ),
            models.CheckConstraint(
                name="an_approval_has_a_person_and_a_time",
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
            ),
        ]


class VatRate(StateWide):
    """VAT by class and date of supply (VAT Act 1501/1993); categories are those of EN 16931."""

    vat_class = models.CharField(max_length=20)
    category = models.CharField(max_length=3)
    percent = models.DecimalField(max_digits=5, decimal_places=2)
    validity = DateRangeField()
    reason_sv = models.CharField(max_length=200, blank=True)
    reason_fi = models.CharField(max_length=200, blank=True)
    reason_en = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=300)
    sourced = models.BooleanField()
