-- The invoices in hand that have a match already: whether it waits, and what their order has received now beside what
-- other invoices took of it. ``on_lines`` is what it took of lines itself: a charge beside them needs no receipt.

CREATE TEMP TABLE matches_in_hand ON COMMIT DROP AS
SELECT t.*, m.order_id AS matched_order_id, h.by_run, h.waits, h.confirmed, m.difference,
  coalesce(own.net, 0) AS on_lines,
  coalesce(l.basis, 0) + coalesce(own.net, 0) AS covered
FROM invoices_to_match t
JOIN purchases_match m ON m.id = t.match_id
JOIN purchases_match_held h ON h.id = m.id
LEFT JOIN (SELECT order_id, sum(received - invoiced) AS basis FROM lines_in_hand GROUP BY 1) l ON l.order_id = m.order_id
LEFT JOIN (SELECT match_id, sum(net) AS net FROM purchases_matchline WHERE match_id IN (SELECT match_id FROM invoices_to_match)
             AND order_line_id IS NOT NULL GROUP BY 1) own ON own.match_id = m.id
