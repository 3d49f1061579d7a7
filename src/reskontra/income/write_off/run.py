"""The write-off run: proposes what ought to leave the books, and posts what two of the unit have decided."""

import json
from decimal import Decimal
from typing import Any

from django.db import connection

from reskontra.claims.collection import take_claims_in_hand
from reskontra.claims.models import WriteOff
from reskontra.database.rows import one_row
from reskontra.database.scripts import statements
from reskontra.income.write_off.rules import CLAIM_LIVING, GROUND, decide_write_offs
from reskontra.kernel.clauses import clause
from reskontra.kernel.sets import Outcome
from reskontra.kernel.terms import Terms
from reskontra.ledger.numbers import take_numbers
from reskontra.registers.models import Unit
from reskontra.registers.posting import posting_account
from reskontra.runs.decisions import record_decisions, set_aside_changed
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Applied, Control, RunRefused

ROOM = "reskontra.income.write_off"
_ORIGINAL = "original"
_KEPT_IN = ("claims_claimdecision", "claim_id")

# What a person who asks "why?" wants to see, and the evidence of a proposal.
_INPUTS = """jsonb_strip_nulls(jsonb_build_object('open', open::text, 'due_date', due_date,
  'limitation_date', limitation_date, 'reminders', reminders, 'last_reminder_due', last_reminder_due,
  'block_codes', nullif(block_codes, ''), 'case', case_id, 'case_state', case_state,
  'collection', collection_outcome, 'proposal', proposal_id, 'kept_until', kept_until))"""
_COLUMNS = f"""decided.id, decided.unit_id, decided.open AS amount, decided.open, decided.proposed,
  decided.proposed_ground, decided.proposal_id, NULL::bigint AS undoes, {_INPUTS} AS inputs"""


def take_write_offs_in_hand(unit: Unit, terms: Terms) -> None:
    """Fill the temporary table ``write_offs_in_hand``: open claims with what a write-off asks of them."""
    take_claims_in_hand(unit, terms)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS write_offs_in_hand")
        for statement in statements(ROOM, "subjects.sql"):
            cursor.execute(statement, {"unit": unit.pk, "on": terms.on})


class WriteOffsRun:
    """Propose and write off claims of the unit. Given ``claims`` (ids), only these."""

    name = "write_offs"
    lock = "settlement"

    def __init__(self, claims: list[int] | None = None) -> None:
        self.claims = claims

    def decide(self, run: Run, terms: Terms) -> None:
        """Decide every open claim into ``decided``."""
        take_write_offs_in_hand(run.unit, terms)
        scope = "write_offs_in_hand"
        if self.claims is not None:
            ids = ", ".join(str(int(one)) for one in self.claims) or "NULL"
            scope = f"(SELECT * FROM write_offs_in_hand WHERE id IN ({ids}))"
        query = decide_write_offs(terms).select(scope, _COLUMNS)
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS decided, new_write_off, lost")
            cursor.execute(f"CREATE TEMP TABLE decided ON COMMIT DROP AS {query}")

    def record(self, run: Run) -> None:
        """Store why a claim is proposed, waits or is kept; of living claims only their count is kept."""
        record_decisions(run, self.name, *_KEPT_IN, counted_only=(CLAIM_LIVING,))

    def set_aside(self, run: Run) -> None:
        """Leave every claim of which something else was planned."""
        set_aside_changed(run, self.name, *_KEPT_IN)

    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """Write proposals, and the write-offs that were decided with their voucher."""
        return write_facts(run, terms, acting)


