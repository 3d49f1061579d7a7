-- The balance of claims over time, as intervals of days with one principal. Asked for by the temporary table
-- interest_scope (claim_id, until_date): interest runs from the day after the due date up to and with until_date.
-- Parameters: unit; grounds_first, grounds_last, grounds_late, grounds_consumer and grounds_payment_time, arrays of one
-- length: between which due dates which rates hold, by the names that interest_rates has for them.
--
-- A payment ends interest on its amount after its booking day, a write-off after its posting day, a deducted fee after
-- the day on which it was told. What a credit invoice takes back was never owed: it lessens the principal from the
-- beginning, set off or not; money of another credit counts from the day of its set-off. What was undone never was.
-- ADR 0019.

CREATE TEMP TABLE interest_grounds ON COMMIT DROP AS
SELECT first, coalesce(last, 'infinity') AS last, late, consumer, payment_time
FROM unnest(%(grounds_first)s::date[], %(grounds_last)s::date[], %(grounds_late)s::text[], %(grounds_consumer)s::text[],
  %(grounds_payment_time)s::text[]) AS told (first, last, late, consumer, payment_time);

ANALYZE interest_grounds;

CREATE TEMP TABLE interest_of ON COMMIT DROP AS
SELECT s.claim_id, c.due_date + 1 AS first, s.until_date AS last, c.amount, c.invoice_id,
  c.due_date, CASE WHEN payer.kind IN ('person', 'foreign_person') THEN g.consumer ELSE g.late END AS late, g.payment_time
FROM interest_scope s
JOIN claims_claim c ON c.id = s.claim_id AND c.unit_id = %(unit)s
JOIN registers_customer payer ON payer.id = c.payer_id
LEFT JOIN interest_grounds g ON c.due_date BETWEEN g.first AND g.last
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

CREATE TEMP TABLE interest_deferred ON COMMIT DROP AS
SELECT t.claim_id, t.days
FROM claims_payment_time t JOIN interest_of o ON o.claim_id = t.claim_id
WHERE t.unit_id = %(unit)s;

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
  CASE WHEN i.first <@ d.days THEN o.payment_time ELSE o.late END AS rate,
  coalesce(i.first <= w.until_date, false) AS waived
FROM intervals i
JOIN interest_of o USING (claim_id)
LEFT JOIN interest_deferred d USING (claim_id)
LEFT JOIN interest_waived w USING (claim_id)
WHERE i.principal > 0;

ANALYZE interest_balance (first, last, rate)
