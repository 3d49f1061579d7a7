"""Undoing what a payment was used for: a run of one subject, whose facts are counter-facts (OC 4.1-c)."""

from django.db import connection

from reskontra.bank.models import Payment
from reskontra.income.allocation.run import WRITTEN, AllocationRun
from reskontra.kernel.clauses import known
from reskontra.kernel.sets import Outcome
from reskontra.kernel.terms import Terms
from reskontra.runs.models import Run
from reskontra.runs.run import RunRefused

UNDONE = Outcome("UNDONE", "READY")


class UndoRun(AllocationRun):
    """Take back everything that one payment was used for; of money that the bank took, what it was taken from.

    Raises ``RunRefused`` for nothing and for refunds.
    """

    name = "undo"

    def __init__(self, payment: Payment) -> None:
        super().__init__([payment.pk])

    def decide(self, run: Run, terms: Terms) -> None:
        """The one payment, with what it was used for; nothing new is shared out."""
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS shares, beside, {WRITTEN}")
            cursor.execute(
                "CREATE TEMP TABLE shares (payment_id bigint, claim_id bigint, amount numeric, open_before numeric,"
                " is_last boolean) ON COMMIT DROP"
            )
            cursor.execute(
                "CREATE TEMP TABLE beside (payment_id bigint, claim_id bigint, interest numeric, cost numeric)"
                " ON COMMIT DROP"
            )
            cursor.execute(
                "CREATE TEMP TABLE decided ON COMMIT DROP AS"
                " SELECT p.id, p.unit_id, used.amount, 0::numeric AS rest, NULL::bigint AS claim_id,"
                " NULL::numeric AS open_before, 0::numeric AS interest, 0::numeric AS cost, 0::numeric AS too_much,"
                " CASE WHEN p.amount > 0 THEN p.id END AS takes_back, used.amount AS takable,"
                " %s AS outcome, %s AS standing, %s AS clause,"
                " '[]'::jsonb AS reasons, jsonb_build_object('rest', used.amount::text) AS inputs"
                " FROM bank_payment p CROSS JOIN LATERAL (SELECT sum(amount) AS amount"
                "  FROM (SELECT amount FROM claims_allocation WHERE payment_id = p.id"
                "        UNION ALL SELECT amount FROM claims_overpayment WHERE payment_id = p.id"
                "        UNION ALL SELECT amount FROM claims_sidepayment WHERE payment_id = p.id"
                "        UNION ALL SELECT -amount FROM claims_paymentreversal WHERE reversal_id = p.id) facts) used"
                " WHERE p.unit_id = %s AND p.id = ANY (%s) AND used.amount <> 0",
                [UNDONE.name, UNDONE.standing, known("OC 4.1-c"), run.unit.pk, self.payments],
            )
            if cursor.rowcount == 0:
                raise RunRefused("allocation.nothing_to_undo")
            cursor.execute(
                "SELECT EXISTS (SELECT FROM claims_overpayment o JOIN claims_refund r ON r.overpayment_id = o.id"
                " WHERE o.payment_id = ANY (%s) GROUP BY o.id HAVING sum(r.amount) <> 0)",
                [self.payments],
            )
            if cursor.fetchone()[0]:
                raise RunRefused("allocation.refunded_already")
