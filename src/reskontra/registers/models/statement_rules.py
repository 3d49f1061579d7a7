"""Standing rules for lines of an account statement (EX 10)."""

from typing import ClassVar

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Q

from reskontra.database.tables import Points, UnitRegister
from reskontra.registers.models.accounts import Tracked
from reskontra.registers.models.people import Person
from reskontra.registers.models.units import UnitAccount

BIG = models.DO_NOTHING


class StatementRule(UnitRegister, Tracked):
    """A standing rule that posts lines of an expenditure account's statement by one identifier (EX 10-a, 10-b).

    ``field`` is what is compared with ``pattern`` (equal, or beginning with it when it ends in ``*``). Lower
    ``position`` goes first. A rule works only once a second person has approved it.
    """

    position = models.IntegerField()
    name = models.CharField(max_length=70)
    bank_account = models.ForeignKey(
        UnitAccount, on_delete=BIG, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    field = models.CharField(max_length=22)
    pattern = models.CharField(max_length=140)
    direction = models.CharField(max_length=3)
    clause = models.CharField(max_length=20)
    validity = DateRangeField()
    told_by = models.ForeignKey(Person, on_delete=BIG, db_index=False, related_name="+")
    approved_by = models.ForeignKey(Person, on_delete=BIG, db_index=False, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)

    references = (
        Points("unit", "a_statement_rule_belongs_to_a_unit"),
        Points("bank_account", "a_statement_rule_is_about_an_account_of_its_unit"),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_statement_rule_looks_at_a_known_field",
                condition=Q(
                    field__in=[
                        "ultimate_debtor",
                        "payment_information_id",
                        "end_to_end_id",
                        "instruction_id",
                        "transaction_code",
                        "counterparty",
                        "counterparty_account",
                        "reference",
                        "message",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="a_statement_rule_never_looks_for_an_id_that_was_not_given",
                condition=~Q(pattern__istartswith="NOTPROVIDED") & ~Q(pattern__in=["", "*"]),
            ),
            models.CheckConstraint(
                name="a_statement_rule_is_for_money_in_or_out", condition=Q(direction__in=["in", "out"])
            ),
            models.CheckConstraint(
                name="who_tells_a_statement_rule_does_not_approve_it",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=models.F("told_by")),
            ),
            models.CheckConstraint(
                name="a_statement_rule_is_approved_by_somebody_at_a_time",
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
            ),
        ]
