-- Who pays what of the payables that nothing stands against: credits first, then bans, then the supplier. Parameters:
-- bundles (invoices without a reference are paid together). ``payables_clear`` is made by the caller.

-- Credits of a supplier against its invoices in the same account of payables, the oldest against the oldest: both lie on one
-- line, end to end, and what lies over each other is set off.
CREATE TEMP TABLE set_offs ON COMMIT DROP AS
WITH lined AS (
  SELECT id, supplier_id, account, open,
    sum(abs(open)) OVER (PARTITION BY supplier_id, account, open < 0 ORDER BY due_date, id) AS upto
  FROM payables_clear
  WHERE (supplier_id, account) IN (SELECT supplier_id, account FROM payables_clear WHERE open < 0)
)
SELECT c.id AS credit_id, i.id AS invoice_id,
  least(c.upto, i.upto) - greatest(c.upto + c.open, i.upto - i.open) AS amount
FROM lined c
JOIN lined i ON i.supplier_id = c.supplier_id AND i.account = c.account AND i.open > 0
  AND least(c.upto, i.upto) > greatest(c.upto + c.open, i.upto - i.open)
WHERE c.open < 0;

CREATE TEMP TABLE set_off_of ON COMMIT DROP AS
SELECT id, sum(amount) AS amount, jsonb_object_agg(other, amount::text) AS parts
FROM (SELECT invoice_id AS id, credit_id AS other, amount FROM set_offs
      UNION ALL SELECT credit_id, invoice_id, -amount FROM set_offs) sides
GROUP BY 1;

CREATE TEMP TABLE payables_to_pay ON COMMIT DROP AS
SELECT c.id, c.supplier_id, c.due_date, c.amount, c.open - coalesce(s.amount, 0) AS to_pay
FROM payables_clear c LEFT JOIN set_off_of s ON s.id = c.id
WHERE c.amount > 0 AND c.open <> coalesce(s.amount, 0);

ANALYZE payables_to_pay
