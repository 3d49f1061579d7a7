-- What was matched to the orders and contracts of a replay, and for how long it held.
CREATE TEMP TABLE matched_then ON COMMIT DROP AS
SELECT m.id AS match_id, m.invoice_id, coalesce(o.number, c.number) AS number, m.net, m.given_at AS at, m.run_id,
  coalesce(e.given_at, 'infinity') AS until, coalesce(i.issue_date, i.received_date) AS issue_day
FROM purchases_match m
JOIN purchases_purchaseinvoice i ON i.id = m.invoice_id
LEFT JOIN purchases_matchend e ON e.match_id = m.id
LEFT JOIN purchases_purchaseorder o ON o.id = m.order_id
LEFT JOIN purchases_contract c ON c.id = m.contract_id
WHERE m.unit_id = %(unit)s AND coalesce(o.number, c.number) IN (SELECT number FROM invoices_to_match);

CREATE INDEX ON matched_then (number);

ANALYZE matched_then