class UndoWriteOffRun:
    """Take back one write-off: the claim is asked for again, such as when its debtor pays after all."""

    name = "undo_write_off"
    lock = "settlement"

    def __init__(self, write_off: WriteOff, why: str) -> None:
        self.write_off, self.why = write_off, why

    def decide(self, run: Run, terms: Terms) -> None:
        """The one write-off, unless it was taken back before or only waived a remainder."""
        outcome = Outcome("WRITE_OFF_UNDONE", "READY")
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS decided, new_write_off, lost")
            cursor.execute(
                "CREATE TEMP TABLE decided ON COMMIT DROP AS"
                " SELECT w.claim_id AS id, w.unit_id, w.amount, w.amount AS open, NULL::numeric AS proposed,"
                " ''::text AS proposed_ground, w.proposal_id, w.id AS undoes,"
                " %s::text AS outcome, %s::text AS standing,"
                " 'OC 6.4-a'::text AS clause, '[]'::jsonb AS reasons,"
                " jsonb_build_object('why', %s::text) AS inputs"
                " FROM claims_writeoff w WHERE w.id = %s AND w.proposal_id IS NOT NULL AND w.undoes_id IS NULL"
                " AND NOT EXISTS (SELECT FROM claims_writeoff undone WHERE undone.undoes_id = w.id)",
                [outcome.name, outcome.standing, self.why, self.write_off.pk],
            )
        if one_row("SELECT count(*) FROM decided") == (0,):
            raise RunRefused("write_off.nothing_to_undo")

    def record(self, run: Run) -> None:
        """Store that it was taken back, and why."""
        record_decisions(run, WriteOffsRun.name, *_KEPT_IN)

    def set_aside(self, run: Run) -> None:
        """An undoing is never planned apart."""

    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """Write the counter-facts and the voucher that takes the loss back."""
        return write_facts(run, terms, acting)


@clause("OC 5.1-b", "OC 5.1-d")
def write_facts(run: Run, terms: Terms, acting: Acting) -> Applied:
    """Proposals and write-offs from ``decided``, with one voucher; the controls compare facts and books."""
    receivable = posting_account("receivable", run.on_date)
    own = "" if terms.write_off_account == _ORIGINAL else terms.write_off_account
    values: dict[str, Any] = {
        "unit": run.unit.pk,
        "run": run.pk,
        "on": run.on_date,
        "at": acting.at,
        "year": run.on_date.year,
        "voucher": None,
        "number": None,
        "receivable": receivable,
        "vat_account": posting_account("vat_on_sales", run.on_date),
        "vat": terms.write_off_corrects_vat == "yes",
        "account": own,
        "grounds": json.dumps({outcome.name: ground for outcome, ground in GROUND.items()}),
    }
    before = _state(run.unit, receivable)
    with connection.cursor() as cursor:
        moves = one_row("SELECT count(*) FROM decided WHERE outcome IN ('WRITE_OFF', 'WRITE_OFF_UNDONE')")
        if moves != (0,):
            (values["voucher"],) = one_row("SELECT nextval('ledger_voucher_id_seq')")
            values["number"] = take_numbers(run.unit, "voucher WO", 1, run.on_date.year)
        for statement in statements(ROOM, "facts.sql")[: None if moves != (0,) else 1]:
            cursor.execute(statement, values)
    decided, written, proposed, proposals = one_row(_WRITTEN, {"run": run.pk, "proposing": values["grounds"]})
    moved = before - _state(run.unit, receivable)
    return Applied(
        [
            Control("write-offs = what was decided", _money(decided), _money(written)),
            Control("receivable account moved by the write-offs", _money(written), _money(moved)),
            Control("proposals = claims to be proposed", str(proposed), str(proposals)),
        ],
        facts={"proposals": proposals, "written_off": _money(written)},
    )


_WRITTEN = """
SELECT
  (SELECT coalesce(sum(CASE outcome WHEN 'WRITE_OFF' THEN least(open, proposed) ELSE -open END), 0) FROM decided
   WHERE outcome IN ('WRITE_OFF', 'WRITE_OFF_UNDONE')),
  (SELECT coalesce(sum(amount), 0) FROM claims_writeoff WHERE run_id = %(run)s),
  (SELECT count(*) FROM decided WHERE %(proposing)s::jsonb ? outcome),
  (SELECT count(*) FROM claims_writeoffproposal WHERE run_id = %(run)s)
"""


def _state(unit: Unit, receivable: str) -> Decimal:
    (balance,) = one_row(
        "SELECT coalesce(sum(amount), 0) FROM ledger_balance WHERE unit_id = %s AND account = %s",
        [unit.pk, receivable],
    )
    return Decimal(balance)


def _money(amount: Decimal) -> str:
    return format(amount, ".2f")
