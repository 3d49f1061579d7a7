"""Memo vouchers: one line that no rule knows, posted by hand with its reason, or a posting put right (EX 7-a, 10-a)."""

from collections.abc import Sequence
from dataclasses import astuple
from decimal import Decimal

from django.db import connection

from reskontra.bank.models import Line, LinePosting
from reskontra.database.rows import rows
from reskontra.expenditure.statement_posting.coding import Part, check_parts
from reskontra.expenditure.statement_posting.rules import ALREADY_POSTED
from reskontra.expenditure.statement_posting.run import (
    KEPT_IN,
    LOCK,
    RULE,
    StatementPostingRun,
    post,
    prepare_parts,
)
from reskontra.kernel.clauses import clause
from reskontra.kernel.sets import Outcome
from reskontra.kernel.terms import Terms
from reskontra.registers.tracking import DIMENSIONS
from reskontra.runs.decisions import record_decisions
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Applied, RunRefused

POSTED_BY_HAND = Outcome("POSTED_BY_HAND", "READY")
CORRECTED_BY_HAND = Outcome("CORRECTED_BY_HAND", "READY")

# Everything that stands on the accounts behind a line now, its first posting and every correction together.
_OBJECTS = ", ".join(f"e.{name}" for name in DIMENSIONS)
_POSTED = f"""
SELECT sum(-e.amount) AS amount, e.account, {_OBJECTS}
FROM bank_lineposting p
JOIN ledger_entry e ON e.voucher_id = p.voucher_id AND e.unit_id = p.unit_id
WHERE p.line_id = %s AND NOT (p.corrects_id IS NULL AND e.position = 1)
GROUP BY e.account, {_OBJECTS} HAVING sum(e.amount) <> 0 ORDER BY e.account, {_OBJECTS}
"""


class MemoRun:
    """Post one line by hand. ``parts`` are the line to the cent; ``named`` is the clause of its kind."""

    name = "statement_memo"
    lock = LOCK

    def __init__(self, line: Line, parts: Sequence[Part], reason: str, named: str) -> None:
        self.line, self.parts, self.reason, self.named = line, parts, reason, named

    def decide(self, run: Run, terms: Terms) -> None:
        """The one line, unless it is posted, was never booked, or belongs to a room of income."""
        StatementPostingRun([self.line.pk]).decide(run, terms)
        found = rows("SELECT outcome, amount FROM decided")
        if not found or found[0]["outcome"] == "NOT_BOOKED":
            raise RunRefused("statement.nothing_to_post", line=str(self.line.pk))
        if found[0]["outcome"] == ALREADY_POSTED.name:
            raise RunRefused("statement.posted_already", line=str(self.line.pk))
        check_parts(run.unit, self.parts, found[0]["amount"], self.line.booking_date or run.on_date)
        _by_hand(POSTED_BY_HAND, self.named, self.reason)

    def record(self, run: Run) -> None:
        """Store who knew better than the rules, and why."""
        record_decisions(run, RULE, *KEPT_IN)

    def set_aside(self, run: Run) -> None:
        """A memo voucher is never planned apart."""

    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """Write its voucher and posting."""
        prepare_parts()
        _to_post(self.line, self.reason, self.named, None)
        _add_parts(self.line, self.parts)
        return post(run, "ME")


class CorrectionRun:
    """Put one posting right: a counter voucher takes it back and posts the line anew."""

    name = "statement_correction"
    lock = LOCK

    def __init__(self, line: Line, parts: Sequence[Part], reason: str) -> None:
        self.line, self.parts, self.reason = line, parts, reason

    def decide(self, run: Run, terms: Terms) -> None:
        """The one line, when it is posted."""
        StatementPostingRun([self.line.pk]).decide(run, terms)
        found = rows("SELECT amount FROM decided WHERE outcome = %s", [ALREADY_POSTED.name])
        if not found:
            raise RunRefused("statement.not_posted", line=str(self.line.pk))
        check_parts(run.unit, self.parts, found[0]["amount"], run.on_date)
        _by_hand(CORRECTED_BY_HAND, "EX 10-a", self.reason)

    def record(self, run: Run) -> None:
        """Store that it was corrected, and why."""
        record_decisions(run, RULE, *KEPT_IN)

    def set_aside(self, run: Run) -> None:
        """A correction is never planned apart."""

    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """Write the counter voucher, with what the line is posted to from now on."""
        newest = LinePosting.objects.filter(unit=run.unit, line=self.line).order_by("-id")[0]
        prepare_parts()
        _to_post(self.line, self.reason, "EX 10-a", newest.pk)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO line_part SELECT %s, row_number() OVER (), account, -amount,"
                f" {', '.join(DIMENSIONS)} FROM ({_POSTED}) posted",
                [self.line.pk, self.line.pk],
            )
        _add_parts(self.line, self.parts, after=100)
        return post(run, "ME")


@clause("EX 7-a", "EX 10-a")
def _by_hand(outcome: Outcome, named: str, reason: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE decided SET outcome = %s, standing = %s, clause = %s,"
            " inputs = inputs || jsonb_build_object('why', %s::text)",
            [outcome.name, outcome.standing, named, reason],
        )


def _to_post(line: Line, reason: str, named: str, corrects: int | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO new_posting SELECT %s, 'memo', NULL, %s, %s, %s, booking_date FROM bank_line WHERE id = %s",
            [line.pk, reason, named, corrects, line.pk],
        )


def _add_parts(line: Line, parts: Sequence[Part], after: int = 0) -> None:
    with connection.cursor() as cursor:
        for place, part in enumerate(parts, after + 1):
            account, *tracked = astuple(part.coding)
            cursor.execute(
                f"INSERT INTO line_part VALUES (%s, %s, %s, %s{', %s' * len(DIMENSIONS)})",
                [line.pk, place, account, Decimal(part.amount), *tracked],
            )
