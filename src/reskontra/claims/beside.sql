-- What goes beside the capital of claims: late interest, then costs (OC 6.1.3-b). It takes the tables of beyond.sql, and
-- interest_lines for interest_scope.

-- What lessens the balance and is not on the books yet: payments in hand that come before. Credits lessen it from the
-- beginning already, set off or not.
CREATE TEMP TABLE balance_to_come ON COMMIT DROP AS
SELECT s.claim_id, p.booking_date AS day, least(s.amount, s.open_before) AS amount
FROM shares s JOIN payments_left p ON p.id = s.payment_id JOIN interest_scope i ON i.claim_id = s.claim_id
WHERE p.booking_date < i.until_date AND s.open_before > 0;

-- Interest up to and with the day on which the claim was paid up, without the days that a person waived; less what was
-- invoiced or paid of it. Interest is linear in the principal, so what is to come takes its part of every stretch.
CREATE TEMP TABLE interest_owed ON COMMIT DROP AS
WITH waived AS (
  SELECT claim_id, max(until_date) AS until_date FROM claims_interestwaiver
  WHERE claim_id IN (SELECT claim_id FROM interest_scope) GROUP BY 1),
accrued AS (
  SELECT l.claim_id, sum(l.amount / (l.principal * l.days) * (
    l.principal * greatest(l.to_date - greatest(l.from_date - 1, w.until_date), 0)
    - coalesce((SELECT sum(m.amount * greatest(l.to_date - greatest(l.from_date - 1, w.until_date, m.day), 0))
                FROM balance_to_come m WHERE m.claim_id = l.claim_id AND m.day < l.to_date), 0))) AS amount
  FROM interest_lines l LEFT JOIN waived w ON w.claim_id = l.claim_id
  WHERE l.kind = 'late' GROUP BY 1)
SELECT a.claim_id, greatest(round(a.amount, 2)
  - coalesce((SELECT sum(h.amount) FROM claims_interestcharge h
              JOIN claims_interestinvoice n ON n.id = h.invoice_id AND n.kind = 'late'
              WHERE h.claim_id = a.claim_id AND (w.until_date IS NULL OR h.until_date > w.until_date)), 0)
  - coalesce((SELECT sum(d.amount) FROM claims_sidepayment d JOIN bank_payment p ON p.id = d.payment_id
              WHERE d.claim_id = a.claim_id AND d.kind = 'interest'
                AND (w.until_date IS NULL OR p.booking_date > w.until_date)), 0), 0) AS amount
FROM accrued a LEFT JOIN waived w ON w.claim_id = a.claim_id;

-- Each payment in its turn: the first money goes to interest, the next to costs.
CREATE TEMP TABLE beside ON COMMIT DROP AS
SELECT b.payment_id, b.claim_id, taken.interest,
  greatest(least(b.beyond_before + b.beyond, owed.interest + b.costs)
    - greatest(b.beyond_before, owed.interest), 0) AS cost
FROM beyond_claims b
CROSS JOIN LATERAL (SELECT coalesce((SELECT amount FROM interest_owed i WHERE i.claim_id = b.claim_id), 0) AS interest) owed
CROSS JOIN LATERAL (SELECT greatest(least(b.beyond_before + b.beyond, owed.interest) - b.beyond_before, 0) AS interest) taken;

ANALYZE beside (payment_id)
