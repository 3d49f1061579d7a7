"""The fork: every open claim is told where it goes, and nothing else happens to it (OC 6.2)."""

from collections.abc import Sequence

from django.db import connection

from reskontra.claims.collection import take_claims_in_hand
from reskontra.database.scripts import statements
from reskontra.income.legal.rules import NOT_REMINDED, REMINDER_RUNS, decide_collection
from reskontra.kernel.terms import Terms
from reskontra.registers.models import Unit
from reskontra.runs.decisions import record_decisions, set_aside_changed
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Applied

KEPT_IN = ("claims_claimdecision", "claim_id")

# What a person who asks "why?" wants to see.
_INPUTS = """jsonb_strip_nulls(jsonb_build_object('open', open::text, 'public_law', public_law, 'reminders', reminders,
  'last_reminder_due', last_reminder_due, 'block_codes', nullif(block_codes, ''), 'deferred_until', deferred_until,
  'case_state', case_state, 'judged_date', judged_date, 'limitation_date', limitation_date))"""


class CollectionRun:
    """Decide the way of the unit's open claims. Given ``claims`` (ids), only of these."""

    name = "collection"
    lock = "settlement"

    def __init__(self, claims: Sequence[int] | None = None) -> None:
        self.claims = claims

    def decide(self, run: Run, terms: Terms) -> None:
        """Decide every open claim into ``decided``."""
        fork(run.unit, terms)
        only = "" if self.claims is None else f" WHERE id = ANY (ARRAY[{ids(self.claims)}]::bigint[])"
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS decided")
            cursor.execute(f"CREATE TEMP TABLE decided ON COMMIT DROP AS SELECT * FROM forked{only}")

    def record(self, run: Run) -> None:
        """Store why each claim goes where it goes; those whose reminders are not out yet are only counted."""
        record_decisions(run, self.name, *KEPT_IN, (NOT_REMINDED, REMINDER_RUNS))

    def set_aside(self, run: Run) -> None:
        """Leave every claim that would now go elsewhere than was planned."""
        set_aside_changed(run, self.name, *KEPT_IN)

    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """The decisions are the facts: the rooms that they name take the claims from here."""
        return Applied()


def fork(unit: Unit, terms: Terms) -> None:
    """Fill ``forked``: every claim in hand with its outcome, and ``claims_in_hand`` and its kin behind it."""
    take_claims_in_hand(unit, terms)
    query = decide_collection(terms).select(
        "collection_subjects", f"decided.*, open AS amount, {_INPUTS} AS inputs"
    )
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS collection_subjects, forked")
        for statement in statements("reskontra.income.legal", "collection.sql"):
            cursor.execute(statement, {"unit": unit.pk})
        cursor.execute(f"CREATE TEMP TABLE forked ON COMMIT DROP AS {query}")
        cursor.execute("ANALYZE forked (id)")


def ids(numbers: Sequence[int]) -> str:
    """Ids as they stand in SQL; nothing for none."""
    return ", ".join(str(int(one)) for one in numbers)
