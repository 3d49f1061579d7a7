"""How claims and overpayments ended, counted from the facts: every end state with how many reached it, and euro."""

from collections.abc import Sequence
from typing import Any

from reskontra.database.rows import rows
from reskontra.database.session import working_in
from reskontra.registers.models import Unit


def ends_of(units: Sequence[Unit]) -> list[dict[str, Any]]:
    """Every end state: its name, how many claims (or overpayments) reached it, and their amount in euro as text."""
    with working_in([unit.pk for unit in units]):
        found = rows(_ENDS)
    return [{**row, "amount": format(row["amount"], ".2f")} for row in found]


_ENDS = """
WITH settled AS (
  SELECT claim_id, sum(amount) AS amount FROM claims_claim_settlement GROUP BY 1),
claim AS (
  SELECT c.*, c.amount - coalesce(s.amount, 0) AS open,
    (SELECT max(p.booking_date) FROM claims_allocation a JOIN bank_payment p ON p.id = a.payment_id
     WHERE a.claim_id = c.id AND a.undoes_id IS NULL
       AND NOT EXISTS (SELECT FROM claims_allocation undone WHERE undone.undoes_id = a.id)) AS paid,
    EXISTS (SELECT FROM claims_allocation a WHERE a.claim_id = c.id AND a.credit_id IS NOT NULL) AS credited,
    (SELECT count(*) FROM claims_reminder r WHERE r.claim_id = c.id) AS reminders,
    (SELECT min(w.ground) FROM claims_writeoff w WHERE w.claim_id = c.id AND w.undoes_id IS NULL
       AND NOT EXISTS (SELECT FROM claims_writeoff undone WHERE undone.undoes_id = w.id)) AS ground,
    (SELECT k.kind FROM claims_caseclaim cc JOIN claims_case k ON k.id = cc.case_id
     WHERE cc.claim_id = c.id ORDER BY k.id DESC LIMIT 1) AS case_kind,
    (SELECT e.outcome FROM claims_deferralclaim d JOIN claims_deferralend e ON e.deferral_id = d.deferral_id
     WHERE d.claim_id = c.id ORDER BY e.id DESC LIMIT 1) AS time
  FROM claims_claim c LEFT JOIN settled s ON s.claim_id = c.id WHERE c.amount > 0),
told AS (
  SELECT CASE
    WHEN open > 0 THEN CASE WHEN case_kind IS NOT NULL THEN 'open_in_case' ELSE 'open' END
    WHEN ground IS NOT NULL AND ground <> 'small_remainder' THEN 'written_off_' || ground
    WHEN paid IS NULL AND credited THEN 'credited'
    WHEN time IS NOT NULL THEN 'payment_time_' || time
    WHEN case_kind IS NOT NULL THEN 'collected_by_' || case_kind
    WHEN kind = 'interest' THEN 'interest_paid'
    WHEN ground = 'small_remainder' THEN 'paid_but_a_remainder'
    WHEN reminders = 2 THEN 'paid_after_second_reminder'
    WHEN reminders = 1 THEN 'paid_after_first_reminder'
    WHEN paid > due_date THEN 'paid_late'
    ELSE 'paid_in_time' END AS state, amount
  FROM claim
  UNION ALL
  SELECT 'refunded_by_' || r.way, r.amount FROM claims_refund r
  WHERE r.undoes_id IS NULL AND NOT EXISTS (SELECT FROM claims_refund undone WHERE undone.undoes_id = r.id)
  UNION ALL
  -- What was pointed at the customer's next invoice is no overpayment any more.
  SELECT 'refunded_by_next_invoice', -back.amount FROM claims_overpayment back
  JOIN runs_run r ON r.id = back.run_id AND r.name = 'refunds' WHERE back.undoes_id IS NOT NULL
  UNION ALL
  SELECT 'overpayment_kept', o.amount FROM claims_overpayment o
  WHERE o.treatment = 'income' AND o.undoes_id IS NULL
    AND NOT EXISTS (SELECT FROM claims_overpayment undone WHERE undone.undoes_id = o.id)
    AND NOT EXISTS (SELECT FROM claims_refund r WHERE r.overpayment_id = o.id)
  UNION ALL
  SELECT 'interest_invoiced', total FROM claims_interestinvoice WHERE total > 0
  UNION ALL
  SELECT 'paid_beside_' || kind, amount FROM claims_sidepayment WHERE undoes_id IS NULL)
SELECT state, count(*) AS count, sum(amount) AS amount FROM told GROUP BY 1 ORDER BY 2 DESC, 1
"""
