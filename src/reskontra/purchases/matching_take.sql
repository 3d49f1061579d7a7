-- What the matches of one turn take: each invoice is shared out to the lines that it is matched to, to the cent, with its
-- VAT; the state of orders and contracts follows. Parameter: matched (names of the outcomes that match).
-- Cents that are left over go to the largest fractions (the method of the largest remainder); equal ones by position.

-- ``beside``: what goes to the account of charges, not to the lines. A credit takes back of it what it says, or what the lines
-- cannot carry, and no more than was charged. A table of its own: its size is known to the planner.
CREATE TEMP TABLE matched_in_turn ON COMMIT DROP AS
SELECT t.*, CASE WHEN t.level = 'line' OR t.net > 0 OR t.order_id IS NULL THEN t.by_word
    ELSE -least(greatest(-t.by_word, -t.net - (t.invoiced - t.charged), 0), t.charged) END AS beside
FROM invoices_in_turn t JOIN decided d ON d.id = t.id AND d.outcome = ANY (%(matched)s);

ANALYZE matched_in_turn;

CREATE TEMP TABLE shares ON COMMIT DROP AS
WITH
-- Without rows that name lines: what was received and not invoiced, or for a credit what was invoiced, or what was ordered.
weighed AS (
  SELECT m.id AS invoice_id, l.id, l.position, l.vat_percent, l.net AS ordered,
    greatest(CASE WHEN m.net < 0 THEN l.invoiced ELSE l.received - l.invoiced END, 0) AS weight
  FROM matched_in_turn m JOIN lines_in_hand l ON l.order_id = m.order_id WHERE m.level = 'header'),
charges AS (
  SELECT r.invoice_id, r.vat_percent, min(r.position) AS row, min(r.text) AS text, sum(r.net) AS net
  FROM matched_in_turn m JOIN rows_to_match r ON r.invoice_id = m.id AND r.by_word WHERE m.beside = m.by_word GROUP BY 1, 2
  UNION ALL
  SELECT id, NULL, NULL, '', beside FROM matched_in_turn WHERE beside <> by_word AND beside <> 0)
SELECT r.invoice_id, row_number() OVER (PARTITION BY r.invoice_id ORDER BY r.position) AS position,
  r.order_line_id, NULL::bigint AS contract_line_id, r.position AS invoice_row, r.quantity,
  coalesce(r.vat_percent, l.vat_percent) AS vat_percent, r.net AS weight, true AS exact, false AS charge, '' AS text
FROM matched_in_turn m JOIN rows_to_match r ON r.invoice_id = m.id JOIN lines_in_hand l ON l.id = r.order_line_id
WHERE m.level = 'line'
UNION ALL
SELECT invoice_id, position, id, NULL, NULL, NULL, vat_percent,
  CASE WHEN sum(weight) OVER whole > 0 THEN weight ELSE ordered END, false, false, ''
FROM weighed WINDOW whole AS (PARTITION BY invoice_id)
UNION ALL
SELECT m.id, l.position, NULL, l.id, NULL, NULL, NULL, l.share, false, false, ''
FROM matched_in_turn m JOIN purchases_contractline l ON l.contract_id = m.contract_id
UNION ALL
SELECT invoice_id, 32000 + row_number() OVER (PARTITION BY invoice_id ORDER BY row), NULL, NULL, row, NULL, vat_percent, net,
  true, true, text
FROM charges;

ANALYZE shares;

INSERT INTO taken (invoice_id, position, order_line_id, contract_line_id, invoice_row, quantity, vat_percent, net, vat,
  charge, text)
WITH taxed AS (
  SELECT v.invoice_id, v.percent, sum(v.base) AS base, sum(v.amount) AS amount
  FROM purchases_purchasevat v WHERE v.invoice_id IN (SELECT invoice_id FROM shares) GROUP BY 1, 2),
-- By rate where every rate of the invoice has a line of its own, or nothing of that rate but charges; else all together.
offered AS (
  SELECT invoice_id, vat_percent, bool_or(NOT charge) AS on_lines, sum(weight) AS charged
  FROM shares WHERE weight <> 0 AND vat_percent IS NOT NULL GROUP BY 1, 2),
rates AS (
  SELECT x.invoice_id, count(*) AS rates, max(x.percent) AS percent,
    bool_and(coalesce(o.on_lines OR o.charged = x.base, false)) AS by_rate, sum(x.base) AS base
  FROM taxed x LEFT JOIN offered o ON o.invoice_id = x.invoice_id AND o.vat_percent = x.percent
  WHERE coalesce(x.base, x.amount) <> 0 GROUP BY 1),
rated AS (
  SELECT h.*, r.rates, r.percent AS only_percent, coalesce(r.by_rate, false) AS by_rate, r.base AS bases,
    coalesce(h.vat_percent, CASE WHEN h.charge AND r.rates = 1 THEN r.percent END) AS rate
  FROM shares h LEFT JOIN rates r ON r.invoice_id = h.invoice_id),
