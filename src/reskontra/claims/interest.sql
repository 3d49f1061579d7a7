-- The balance of claims over time, as intervals of days with one principal. Asked for by the temporary table
-- interest_scope (claim_id, until_date): interest runs from the day after the due date up to and with until_date.
-- Parameter: unit.
--
-- A payment ends interest on its amount after its booking day, a write-off after its posting day, a deducted fee after
-- the day on which it was told. What a credit invoice takes back was never owed: it lessens the principal from the
-- beginning, set off or not; money of another credit counts from the day of its set-off. What was undone never was.
-- ADR 0019.

CREATE TEMP TABLE interest_of ON COMMIT DROP AS
SELECT s.claim_id, c.due_date + 1 AS first, s.until_date AS last, c.amount, c.invoice_id,
  payer.kind IN ('person', 'foreign_person') AS consumer
FROM interest_scope s
JOIN claims_claim c ON c.id = s.claim_id AND c.unit_id = %(unit)s
JOIN registers_customer payer ON payer.id = c.payer_id
WHERE c.kind = 'invoice' AND c.amount > 0 AND s.until_date > c.due_date;

ANALYZE interest_of;

CREATE TEMP TABLE interest_moved ON COMMIT DROP AS
SELECT o.claim_id, p.booking_date + 1 AS day, -a.amount AS moved
FROM interest_of o
JOIN claims_allocation a ON a.claim_id = o.claim_id AND a.unit_id = %(unit)s
JOIN bank_payment p ON p.id = a.payment_id
UNION ALL
SELECT o.claim_id, o.first, credit.amount
FROM sales_invoice i
JOIN interest_of o ON o.invoice_id = i.original_id
JOIN claims_claim credit ON credit.unit_id = %(unit)s AND credit.invoice_id = i.id
WHERE i.unit_id = %(unit)s AND i.original_id IS NOT NULL
UNION ALL
SELECT o.claim_id, v.posting_date + 1, -a.amount
FROM claims_allocation a
JOIN interest_of o ON o.claim_id = a.claim_id
JOIN claims_claim credit ON credit.id = a.credit_id
LEFT JOIN sales_invoice i ON i.id = credit.invoice_id
LEFT JOIN claims_allocation undone ON undone.id = a.undoes_id
JOIN ledger_voucher v ON v.id = coalesce(undone.voucher_id, a.voucher_id)
WHERE a.unit_id = %(unit)s AND a.credit_id IS NOT NULL AND i.original_id IS DISTINCT FROM o.invoice_id
UNION ALL
SELECT o.claim_id, v.posting_date + 1, -w.amount
FROM interest_of o
JOIN claims_writeoff w ON w.claim_id = o.claim_id AND w.unit_id = %(unit)s
LEFT JOIN claims_writeoff undone ON undone.id = w.undoes_id
JOIN ledger_voucher v ON v.id = coalesce(undone.voucher_id, w.voucher_id)
UNION ALL
SELECT o.claim_id, e.day + 1, -f.amount
FROM interest_of o
JOIN claims_feededucted f ON f.claim_id = o.claim_id AND f.unit_id = %(unit)s
LEFT JOIN claims_feededucted undone ON undone.id = f.undoes_id
JOIN claims_caseevent e ON e.id = coalesce(undone.event_id, f.event_id);

-- Days of payment time: from the day of the agreement up to and with its last day, or the day on which it ended.
CREATE TEMP TABLE interest_deferred ON COMMIT DROP AS
SELECT dc.claim_id, range_agg(daterange(d.from_date, least(d.until_date, e.day), '[]')) AS days
FROM claims_deferralclaim dc
JOIN interest_of o ON o.claim_id = dc.claim_id
JOIN claims_deferral d ON d.id = dc.deferral_id
LEFT JOIN claims_deferralend e ON e.deferral_id = d.id
WHERE dc.unit_id = %(unit)s AND d.from_date <= least(d.until_date, e.day)
GROUP BY dc.claim_id;

CREATE TEMP TABLE interest_waived ON COMMIT DROP AS
SELECT w.claim_id, max(w.until_date) AS until_date
FROM claims_interestwaiver w
JOIN interest_of o ON o.claim_id = w.claim_id
WHERE w.unit_id = %(unit)s
GROUP BY w.claim_id;

-- Time parts where the balance moves, where payment time begins and ends, and after what is waived.
CREATE TEMP TABLE interest_balance ON COMMIT DROP AS
WITH parted AS (
  SELECT claim_id, first AS day, amount AS moved, true AS kept FROM interest_of
  UNION ALL
  SELECT m.claim_id, greatest(m.day, o.first), m.moved, false
  FROM interest_moved m JOIN interest_of o USING (claim_id) WHERE m.day <= o.last
  UNION ALL
  SELECT d.claim_id, edge.day, 0, true
  FROM interest_deferred d
  JOIN interest_of o USING (claim_id)
  CROSS JOIN LATERAL unnest(d.days) AS time (days)
  CROSS JOIN LATERAL (VALUES (lower(time.days)), (upper(time.days))) edge (day)
  WHERE edge.day > o.first AND edge.day <= o.last
  UNION ALL
  SELECT w.claim_id, w.until_date + 1, 0, true
  FROM interest_waived w JOIN interest_of o USING (claim_id)
  WHERE w.until_date + 1 > o.first AND w.until_date + 1 <= o.last),
days AS (
  SELECT claim_id, day, sum(moved) AS moved FROM parted GROUP BY claim_id, day HAVING sum(moved) <> 0 OR bool_or(kept)),
intervals AS (
  SELECT claim_id, day AS first, lead(day) OVER following - 1 AS last, sum(moved) OVER following AS principal
  FROM days WINDOW following AS (PARTITION BY claim_id ORDER BY day))
SELECT i.claim_id, i.first, coalesce(i.last, o.last) AS last, i.principal,
  CASE WHEN i.first <@ d.days THEN 'payment_time' ELSE 'late' END AS kind,
  CASE WHEN i.first <@ d.days THEN 'payment_time' WHEN o.consumer THEN 'consumer' ELSE 'late' END AS rate,
  coalesce(i.first <= w.until_date, false) AS waived
FROM intervals i
JOIN interest_of o USING (claim_id)
LEFT JOIN interest_deferred d USING (claim_id)
LEFT JOIN interest_waived w USING (claim_id)
WHERE i.principal > 0;

ANALYZE interest_balance (first, last, rate)
