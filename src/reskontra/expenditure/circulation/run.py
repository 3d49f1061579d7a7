"""The circulation run: every invoice that waits gets its place, and what two people have approved becomes a payable."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import connection

from reskontra.database.rows import one_row
from reskontra.database.scripts import statements
from reskontra.expenditure.circulation.rules import (
    READY,
    ROUTE_BY_REFERENCE,
    ROUTES,
    WAIT,
    decide_circulation,
)
from reskontra.kernel.terms import Terms
from reskontra.purchases.circulation import take_circulation_in_hand
from reskontra.purchases.posting import post_payables
from reskontra.registers.posting import posting_account
from reskontra.runs.decisions import record_decisions, set_aside_changed
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Applied, Control

ROOM = "reskontra.expenditure.circulation"
_KEPT_IN = ("purchases_purchasedecision", "invoice_id")

# What a person who asks "why?" wants to see.
_INPUTS = """jsonb_strip_nulls(jsonb_build_object('step', step, 'due_date', due_date, 'cause', cause,
  'template', template_id, 'queue', queue_id, 'person', to_person_id, 'since', since_date,
  'coding', coding_digest, 'meant_for', meant_for))"""
_COLUMNS = f"""decided.id, decided.unit_id, decided.amount, decided.step, decided.queue_id, decided.to_person_id,
  decided.cause, decided.template_id, decided.reviewing_queue_id, {_INPUTS} AS inputs"""
_SUBJECTS = """(SELECT c.*, r.queue_id AS reviewing_queue_id FROM invoices_in_circulation c
  LEFT JOIN reviewing_queues r ON r.template_id = c.template_id)"""


class CirculationRun:
    """Route, remind and post the unit's invoices in circulation. Given ``invoices`` (ids), only these."""

    name = "circulation"
    lock = "matching"

    def __init__(self, invoices: Sequence[int] | None = None) -> None:
        self.invoices = invoices

    def decide(self, run: Run, terms: Terms) -> None:
        """Decide every invoice in circulation into ``decided``."""
        take_circulation_in_hand(run.unit, terms.on, self.invoices)
        query = decide_circulation(terms).select(_SUBJECTS, _COLUMNS)
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS decided, shares, template_codings")
            cursor.execute(f"CREATE TEMP TABLE decided ON COMMIT DROP AS {query}")

    def record(self, run: Run) -> None:
        """Store why an invoice goes where it goes, or is late; of those that wait in time only the count is kept."""
        record_decisions(run, self.name, *_KEPT_IN, counted_only=(WAIT,))

    def set_aside(self, run: Run) -> None:
        """Leave every invoice of which something else was planned."""
        set_aside_changed(run, self.name, *_KEPT_IN)

    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """Write places and the codings of templates, post what is ready, and compare both with what was decided."""
        values: dict[str, Any] = {
            "unit": run.unit.pk,
            "run": run.pk,
            "on": run.on_date,
            "at": acting.at,
            "routes": [outcome.name for outcome in ROUTES],
            "by_reference": ROUTE_BY_REFERENCE.name,
        }
        with connection.cursor() as cursor:
            for statement in statements(ROOM, "facts.sql"):
                cursor.execute(statement, values)
        (ready,) = one_row(
            "SELECT coalesce(array_agg(id), '{}') FROM decided WHERE outcome = %s", [READY.name]
        )
        posted = post_payables(run, ready) if ready else 0
        return Applied(
            [*_routed(values), *_posted(run, len(ready), posted, _owed(run))],
            facts={"payables": posted},
        )


def _routed(values: dict[str, Any]) -> list[Control]:
    routes, places, coded, lines = one_row(
        "SELECT (SELECT count(*) FROM decided WHERE outcome = ANY (%(routes)s)),"
        " (SELECT count(*) FROM purchases_assignment WHERE run_id = %(run)s),"
        " (SELECT coalesce(sum(amount), 0) FROM decided WHERE outcome = %(by_reference)s),"
        " (SELECT coalesce(sum(l.net + l.vat), 0) FROM purchases_coding c"
        "  JOIN purchases_codingline l ON l.coding_id = c.id WHERE c.run_id = %(run)s)",
        values,
    )
    return [
        Control("places = invoices that were routed", str(routes), str(places)),
        Control("codings of templates = their invoices", format(coded, ".2f"), format(lines, ".2f")),
    ]


def _posted(run: Run, ready: int, posted: int, moved: Decimal) -> list[Control]:
    (owed,) = one_row("SELECT coalesce(sum(amount), 0) FROM purchases_payable WHERE run_id = %s", [run.pk])
    return [
        Control("payables = approved invoices", str(ready), str(posted)),
        Control("payable accounts moved by the payables", format(owed, ".2f"), format(moved, ".2f")),
    ]


def _owed(run: Run) -> Decimal:
    """What the vouchers of the run booked as owed on the payable accounts, in euro."""
    accounts = [posting_account(event, run.on_date) for event in ("payable_procurement", "payable_other")]
    (owed,) = one_row(
        "SELECT coalesce(-sum(e.amount), 0) FROM ledger_voucher v JOIN ledger_entry e ON e.voucher_id = v.id"
        " WHERE v.run_id = %s AND v.unit_id = %s AND e.account = ANY (%s)",
        [run.pk, run.unit.pk, accounts],
    )
    return Decimal(owed)
