"""Invoices at offices abroad with their way and the step that each waits for."""

from typing import Any

from reskontra.database.rows import rows
from reskontra.expenditure.offices.rules import CIRCULATING, FROM_FINLAND, WITH_ORIGINAL
from reskontra.expenditure.offices.run import RULE
from reskontra.kernel.clauses import clause
from reskontra.registers.models import Unit


@clause("EX 7-a")
def invoices_abroad(unit: Unit, done: bool = False) -> list[dict[str, Any]]:
    """Each with ``step``: arrive, draw_up, review, approve, pay, original, or done; the oldest first.

    ``arrive``: it is to come in as any invoice, and has not. What is done is left out unless it is asked for. Called
    inside ``working_in``.
    """
    return rows(
        _INVOICES,
        {
            "unit": unit.pk,
            "rule": RULE,
            "finland": [outcome.name for outcome in FROM_FINLAND],
            "circulating": [outcome.name for outcome in CIRCULATING],
            "original": [outcome.name for outcome in WITH_ORIGINAL],
            "done": done,
        },
    )


# A memo voucher that was sent back is drawn up anew; an invoice has arrived when one of its number and sum came in.
_INVOICES = """
WITH told AS (
  SELECT i.id AS invoice, o.code AS office, i.supplier, i.number, i.due_date, i.amount, way.outcome AS way,
    CASE
      WHEN way.outcome = ANY (%(finland)s) THEN CASE WHEN EXISTS (
        SELECT FROM purchases_purchaseinvoice p
        WHERE p.unit_id = i.unit_id AND p.number_key = i.number_key AND p.total = i.amount)
        THEN 'done' ELSE 'arrive' END
      WHEN paid.id IS NOT NULL THEN CASE WHEN way.outcome = ANY (%(original)s) AND NOT EXISTS (
        SELECT FROM purchases_officeoriginal k WHERE k.invoice_id = i.id) THEN 'original' ELSE 'done' END
      WHEN NOT way.outcome = ANY (%(circulating)s) THEN 'pay'
      WHEN memo.id IS NULL OR acts.sent_back THEN 'draw_up'
      WHEN acts.approved THEN 'pay'
      WHEN acts.reviewed THEN 'approve'
      ELSE 'review' END AS step
  FROM purchases_officeinvoice i
  JOIN registers_officeabroad o ON o.id = i.office_id
  JOIN LATERAL (SELECT d.outcome FROM purchases_officedecision d WHERE d.invoice_id = i.id AND d.rule = %(rule)s
                ORDER BY d.run_id LIMIT 1) way ON true
  LEFT JOIN purchases_officepayment paid ON paid.invoice_id = i.id
  LEFT JOIN LATERAL (SELECT m.id, m.digest FROM purchases_officememo m WHERE m.invoice_id = i.id
                     ORDER BY m.version DESC LIMIT 1) memo ON true
  LEFT JOIN LATERAL (SELECT bool_or(a.act = 'review') AS reviewed, bool_or(a.act = 'approve') AS approved,
                       bool_or(a.act = 'return') AS sent_back
                     FROM purchases_officeapproval a WHERE a.invoice_id = i.id AND a.digest = memo.digest) acts ON true
  WHERE i.unit_id = %(unit)s)
SELECT * FROM told WHERE %(done)s OR step <> 'done' ORDER BY invoice
"""
