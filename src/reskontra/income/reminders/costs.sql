-- What the reminders that are to be sent may cost. Parameters: unit, collection_cost (euro), caps (jsonb array of item,
-- consumer, enforceable, over, up_to and value: those in force on the day).

CREATE TEMP TABLE claims_to_remind ON COMMIT DROP AS
SELECT id, invoice_id, due_date, open, public_law, consumer, state_unit FROM decided WHERE standing = 'READY';

ANALYZE claims_to_remind;

-- When the invoice left, and the cost that it named: every document of a delivery names the cost that its run has frozen
-- among its terms. An invoice that has not left by a delivery has named nothing.
CREATE TEMP TABLE invoices_sent ON COMMIT DROP AS
SELECT DISTINCT ON (d.invoice_id) d.invoice_id, r.on_date AS sent_date,
  (r.terms #>> '{terms,collection_cost,value}')::numeric AS cost_named
FROM sales_invoicedelivery d
JOIN exchange_outboxfile f ON f.id = d.file_id
JOIN runs_run r ON r.id = f.run_id
WHERE d.unit_id = %(unit)s
  AND d.invoice_id IN (SELECT invoice_id FROM claims_to_remind)
ORDER BY d.invoice_id, d.attempt DESC;

CREATE TEMP TABLE cost_subjects ON COMMIT DROP AS
WITH caps AS (
  SELECT * FROM jsonb_to_recordset(%(caps)s::jsonb)
    AS told (item text, consumer boolean, enforceable boolean, over numeric, up_to numeric, value numeric)),
charged AS (
  SELECT claim_id, sum(amount) AS open, sum(charged) AS amount, max(charged_on) AS last_day FROM claims_claim_cost
  WHERE unit_id = %(unit)s AND claim_id IN (SELECT id FROM claims_to_remind) GROUP BY 1)
SELECT d.id, d.due_date, d.consumer, d.state_unit, charged.last_day AS last_cost_date,
  coalesce(charged.open, 0) AS costs_open, sent.sent_date AS invoice_sent, sent.cost_named,
  asked.cost_asked, least(asked.cost_asked, one.value, every.value - coalesce(charged.amount, 0)) AS cost_within
FROM claims_to_remind d
LEFT JOIN invoices_sent sent ON sent.invoice_id = d.invoice_id
LEFT JOIN charged ON charged.claim_id = d.id
CROSS JOIN LATERAL (SELECT least(%(collection_cost)s::numeric, sent.cost_named) AS cost_asked) asked
CROSS JOIN LATERAL (SELECT min(value) AS value FROM caps
                    WHERE item = 'reminder' AND caps.consumer = d.consumer AND caps.enforceable = d.public_law
                      AND (over IS NULL OR d.open > over) AND (up_to IS NULL OR d.open <= up_to)) one
CROSS JOIN LATERAL (SELECT min(value) AS value FROM caps
                    WHERE item = 'total' AND caps.consumer = d.consumer AND caps.enforceable = d.public_law
                      AND (over IS NULL OR d.open > over) AND (up_to IS NULL OR d.open <= up_to)) every;

ANALYZE cost_subjects (id)
