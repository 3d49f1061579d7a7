-- What the matches of one turn take: each invoice is shared out to the lines that it is matched to, to the cent, with its
-- VAT; the state of orders and contracts follows. Parameter: matched (names of the outcomes that match).
-- Cents that are left over go to the largest fractions (the method of the largest remainder); equal ones by position.

CREATE TEMP TABLE shares ON COMMIT DROP AS
WITH mine AS (
  SELECT t.* FROM invoices_in_turn t JOIN decided d ON d.id = t.id AND d.outcome = ANY (%(matched)s)),
-- Without rows that name lines: what was received and not invoiced, or for a credit what was invoiced, or what was ordered.
weighed AS (
  SELECT m.id AS invoice_id, l.id, l.position, l.vat_percent, l.net AS ordered,
    greatest(CASE WHEN m.net < 0 THEN l.invoiced ELSE l.received - l.invoiced END, 0) AS weight
  FROM mine m JOIN lines_in_hand l ON l.order_id = m.order_id WHERE m.level = 'header')
SELECT r.invoice_id, row_number() OVER (PARTITION BY r.invoice_id ORDER BY r.position) AS position,
  r.order_line_id, NULL::bigint AS contract_line_id, r.position AS invoice_row, r.quantity,
  coalesce(r.vat_percent, l.vat_percent) AS vat_percent, r.net AS weight, true AS exact
FROM mine m JOIN rows_to_match r ON r.invoice_id = m.id JOIN lines_in_hand l ON l.id = r.order_line_id
WHERE m.level = 'line'
UNION ALL
SELECT invoice_id, position, id, NULL, NULL, NULL, vat_percent,
  CASE WHEN sum(weight) OVER whole > 0 THEN weight ELSE ordered END, false
FROM weighed WINDOW whole AS (PARTITION BY invoice_id)
UNION ALL
SELECT m.id, l.position, NULL, l.id, NULL, NULL, NULL, l.share, false
FROM mine m JOIN purchases_contractline l ON l.contract_id = m.contract_id;

ANALYZE shares;

INSERT INTO taken (invoice_id, position, order_line_id, contract_line_id, invoice_row, quantity, vat_percent, net, vat)
WITH taxed AS (
  SELECT v.invoice_id, v.percent, sum(v.base) AS base, sum(v.amount) AS amount
  FROM purchases_purchasevat v WHERE v.invoice_id IN (SELECT invoice_id FROM shares) GROUP BY 1, 2),
-- By rate where every rate of the invoice has a line of its own, else all together.
rates AS (
  SELECT x.invoice_id, count(*) AS rates, max(x.percent) AS percent,
    bool_and(x.percent IS NOT NULL AND EXISTS (SELECT FROM shares s WHERE s.invoice_id = x.invoice_id
      AND s.vat_percent = x.percent AND s.weight <> 0)) AS by_rate, sum(x.base) AS base
  FROM taxed x WHERE coalesce(x.base, x.amount) <> 0 GROUP BY 1),
grouped AS (
  SELECT s.*, t.net AS invoice_net, t.vat AS invoice_vat, coalesce(r.by_rate, false) AS by_rate,
    CASE WHEN r.rates = 1 THEN r.percent ELSE s.vat_percent END AS percent,
    coalesce(r.by_rate AND r.rates > 1 AND r.base = t.net AND bool_and(x.percent IS NOT NULL) OVER whole, false) AS net_by_rate,
    x.base, x.amount
  FROM shares s
  JOIN invoices_to_match t ON t.id = s.invoice_id
  LEFT JOIN rates r ON r.invoice_id = s.invoice_id
  LEFT JOIN taxed x ON x.invoice_id = s.invoice_id AND x.percent = s.vat_percent
  WINDOW whole AS (PARTITION BY s.invoice_id)),
