-- A turn of a replay: each order and contract is set back to the moment of the one invoice whose turn it is. Parameters: turn,
-- on. What others had taken then stays taken; beside that counts what only the replay has matched in earlier turns.
DROP TABLE IF EXISTS taken_then, lines_then;

CREATE TEMP TABLE taken_then ON COMMIT DROP AS
WITH mine AS (
  SELECT t.* FROM invoices_to_match t JOIN turns u ON u.id = t.id AND u.turn = %(turn)s),
known AS (
  SELECT t.id AS for_id, t.number, m.match_id, m.invoice_id, m.net, m.issue_day
  FROM mine t JOIN matched_then m ON m.number = t.number AND m.invoice_id <> t.id AND m.until >= t.at
    AND (m.at < t.at OR m.at = t.at
      AND (m.run_id < t.at_run_id OR m.run_id = t.at_run_id AND (m.issue_day, m.invoice_id) < (t.issue_day, t.id))))
SELECT for_id, number, match_id, NULL::bigint AS replayed_id, net, issue_day FROM known
UNION ALL
SELECT t.id, t.number, NULL, b.invoice_id, b.net, other.issue_day
FROM mine t
JOIN invoices_to_match other ON other.number = t.number AND other.id <> t.id
JOIN match_to_be b ON b.invoice_id = other.id
WHERE NOT EXISTS (SELECT FROM known k WHERE k.for_id = t.id AND k.invoice_id = other.id);

ANALYZE taken_then;

CREATE TEMP TABLE lines_then ON COMMIT DROP AS
SELECT k.number, l.order_line_id, l.contract_row_id, l.net
FROM taken_then k JOIN purchases_matchline l ON l.match_id = k.match_id
UNION ALL
SELECT k.number, t.order_line_id, NULL, t.net
FROM taken_then k JOIN taken t ON t.invoice_id = k.replayed_id WHERE t.contract_line_id IS NULL
UNION ALL
SELECT k.number, NULL, b.row_id, b.net
FROM taken_then k JOIN match_to_be b ON b.invoice_id = k.replayed_id WHERE b.row_id IS NOT NULL;

UPDATE lines_in_hand l SET net = m.net, vat_percent = m.vat_percent, received = m.received, invoiced = coalesce(i.net, 0),
  coded = m.account <> '' AND a.id IS NOT NULL
FROM lines_met m
JOIN turns u ON u.id = m.invoice_id AND u.turn = %(turn)s
LEFT JOIN registers_account a ON a.code = m.account AND a.validity @> %(on)s::date
LEFT JOIN (SELECT order_line_id, sum(net) AS net FROM lines_then GROUP BY 1) i ON i.order_line_id = m.id
WHERE l.id = m.id;

DELETE FROM charges_in_hand WHERE order_id IN (SELECT t.order_id FROM invoices_to_match t JOIN turns u ON u.id = t.id AND u.turn = %(turn)s);

INSERT INTO charges_in_hand (order_id, net)
SELECT t.order_id, l.net
FROM invoices_to_match t JOIN turns u ON u.id = t.id AND u.turn = %(turn)s JOIN lines_then l ON l.number = t.number
WHERE t.order_id IS NOT NULL AND l.order_line_id IS NULL AND l.contract_row_id IS NULL;

DELETE FROM contract_use WHERE number IN (SELECT t.number FROM invoices_to_match t JOIN turns u ON u.id = t.id AND u.turn = %(turn)s);

INSERT INTO contract_use (number, issue_day, net)
SELECT k.number, k.issue_day, k.net FROM taken_then k JOIN invoices_to_match t ON t.id = k.for_id AND t.contract_id IS NOT NULL;

UPDATE schedule_in_hand s SET taken = coalesce(t.taken, 0)
FROM schedule_in_hand e
LEFT JOIN (SELECT l.number, w.expected_date, w.net,
             count(*) FILTER (WHERE l.net > 0) - count(*) FILTER (WHERE -l.net >= w.net) AS taken
           FROM lines_then l JOIN purchases_contractrow w ON w.id = l.contract_row_id GROUP BY 1, 2, 3) t
  ON t.number = e.number AND t.expected_date = e.expected_date AND t.net = e.net
WHERE s.id = e.id
  AND e.contract_id IN (SELECT t.contract_id FROM invoices_to_match t JOIN turns u ON u.id = t.id AND u.turn = %(turn)s)
