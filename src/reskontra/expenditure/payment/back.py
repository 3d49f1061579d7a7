"""Payments that came back: undone by counter-facts; their payables are open again and wait for a person (EX 9-a)."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import connection

from reskontra.database.rows import one_row
from reskontra.database.scripts import statements
from reskontra.expenditure.payment.rules import PAYMENT_CAME_BACK
from reskontra.expenditure.payment.run import KEPT_IN, ROOM, TABLES, PaymentRun
from reskontra.kernel.clauses import clause
from reskontra.kernel.terms import Terms
from reskontra.ledger.numbers import take_numbers
from reskontra.purchases.models import PaymentAnswer
from reskontra.registers.posting import posting_account
from reskontra.runs.decisions import record_decisions
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Applied, Control, RunRefused


class PaymentsBackRun:
    """Undo the payments of ``answers``, which the bank rejected or returned."""

    name = "payment_back"
    lock = "settlement"

    def __init__(self, answers: Sequence[PaymentAnswer]) -> None:
        self.answers = answers

    def decide(self, run: Run, terms: Terms) -> None:
        """Every payable of the payments that are not undone yet; raises ``RunRefused`` where there is none."""
        values: dict[str, Any] = {"unit": run.unit.pk, "answers": [answer.pk for answer in self.answers]}
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {TABLES}, payments_back")
            cursor.execute(_BACK, values)
            cursor.execute(
                _DECIDED, {"outcome": PAYMENT_CAME_BACK.name, "standing": PAYMENT_CAME_BACK.standing}
            )
        if one_row("SELECT count(*) FROM payments_back") == (0,):
            raise RunRefused("payment.nothing_came_back")

    def record(self, run: Run) -> None:
        """Store that each payable's payment came back, and what the bank said."""
        record_decisions(run, PaymentRun.name, *KEPT_IN)

    def set_aside(self, run: Run) -> None:
        """What came back is never planned apart."""

    @clause("EX 9-a")
    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """Write the counter-facts with their voucher, and a hold on every payable."""
        values: dict[str, Any] = {
            "unit": run.unit.pk,
            "run": run.pk,
            "on": run.on_date,
            "year": run.on_date.year,
            "person": acting.person.pk,
            "at": acting.at,
            "transit": posting_account("supplier_payments_in_transit", run.on_date),
            "withheld": posting_account("withheld_for_enforcement", run.on_date),
        }
        (values["voucher"],) = one_row("SELECT nextval('ledger_voucher_id_seq')")
        values["number"] = take_numbers(run.unit, "voucher SP", 1, run.on_date.year)
        with connection.cursor() as cursor:
            for statement in statements(ROOM, "back.sql"):
                cursor.execute(statement, values)
        decided, undone, given_back, in_transit = one_row(_WRITTEN, values)
        return Applied(
            [
                Control("payments that came back = what is undone", _money(decided), _money(undone)),
                Control("undone = given back to payables", _money(undone), _money(given_back)),
                Control("in transit moved by what came back", _money(undone), _money(in_transit)),
            ],
            facts={"came_back": _money(undone)},
        )


_BACK = """
CREATE TEMP TABLE payments_back ON COMMIT DROP AS
SELECT a.payment_id, min(a.id) AS answer_id
FROM purchases_paymentanswer a JOIN purchases_supplierpayment p ON p.id = a.payment_id
WHERE a.unit_id = %(unit)s AND a.id = ANY (%(answers)s) AND a.state IN ('rejected', 'returned') AND p.undoes_id IS NULL
  AND NOT EXISTS (SELECT FROM purchases_supplierpayment undone WHERE undone.undoes_id = p.id)
GROUP BY 1
"""
_DECIDED = """
CREATE TEMP TABLE decided ON COMMIT DROP AS
SELECT s.payable_id AS id, s.unit_id, sum(s.amount) AS amount, %(outcome)s::text AS outcome,
  %(standing)s::text AS standing, 'EX 9-a'::text AS clause, '[]'::jsonb AS reasons,
  jsonb_strip_nulls(jsonb_build_object('code', max(a.code), 'came_back', max(a.reason))) AS inputs
FROM payments_back b
JOIN purchases_payablesettlement s ON s.payment_id = b.payment_id
JOIN purchases_paymentanswer a ON a.id = b.answer_id
GROUP BY 1, 2
"""
_WRITTEN = """
SELECT
  (SELECT coalesce(sum(amount), 0) FROM decided),
  (SELECT coalesce(-sum(amount), 0) FROM purchases_supplierpayment WHERE unit_id = %(unit)s AND run_id = %(run)s),
  (SELECT coalesce(-sum(amount), 0) FROM purchases_payablesettlement WHERE unit_id = %(unit)s AND run_id = %(run)s),
  (SELECT coalesce(sum(amount), 0) FROM ledger_entry WHERE voucher_id = %(voucher)s AND account = %(transit)s)
"""


def _money(amount: Decimal) -> str:
    return format(amount, ".2f")
