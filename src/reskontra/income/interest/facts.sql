-- From what was decided to invoices, charges and their lines. Parameters: unit, run, on, kind.

-- One invoice of a customer for each kind of law: what is directly enforceable must not mix with what is not.
CREATE TEMP TABLE new_interest ON COMMIT DROP AS
SELECT d.payer_id AS customer_id, d.public_law, NULL::bigint AS original_id, d.id AS claim_id, d.amount
FROM decided d WHERE d.standing = 'READY' AND d.amount > 0;

-- A credit takes back from the newest invoice first, never more than that invoice charged for the claim.
INSERT INTO new_interest
SELECT o.customer_id, o.public_law, o.original_id, o.claim_id,
  -least(o.amount, greatest(o.too_much - o.newer, 0))
FROM (SELECT d.id AS claim_id, n.customer_id, d.public_law, n.id AS original_id, -d.amount AS too_much,
        sum(ch.amount) AS amount,
        coalesce(sum(sum(ch.amount)) OVER (PARTITION BY d.id ORDER BY n.number DESC
                                           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS newer
      FROM decided d
      JOIN claims_interestcharge ch ON ch.claim_id = d.id AND ch.unit_id = %(unit)s
      JOIN claims_interestinvoice via ON via.id = ch.invoice_id AND via.kind = %(kind)s
      JOIN claims_interestinvoice n ON n.id = coalesce(via.original_id, via.id)
      WHERE d.standing = 'READY' AND d.amount < 0
      GROUP BY d.id, d.public_law, d.amount, n.id) o
WHERE o.amount > 0 AND o.too_much > o.newer;

CREATE TEMP TABLE new_interest_invoice ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY n.original_id NULLS FIRST, n.customer_id, n.public_law) - 1 AS place,
  nextval('claims_interestinvoice_id_seq') AS id, nextval('ledger_voucher_id_seq') AS voucher_id, n.*,
  payer.partner_code, coalesce(original.language, newest.language) AS language
FROM (SELECT customer_id, public_law, original_id, sum(amount) AS total FROM new_interest GROUP BY 1, 2, 3) n
JOIN registers_customer payer ON payer.id = n.customer_id
LEFT JOIN claims_interestinvoice original ON original.id = n.original_id
LEFT JOIN (SELECT DISTINCT ON (payer_id) payer_id, language FROM sales_invoice WHERE unit_id = %(unit)s
             AND payer_id IN (SELECT customer_id FROM new_interest) ORDER BY payer_id, number DESC) newest
  ON newest.payer_id = n.customer_id;

CREATE TEMP TABLE new_interest_charge ON COMMIT DROP AS
SELECT nextval('claims_interestcharge_id_seq') AS id, i.id AS invoice_id, n.claim_id, n.amount,
  coalesce(s.until_date, c.due_date) AS until_date
FROM new_interest n
JOIN new_interest_invoice i ON i.customer_id = n.customer_id AND i.public_law = n.public_law
  AND i.original_id IS NOT DISTINCT FROM n.original_id
JOIN claims_claim c ON c.id = n.claim_id
LEFT JOIN interest_sums s ON s.claim_id = n.claim_id AND s.kind = %(kind)s
ORDER BY i.place, c.due_date, c.id;

ANALYZE new_interest_charge (id, claim_id, invoice_id)
