"""Payment cards with what they are billed by, and offices abroad with the ways that are open to them (EX 4, EX 7)."""

from typing import ClassVar

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Q

from reskontra.database.tables import Points, UnitRegister
from reskontra.registers.models.people import Person
from reskontra.registers.models.suppliers import Supplier

BIG = models.DO_NOTHING
PROFILES = ("1", "2", "3", "4", "5")


class CardAgreement(UnitRegister):
    """The cards of one kind that a card company bills by one number (EX 4).

    ``identifier``: the posting reference (TK1…) or the contract (VSK1…) on its invoices. ``way``: the purchases become
    cost in the travel system (``travel``, the invoice goes to the clearing account) or from the invoice (``invoice``).
    """

    identifier = models.CharField(max_length=35)
    name = models.CharField(max_length=70)
    company = models.ForeignKey(Supplier, on_delete=BIG, db_index=False, related_name="+")
    kind = models.CharField(max_length=13)
    profile = models.CharField(max_length=1, blank=True)
    issued_to = models.CharField(max_length=12)
    way = models.CharField(max_length=7)
    validity = DateRangeField()

    references = (Points("unit", "a_card_agreement_belongs_to_a_unit"),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_card_agreement_is_named_once", fields=["unit", "identifier"]),
            models.CheckConstraint(
                name="a_card_is_billed_by_a_posting_reference_or_a_contract",
                condition=Q(identifier__startswith="TK1") | Q(identifier__startswith="VSK1"),
            ),
            models.CheckConstraint(
                name="a_card_is_international_or_of_one_of_five_profiles",
                condition=Q(kind="international", profile="") | Q(kind="procurement", profile__in=PROFILES),
            ),
            models.CheckConstraint(
                name="a_card_is_issued_to_a_person_or_an_organisation",
                condition=Q(issued_to="person") | Q(issued_to="organisation", kind="procurement"),
            ),
            models.CheckConstraint(
                name="an_organisations_card_never_goes_through_the_travel_system",
                condition=Q(way="invoice") | Q(way="travel") & ~Q(issued_to="organisation"),
            ),
            models.CheckConstraint(
                name="only_what_becomes_cost_from_the_invoice_has_a_contract",
                condition=~Q(way="travel") | Q(identifier__startswith="TK1"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.identifier} {self.name}"


class PaymentCard(UnitRegister):
    """One card of an agreement by the last four digits of its number, which is all that is ever kept of it."""

    agreement = models.ForeignKey(
        CardAgreement, on_delete=BIG, db_constraint=False, db_index=False, related_name="cards"
    )
    digits = models.CharField(max_length=4)
    holder = models.CharField(max_length=70)
    person = models.ForeignKey(Person, on_delete=BIG, db_index=False, null=True, related_name="+")
    validity = DateRangeField()

    references = (
        Points("unit", "a_payment_card_belongs_to_a_unit"),
        Points("agreement", "a_payment_card_is_of_an_agreement_of_its_unit"),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_payment_card_is_told_by_its_last_four_digits",
                condition=Q(digits__regex=r"^[0-9]{4}$") & ~Q(holder=""),
            ),
            models.UniqueConstraint(
                name="a_payment_card_is_named_once", fields=["unit", "agreement", "digits", "holder"]
            ),
        ]


class OfficeAbroad(UnitRegister):
    """A place of work abroad: whether it takes pictures of invoices itself, and its account in a local bank (EX 7).

    ``local_account`` is the account as its bank writes it, ``account`` the ledger account that shows it.
    """

    code = models.CharField(max_length=10)
    name = models.CharField(max_length=70)
    country = models.CharField(max_length=2)
    captures = models.BooleanField()
    local_account = models.CharField(max_length=40, blank=True)
    account = models.CharField(max_length=8, blank=True)
    validity = DateRangeField()

    references = (Points("unit", "an_office_abroad_belongs_to_a_unit"),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="an_office_abroad_is_named_once", fields=["unit", "code"]),
            models.CheckConstraint(name="an_office_abroad_is_not_in_finland", condition=~Q(country="FI")),
            models.CheckConstraint(
                name="a_local_account_has_its_ledger_account",
                condition=Q(local_account="", account="") | ~Q(local_account="") & ~Q(account=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
