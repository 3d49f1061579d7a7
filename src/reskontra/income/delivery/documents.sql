-- Everything that one Finvoice document says, one row an invoice, in the order of the batch.
SELECT i.id, %(code)s || lpad(i.number::text, 9, '0') AS number, i.credit, i.issue_date, i.due_date, i.term_days,
  i.language, i.internal, i.public_law, i.reference, i.supply_date, i.case_reference, i.order_number, i.agreement,
  i.accounting, i.site, i.net, i.vat, i.total,
  %(code)s || lpad(original.number::text, 9, '0') AS original_number, original.issue_date AS original_date,
  d.outcome AS channel,
  ARRAY[p.number, p.name, p.name2, p.kind, p.business_id, p.vat_id, p.street, p.postcode, p.town, p.country, p.protected::text] AS payer,
  CASE WHEN i.bill_to_id <> i.payer_id
    THEN ARRAY[r.number, r.name, r.name2, r.kind, r.business_id, r.vat_id, r.street, r.postcode, r.town, r.country, r.protected::text]
  END AS recipient,
  r.einvoice_address, r.einvoice_operator,
  CASE WHEN i.ship_to_id IS NOT NULL
    THEN ARRAY[s.number, s.name, s.name2, s.kind, s.business_id, s.vat_id, s.street, s.postcode, s.town, s.country, s.protected::text]
  END AS ship_to
FROM decided d
JOIN sales_invoice i ON i.id = d.id
JOIN registers_customer p ON p.id = i.payer_id
JOIN registers_customer r ON r.id = coalesce(i.bill_to_id, i.payer_id)
LEFT JOIN registers_customer s ON s.id = i.ship_to_id
LEFT JOIN sales_invoice original ON original.id = i.original_id
WHERE d.standing = 'READY'
ORDER BY i.number
