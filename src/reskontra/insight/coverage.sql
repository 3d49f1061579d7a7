-- Debits that return and that no rule posts. Reads lines_in_hand (all lines) and rule_hit (approved rules). Parameters: unit,
-- since, until, times, most.
WITH left_over AS (
  SELECT h.id, h.account_id, h.booking_date, h.amount, h.counterparty, p.by, proposed.field, proposed.pattern
  FROM lines_in_hand h
  LEFT JOIN bank_lineposting p ON p.id = h.posting_id
  LEFT JOIN rule_hit r ON r.line_id = h.id
  CROSS JOIN LATERAL {proposed} proposed
  WHERE h.kind = 'other' AND h.direction = 'out' AND h.booking_date > %(since)s AND h.booking_date <= %(until)s
    AND (p.by IS NULL AND r.line_id IS NULL OR p.by = 'memo')
    AND NOT EXISTS (SELECT FROM purchases_supplierpayment s
                    WHERE s.unit_id = %(unit)s AND upper(s.end_to_end_id) = nullif(h.end_to_end_id, ''))
    AND NOT EXISTS (SELECT FROM claims_refund f
                    WHERE f.unit_id = %(unit)s AND upper(f.end_to_end_id) = nullif(h.end_to_end_id, '')))
SELECT a.id AS bank_account, a.iban, l.field, l.pattern, count(*) AS times, -sum(l.amount) AS amount,
  min(l.booking_date) AS first_date, max(l.booking_date) AS last_date, count(l.by) AS by_hand, max(l.id) AS line,
  min(l.counterparty) AS counterparty,
  (SELECT e.account FROM bank_lineposting p
   JOIN ledger_entry e ON e.voucher_id = p.voucher_id AND e.unit_id = p.unit_id AND e.position > 1
   WHERE p.line_id = ANY (array_agg(l.id)) AND p.by = 'memo' AND p.corrects_id IS NULL
   GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1) AS usual_account
FROM left_over l JOIN registers_unitaccount a ON a.id = l.account_id AND a.unit_id = %(unit)s
GROUP BY a.id, a.iban, l.field, l.pattern
HAVING count(*) >= %(times)s
ORDER BY count(*) DESC, sum(l.amount), l.field, l.pattern
LIMIT %(most)s
