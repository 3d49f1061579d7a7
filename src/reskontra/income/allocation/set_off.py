"""Credits are set off against the invoices that they credit, so that nobody is asked for what was credited."""

from django.db import connection

from reskontra.claims.in_hand import take_open_claims
from reskontra.database.rows import one_row
from reskontra.database.scripts import statements
from reskontra.kernel.clauses import clause
from reskontra.kernel.sets import Decisions, Outcome, decide
from reskontra.kernel.terms import Terms
from reskontra.ledger.numbers import take_numbers
from reskontra.registers.posting import posting_account
from reskontra.runs.decisions import record_decisions, set_aside_changed
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Applied, Control

SET_OFF = Outcome("SET_OFF", "READY")
ORIGINAL_SETTLED = Outcome("ORIGINAL_SETTLED", "WAITING")


@clause("OC 3.2.1-a", "OC 4.2-a")
def decide_set_off() -> Decisions:
    """A credit lessens its invoice as far as that is open; what is left of it is the customer's money."""
    return decide(
        (SET_OFF, "open_before > 0", "OC 3.2.1-a"),
        otherwise=(ORIGINAL_SETTLED, "OC 4.2-a"),
    )


# Credits of one invoice are neighbours, in the order of their numbers; one of interest credits an interest invoice.
# What is issued after the day of the run is not set off on a day on which it was not there.
_SUBJECTS = """(
SELECT credit.id, {unit}::bigint AS unit_id, -credit.open AS amount, original.id AS claim_id,
  original.reference AS claim_reference, payer.partner_code,
  greatest(coalesce(original.open, 0) + coalesce(sum(credit.open) OVER before, 0), 0) AS open_before
FROM (SELECT c.*, i.number, i.original_id, 'invoice' AS kind
      FROM open_claims c JOIN sales_invoice i ON i.id = c.invoice_id AND i.issue_date <= '{on}'
      UNION ALL
      SELECT c.*, n.number, n.original_id, 'interest'
      FROM open_claims c JOIN claims_interestinvoice n ON n.id = c.interest_invoice_id
        AND n.issue_date <= '{on}') credit
JOIN registers_customer payer ON payer.id = credit.payer_id
LEFT JOIN (SELECT *, 'invoice' AS kind, invoice_id AS credited_id FROM open_claims WHERE invoice_id IS NOT NULL
           UNION ALL
           SELECT *, 'interest', interest_invoice_id FROM open_claims WHERE interest_invoice_id IS NOT NULL) original
  ON original.kind = credit.kind AND original.credited_id = credit.original_id
WHERE credit.amount < 0 AND credit.open < 0
WINDOW before AS (PARTITION BY credit.kind, credit.original_id ORDER BY credit.number
                  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))"""
_INPUTS = """jsonb_strip_nulls(jsonb_build_object('rest', amount::text, 'claim', claim_reference,
  'open_before', open_before::text))"""
_STATEMENTS = statements("reskontra.income.allocation", "set_off.sql")
_KEPT_IN = ("claims_claimdecision", "claim_id")


class SetOffRun:
    """Set off every credit of the unit that something is left of."""

    name = "set_off"
    lock = "settlement"

    def decide(self, run: Run, terms: Terms) -> None:
        """Decide every credit with something left into ``decided``."""
        take_open_claims(run.unit)
        subjects = _SUBJECTS.format(unit=int(run.unit.pk), on=run.on_date.isoformat())
        query = decide_set_off().select(subjects, f"decided.*, {_INPUTS} AS inputs")
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS decided")
            cursor.execute(f"CREATE TEMP TABLE decided ON COMMIT DROP AS {query}")

    def record(self, run: Run) -> None:
        """Store why each credit is set off, or is the customer's money."""
        record_decisions(run, self.name, *_KEPT_IN)

    def set_aside(self, run: Run) -> None:
        """Leave every credit whose invoice is open by another amount than was planned."""
        set_aside_changed(run, self.name, *_KEPT_IN)

    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """Write the allocations of credits; the voucher moves nothing but says what was set off."""
        with connection.cursor() as cursor:
            asked, ready = one_row(
                "SELECT coalesce(sum(least(amount, open_before)), 0), count(*) FROM decided WHERE standing = 'READY'",
            )
            if not ready:
                return Applied()
            before = one_row("SELECT coalesce(max(id), 0) FROM claims_allocation")[0]
            voucher = one_row("SELECT nextval('ledger_voucher_id_seq')")[0]
            values = {
                "unit": run.unit.pk,
                "run": run.pk,
                "on": run.on_date,
                "year": run.on_date.year,
                "voucher": voucher,
                "number": take_numbers(run.unit, "voucher AL", 1, run.on_date.year),
                "receivable": posting_account("receivable", run.on_date),
            }
            for statement in _STATEMENTS:
                cursor.execute(statement, values)
            written, count = one_row(
                "SELECT coalesce(sum(amount), 0), count(*) FROM claims_allocation WHERE run_id = %s AND id > %s",
                [run.pk, before],
            )
        return Applied(
            [Control("credits = what they were set off by", str(asked), str(written))],
            facts={"allocations": count},
        )
