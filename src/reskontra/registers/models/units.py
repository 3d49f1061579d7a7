"""Accounting units: their accounts, terms, responsibilities and own systems, and who may do what in them."""

from typing import ClassVar

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Q

from reskontra.database.tables import Points, StateWide, UnitRegister
from reskontra.registers.models.people import Person

BIG = models.DO_NOTHING


class Unit(StateWide):
    """An accounting unit. Its code is the beginning of every reference number that it gives (OC 4.1-a)."""

    code = models.CharField(max_length=6, unique=True)
    name_sv = models.CharField(max_length=70)
    name_fi = models.CharField(max_length=70)
    name_en = models.CharField(max_length=70)
    branch = models.CharField(max_length=70, blank=True)
    business_id = models.CharField(max_length=9)
    vat_id = models.CharField(max_length=14, blank=True)
    edi_code = models.CharField(max_length=17)
    partner_code = models.CharField(max_length=10)
    street = models.CharField(max_length=70, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    town = models.CharField(max_length=35, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=30, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_unit_code_is_two_to_six_digits", condition=Q(code__regex=r"^[1-9][0-9]{1,5}$")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name_en}"

    def name(self, language: str) -> str:
        """The unit's name in ``language`` (sv, fi, en)."""
        return str(getattr(self, f"name_{language}"))


class UnitAccount(UnitRegister):
    """A bank account of a unit, and the ledger account that shows it."""

    iban = models.CharField(max_length=34)
    bic = models.CharField(max_length=11)
    purpose = models.CharField(max_length=12)  # income or expenditure
    account = models.CharField(max_length=8)
    validity = DateRangeField()

    references = (Points("unit", "a_bank_account_belongs_to_a_unit"),)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_bank_account_is_for_income_or_expenditure",
                condition=Q(purpose__in=["income", "expenditure"]),
            ),
            models.UniqueConstraint(name="a_bank_account_is_named_once", fields=["unit", "iban"]),
        ]


class UnitTerm(UnitRegister):
    """A dated term that a unit has set for itself, within what the guideline lets it set."""

    key = models.CharField(max_length=60)
    value = models.CharField(max_length=200)
    validity = DateRangeField()
    source = models.CharField(max_length=200)

    references = (Points("unit", "a_unit_term_belongs_to_a_unit"),)


class Responsibility(UnitRegister):
    """One row of the responsibility table (OC 1.2-a): who does a step, the unit or the centre."""

    step = models.CharField(max_length=40)
    party = models.CharField(max_length=6)
    validity = DateRangeField()
    clause = models.CharField(max_length=20)

    references = (Points("unit", "a_responsibility_belongs_to_a_unit"),)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_step_is_done_by_the_unit_or_the_centre", condition=Q(party__in=["unit", "centre"])
            ),
        ]


class OwnSystem(UnitRegister):
    """A unit's own invoicing system that feeds orders; approvals are made there (OC 3.2.1-a)."""

    sender = models.CharField(max_length=35, unique=True)
    name = models.CharField(max_length=70)
    validity = DateRangeField()

    references = (Points("unit", "an_own_system_belongs_to_a_unit"),)


class RoleAssignment(StateWide):
    """A role that a person holds in a unit, or in all units (``unit`` empty), for a time."""

    person = models.ForeignKey(Person, on_delete=BIG, related_name="roles")
    role = models.CharField(max_length=2)  # K SG GK PK PG KA RE IN AD
    in_unit = models.ForeignKey(Unit, on_delete=BIG, null=True, related_name="+")
    validity = DateRangeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_role_is_one_of_the_nine",
                condition=Q(role__in=["K", "SG", "GK", "PK", "PG", "KA", "RE", "IN", "AD"]),
            ),
        ]
