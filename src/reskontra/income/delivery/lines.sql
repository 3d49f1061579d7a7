-- The lines of the batch in the same order, with the texts that the order gave and the legal basis of each item.
SELECT l.invoice_id, l.position, item.code, item.name_sv, item.name_fi, item.name_en, l.quantity, l.measure,
  l.unit_price, l.net, l.vat_category, l.vat_percent, asked.item_text, asked.line_text, o.header_text,
  o.charge_basis_text, item.legal_basis_sv, item.legal_basis_fi, item.legal_basis_en,
  CASE WHEN l.order_position = 1 THEN o.attachments::text ELSE '[]' END AS attachments, o.service_date
FROM decided d
JOIN sales_invoice i ON i.id = d.id
JOIN sales_invoiceline l ON l.invoice_id = i.id
JOIN sales_orderline asked ON asked.order_id = l.order_id AND asked.position = l.order_position
JOIN sales_order o ON o.id = l.order_id
JOIN registers_item item ON item.id = l.item_id
WHERE d.standing = 'READY'
ORDER BY i.number, l.position
