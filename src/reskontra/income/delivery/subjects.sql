-- Invoices that have not gone out, with the one who receives them: the invoice recipient where there is one (OC 3.8).
CREATE TEMP TABLE invoices_in_hand ON COMMIT DROP AS
SELECT i.id, i.unit_id, i.number, i.total AS amount, i.internal, r.id AS recipient_id, r.country, r.einvoice_address,
  r.einvoice_operator, r.street, r.town
FROM sales_invoice i
JOIN registers_customer r ON r.id = coalesce(i.bill_to_id, i.payer_id)
WHERE i.unit_id = %(unit)s
  AND NOT EXISTS (SELECT FROM sales_invoicedelivery d WHERE d.unit_id = i.unit_id AND d.invoice_id = i.id)
