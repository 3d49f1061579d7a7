"""The registers as tables. Customers, items and accounts are state-wide; the rest belongs to a unit."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Q

from reskontra.database.tables import Points, StateWide, Table, UnitRegister

BIG = models.DO_NOTHING


class PersonManager(BaseUserManager["Person"]):
    """People are found by their user name."""

    def create_person(
        self, username: str, name: str, password: str | None = None, **more: object
    ) -> "Person":
        """A person who may sign in, when ``password`` is given; roles are granted apart."""
        person = self.model(username=username, name=name, **more)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(StateWide, AbstractBaseUser):
    """One human being. Two accounts of one person would be one person twice; the id is what counts."""

    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=2, default="sv")
    is_active = models.BooleanField(default=True)

    objects = PersonManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


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

    references = (Points("unit", "an_extension_belongs_to_a_unit"),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_customer_is_extended_once", fields=["unit", "customer"]),
            models.CheckConstraint(
                name="letter_numbered_customers_are_not_extended", condition=Q(number__regex=r"^[0-9]+$")
            ),
        ]


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
    operating_unit = models.CharField(max_length=10, blank=True)
    project = models.CharField(max_length=20, blank=True)
    function = models.CharField(max_length=10, blank=True)
    product = models.CharField(max_length=20, blank=True)
    area = models.CharField(max_length=10, blank=True)
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


class Account(StateWide):
    """A business account. ``sourced`` false means that the number is a sample, not the State's own."""

    code = models.CharField(max_length=8, unique=True)
    name_sv = models.CharField(max_length=120)
    name_fi = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    kind = models.CharField(max_length=10)  # asset, liability, income, expense
    sourced = models.BooleanField()
    source = models.CharField(max_length=300, blank=True)
    validity = DateRangeField()


class PostingAccount(StateWide):
    """The account that an event posts to, by date: receivable, VAT, overpayment …"""

    event = models.CharField(max_length=40)
    account = models.CharField(max_length=8)
    validity = DateRangeField()
    clause = models.CharField(max_length=20)


class DimensionValue(StateWide):
    """A value of a tracking object (budget account, operating unit, project …), of one unit or of all."""

    dimension = models.CharField(max_length=20)
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    in_unit = models.ForeignKey(Unit, on_delete=BIG, null=True, related_name="+")
    validity = DateRangeField()


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


class History(Table):
    """Every change of every register row: as it was, as it became, who, why and when."""

    table_name = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    before = models.JSONField(null=True)
    after = models.JSONField()
    person_id = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(name="history_of_a_row", fields=["table_name", "row_id"])]