grouped AS (
  SELECT s.*, t.net AS invoice_net, t.vat AS invoice_vat,
    CASE WHEN s.rates = 1 THEN s.only_percent WHEN s.by_rate OR NOT s.charge THEN s.vat_percent END AS percent,
    coalesce(s.by_rate AND s.rates > 1 AND s.bases = t.net AND bool_and(x.percent IS NOT NULL) OVER whole, false) AS net_by_rate,
    x.base, x.amount
  FROM rated s
  JOIN invoices_to_match t ON t.id = s.invoice_id
  LEFT JOIN taxed x ON x.invoice_id = s.invoice_id AND x.percent = s.rate
  WINDOW whole AS (PARTITION BY s.invoice_id)),
parts AS (
  SELECT g.*, CASE WHEN net_by_rate THEN base ELSE invoice_net END - coalesce(sum(weight) FILTER (WHERE charge) OVER of_rate, 0)
      AS whole_net, CASE WHEN net_by_rate THEN percent END AS net_group,
    sum(weight) FILTER (WHERE NOT charge) OVER of_rate AS weights
  FROM grouped g WINDOW of_rate AS (PARTITION BY invoice_id, CASE WHEN net_by_rate THEN percent END)),
floored AS (
  SELECT p.*, CASE WHEN charge THEN 0 ELSE floor(abs(whole_net) * 100 * weight / nullif(weights, 0)) END AS cents,
    CASE WHEN charge THEN -1 ELSE abs(whole_net) * 100 * weight / nullif(weights, 0)
      - floor(abs(whole_net) * 100 * weight / nullif(weights, 0)) END AS fraction
  FROM parts p),
netted AS (
  SELECT f.*, CASE WHEN exact THEN weight ELSE sign(whole_net) * (cents + CASE WHEN
      row_number() OVER (PARTITION BY invoice_id, net_group ORDER BY fraction DESC, position)
      <= abs(whole_net) * 100 - sum(cents) OVER (PARTITION BY invoice_id, net_group) THEN 1 ELSE 0 END) / 100 END AS net
  FROM floored f),
vat_parts AS (
  SELECT n.*, CASE WHEN by_rate THEN coalesce(amount, 0) ELSE invoice_vat END AS whole_vat,
    CASE WHEN by_rate THEN rate END AS vat_group,
    sum(net) OVER (PARTITION BY invoice_id, CASE WHEN by_rate THEN rate END) AS nets
  FROM netted n),
vat_floored AS (
  SELECT v.*, coalesce(floor(abs(whole_vat) * 100 * net / nullif(nets, 0)), 0) AS vat_cents,
    coalesce(abs(whole_vat) * 100 * net / nullif(nets, 0) - floor(abs(whole_vat) * 100 * net / nullif(nets, 0)), 0) AS vat_fraction
  FROM vat_parts v)
SELECT invoice_id, position, order_line_id, contract_line_id, invoice_row, quantity, percent, net,
  sign(whole_vat) * (vat_cents + CASE WHEN
    row_number() OVER (PARTITION BY invoice_id, vat_group ORDER BY vat_fraction DESC, position)
    <= abs(whole_vat) * 100 - sum(vat_cents) OVER (PARTITION BY invoice_id, vat_group) THEN 1 ELSE 0 END) / 100,
  charge, text
FROM vat_floored;

INSERT INTO match_to_be (invoice_id, order_id, contract_id, row_id, net, difference, level, waits, clause)
SELECT t.id, t.order_id, t.contract_id, t.row_id, t.net,
  CASE WHEN t.net < 0 THEN 0 WHEN t.order_id IS NOT NULL THEN t.net - t.basis WHEN t.row_id IS NOT NULL THEN t.net - t.row_net
    ELSE greatest(t.net - t.limit_left, 0) END, t.level, t.confirm, d.clause
FROM invoices_in_turn t JOIN decided d ON d.id = t.id AND d.outcome = ANY (%(matched)s);

UPDATE lines_in_hand l SET invoiced = l.invoiced + t.net
FROM (SELECT order_line_id, sum(net) AS net FROM taken WHERE invoice_id IN (SELECT invoice_id FROM shares)
      GROUP BY 1) t WHERE t.order_line_id = l.id;

INSERT INTO charges_in_hand (order_id, net)
SELECT t.order_id, c.net FROM taken c JOIN invoices_in_turn t ON t.id = c.invoice_id WHERE c.charge AND t.order_id IS NOT NULL;

INSERT INTO contract_use (number, issue_day, net)
SELECT t.number, t.issue_day, t.net FROM invoices_in_turn t JOIN decided d ON d.id = t.id AND d.outcome = ANY (%(matched)s)
WHERE t.contract_id IS NOT NULL;

UPDATE schedule_in_hand s SET taken = s.taken + CASE WHEN t.net > 0 THEN 1 WHEN -t.net >= s.net THEN -1 ELSE 0 END
FROM invoices_in_turn t JOIN decided d ON d.id = t.id AND d.outcome = ANY (%(matched)s)
JOIN schedule_in_hand e ON e.id = t.row_id
WHERE s.number = e.number AND s.expected_date = e.expected_date AND s.net = e.net;

DROP TABLE shares, matched_in_turn
