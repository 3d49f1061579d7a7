-- What the rules of reminders ask of a claim beyond claims_in_hand, and what a reminder of it may cost. Parameters: unit,
-- on, claims (ids, or NULL for all), collection_cost (euro), caps (jsonb array of item, consumer, enforceable, over, up_to
-- and value: those in force on the day).

-- Payments that nobody owns yet: who may have paid is not reminded.
CREATE TEMP TABLE payments_waiting ON COMMIT DROP AS
SELECT p.id, CASE WHEN p.reference_holds THEN p.reference END AS reference
FROM bank_payment p
LEFT JOIN (SELECT payment_id, sum(amount) AS amount FROM claims_payment_use
           WHERE unit_id = %(unit)s GROUP BY 1) owned ON owned.payment_id = p.id
WHERE p.unit_id = %(unit)s AND p.amount > coalesce(owned.amount, 0);

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

-- When the invoice left, and the cost that it named: every document of a delivery names the cost that its run has frozen
-- among its terms. An invoice that has not left by a delivery has named nothing.
CREATE TEMP TABLE invoices_sent ON COMMIT DROP AS
SELECT DISTINCT ON (d.invoice_id) d.invoice_id, r.on_date AS sent_date,
  (r.terms #>> '{terms,collection_cost,value}')::numeric AS cost_named
FROM sales_invoicedelivery d
JOIN exchange_outboxfile f ON f.id = d.file_id
JOIN runs_run r ON r.id = f.run_id
WHERE d.unit_id = %(unit)s
  AND d.invoice_id IN (SELECT invoice_id FROM claims_in_hand WHERE reminders < 2 AND due_date < %(on)s)
ORDER BY d.invoice_id, d.attempt DESC;

CREATE TEMP TABLE reminder_subjects ON COMMIT DROP AS
WITH caps AS (
  SELECT * FROM jsonb_to_recordset(%(caps)s::jsonb)
    AS told (item text, consumer boolean, enforceable boolean, over numeric, up_to numeric, value numeric)),
charged AS (
  SELECT claim_id, sum(amount) AS amount FROM claims_cost
  WHERE unit_id = %(unit)s AND kind IN ('reminder', 'demand', 'payment_time') GROUP BY 1)
SELECT h.id, h.unit_id, h.kind, h.payer_id, h.invoice_id, h.interest_invoice_id, h.reference, h.public_law,
  h.amount AS original, h.open AS amount, h.open, h.issue_date, h.due_date, h.language, h.consumer, h.state_unit,
  h.protected, h.block_codes, h.reminders_stopped, h.reminders, h.last_reminder_due, h.last_cost_date, h.costs_open,
  h.deferred_until, h.in_case, h.judged_date, h.write_off_proposed, h.limitation_date,
  promised.claim_id IS NOT NULL AS credit_promised, credited.claim_id IS NOT NULL AS credit_waits,
  paid.reference IS NOT NULL AS payment_waits, sent.sent_date AS invoice_sent, sent.cost_named, asked.cost_asked,
  least(asked.cost_asked, one.value, every.value - coalesce(charged.amount, 0)) AS cost_within
FROM claims_in_hand h
LEFT JOIN claims_promised promised ON promised.claim_id = h.id
LEFT JOIN claims_credited credited ON credited.claim_id = h.id
LEFT JOIN (SELECT DISTINCT reference FROM payments_waiting) paid ON paid.reference = h.reference
LEFT JOIN invoices_sent sent ON sent.invoice_id = h.invoice_id
LEFT JOIN charged ON charged.claim_id = h.id
CROSS JOIN LATERAL (SELECT least(%(collection_cost)s::numeric, sent.cost_named) AS cost_asked) asked
CROSS JOIN LATERAL (SELECT min(value) AS value FROM caps
                    WHERE item = 'reminder' AND caps.consumer = h.consumer AND caps.enforceable = h.public_law
                      AND (over IS NULL OR h.open > over) AND (up_to IS NULL OR h.open <= up_to)) one
CROSS JOIN LATERAL (SELECT min(value) AS value FROM caps
                    WHERE item = 'total' AND caps.consumer = h.consumer AND caps.enforceable = h.public_law
                      AND (over IS NULL OR h.open > over) AND (up_to IS NULL OR h.open <= up_to)) every
WHERE %(claims)s::bigint[] IS NULL OR h.id = ANY (%(claims)s::bigint[]);

ANALYZE reminder_subjects (id)
