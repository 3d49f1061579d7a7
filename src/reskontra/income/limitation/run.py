"""The limitation run: every open claim is decided; those that have expired or soon will are kept with their reason."""

from datetime import date

from django.db import connection

from reskontra.claims.collection import take_claims_in_hand
from reskontra.income.limitation.rules import RUNNING, STILL_POSSIBLE, decide_limitation
from reskontra.kernel.terms import Terms
from reskontra.runs.decisions import record_decisions, set_aside_changed
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Applied

# What a person who asks "why?" wants to see.
_INPUTS = f"""jsonb_strip_nulls(jsonb_build_object('limitation_date', limitation_date, 'period', limitation_kind,
  'interrupted', interrupted_date, 'judged', judged_date, 'still_possible', {STILL_POSSIBLE}))"""
_KEPT_IN = ("claims_claimdecision", "claim_id")


class LimitationRun:
    """Decide limitation for every open claim of the unit; given ``claims`` (ids), only for these."""

    name = "limitation"
    lock = "limitation"

    def __init__(self, claims: list[int] | None = None) -> None:
        self.claims = claims

    def decide(self, run: Run, terms: Terms) -> None:
        """Decide every claim in hand into ``decided``; its amount is what is open of it, in euro."""
        take_claims_in_hand(run.unit, terms)
        query = decide_limitation(terms).select(
            _subjects(run.on_date, self.claims),
            f"decided.id, decided.unit_id, decided.open AS amount, {_INPUTS} AS inputs",
        )
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS decided")
            cursor.execute(f"CREATE TEMP TABLE decided ON COMMIT DROP AS {query}")

    def record(self, run: Run) -> None:
        """Store why a claim has expired or soon will; that a clock still runs is only counted."""
        record_decisions(run, self.name, *_KEPT_IN, (RUNNING,))

    def set_aside(self, run: Run) -> None:
        """Leave every claim whose limitation date or open amount has changed since the plan."""
        set_aside_changed(run, self.name, *_KEPT_IN)

    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """Nothing is posted: the decisions are what is known of limitation."""
        return Applied()


def _subjects(on: date, claims: list[int] | None) -> str:
    ids = "" if claims is None else f" WHERE id IN ({', '.join(str(int(one)) for one in claims) or 'NULL'})"
    return f"(SELECT *, limitation_date - DATE '{on.isoformat()}' AS days_left FROM claims_in_hand{ids})"
