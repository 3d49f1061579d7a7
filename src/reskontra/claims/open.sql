-- What is open of every claim of the unit: the amount less what was allocated and written off. Parameter: unit.
CREATE TEMP TABLE open_claims ON COMMIT DROP AS
SELECT c.id, c.invoice_id, c.interest_invoice_id, c.payer_id, c.reference, c.due_date, c.amount, c.amount - coalesce(settled.amount, 0) AS open
FROM claims_claim c
LEFT JOIN (SELECT claim_id, sum(amount) AS amount FROM claims_claim_settlement
           WHERE unit_id = %(unit)s GROUP BY 1) settled ON settled.claim_id = c.id
WHERE c.unit_id = %(unit)s AND c.amount <> coalesce(settled.amount, 0);
