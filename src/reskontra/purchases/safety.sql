-- What the books say of expenditure now, read by every room: views with the rights of who asks, so that a unit sees
-- its own.

-- The rows of invoices that somebody linked to a line of an order, as it holds now (EX 3-b).
CREATE OR REPLACE VIEW purchases_row_link_held WITH (security_invoker = true) AS
SELECT k.id, k.unit_id, r.invoice_id, k.row_id, r.position, k.order_line_id, l.order_id
FROM purchases_rowlink k
JOIN purchases_purchaseinvoiceline r ON r.id = k.row_id
JOIN purchases_purchaseorderline l ON l.id = k.order_line_id
WHERE NOT EXISTS (SELECT FROM purchases_rowlinkend e WHERE e.link_id = k.id);

-- The matches that hold: not ended, and confirmed where somebody had to. ``automatic``: made by a run, and nobody had to
-- correct a number, name the supplier or link a row first; a confirmation is no help (EX 1-a).
CREATE OR REPLACE VIEW purchases_match_held WITH (security_invoker = true) AS
SELECT m.id, m.unit_id, m.invoice_id, m.order_id, m.contract_id, m.net, m.waits, m.run_id IS NOT NULL AS by_run,
  (NOT m.waits OR confirmed.id IS NOT NULL) AS confirmed,
  m.run_id IS NOT NULL AND (NOT m.waits OR confirmed.id IS NOT NULL)
    AND NOT EXISTS (SELECT FROM purchases_invoiceidentifier n WHERE n.invoice_id = m.invoice_id AND n.person_id IS NOT NULL)
    AND NOT EXISTS (SELECT FROM purchases_invoicesupplier s WHERE s.invoice_id = m.invoice_id AND s.person_id IS NOT NULL)
    AND NOT EXISTS (SELECT FROM purchases_row_link_held k WHERE k.invoice_id = m.invoice_id)
    AS automatic
FROM purchases_match m
LEFT JOIN purchases_matchend ended ON ended.match_id = m.id
LEFT JOIN purchases_matchconfirmation confirmed ON confirmed.match_id = m.id
WHERE ended.id IS NULL;

-- Each order line as it is now: the newest of its changes, else what was ordered.
CREATE OR REPLACE VIEW purchases_order_line_now WITH (security_invoker = true) AS
SELECT l.id, l.unit_id, l.order_id, l.position, l.item, coalesce(c.text, l.text) AS text,
  coalesce(c.quantity, l.quantity) AS quantity, coalesce(c.measure, l.measure) AS measure,
  coalesce(c.price, l.price) AS price, coalesce(c.net, l.net) AS net,
  CASE WHEN c.id IS NULL THEN l.vat_percent ELSE c.vat_percent END AS vat_percent, coalesce(c.account, l.account) AS account,
  coalesce(c.budget_account, l.budget_account) AS budget_account,
  coalesce(c.operating_unit, l.operating_unit) AS operating_unit, coalesce(c.project, l.project) AS project,
  coalesce(c.function, l.function) AS function, coalesce(c.product, l.product) AS product, coalesce(c.area, l.area) AS area,
  coalesce(c.tracking1, l.tracking1) AS tracking1, coalesce(c.tracking2, l.tracking2) AS tracking2,
  coalesce(c.authorisation, l.authorisation) AS authorisation,
  coalesce(c.reserve1, l.reserve1) AS reserve1,
  coalesce(c.reserve2, l.reserve2) AS reserve2,
  coalesce(c.joint_funding_unit, l.joint_funding_unit) AS joint_funding_unit
FROM purchases_purchaseorderline l
LEFT JOIN LATERAL (SELECT c.* FROM purchases_purchaseorderlinechange c WHERE c.line_id = l.id
                   ORDER BY c.id DESC LIMIT 1) c ON true;

-- Each order line: ordered, received and invoiced so far, in euro without VAT and in its own measure.
CREATE OR REPLACE VIEW purchases_order_line_state WITH (security_invoker = true) AS
SELECT l.id, l.unit_id, l.order_id, l.position, l.quantity, l.net,
  coalesce(r.net, 0) AS received_net, coalesce(r.quantity, 0) AS received_quantity, r.last_date AS received_date,
  coalesce(i.net, 0) AS invoiced_net, coalesce(i.quantity, 0) AS invoiced_quantity
FROM purchases_order_line_now l
LEFT JOIN (SELECT line_id, sum(net) AS net, sum(quantity) AS quantity, max(received_date) AS last_date
           FROM purchases_receipt GROUP BY line_id) r ON r.line_id = l.id
LEFT JOIN (SELECT t.order_line_id, sum(t.net) AS net, sum(t.quantity) AS quantity
           FROM purchases_matchline t JOIN purchases_match_held m ON m.id = t.match_id
           WHERE t.order_line_id IS NOT NULL GROUP BY t.order_line_id) i ON i.order_line_id = l.id;

-- Each payable with what is open of it: signed as the payable is, zero when it is settled.
CREATE OR REPLACE VIEW purchases_payable_open WITH (security_invoker = true) AS
SELECT p.id, p.unit_id, p.invoice_id, p.supplier_id, p.account, p.due_date, p.amount,
  p.amount - coalesce(s.settled, 0) AS open
FROM purchases_payable p
LEFT JOIN (SELECT payable_id, sum(amount) AS settled FROM purchases_payablesettlement GROUP BY payable_id) s
  ON s.payable_id = p.id;

-- Each invoice with the newest of what is said of it: supplier, match that holds, coding, place, return, payable.
CREATE OR REPLACE VIEW purchases_invoice_state WITH (security_invoker = true) AS
SELECT i.id, i.unit_id, supplier.supplier_id, held.id AS match_id, coding.id AS coding_id, coding.digest AS coding_digest,
  place.step, place.queue_id, place.to_person_id, place.day AS since_date, returned.reason AS returned,
  payable.id AS payable_id
FROM purchases_purchaseinvoice i
LEFT JOIN LATERAL (SELECT s.supplier_id FROM purchases_invoicesupplier s WHERE s.invoice_id = i.id
                   ORDER BY s.id DESC LIMIT 1) supplier ON true
LEFT JOIN purchases_match_held held ON held.invoice_id = i.id
LEFT JOIN LATERAL (SELECT c.id, c.digest FROM purchases_coding c WHERE c.invoice_id = i.id
                   ORDER BY c.version DESC LIMIT 1) coding ON true
LEFT JOIN LATERAL (SELECT a.step, a.queue_id, a.to_person_id, a.day FROM purchases_assignment a
                   WHERE a.invoice_id = i.id ORDER BY a.id DESC LIMIT 1) place ON true
LEFT JOIN purchases_invoicereturn returned ON returned.invoice_id = i.id
LEFT JOIN purchases_payable payable ON payable.invoice_id = i.id;

GRANT SELECT ON purchases_row_link_held, purchases_match_held, purchases_order_line_now, purchases_order_line_state, purchases_payable_open, purchases_invoice_state
  TO reskontra_app, reskontra_read, reskontra_check;
