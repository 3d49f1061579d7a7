"""The matching run: every procurement invoice in hand finds its order or contract, or its reason why not."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import connection

from reskontra.database.rows import one_row
from reskontra.database.scripts import statements
from reskontra.expenditure.matching.rules import (
    AUTO_APPROVED,
    AUTO_WAITING_CONFIRMATION,
    MATCH_CONFIRMED,
    MATCH_HOLDS,
    MATCHED,
    decide_held,
    decide_matching,
)
from reskontra.kernel.clauses import clause
from reskontra.kernel.terms import Terms
from reskontra.purchases.matching import Past, take_invoices_in_hand, take_matches, take_turn
from reskontra.purchases.posting import payable_controls, post_payables
from reskontra.registers.models import Unit
from reskontra.registers.posting import posting_account
from reskontra.runs.decisions import record_decisions, set_aside_changed
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Applied, Control

ROOM = "reskontra.expenditure.matching"
KEPT_IN = ("purchases_purchasedecision", "invoice_id")

# What a person who asks "why?" wants to see; a machine that looks at a match finds it by its number.
_INPUTS = """jsonb_strip_nulls(jsonb_build_object('number', number, 'net', net::text, 'level', level, 'intake', doubt,
  'received', CASE WHEN order_id IS NOT NULL THEN basis::text END,
  'ordered', CASE WHEN order_id IS NOT NULL THEN ordered::text END,
  'invoiced', CASE WHEN number IS NOT NULL AND net < 0 THEN invoiced::text END,
  'limit_left', limit_left::text, 'row_net', row_net::text, 'row_tolerance', row_tolerance::text, 'row_date', row_date,
  'charge', CASE WHEN charge > 0 THEN charge::text END))"""
_DECIDED = "id, unit_id, coalesce(total, 0) AS amount"
# That an invoice waits for a confirmation is no reason against it.
_REASONS = f"reasons - '{AUTO_WAITING_CONFIRMATION.name}'"


def decide_invoices(unit: Unit, terms: Terms, only: Sequence[int] | None, past: Past | None = None) -> None:
    """Decide every invoice in hand into ``decided``, turn by turn; ``match_to_be`` and ``taken`` have the matches."""
    turns = take_invoices_in_hand(unit, terms, only, past)
    held = decide_held().select(
        "matches_in_hand",
        f"{_DECIDED}, jsonb_build_object('match', match_id, 'net', net::text, 'received', covered::text) AS inputs",
    )
    rule = decide_matching(terms).select("invoices_in_turn", f"{_DECIDED}, {_INPUTS} AS inputs")
    columns = "id, unit_id, amount, inputs, outcome, standing, clause"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS decided, new_match, new_coding")
        cursor.execute(
            f"CREATE TEMP TABLE decided ON COMMIT DROP AS SELECT {columns}, '[]'::jsonb AS reasons FROM ({held}) held"
        )
        for turn in range(1, turns + 1):
            take_turn(turn, terms.on, past)
            cursor.execute(
                f"INSERT INTO decided ({columns}, reasons) SELECT {columns}, {_REASONS} FROM ({rule}) told"
            )
            take_matches([one.name for one in MATCHED])


class MatchingRun:
    """Match the procurement invoices of the unit. Given ``invoices`` (ids), only these."""

    name = "matching"
    lock = "matching"

    def __init__(self, invoices: Sequence[int] | None = None) -> None:
        self.invoices = invoices

    def decide(self, run: Run, terms: Terms) -> None:
        """Decide every invoice in hand into ``decided``."""
        decide_invoices(run.unit, terms, self.invoices)

    def record(self, run: Run) -> None:
        """Store what became of each invoice and why; of matches that stand only their count is kept."""
        record_decisions(run, self.name, *KEPT_IN, counted_only=(MATCH_HOLDS,))

    def set_aside(self, run: Run) -> None:
        """Leave every invoice of which something else was planned, and take back what it would have matched."""
        set_aside_changed(run, self.name, *KEPT_IN)
        with connection.cursor() as cursor:
            for table in ("match_to_be", "taken"):
                cursor.execute(
                    f"DELETE FROM {table} WHERE invoice_id IN"
                    " (SELECT id FROM decided WHERE outcome = 'CHANGED_SINCE_PLAN')"
                )

    @clause("EX 2.1-a", "EX 3-a")
    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """Write matches and codings; what nobody needs to touch becomes payable, with its voucher."""
        write_matches(acting, run=run)
        ready = _payable_now()
        posted = post_payables(run, ready) if ready else 0
        matches, net, taken, lines, coded = one_row(_WRITTEN, {"run": run.pk})
        return Applied(
            [
                Control("matches = invoices that were decided to match", *_counts(matches)),
                Control("codings = matched invoices, total", _money(net), _money(coded)),
                Control(
                    "match lines = invoices matched to orders and schedules", _money(taken), _money(lines)
                ),
                Control("payables = invoices that nobody needs to touch", str(len(ready)), str(posted)),
                *payable_controls(run),
            ],
            facts={"matches": matches, "payables": posted},
        )


def write_matches(acting: Acting, run: Run | None = None, reason: str = "") -> None:
    """Write what ``match_to_be`` and ``taken`` hold: by ``run``, or by the person who acts, for ``reason``.

    Raises ``MissingPostingAccount`` when there are charges and no account for them on the day.
    """
    values: dict[str, Any] = {
        "unit": acting.unit.pk,
        "run": run.pk if run else None,
        "person": None if run else acting.person.pk,
        "at": acting.at,
        "on": run.on_date if run else acting.day,
        "reason": reason,
    }
    (charged,) = one_row("SELECT EXISTS (SELECT FROM taken WHERE charge AND net <> 0)")
    values["charge_account"] = posting_account("freight", values["on"]) if charged else None
    with connection.cursor() as cursor:
        for statement in statements(ROOM, "facts.sql"):
            cursor.execute(statement, values)


def _payable_now() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM decided WHERE outcome = ANY (%s) ORDER BY id",
            [[AUTO_APPROVED.name, MATCH_CONFIRMED.name]],
        )
        return [row[0] for row in cursor.fetchall()]


# What was decided against what was written.
_WRITTEN = """
SELECT (SELECT count(*) FROM purchases_match WHERE run_id = %(run)s),
  (SELECT coalesce(sum(i.total), 0) FROM match_to_be b JOIN purchases_purchaseinvoice i ON i.id = b.invoice_id),
  (SELECT coalesce(sum(net), 0) FROM match_to_be WHERE order_id IS NOT NULL OR row_id IS NOT NULL),
  (SELECT coalesce(sum(l.net), 0) FROM purchases_matchline l JOIN new_match m ON m.id = l.match_id),
  (SELECT coalesce(sum(l.net + l.vat), 0) FROM purchases_codingline l JOIN new_match m ON m.coding_id = l.coding_id)
"""


def _counts(written: int) -> tuple[str, str]:
    (decided,) = one_row(
        "SELECT count(*) FROM decided WHERE outcome = ANY (%s)", [[one.name for one in MATCHED]]
    )
    return str(decided), str(written)


def _money(amount: Decimal) -> str:
    return format(amount, ".2f")
