-- The subjects of one turn: every invoice whose turn it is, with the state of its order or contract now. Parameters: turn,
-- on. Columns of amounts: ``basis`` received and not yet invoiced, of the lines named or of the whole order; ``ordered``
-- ordered and not yet invoiced; ``invoiced`` with what was charged beside the lines (``charged``); ``row_net`` of the
-- schedule's nearest row; ``limit_left`` of the contract. Of the line that differs most, where rows name lines: ``line_over``
-- above what was received and ordered, ``line_ahead`` above what was received, ``line_under`` below it; null without lines.
-- ``charge`` was not agreed; ``by_word`` is the part of it that is freight or the like by its word.

CREATE TEMP TABLE invoices_in_turn ON COMMIT DROP AS
WITH mine AS (
  SELECT t.* FROM invoices_to_match t JOIN turns u ON u.id = t.id AND u.turn = %(turn)s),
named AS (
  SELECT r.invoice_id, sum(l.received - l.invoiced) AS basis, sum(l.net - l.invoiced) AS ordered, sum(l.invoiced) AS invoiced,
    bool_or(r.net > 0 AND l.received - l.invoiced <= 0 AND l.net > l.invoiced) AS not_received,
    bool_and(l.coded) AS coded, bool_or(l.vat_percent IS NOT NULL AND NOT r.rates <@ ARRAY[l.vat_percent]) AS vat_differs,
    bool_or(r.net < 0 AND -r.net > l.invoiced) AS over_invoiced,
    max(r.net - greatest(l.received, l.net) + l.invoiced) FILTER (WHERE r.net > 0) AS line_over,
    max(r.net - l.received + l.invoiced) FILTER (WHERE r.net > 0) AS line_ahead,
    max(l.received - l.invoiced - r.net) FILTER (WHERE r.net > 0) AS line_under
  FROM (SELECT invoice_id, order_line_id, sum(net) AS net, array_remove(array_agg(vat_percent), NULL) AS rates
        FROM rows_to_match WHERE by_line AND order_line_id IS NOT NULL AND invoice_id IN (SELECT id FROM mine)
        GROUP BY 1, 2) r
  JOIN lines_in_hand l ON l.id = r.order_line_id
  GROUP BY 1),
whole AS (
  SELECT order_id, sum(received - invoiced) AS basis, sum(net - invoiced) AS ordered, sum(invoiced) AS invoiced,
    bool_and(coded) AS coded, CASE WHEN bool_and(vat_percent IS NOT NULL) THEN array_agg(vat_percent) END AS rates
  FROM lines_in_hand WHERE order_id IN (SELECT order_id FROM mine) GROUP BY 1),
charged AS (
  SELECT invoice_id, sum(net) FILTER (WHERE charge) AS amount, sum(net) FILTER (WHERE by_word) AS by_word
  FROM rows_to_match WHERE charge OR by_word GROUP BY 1),
charged_before AS (
  SELECT order_id, sum(net) AS amount FROM charges_in_hand GROUP BY 1),
taxed AS (
  SELECT v.invoice_id, sum(v.amount) AS amount, array_agg(v.percent) FILTER (WHERE coalesce(v.base, v.amount) <> 0) AS rates
  FROM purchases_purchasevat v WHERE v.invoice_id IN (SELECT id FROM mine) GROUP BY 1),
used AS (
  SELECT m.id, sum(u.net) AS total, sum(u.net) FILTER (
      WHERE m.period <> '' AND date_trunc(m.period, u.issue_day) = date_trunc(m.period, m.issue_day)) AS in_period,
    sum(u.net) FILTER (WHERE u.issue_day BETWEEN m.period_from AND m.period_until) AS in_told_period
  FROM (SELECT id, number, issue_day, coalesce(nullif(period, ''), '') AS period, period_from, period_until FROM mine WHERE contract_id IS NOT NULL) m
  JOIN contract_use u ON u.number = m.number GROUP BY 1),
coded AS (
  SELECT l.contract_id, sum(l.share) = 100 AND bool_and(a.id IS NOT NULL) AS coded
  FROM purchases_contractline l LEFT JOIN registers_account a ON a.code = l.account AND a.validity @> %(on)s::date
  WHERE l.contract_id IN (SELECT contract_id FROM mine) GROUP BY 1)
SELECT m.*, CASE WHEN n.invoice_id IS NOT NULL THEN 'line' ELSE 'header' END AS level,
  coalesce(n.basis, w.basis, 0) AS basis, coalesce(n.ordered, w.ordered, 0) AS ordered,
  CASE WHEN m.contract_id IS NOT NULL THEN coalesce(u.total, 0) ELSE coalesce(n.invoiced, w.invoiced, 0) + coalesce(b.amount, 0) END AS invoiced,
  coalesce(n.not_received, false) AS line_not_received,
  coalesce(n.over_invoiced OR n.invoice_id IS NOT NULL AND -g.by_word > coalesce(b.amount, 0), false) AS line_over_invoiced,
  n.line_over, n.line_ahead, n.line_under,
  coalesce(g.amount, 0) AS charge, coalesce(g.by_word, 0) AS by_word, coalesce(b.amount, 0) AS charged,
  least(m.total_limit - coalesce(u.total, 0), m.period_limit - coalesce(u.in_period, 0),
    m.told_limit - coalesce(u.in_told_period, 0)) AS limit_left,
  e.id AS row_id, e.net AS row_net, e.tolerance AS row_tolerance, e.expected_date AS row_date, e.away AS row_away,
  coalesce(x.amount, 0) <> coalesce(m.vat, 0) OR m.total <> m.net + m.vat
    OR coalesce(CASE WHEN n.invoice_id IS NOT NULL THEN n.vat_differs ELSE NOT x.rates <@ w.rates END, false) AS vat_differs,
  coalesce(n.coded, w.coded, k.coded, false) AS coded
FROM mine m
LEFT JOIN named n ON n.invoice_id = m.id
LEFT JOIN whole w ON w.order_id = m.order_id
LEFT JOIN charged g ON g.invoice_id = m.id
LEFT JOIN charged_before b ON b.order_id = m.order_id
LEFT JOIN taxed x ON x.invoice_id = m.id
LEFT JOIN used u ON u.id = m.id
LEFT JOIN coded k ON k.contract_id = m.contract_id
LEFT JOIN LATERAL (
  SELECT s.*, abs(s.expected_date - m.issue_day) AS away FROM schedule_in_hand s
  WHERE s.contract_id = m.contract_id AND (s.place > s.taken) = (m.net > 0)
  ORDER BY abs(s.expected_date - m.issue_day), abs(abs(m.net) - s.net), s.place LIMIT 1) e ON m.plan = 'schedule';

ANALYZE invoices_in_turn
