-- The newest delivery of each invoice that somebody may have to look at, with everything that the operator has said.
-- Parameters: unit, at (the moment), invoices (array, or NULL: all that are not known to be received, or were not
-- simply delivered).
CREATE TEMP TABLE deliveries_in_hand ON COMMIT DROP AS
WITH batches AS (
  SELECT f.id, f.name, newest.state,
    (SELECT min(e.happened_at) FROM exchange_outboxevent e
     WHERE e.unit_id = f.unit_id AND e.file_id = f.id AND e.state = 'sent') AS sent_at
  FROM exchange_outboxfile f
  LEFT JOIN LATERAL (SELECT e.state FROM exchange_outboxevent e WHERE e.unit_id = f.unit_id AND e.file_id = f.id
                     ORDER BY e.id DESC LIMIT 1) newest ON true
  WHERE f.unit_id = %(unit)s AND f.channel = 'finvoice'
), asked AS (
  SELECT d.invoice_id FROM sales_invoicedelivery d JOIN batches b ON b.id = d.file_id
  WHERE d.unit_id = %(unit)s AND b.state IS DISTINCT FROM 'receipted' AND %(invoices)s::bigint[] IS NULL
  UNION
  SELECT a.invoice_id FROM sales_deliveryreceipt a
  WHERE a.unit_id = %(unit)s AND a.status IN ('refused', 'pending') AND a.outcome IN ('taken', 'contradicts')
    AND %(invoices)s::bigint[] IS NULL
  UNION
  SELECT unnest(%(invoices)s::bigint[])
), newest AS (
  SELECT DISTINCT ON (d.invoice_id) d.invoice_id, d.unit_id, d.attempt, d.file_id, d.channel
  FROM sales_invoicedelivery d JOIN asked ON asked.invoice_id = d.invoice_id
  WHERE d.unit_id = %(unit)s ORDER BY d.invoice_id, d.attempt DESC
), said AS (
  SELECT a.invoice_id, a.attempt, bool_or(a.status = 'delivered') AS delivered, bool_or(a.status = 'refused') AS refused,
    bool_or(a.status = 'pending') AS pending,
    (array_agg(a.reason ORDER BY a.report_id DESC, a.row DESC) FILTER (WHERE a.reason <> ''))[1] AS reason
  FROM sales_deliveryreceipt a JOIN asked ON asked.invoice_id = a.invoice_id
  WHERE a.unit_id = %(unit)s AND a.outcome IN ('taken', 'contradicts') GROUP BY 1, 2
)
SELECT n.invoice_id AS id, n.unit_id, i.number, i.total AS amount, n.attempt, n.channel, b.name AS batch,
  coalesce(b.state, 'built') AS batch_state, b.sent_at,
  extract(epoch FROM %(at)s::timestamptz - b.sent_at) / 60 AS waited,
  coalesce(said.delivered, false) AS delivered, coalesce(said.refused, false) AS refused,
  coalesce(said.pending, false) AS pending, coalesce(said.reason, '') AS reason,
  (said.delivered AND NOT said.refused) IS NOT TRUE
    AND EXISTS (SELECT FROM sales_deliverydecision d WHERE d.unit_id = n.unit_id AND d.invoice_id = n.invoice_id
                AND d.attempt > n.attempt) AS decided_again
FROM newest n
JOIN batches b ON b.id = n.file_id
JOIN sales_invoice i ON i.id = n.invoice_id
LEFT JOIN said ON said.invoice_id = n.invoice_id AND said.attempt = n.attempt