parts AS (
  SELECT g.*, CASE WHEN net_by_rate THEN base ELSE invoice_net END AS whole_net,
    CASE WHEN net_by_rate THEN percent END AS net_group,
    sum(weight) OVER (PARTITION BY invoice_id, CASE WHEN net_by_rate THEN percent END) AS weights
  FROM grouped g),
floored AS (
  SELECT p.*, floor(abs(whole_net) * 100 * weight / nullif(weights, 0)) AS cents,
    abs(whole_net) * 100 * weight / nullif(weights, 0) - floor(abs(whole_net) * 100 * weight / nullif(weights, 0)) AS fraction
  FROM parts p),
netted AS (
  SELECT f.*, CASE WHEN exact THEN weight ELSE sign(whole_net) * (cents + CASE WHEN
      row_number() OVER (PARTITION BY invoice_id, net_group ORDER BY fraction DESC, position)
      <= abs(whole_net) * 100 - sum(cents) OVER (PARTITION BY invoice_id, net_group) THEN 1 ELSE 0 END) / 100 END AS net
  FROM floored f),
vat_parts AS (
  SELECT n.*, CASE WHEN by_rate THEN coalesce(amount, 0) ELSE invoice_vat END AS whole_vat,
    CASE WHEN by_rate THEN vat_percent END AS vat_group,
    sum(net) OVER (PARTITION BY invoice_id, CASE WHEN by_rate THEN vat_percent END) AS nets
  FROM netted n),
vat_floored AS (
  SELECT v.*, coalesce(floor(abs(whole_vat) * 100 * net / nullif(nets, 0)), 0) AS vat_cents,
    coalesce(abs(whole_vat) * 100 * net / nullif(nets, 0) - floor(abs(whole_vat) * 100 * net / nullif(nets, 0)), 0) AS vat_fraction
  FROM vat_parts v)
SELECT invoice_id, position, order_line_id, contract_line_id, invoice_row, quantity, percent, net,
  sign(whole_vat) * (vat_cents + CASE WHEN
    row_number() OVER (PARTITION BY invoice_id, vat_group ORDER BY vat_fraction DESC, position)
    <= abs(whole_vat) * 100 - sum(vat_cents) OVER (PARTITION BY invoice_id, vat_group) THEN 1 ELSE 0 END) / 100
FROM vat_floored;

INSERT INTO match_to_be (invoice_id, order_id, contract_id, row_id, net, difference, level, waits, clause)
SELECT t.id, t.order_id, t.contract_id, t.row_id, t.net,
  CASE WHEN t.net < 0 THEN 0 WHEN t.order_id IS NOT NULL THEN t.net - t.basis WHEN t.row_id IS NOT NULL THEN t.net - t.row_net
    ELSE greatest(t.net - t.limit_left, 0) END, t.level, t.confirm, d.clause
FROM invoices_in_turn t JOIN decided d ON d.id = t.id AND d.outcome = ANY (%(matched)s);

UPDATE lines_in_hand l SET invoiced = l.invoiced + t.net
FROM (SELECT order_line_id, sum(net) AS net FROM taken WHERE invoice_id IN (SELECT invoice_id FROM shares)
      GROUP BY 1) t WHERE t.order_line_id = l.id;

INSERT INTO contract_use (number, issue_day, net)
SELECT t.number, t.issue_day, t.net FROM invoices_in_turn t JOIN decided d ON d.id = t.id AND d.outcome = ANY (%(matched)s)
WHERE t.contract_id IS NOT NULL;

UPDATE schedule_in_hand s SET taken = s.taken + CASE WHEN t.net > 0 THEN 1 WHEN -t.net >= s.net THEN -1 ELSE 0 END
FROM invoices_in_turn t JOIN decided d ON d.id = t.id AND d.outcome = ANY (%(matched)s)
JOIN schedule_in_hand e ON e.id = t.row_id
WHERE s.number = e.number AND s.expected_date = e.expected_date AND s.net = e.net;

DROP TABLE shares
