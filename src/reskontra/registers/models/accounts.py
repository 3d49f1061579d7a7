"""Business accounts, what posts to them, and the tracking objects beside them."""

from django.contrib.postgres.fields import DateRangeField
from django.db import models

from reskontra.database.tables import StateWide
from reskontra.registers.models.units import Unit

BIG = models.DO_NOTHING


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


class Tracked(models.Model):
    """The tracking objects of one line of money, as ledger entries carry them.

    The last four are of expenditure only: what posts income does not name them, and the database leaves them empty.
    """

    account = models.CharField(max_length=8)
    budget_account = models.CharField(max_length=20, blank=True)
    operating_unit = models.CharField(max_length=20, blank=True)
    project = models.CharField(max_length=20, blank=True)
    function = models.CharField(max_length=20, blank=True)
    product = models.CharField(max_length=20, blank=True)
    area = models.CharField(max_length=20, blank=True)
    tracking1 = models.CharField(max_length=20, blank=True)
    tracking2 = models.CharField(max_length=20, blank=True)
    authorisation = models.CharField(max_length=20, blank=True, default="", db_default="")
    reserve1 = models.CharField(max_length=20, blank=True, default="", db_default="")
    reserve2 = models.CharField(max_length=20, blank=True, default="", db_default="")
    joint_funding_unit = models.CharField(max_length=20, blank=True, default="", db_default="")

    class Meta:
        abstract = True
