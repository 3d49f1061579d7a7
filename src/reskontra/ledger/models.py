"""Vouchers and entries, number series, closed periods and balances."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from reskontra.database.tables import Fact, Points, Work


class Voucher(Fact):
    """A balanced posting event. The database refuses one that does not balance (``voucher_balances``)."""

    run = models.ForeignKey(
        "runs.Run", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    kind = models.CharField(max_length=2)
    year = models.SmallIntegerField()
    number = models.BigIntegerField()
    posting_date = models.DateField()

    references = (Points("run", "a_voucher_comes_from_a_run", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="voucher_numbers_are_unique", fields=["unit", "kind", "year", "number"]
            ),
            models.CheckConstraint(
                name="a_voucher_is_dated_in_its_year", condition=Q(posting_date__year=models.F("year"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}-{self.number:06d}"


class Posting(Fact):
    """The vouchers of one statement, first to last id; the database writes it and hangs its check on it."""

    first_voucher = models.BigIntegerField()
    last_voucher = models.BigIntegerField()


class Entry(Fact):
    """One line of a voucher: account, amount (debit positive, euro) and the tracking objects."""

    pk = models.CompositePrimaryKey("voucher_id", "position")
    voucher = models.ForeignKey(
        Voucher, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="entries"
    )
    position = models.SmallIntegerField()
    account = models.CharField(max_length=8)
    amount = models.DecimalField(max_digits=15, decimal_places=2)
    vat_category = models.CharField(max_length=3, blank=True)
    vat_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    budget_account = models.CharField(max_length=20, blank=True)
    operating_unit = models.CharField(max_length=20, blank=True)
    project = models.CharField(max_length=20, blank=True)
    function = models.CharField(max_length=20, blank=True)
    product = models.CharField(max_length=20, blank=True)
    area = models.CharField(max_length=20, blank=True)
    partner = models.CharField(max_length=10, blank=True)
    tracking1 = models.CharField(max_length=20, blank=True)
    tracking2 = models.CharField(max_length=20, blank=True)
    # Of expenditure only: what posts income does not name them, and the database leaves them empty.
    authorisation = models.CharField(max_length=20, blank=True, default="", db_default="")
    reserve1 = models.CharField(max_length=20, blank=True, default="", db_default="")
    reserve2 = models.CharField(max_length=20, blank=True, default="", db_default="")
    joint_funding_unit = models.CharField(max_length=20, blank=True, default="", db_default="")

    # "an_entry_belongs_to_a_voucher_of_its_unit" stands in safety.sql, in one pass with what else is asked of
    # the voucher: entries are the most rows of all.
    references = (Points("voucher", "an_entry_belongs_to_a_voucher_of_its_unit", elsewhere=True),)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="an_entry_is_not_zero", condition=~Q(amount=0)),
        ]


class NumberSeries(Work):
    """A gap-free series: the counter row is taken last in its transaction, in blocks."""

    series = models.CharField(max_length=20)
    year = models.SmallIntegerField(default=0)  # 0: the series does not begin anew each year
    next_number = models.BigIntegerField(default=1)

    references = (Points("unit", "a_number_series_belongs_to_a_unit"),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_series_has_one_counter_a_year", fields=["unit", "series", "year"]
            ),
            models.CheckConstraint(name="a_number_series_starts_at_one", condition=Q(next_number__gte=1)),
        ]


class ClosedPeriod(Fact):
    """A month that takes no more vouchers (EX P-a)."""

    month = models.DateField()  # its first day
    closed_by = models.ForeignKey("registers.Person", on_delete=models.DO_NOTHING, related_name="+")
    closed_at = models.DateTimeField()

    references = (Points("unit", "a_closed_period_belongs_to_a_unit"),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_period_is_closed_once", fields=["unit", "month"]),
            models.CheckConstraint(name="a_period_is_a_month", condition=Q(month__day=1)),
        ]


class Balance(Work):
    """The balance of an account, kept in the transaction that posts and compared with the entries."""

    account = models.CharField(max_length=8)
    year = models.SmallIntegerField()
    amount = models.DecimalField(max_digits=17, decimal_places=2)

    references = (Points("unit", "a_balance_belongs_to_a_unit"),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="an_account_has_one_balance_a_year", fields=["unit", "account", "year"]
            ),
        ]


class Assertion(Fact):
    """What an account must show at the end of a day, as told from outside the books, such as by a statement."""

    run = models.ForeignKey(
        "runs.Run", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    account = models.CharField(max_length=8)
    day = models.DateField()
    amount = models.DecimalField(max_digits=17, decimal_places=2)
    told_by = models.CharField(max_length=200)

    references = (Points("run", "an_assertion_comes_from_a_run", set_wise=True),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="an_assertion_is_made_once", fields=["unit", "account", "day", "told_by"]
            ),
        ]


class Seal(Fact):
    """One block of a unit's journal under a hash that also covers the block before it; the database writes it.

    ``upto`` tells, by series of vouchers (kind and year), the last number that is sealed; a block holds what came since
    the block before it. ``form`` is the version of the canonical form that was hashed (``safety/seals.sql``).
    """

    block = models.IntegerField()
    form = models.SmallIntegerField()
    upto = models.JSONField()
    vouchers = models.IntegerField()
    entries = models.IntegerField()
    previous_root = models.CharField(max_length=64, blank=True)
    root = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    references = (Points("unit", "a_seal_belongs_to_a_unit"),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_block_is_sealed_once", fields=["unit", "block"]),
            models.CheckConstraint(
                name="the_first_block_alone_follows_none",
                condition=Q(block=1, previous_root="") | Q(block__gt=1) & ~Q(previous_root=""),
            ),
        ]

    def __str__(self) -> str:
        return f"block {self.block}"
