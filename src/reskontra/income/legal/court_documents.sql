-- What an application tells of each claim that is decided READY, in the order of debtors and due dates. Parameter: unit.
SELECT d.id, d.payer_id, d.kind, d.reference, d.open, d.costs_open, d.due_date, d.court, d.relies_on_kind, d.relies_on,
  d.interest_from, d.interest_pauses, i.number AS invoice_number, n.number AS interest_number,
  coalesce(i.issue_date, n.issue_date) AS issue_date, i.supply_date,
  (SELECT jsonb_agg(DISTINCT jsonb_build_object('sv', item.name_sv, 'fi', item.name_fi, 'en', item.name_en))
   FROM sales_invoiceline line JOIN registers_item item ON item.id = line.item_id
   WHERE line.unit_id = %(unit)s AND line.invoice_id = d.invoice_id) AS items,
  (SELECT jsonb_agg(jsonb_build_object('day', r.sent_date, 'letter', letter.number) ORDER BY r.ordinal)
   FROM claims_reminder r JOIN claims_letter letter ON letter.id = r.letter_id
   WHERE r.unit_id = %(unit)s AND r.claim_id = d.id) AS reminders
FROM decided d
LEFT JOIN sales_invoice i ON i.id = d.invoice_id
LEFT JOIN claims_interestinvoice n ON n.id = d.interest_invoice_id
WHERE d.standing = 'READY'
ORDER BY d.payer_id, d.due_date, d.id
