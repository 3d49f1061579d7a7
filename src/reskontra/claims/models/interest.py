"""Interest that was invoiced (OC 6.1.1-a, 6.1.5): invoices with their specification, and interest that is waived."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from reskontra.claims.models.base import AboutClaim
from reskontra.claims.models.letters import Letter
from reskontra.database.tables import Fact, Points
from reskontra.runs.facts import NOTHING, ByPerson, FromRun

# Interest invoices are numbered and referred to from here on, in the nine digits that sales invoices count up in from
# one: neither reaches the other (ADR 0019).
NUMBERS_FROM = 800_000_000


def shown_number(code: str, number: int) -> str:
    """The number of an interest invoice as people see it: the unit's code and nine digits."""
    return f"{code}{NUMBERS_FROM + number:09d}"


class InterestInvoice(FromRun):
    """An invoice of late interest or of interest for payment time; a credit, with a negative total, has an original.

    ``number`` is of the series ``interest``; people see it as ``shown``. The claim that it raises carries the same
    ``reference``, which is the shown number and its check digit.
    """

    number = models.BigIntegerField()
    kind = models.CharField(max_length=12)
    customer = models.ForeignKey(
        "registers.Customer", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    original = models.ForeignKey(
        "self", on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    language = models.CharField(max_length=2)
    issue_date = models.DateField()
    due_date = models.DateField()
    reference = models.CharField(max_length=20)
    total = models.DecimalField(max_digits=15, decimal_places=2)
    voucher = models.ForeignKey(
        "ledger.Voucher", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    letter = models.ForeignKey(
        Letter, on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )

    references = (
        Points("run", "an_interest_invoice_comes_from_a_run", set_wise=True),
        Points("customer", "an_interest_invoice_has_a_customer", set_wise=True),
        Points("original", "an_interest_credit_names_its_original", set_wise=True),
        Points("voucher", "an_interest_invoice_has_its_voucher", set_wise=True),
        Points("letter", "an_interest_invoice_goes_out_by_a_letter", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="interest_invoice_numbers_are_unique", fields=["unit", "number"]),
            models.CheckConstraint(
                name="interest_is_late_or_of_payment_time", condition=Q(kind__in=["late", "payment_time"])
            ),
            models.CheckConstraint(
                name="an_interest_invoice_is_money_and_its_credit_takes_it_back",
                condition=Q(total__gt=0, original__isnull=True) | Q(total__lt=0, original__isnull=False),
            ),
            models.CheckConstraint(
                name="an_interest_invoice_falls_due_after_its_date",
                condition=Q(due_date__gte=F("issue_date")),
            ),
        ]

    def shown(self, code: str) -> str:
        """The number as people see it, in the unit with ``code``."""
        return shown_number(code, self.number)


class InterestCharge(AboutClaim):
    """What one interest invoice charges for one claim, in whole cents, for interest up to and with ``until_date``."""

    invoice = models.ForeignKey(
        InterestInvoice, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="charges"
    )
    until_date = models.DateField()
    amount = models.DecimalField(max_digits=15, decimal_places=2)

    references = (
        Points("invoice", "an_interest_charge_stands_on_an_interest_invoice", set_wise=True),
        Points("claim", "an_interest_charge_is_for_a_claim", set_wise=True),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_claim_stands_on_an_interest_invoice_once", fields=["invoice", "claim"]
            ),
            models.CheckConstraint(name="an_interest_charge_is_not_zero", condition=~Q(amount=0)),
        ]
        indexes: ClassVar = [models.Index(name="interest_charges_of_a_claim", fields=["claim"])]


class InterestLine(Fact):
    """One stretch of days with one principal and one rate (percent a year) behind a charge; ``amount`` is unrounded."""

    charge = models.ForeignKey(
        InterestCharge, on_delete=NOTHING, db_constraint=False, db_index=False, related_name="lines"
    )
    position = models.SmallIntegerField()
    from_date = models.DateField()
    to_date = models.DateField()
    days = models.IntegerField()
    principal = models.DecimalField(max_digits=15, decimal_places=2)
    percent = models.DecimalField(max_digits=6, decimal_places=3)
    amount = models.DecimalField(max_digits=20, decimal_places=8)

    references = (Points("charge", "an_interest_line_is_behind_a_charge", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="an_interest_line_has_its_place_once", fields=["charge", "position"]
            ),
            models.CheckConstraint(
                name="an_interest_line_counts_its_days",
                condition=Q(to_date__gte=F("from_date"), days__gt=0),
            ),
        ]


class InterestWaiver(AboutClaim, ByPerson):
    """Interest up to and with ``until_date`` that a person does not ask for, and why."""

    until_date = models.DateField()
    reason = models.CharField(max_length=350)

    references = (Points("claim", "an_interest_waiver_is_for_a_claim", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="an_interest_waiver_has_a_reason", condition=~Q(reason="")),
        ]
        indexes: ClassVar = [models.Index(name="interest_waivers_of_a_claim", fields=["claim"])]
