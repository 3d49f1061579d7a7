"""The run that posts statement lines: by payments of our own, by standing rules; what is left waits for people."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from reskontra.bank.chain import chain_gaps
from reskontra.bank.lines import find_rules, take_lines_in_hand
from reskontra.database.rows import one_row
from reskontra.database.scripts import statements
from reskontra.expenditure.statement_posting.rules import ALREADY_POSTED, BY, NOT_BOOKED, decide_lines
from reskontra.kernel.clauses import clause
from reskontra.kernel.terms import Terms
from reskontra.ledger.numbers import take_numbers
from reskontra.registers.models import Unit
from reskontra.registers.posting import posting_account
from reskontra.registers.tracking import DIMENSIONS
from reskontra.runs.decisions import record_decisions, set_aside_changed
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Applied, Control

ROOM = "reskontra.expenditure.statement_posting"
LOCK = "statement_posting"
RULE = "statement"
KEPT_IN = ("bank_linedecision", "line_id")

_TRANSIT = {"suppliers": "supplier_payments_in_transit", "refunds": "refunds_in_transit"}
_INPUTS = """jsonb_strip_nulls(jsonb_build_object('payment_information_id', nullif(payment_information_id, ''),
  'end_to_end_id', nullif(end_to_end_id, ''), 'instruction_id', nullif(instruction_id, ''),
  'ultimate_debtor', nullif(ultimate_debtor, ''), 'transaction_code', nullif(transaction_code, ''),
  'still_on_its_way', expected::text, 'transit', transit, 'rules', to_jsonb(rules)))"""
_COLUMNS = f"""decided.id, decided.unit_id, decided.amount, decided.booking_date, decided.transit, decided.rule_id,
  {_INPUTS} AS inputs"""


def take_statement_in_hand(unit: Unit, lines: Sequence[int] | None = None) -> None:
    """Fill ``statement_in_hand``: lines with what our payments and the standing rules say of them."""
    take_lines_in_hand(unit, lines)
    find_rules(unit)
    with connection.cursor() as cursor:
        for statement in statements(ROOM, "subjects.sql"):
            cursor.execute(statement, {"unit": unit.pk})


@clause("EX 10-a", "EX 10-b")
class StatementPostingRun:
    """Post the lines of the unit's statements. Given ``lines`` (ids), only these, also when they are posted."""

    name = "statement_posting"
    lock = LOCK

    def __init__(self, lines: list[int] | None = None) -> None:
        self.lines = lines

    def decide(self, run: Run, terms: Terms) -> None:
        """Decide every line that is not posted into ``decided``."""
        take_statement_in_hand(run.unit, self.lines)
        query = decide_lines(terms).select("statement_in_hand", _COLUMNS)
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS decided")
            cursor.execute(f"CREATE TEMP TABLE decided ON COMMIT DROP AS {query}")
            cursor.execute("ANALYZE decided")

    def told(self, run: Run) -> Mapping[str, Any]:
        """Where statements do not follow each other: nothing stops for it, and nobody may overlook it."""
        return {"findings": [gap.as_json() for gap in chain_gaps(run.unit)]}

    def record(self, run: Run) -> None:
        """Store what was decided of each line; what is posted or was never booked is only counted."""
        record_decisions(run, RULE, *KEPT_IN, counted_only=(ALREADY_POSTED, NOT_BOOKED))

    def set_aside(self, run: Run) -> None:
        """Leave every line of which something else was planned, such as when a rule has ended since."""
        set_aside_changed(run, RULE, *KEPT_IN)

    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """Write a voucher and a posting for each line that is ready."""
        prepare_parts()
        accounts = {name: posting_account(event, run.on_date) for name, event in _TRANSIT.items()}
        by = {outcome.name: word for outcome, word in BY.items()}
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO new_posting SELECT d.id, %(by)s::jsonb ->> d.outcome, CASE d.outcome WHEN 'RULE'"
                " THEN d.rule_id END, '', d.clause, NULL, d.booking_date FROM decided d"
                " WHERE %(by)s::jsonb ? d.outcome",
                {"by": json.dumps(by)},
            )
            coding = ", ".join(f"coalesce(r.{name}, '')" for name in DIMENSIONS)
            cursor.execute(
                "INSERT INTO line_part SELECT d.id, 1, CASE WHEN n.by = 'rule' THEN r.account"
                f" ELSE %(accounts)s::jsonb ->> d.transit END, d.amount, {coding}"
                " FROM decided d JOIN new_posting n ON n.line_id = d.id"
                " LEFT JOIN registers_statementrule r ON r.id = n.rule_id",
                {"accounts": json.dumps(accounts)},
            )
        return post(run, "ST")


def prepare_parts() -> None:
    """The empty temporary tables that ``post`` reads: what is posted of each line, and where to."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS new_posting, line_part")
        cursor.execute(
            "CREATE TEMP TABLE new_posting (line_id bigint, by text, rule_id bigint, reason text, clause text,"
            " corrects_id bigint, booking_date date) ON COMMIT DROP"
        )
        cursor.execute(
            "CREATE TEMP TABLE line_part (line_id bigint, position int, account text, amount numeric(15,2),"
            f" {', '.join(f'{name} text' for name in DIMENSIONS)}) ON COMMIT DROP"
        )


@clause("EX 10-a")
def post(run: Run, kind: str) -> Applied:
    """Vouchers of ``kind`` and postings from ``new_posting`` and ``line_part``; controls compare lines and books."""
    unexplained = posting_account("statement_unexplained", run.on_date)
    values: dict[str, Any] = {
        "unit": run.unit.pk,
        "run": run.pk,
        "on": run.on_date,
        "kind": kind,
        "unexplained": unexplained,
    }
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE new_posting")
        cursor.execute("ANALYZE line_part")
        for statement in statements(ROOM, "facts.sql"):
            cursor.execute(statement, values)
        cursor.execute("SELECT year, count(*) FROM new_voucher GROUP BY 1 ORDER BY 1")
        years = cursor.fetchall()
        if years:
            firsts = [take_numbers(run.unit, f"voucher {kind}", count, year) for year, count in years]
            numbered = {**values, "years": [year for year, _ in years], "firsts": firsts}
            for statement in statements(ROOM, "vouchers.sql"):
                cursor.execute(statement, numbered)
    lines, total, postings, moved, behind = one_row(_WRITTEN, values)
    return Applied(
        [
            Control("lines to post = postings", str(lines), str(postings)),
            Control("lines = taken from what is not explained", f"{total:.2f}", f"{moved:.2f}"),
            Control("lines = postings behind them", f"{total:.2f}", f"{behind:.2f}"),
        ],
        facts={"vouchers": postings},
    )


_WRITTEN = """
WITH booked AS (
  SELECT e.account, e.amount FROM ledger_entry e JOIN new_voucher v ON v.voucher_id = e.voucher_id)
SELECT (SELECT count(*) FROM new_posting),
  (SELECT coalesce(sum(l.amount) FILTER (WHERE n.corrects_id IS NULL), 0)
   FROM new_posting n JOIN bank_line l ON l.id = n.line_id),
  (SELECT count(*) FROM bank_lineposting WHERE run_id = %(run)s),
  (SELECT coalesce(sum(amount), 0) FROM booked WHERE account = %(unexplained)s),
  (SELECT -coalesce(sum(amount), 0) FROM booked WHERE account <> %(unexplained)s)
"""
