"""Customers: state-wide, and extended to units (OC 2.2)."""

from typing import ClassVar

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Q

from reskontra.database.tables import Points, StateWide, UnitRegister
from reskontra.registers.models.units import OwnSystem

BIG = models.DO_NOTHING


class Country(StateWide):
    """A country as far as terms depend on it: in Europe, and in the European Union during a time."""

    code = models.CharField(max_length=2, unique=True)
    name_sv = models.CharField(max_length=60)
    name_fi = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    europe = models.BooleanField()
    eu = DateRangeField(null=True)


class Customer(StateWide):
    """A customer in the state-wide register (OC 2.2).

    Personal codes are sealed, found by a blind index, and never printed. A letter-numbered customer belongs to
    a unit's own system. A protected person's real address is never stored: only a safe contact address is.
    """

    number = models.CharField(max_length=10, unique=True)
    kind = models.CharField(max_length=16)
    name = models.CharField(max_length=70)
    name2 = models.CharField(max_length=70, blank=True)
    sort_key = models.CharField(max_length=140, db_index=True)
    language = models.CharField(max_length=2, default="fi")
    business_id = models.CharField(max_length=9, blank=True)
    vat_id = models.CharField(max_length=14, blank=True)
    personal_code_sealed = models.BinaryField(null=True)
    personal_code_index = models.BinaryField(null=True)
    birth_date = models.DateField(null=True)
    partner_code = models.CharField(max_length=10, blank=True)
    street = models.CharField(max_length=70, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    town = models.CharField(max_length=35, blank=True)
    country = models.CharField(max_length=2, default="FI")
    email = models.EmailField(blank=True)
    einvoice_address = models.CharField(max_length=50, blank=True)
    einvoice_operator = models.CharField(max_length=35, blank=True)
    protected = models.BooleanField(default=False)
    safe_address = models.BooleanField(default=False)
    own_system = models.ForeignKey(
        OwnSystem, on_delete=BIG, null=True, db_constraint=False, db_index=False, related_name="+"
    )

    references = (Points("own_system", "a_letter_number_names_its_own_system"),)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_customer_is_of_a_known_kind",
                condition=Q(
                    kind__in=[
                        "person",
                        "sole_trader",
                        "company",
                        "state_unit",
                        "foreign_person",
                        "foreign_company",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="letter_numbers_belong_to_own_systems",
                condition=Q(number__regex=r"^[0-9]+$", own_system__isnull=True)
                | Q(number__regex=r"^[A-Z][0-9]{9}$", own_system__isnull=False),
            ),
            models.CheckConstraint(
                name="a_state_unit_has_its_partner_code",
                condition=~Q(kind="state_unit") | ~Q(partner_code=""),
            ),
            models.CheckConstraint(
                name="only_a_state_unit_has_a_partner_code",
                condition=Q(kind="state_unit") | Q(partner_code=""),
            ),
            models.CheckConstraint(
                name="a_person_is_identified",
                condition=~Q(kind__in=["person", "sole_trader"]) | Q(personal_code_index__isnull=False),
            ),
            models.CheckConstraint(
                name="a_foreign_person_has_a_code_or_a_birth_date",
                condition=~Q(kind="foreign_person")
                | Q(personal_code_index__isnull=False)
                | Q(birth_date__isnull=False),
            ),
            models.CheckConstraint(
                name="a_business_is_identified",
                condition=~Q(kind__in=["company", "sole_trader", "state_unit"]) | ~Q(business_id=""),
            ),
            models.CheckConstraint(
                name="a_personal_code_is_sealed_and_indexed",
                condition=Q(personal_code_sealed__isnull=True, personal_code_index__isnull=True)
                | Q(personal_code_sealed__isnull=False, personal_code_index__isnull=False),
            ),
            models.CheckConstraint(
                name="a_protected_person_has_only_a_safe_address",
                condition=Q(protected=False) | Q(safe_address=True) | Q(street="", postcode="", town=""),
            ),
            models.UniqueConstraint(
                name="a_personal_code_is_one_customer",
                fields=["personal_code_index"],
                condition=Q(kind__in=["person", "foreign_person"], own_system__isnull=True),
            ),
            models.UniqueConstraint(
                name="a_business_id_is_one_customer",
                fields=["business_id"],
                condition=Q(kind="company", own_system__isnull=True) & ~Q(business_id=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class CustomerInUnit(UnitRegister):
    """A state-wide customer extended to a unit. Letter-numbered ones are never extended (OC 2.2-a)."""

    customer = models.ForeignKey(Customer, on_delete=BIG, related_name="in_units")
    number = models.CharField(max_length=10)
    payment_term = models.SmallIntegerField(null=True)  # days, agreed between the unit and the customer

    references = (Points("unit", "an_extension_belongs_to_a_unit"),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_customer_is_extended_once", fields=["unit", "customer"]),
            models.CheckConstraint(
                name="letter_numbered_customers_are_not_extended", condition=Q(number__regex=r"^[0-9]+$")
            ),
            models.CheckConstraint(
                name="an_agreed_payment_term_is_within_a_year",
                condition=Q(payment_term__isnull=True) | Q(payment_term__gte=0, payment_term__lte=365),
            ),
        ]
