"""The allocation run: set by set from payments that something is left of to settled claims, with one voucher."""

from decimal import Decimal
from typing import Any

from django.db import connection

from reskontra.claims.beside import take_beside
from reskontra.claims.in_hand import take_payments_in_hand
from reskontra.database.rows import one_row
from reskontra.database.scripts import statements
from reskontra.income.allocation.rules import decide_allocation
from reskontra.kernel.terms import Terms
from reskontra.ledger.numbers import take_numbers
from reskontra.registers.posting import posting_account
from reskontra.runs.decisions import record_decisions, set_aside_changed
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Applied, Control

_STATEMENTS = statements("reskontra.income.allocation", "facts.sql")
_NEW = 6  # the first of them tell what is new, the others write it

# What a person who asks "why?" wants to see; never a name or a message.
_INPUTS = """jsonb_strip_nulls(jsonb_build_object('rest', rest::text, 'found_by', found_by,
  'claim', claim_reference, 'open_before', open_before::text, 'interest', nullif(interest, 0)::text,
  'cost', nullif(cost, 0)::text, 'claims', nullif(claims, 0),
  'reference_given', nullif(reference <> '', false), 'written_off', nullif(written_off, false),
  'takes_back', takes_back, 'taken', CASE WHEN takable < -rest THEN takable::text END,
  'taken_back_by', taken_back_by))"""

_ACCOUNTS = {
    "receivable": "receivable",
    "unallocated": "payments_unallocated",
    "refund": "overpayment_refund",
    "income": "overpayment_income",
    "waived": "remainder_waived",
    "interest": "late_interest",
    "cost": "collection_cost",
}
# A payment in hand, and what of it goes beside the capital of its claims.
_SUBJECTS = """(
SELECT p.*, coalesce(b.interest, 0) AS interest, coalesce(b.cost, 0) AS cost,
  CASE WHEN p.shared THEN p.beyond ELSE p.rest - p.open_before END - coalesce(b.interest, 0) - coalesce(b.cost, 0)
    AS too_much
FROM payments_in_hand p
LEFT JOIN (SELECT payment_id, sum(interest) AS interest, sum(cost) AS cost FROM beside GROUP BY 1) b
  ON b.payment_id = p.id{only})"""
_KEPT_IN = ("claims_paymentdecision", "payment_id")
WRITTEN = "decided, taken_use, taken_fact, new_allocation, new_overpayment, new_side_payment, new_write_off"


