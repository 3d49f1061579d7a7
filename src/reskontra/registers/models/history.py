"""Every change of every register row."""

from typing import ClassVar

from django.db import models

from reskontra.database.tables import Table


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
