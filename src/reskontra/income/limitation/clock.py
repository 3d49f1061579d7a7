"""The clock of one claim: until when it lives, by which period, what restarted it, what can be done (OC 5.1-c)."""

from dataclasses import dataclass
from datetime import date

from reskontra.claims.models import Claim
from reskontra.database.rows import rows
from reskontra.income.limitation.rules import STILL_POSSIBLE
from reskontra.kernel.clauses import clause

_POSSIBLE = STILL_POSSIBLE.replace("%", "%%")  # it stands among parameters here


@dataclass(frozen=True)
class Clock:
    """The last day on which a claim lives, ``days_left`` from today, and ``restarted``, the day the period runs from.

    ``period`` is the one that decides (``limitation_kind`` of claims in hand), ``possible`` what can still be done.
    """

    until: date
    days_left: int
    period: str
    restarted: date | None
    possible: str


@clause("OC 5.1-c")
def clock_of(claim: Claim, on: date) -> Clock | None:
    """The clock of ``claim`` on ``on``; None when nothing is open of it.

    Reads ``claims_in_hand``, which the caller has filled for that day in the same transaction.
    """
    found = rows(
        "SELECT limitation_date AS until, days_left, limitation_kind AS period, interrupted_date AS restarted,"
        f" {_POSSIBLE} AS possible"
        " FROM (SELECT *, limitation_date - %(on)s::date AS days_left FROM claims_in_hand WHERE id = %(claim)s) one",
        {"on": on, "claim": claim.pk},
    )
    return Clock(**found[0]) if found else None