class AllocationRun:
    """Allocate the unit's payments. Given ``payments`` (ids), only these, decided among their neighbours."""

    name = "allocation"
    lock = "settlement"

    def __init__(self, payments: list[int] | None = None) -> None:
        self.payments = payments

    def decide(self, run: Run, terms: Terms) -> None:
        """Decide every payment in hand into ``decided``."""
        take_payments_in_hand(run.unit, terms.on)
        take_beside(run.unit, terms)
        only = ""
        if self.payments is not None:
            ids = ", ".join(str(int(one)) for one in self.payments) or "NULL"
            only = f" WHERE p.id IN ({ids})"
        query = decide_allocation(terms).select(
            _SUBJECTS.format(only=only), f"decided.*, {_INPUTS} AS inputs"
        )
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {WRITTEN}")
            cursor.execute(f"CREATE TEMP TABLE decided ON COMMIT DROP AS {query}")

    def record(self, run: Run) -> None:
        """Store why each payment is allocated, waits or is left."""
        record_decisions(run, self.name, *_KEPT_IN)

    def set_aside(self, run: Run) -> None:
        """Leave every payment that would now become something else than was planned, or that was not planned."""
        set_aside_changed(run, self.name, *_KEPT_IN)

    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """Write allocations, overpayments, what goes beside, waived remainders and reversals, and their voucher."""
        accounts = {name: posting_account(event, run.on_date) for name, event in _ACCOUNTS.items()}
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT FROM decided WHERE standing = 'READY')")
            if not cursor.fetchone()[0]:
                return Applied()
            books = {"unit": run.unit.pk, **accounts}
            receivable, unallocated, *first = one_row(_STATE, books)
            self._write(cursor, run, terms, accounts)
            begin = dict(zip(("allocation", "overpayment", "side_payment", "write_off"), first, strict=True))
            asked, paid, owed_less, moved, allocations, overpayments, beside, waived = one_row(
                _WRITTEN, {"run": run.pk, **begin}
            )
            receivable_now, unallocated_now, *_ = one_row(_STATE, books)
        return Applied(
            [
                Control(
                    "payments = allocations, interest, costs and overpayments", _money(asked), _money(paid)
                ),
                Control(
                    "receivable account moved by allocations and remainders",
                    _money(owed_less),
                    _money(receivable_now - receivable),
                ),
                Control(
                    "unallocated account moved by the payments",
                    _money(moved),
                    _money(unallocated_now - unallocated),
                ),
            ],
            facts={
                "allocations": allocations,
                "overpayments": overpayments,
                "beside": beside,
                "waived": waived,
            },
        )

    def _write(self, cursor: Any, run: Run, terms: Terms, accounts: dict[str, str]) -> None:
        values: dict[str, Any] = {
            "unit": run.unit.pk,
            "run": run.pk,
            "on": run.on_date,
            "year": run.on_date.year,
            "voucher": None,
            "number": None,
            "waived_up_to": terms.remainder_waived_up_to,
            **accounts,
        }
        for statement in _STATEMENTS[:_NEW]:
            cursor.execute(statement, values)
        cursor.execute(
            "SELECT EXISTS (SELECT FROM new_allocation) OR EXISTS (SELECT FROM new_overpayment)"
            " OR EXISTS (SELECT FROM new_side_payment) OR EXISTS (SELECT FROM new_write_off)"
        )
        if cursor.fetchone()[0]:
            cursor.execute("SELECT nextval('ledger_voucher_id_seq')")
            values["voucher"] = cursor.fetchone()[0]
            values["number"] = take_numbers(run.unit, "voucher AL", 1, run.on_date.year)
        for statement in _STATEMENTS[_NEW:]:
            cursor.execute(statement, values)


# What the books say, and where the facts of this run begin.
_STATE = """
SELECT
  (SELECT coalesce(sum(amount), 0) FROM ledger_balance WHERE unit_id = %(unit)s AND account = %(receivable)s),
  (SELECT coalesce(sum(amount), 0) FROM ledger_balance WHERE unit_id = %(unit)s AND account = %(unallocated)s),
  (SELECT coalesce(max(id), 0) FROM claims_allocation), (SELECT coalesce(max(id), 0) FROM claims_overpayment),
  (SELECT coalesce(max(id), 0) FROM claims_sidepayment), (SELECT coalesce(max(id), 0) FROM claims_writeoff)
"""
# What was written, read back from the facts: the money of the payments, and all of it with what was undone.
_WRITTEN = """
WITH written AS (
  SELECT 'allocation' AS kind, amount, undoes_id FROM claims_allocation WHERE run_id = %(run)s AND id > %(allocation)s
  UNION ALL
  SELECT 'overpayment', amount, undoes_id FROM claims_overpayment WHERE run_id = %(run)s AND id > %(overpayment)s
  UNION ALL
  SELECT 'beside', amount, undoes_id FROM claims_sidepayment WHERE run_id = %(run)s AND id > %(side_payment)s
  UNION ALL
  SELECT 'waived', amount, undoes_id FROM claims_writeoff WHERE run_id = %(run)s AND id > %(write_off)s)
SELECT
  (SELECT coalesce(sum(rest), 0) FROM decided WHERE standing = 'READY' AND takes_back IS NULL)
    + (SELECT coalesce(sum(amount - taken), 0) FROM taken_use WHERE taken > 0),
  coalesce(sum(amount) FILTER (WHERE kind <> 'waived' AND undoes_id IS NULL), 0),
  coalesce(-sum(amount) FILTER (WHERE kind IN ('allocation', 'waived')), 0),
  coalesce(sum(amount) FILTER (WHERE kind <> 'waived'), 0),
  count(*) FILTER (WHERE kind = 'allocation'), count(*) FILTER (WHERE kind = 'overpayment'),
  count(*) FILTER (WHERE kind = 'beside'), count(*) FILTER (WHERE kind = 'waived')
FROM written
"""


def _money(amount: Decimal) -> str:
    return format(amount, ".2f")
