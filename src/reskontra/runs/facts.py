"""What facts of every kind have in common: the run or the person behind them."""

from django.db import models

from reskontra.database.tables import Fact

NOTHING = models.DO_NOTHING


class FromRun(Fact):
    """A fact that a run wrote."""

    run = models.ForeignKey(
        "runs.Run", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    class Meta:
        abstract = True


class ByPerson(Fact):
    """A fact that one person stated, and when."""

    person = models.ForeignKey("registers.Person", on_delete=NOTHING, db_index=False, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        abstract = True


class ByRunOrPerson(Fact):
    """A fact that a run wrote or a person stated; exactly one of them, which each table's constraint holds."""

    run = models.ForeignKey(
        "runs.Run", on_delete=NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    person = models.ForeignKey(
        "registers.Person", on_delete=NOTHING, db_index=False, null=True, related_name="+"
    )
    given_at = models.DateTimeField()

    class Meta:
        abstract = True


BY_ONE = models.Q(run__isnull=False, person__isnull=True) | models.Q(run__isnull=True, person__isnull=False)
