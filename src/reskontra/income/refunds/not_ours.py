"""A payment that belongs to somebody else is owed back until the bank returns it (OC 4.2-d)."""

from django.db import connection

from reskontra.bank.models import Payment
from reskontra.database.rows import one_row
from reskontra.database.scripts import statements
from reskontra.kernel.clauses import known
from reskontra.kernel.sets import Outcome
from reskontra.kernel.terms import Terms
from reskontra.ledger.numbers import take_numbers
from reskontra.registers.posting import posting_account
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Applied, Control, RunRefused

NOT_OURS = Outcome("NOT_OURS", "READY")
_STATEMENTS = statements("reskontra.income.refunds", "not_ours.sql")


class NotOursRun:
    """Owe back all that is left of one payment. Raises ``RunRefused`` when nothing is."""

    name = "not_ours"
    lock = "settlement"

    def __init__(self, payment: Payment) -> None:
        self.payment = payment

    def decide(self, run: Run, terms: Terms) -> None:
        """The one payment, with what nobody owns of it."""
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS decided")
            cursor.execute(
                "CREATE TEMP TABLE decided ON COMMIT DROP AS"
                " SELECT p.id, p.unit_id, p.amount - used.amount AS amount, %s AS outcome, %s AS standing,"
                " %s AS clause FROM bank_payment p CROSS JOIN LATERAL (SELECT coalesce(sum(u.amount), 0) AS amount"
                "  FROM claims_payment_use u WHERE u.payment_id = p.id) used"
                " WHERE p.unit_id = %s AND p.id = %s AND p.amount > used.amount AND p.amount > 0",
                [NOT_OURS.name, NOT_OURS.standing, known("OC 4.2-d"), run.unit.pk, self.payment.pk],
            )
            if cursor.rowcount == 0:
                raise RunRefused("refunds.nothing_left")

    def record(self, run: Run) -> None:
        """The overpayment is the decision: a person's, by its clause."""

    def set_aside(self, run: Run) -> None:
        """It is never planned: a person says it and it is done."""

    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """Write what is owed back, and the voucher that moves it from unallocated money to what is to be refunded."""
        (voucher,) = one_row("SELECT nextval('ledger_voucher_id_seq')")
        values = {
            "unit": run.unit.pk, "run": run.pk, "on": run.on_date, "year": run.on_date.year, "voucher": voucher,
            "number": take_numbers(run.unit, "voucher AL", 1, run.on_date.year),
            "liability": posting_account("overpayment_refund", run.on_date),
            "unallocated": posting_account("payments_unallocated", run.on_date),
        }  # fmt: skip
        with connection.cursor() as cursor:
            for statement in _STATEMENTS:
                cursor.execute(statement, values)
        asked, written = one_row(
            "SELECT (SELECT sum(amount) FROM decided),"
            " (SELECT sum(amount) FROM claims_overpayment WHERE run_id = %s AND claim_id IS NULL)",
            [run.pk],
        )
        return Applied(
            [Control("what was left of the payment = what is owed back", str(asked), str(written))]
        )
