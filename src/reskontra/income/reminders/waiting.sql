-- What may speak against a reminder beyond claims_in_hand. Parameters: unit, on.

-- Payments that nobody owns yet: who may have paid is not reminded.
CREATE TEMP TABLE payments_waiting ON COMMIT DROP AS
SELECT p.id, CASE WHEN p.reference_holds THEN p.reference END AS reference
FROM bank_payment p
LEFT JOIN (SELECT payment_id, sum(amount) AS amount FROM claims_payment_use
           WHERE unit_id = %(unit)s GROUP BY 1) owned ON owned.payment_id = p.id
WHERE p.unit_id = %(unit)s AND p.amount > coalesce(owned.amount, 0);

ANALYZE payments_waiting;

-- Credits that wait for their set-off.
CREATE TEMP TABLE claims_credited ON COMMIT DROP AS
SELECT original.id AS claim_id
FROM claims_claim waiting
LEFT JOIN sales_invoice i ON i.id = waiting.invoice_id
LEFT JOIN claims_interestinvoice n ON n.id = waiting.interest_invoice_id
JOIN claims_claim original ON original.unit_id = waiting.unit_id
  AND (original.invoice_id = i.original_id OR original.interest_invoice_id = n.original_id)
LEFT JOIN (SELECT credit_id, sum(amount) AS amount FROM claims_allocation
           WHERE unit_id = %(unit)s AND credit_id IS NOT NULL GROUP BY 1) used ON used.credit_id = waiting.id
WHERE waiting.unit_id = %(unit)s AND waiting.amount < 0 AND waiting.amount + coalesce(used.amount, 0) < 0
GROUP BY 1;

ANALYZE claims_credited;

-- Complaints that were upheld, in full or in part, and that no credit has followed yet.
CREATE TEMP TABLE claims_promised ON COMMIT DROP AS
SELECT k.claim_id
FROM claims_complaint k
JOIN claims_complaintanswer answer ON answer.complaint_id = k.id AND answer.outcome IN ('upheld', 'partly')
JOIN claims_claim c ON c.id = k.claim_id
WHERE k.unit_id = %(unit)s AND answer.day <= %(on)s
  AND NOT EXISTS (SELECT FROM sales_invoice credit
                  WHERE credit.original_id = c.invoice_id AND credit.issue_date >= answer.day)
  AND NOT EXISTS (SELECT FROM claims_interestinvoice credit
                  WHERE credit.original_id = c.interest_invoice_id AND credit.issue_date >= answer.day)
GROUP BY 1;

ANALYZE claims_promised
