-- What a rule would have found in the statements so far. Reads rule_hit over every line. Parameters: unit, since,
-- account, and the tracking objects that the rule would post to.
SELECT l.id AS line, l.booking_date, l.amount, h.counterparty, p.by, p.account AS posted_to,
  CASE WHEN p.by IS NULL THEN 'new'
       WHEN p.account = %(account)s AND p.budget_account = %(budget_account)s
         AND p.operating_unit = %(operating_unit)s AND p.project = %(project)s AND p.function = %(function)s
         AND p.product = %(product)s AND p.area = %(area)s AND p.tracking1 = %(tracking1)s
         AND p.tracking2 = %(tracking2)s AND p.authorisation = %(authorisation)s AND p.reserve1 = %(reserve1)s
         AND p.reserve2 = %(reserve2)s AND p.joint_funding_unit = %(joint_funding_unit)s THEN 'same' ELSE 'otherwise' END AS found
FROM rule_hit r
JOIN lines_in_hand h ON h.id = r.line_id
JOIN bank_line l ON l.id = r.line_id
LEFT JOIN LATERAL (
  SELECT min(first.by) AS by, e.account, e.budget_account, e.operating_unit, e.project, e.function,
    e.product, e.area, e.tracking1, e.tracking2, e.authorisation, e.reserve1, e.reserve2, e.joint_funding_unit
  FROM bank_lineposting first
  JOIN bank_lineposting every ON every.line_id = first.line_id
  JOIN ledger_entry e ON e.voucher_id = every.voucher_id AND e.unit_id = every.unit_id
    AND NOT (every.corrects_id IS NULL AND e.position = 1)
  WHERE first.line_id = l.id AND first.corrects_id IS NULL
  GROUP BY 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14 HAVING sum(e.amount) <> 0
  ORDER BY abs(sum(e.amount)) DESC LIMIT 1) p ON true
WHERE h.kind = 'other' AND l.amount <> 0 AND l.booking_date >= %(since)s
ORDER BY l.booking_date DESC, l.id DESC
