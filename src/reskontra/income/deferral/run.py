"""The run over agreements on payment time: kept ones end, broken ones let collection go on where it stood."""

from typing import Any

from django.db import connection

from reskontra.claims.models import Deferral
from reskontra.database.rows import one_row
from reskontra.database.scripts import statements
from reskontra.income.deferral.rules import WITHDRAWN, decide_deferrals
from reskontra.kernel.clauses import known
from reskontra.kernel.terms import Terms
from reskontra.kernel.texts import text
from reskontra.runs.decisions import record_decisions, set_aside_changed
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Applied, Control, RunRefused

_SUBJECTS = statements("reskontra.income.deferral", "subjects.sql")
_FACTS = statements("reskontra.income.deferral", "facts.sql")
_INPUTS = """jsonb_strip_nulls(jsonb_build_object('agreement', number, 'from', from_date, 'until', until_date,
  'agreed', principal::text, 'paid', paid::text, 'due', due::text, 'overdue', overdue::text, 'open', open::text,
  'next_due', next_due))"""
_KEPT_IN = ("claims_deferraldecision", "deferral_id")


class DeferralsRun:
    """Look after every running agreement of the unit; given ``deferrals`` (ids), only after these."""

    name = "deferrals"
    lock = "settlement"
    reason = ""

    def __init__(self, deferrals: list[int] | None = None) -> None:
        self.deferrals = deferrals

    def decide(self, run: Run, terms: Terms) -> None:
        """Decide every running agreement into ``decided``; its amount is what is still open under it, in euro."""
        self._take_in_hand(run, terms)
        query = decide_deferrals().select(
            "deferrals_in_hand", f"decided.id, decided.unit_id, decided.open AS amount, {_INPUTS} AS inputs"
        )
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TEMP TABLE decided ON COMMIT DROP AS {query}")

    def record(self, run: Run) -> None:
        """Store what is said of each agreement, also of those that run as agreed."""
        record_decisions(run, self.name, *_KEPT_IN)

    def set_aside(self, run: Run) -> None:
        """Leave every agreement that was paid on, credited or agreed since the plan."""
        set_aside_changed(run, self.name, *_KEPT_IN)

    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """End what has ended, and lift its blocks with the step at which collection goes on."""
        reasons = {
            ended: text(f"deferral.lift_{ended}", acting.person.language)
            for ended in ("kept", "broken", "withdrawn")
        }
        values: dict[str, Any] = {
            "unit": run.unit.pk,
            "run": run.pk,
            "on": run.on_date,
            "at": acting.at,
            "reason": self.reason,
        }
        with connection.cursor() as cursor:
            for statement in _FACTS:
                cursor.execute(statement, {**values, **reasons})
        ended, wanted, still = one_row(_WRITTEN, {"run": run.pk})
        return Applied(
            [
                Control("agreements decided to end = ends written", str(wanted), str(ended)),
                Control("blocks that agreements which ended still hold", "0", str(still)),
            ],
            facts={"ended": ended},
        )

    def _take_in_hand(self, run: Run, terms: Terms) -> None:
        values: dict[str, Any] = {
            "unit": run.unit.pk,
            "on": run.on_date,
            "grace": terms.deferral_grace_days,
            "deferrals": self.deferrals,
        }
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS deferrals_in_hand, decided")
            for statement in _SUBJECTS:
                cursor.execute(statement, values)


class WithdrawRun(DeferralsRun):
    """End one agreement by a person's decision. Raises ``RunRefused`` when it has ended already."""

    name = "withdraw"

    def __init__(self, deferral: Deferral, reason: str) -> None:
        super().__init__([deferral.pk])
        self.number, self.reason = deferral.number, reason

    def decide(self, run: Run, terms: Terms) -> None:
        """The one agreement, whatever was paid under it."""
        self._take_in_hand(run, terms)
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TEMP TABLE decided ON COMMIT DROP AS SELECT id, unit_id, open AS amount, {_INPUTS} AS inputs,"
                " %s AS outcome, %s AS standing, %s AS clause, '[]'::jsonb AS reasons FROM deferrals_in_hand",
                [WITHDRAWN.name, WITHDRAWN.standing, known("OC 6.1.1-a")],
            )
            if cursor.rowcount == 0:
                raise RunRefused("deferral.ended_already", number=str(self.number))


# What was written, read back from the facts.
_WRITTEN = """
SELECT (SELECT count(*) FROM claims_deferralend WHERE run_id = %(run)s),
  (SELECT count(*) FROM decided WHERE standing = 'READY'),
  (SELECT count(*) FROM claims_deferralend e JOIN claims_deferral d ON d.id = e.deferral_id
   JOIN claims_block b ON b.run_id = d.run_id AND b.code = 'I'
   WHERE e.run_id = %(run)s AND NOT EXISTS (SELECT FROM claims_blocklift l WHERE l.block_id = b.id))
"""
