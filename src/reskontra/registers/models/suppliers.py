"""Suppliers: state-wide, with the accounts that may be paid to (EX 8, 9)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from reskontra.database.tables import StateWide
from reskontra.registers.models.people import Person

BIG = models.DO_NOTHING


class Supplier(StateWide):
    """Whom the State pays, in the state-wide register (EX 5.1-a, 8-a, 9-b).

    ``technical_id`` (4ddmmyy-0) stands for a private person who has no business id. ``address_lines`` are the
    lines of an address that are not told apart: ``registers.addresses`` says whether they go into a payment.
    """

    number = models.CharField(max_length=10, unique=True)
    kind = models.CharField(max_length=16)
    name = models.CharField(max_length=70)
    sort_key = models.CharField(max_length=140, db_index=True)
    language = models.CharField(max_length=2, default="fi")
    business_id = models.CharField(max_length=9, blank=True)
    technical_id = models.CharField(max_length=9, blank=True)
    vat_id = models.CharField(max_length=20, blank=True)
    foreign_id = models.CharField(max_length=35, blank=True)
    partner_code = models.CharField(max_length=10, blank=True)
    street = models.CharField(max_length=70, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    town = models.CharField(max_length=35, blank=True)
    country = models.CharField(max_length=2, default="FI")
    address_lines = models.CharField(max_length=210, blank=True)
    email = models.EmailField(blank=True)
    einvoice_address = models.CharField(max_length=50, blank=True)
    blocked = models.CharField(
        max_length=200, blank=True
    )  # why nobody may be paid under this number any more

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_supplier_is_of_a_known_kind",
                condition=Q(
                    kind__in=[
                        "company",
                        "sole_trader",
                        "state_unit",
                        "person",
                        "foreign_company",
                        "foreign_person",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="a_supplier_is_identified",
                condition=(~Q(kind__in=["company", "sole_trader", "state_unit"]) | ~Q(business_id=""))
                & (~Q(kind="person") | ~Q(technical_id="")),
            ),
            models.CheckConstraint(
                name="a_technical_id_has_its_form",
                condition=Q(technical_id="") | Q(technical_id__regex=r"^4[0-3][0-9][01][0-9][0-9]{2}-0$"),
            ),
            models.CheckConstraint(
                name="only_a_state_unit_supplies_as_a_partner",
                condition=Q(kind="state_unit") & ~Q(partner_code="")
                | ~Q(kind="state_unit") & Q(partner_code=""),
            ),
            models.UniqueConstraint(
                name="a_business_id_is_one_supplier", fields=["business_id"], condition=~Q(business_id="")
            ),
            models.UniqueConstraint(
                name="a_technical_id_is_one_supplier", fields=["technical_id"], condition=~Q(technical_id="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class SupplierAccount(StateWide):
    """A bank account of a supplier: told by one person, approved by another, and only then paid to (EX 9-c).

    ``verification`` is what the payee's bank said of the name: match, close, none, not_possible; empty when
    nobody has asked. ``verified_at`` and ``verified_by`` are when and by whom the answer was written down; an approval
    of before has not seen it.
    """

    supplier = models.ForeignKey(Supplier, on_delete=BIG, related_name="accounts")
    iban = models.CharField(max_length=34)
    bic = models.CharField(max_length=11, blank=True)
    source = models.CharField(max_length=8)
    verification = models.CharField(max_length=12, blank=True)
    verified_name = models.CharField(max_length=140, blank=True)
    verified_by = models.ForeignKey(Person, on_delete=BIG, null=True, related_name="+")
    verified_at = models.DateTimeField(null=True)
    told_by = models.ForeignKey(Person, on_delete=BIG, related_name="+")
    told_at = models.DateTimeField()
    approved_by = models.ForeignKey(Person, on_delete=BIG, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    ended_date = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_supplier_account_is_known_from_somewhere",
                condition=Q(source__in=["invoice", "supplier", "register"]) & ~Q(iban=""),
            ),
            models.CheckConstraint(
                name="a_verification_is_a_known_answer_told_by_somebody_at_a_time",
                condition=Q(verification="", verified_by__isnull=True, verified_at__isnull=True)
                | Q(
                    verification__in=["match", "close", "none", "not_possible"],
                    verified_by__isnull=False,
                    verified_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="who_tells_the_answer_of_a_payees_bank_does_not_approve_it",
                condition=Q(approved_by__isnull=True)
                | Q(verified_by__isnull=True)
                | ~Q(approved_by=models.F("verified_by"))
                | Q(approved_at__lt=models.F("verified_at")),
            ),
            models.CheckConstraint(
                name="a_supplier_account_is_approved_by_somebody_at_a_time",
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="who_tells_a_supplier_account_does_not_approve_it",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=models.F("told_by")),
            ),
            models.UniqueConstraint(
                name="a_supplier_has_an_account_once",
                fields=["supplier", "iban"],
                condition=Q(ended_date__isnull=True),
            ),
        ]
