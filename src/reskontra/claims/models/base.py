"""What facts about claims have in common."""

from django.db import models

from reskontra.database.tables import Fact
from reskontra.runs.facts import NOTHING


class AboutClaim(Fact):
    """A fact about one claim."""

    claim = models.ForeignKey(
        "claims.Claim", on_delete=NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    class Meta:
        abstract = True


MONEY_OR_UNDOING = models.Q(amount__gt=0, undoes__isnull=True) | models.Q(amount__lt=0, undoes__isnull=False)
