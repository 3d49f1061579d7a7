-- What is told of each claim that is decided READY, in the order of debtors and due dates; interest_sums holds what has
-- accrued up to the day, and interest_told what was told of it. Parameter: unit.
SELECT d.id, d.payer_id, d.kind, d.reference, d.open, d.costs_open, d.last_cost_date, d.due_date, d.consumer,
  i.number AS invoice_number, n.number AS interest_number, coalesce(i.issue_date, n.issue_date) AS issue_date,
  i.agreement, i.order_number,
  coalesce(t.interest_from, d.due_date + 1) AS interest_from, coalesce(t.pauses, '[]') AS interest_pauses,
  greatest(coalesce(accrued.asked, 0) - coalesce(t.charged, 0), 0) AS interest,
  coalesce(asked.amount, 0) AS costs_so_far,
  (SELECT jsonb_agg(DISTINCT jsonb_build_object('sv', item.name_sv, 'fi', item.name_fi, 'en', item.name_en))
   FROM sales_invoiceline line JOIN registers_item item ON item.id = line.item_id
   WHERE line.unit_id = %(unit)s AND line.invoice_id = d.invoice_id) AS items
FROM decided d
LEFT JOIN sales_invoice i ON i.id = d.invoice_id
LEFT JOIN claims_interestinvoice n ON n.id = d.interest_invoice_id
LEFT JOIN interest_sums accrued ON accrued.claim_id = d.id AND accrued.kind = 'late'
LEFT JOIN interest_told t ON t.claim_id = d.id
LEFT JOIN (SELECT claim_id, sum(amount) AS amount FROM claims_cost
           WHERE unit_id = %(unit)s AND kind IN ('reminder', 'demand', 'payment_time') GROUP BY 1) asked
  ON asked.claim_id = d.id
WHERE d.standing = 'READY'
ORDER BY d.payer_id, d.due_date, d.id
