-- Invoices that are to go out, with the one who receives them: the invoice recipient where there is one (OC 3.8).
-- To go out: never sent, or to be sent again by a person's decision. Parameters: unit, invoices (array or NULL: all).
CREATE TEMP TABLE due_to_go ON COMMIT DROP AS
SELECT i.id, 1::smallint AS attempt
FROM sales_invoice i
WHERE i.unit_id = %(unit)s AND (%(invoices)s::bigint[] IS NULL OR i.id = ANY (%(invoices)s::bigint[]))
  AND NOT EXISTS (SELECT FROM sales_invoicedelivery done WHERE done.unit_id = i.unit_id AND done.invoice_id = i.id)
UNION
SELECT d.invoice_id, d.attempt
FROM sales_deliverydecision d
WHERE d.unit_id = %(unit)s AND d.attempt > 1
  AND (%(invoices)s::bigint[] IS NULL OR d.invoice_id = ANY (%(invoices)s::bigint[]))
  AND NOT EXISTS (SELECT FROM sales_invoicedelivery done
                  WHERE done.unit_id = d.unit_id AND done.invoice_id = d.invoice_id AND done.attempt = d.attempt)
  -- An answer that came after the decision: what has arrived meanwhile does not go again.
  AND (SELECT bool_or(a.status = 'delivered') AND NOT bool_or(a.status = 'refused') FROM sales_deliveryreceipt a
       WHERE a.unit_id = d.unit_id AND a.invoice_id = d.invoice_id AND a.attempt < d.attempt
         AND a.outcome IN ('taken', 'contradicts')) IS NOT TRUE;

ANALYZE due_to_go (id);

CREATE TEMP TABLE invoices_in_hand ON COMMIT DROP AS
SELECT i.id, i.unit_id, i.number, i.total AS amount, due.attempt, coalesce(chosen.channel, '') AS chosen,
  CASE WHEN i.internal OR r.kind = 'state_unit' THEN 'state'
       WHEN r.kind IN ('person', 'foreign_person') THEN 'person' ELSE 'company' END AS recipient,
  r.country, r.einvoice_address, r.einvoice_operator, r.street, r.town,
  coalesce(orders.several, false) AS several_order_numbers, coalesce(files.kinds, '{}') AS attachment_kinds
FROM due_to_go due
JOIN sales_invoice i ON i.id = due.id
JOIN registers_customer r ON r.id = coalesce(i.bill_to_id, i.payer_id)
LEFT JOIN (SELECT DISTINCT ON (invoice_id, attempt) invoice_id, attempt, channel FROM sales_deliverydecision
           WHERE unit_id = %(unit)s ORDER BY invoice_id, attempt, id DESC) chosen
  ON chosen.invoice_id = due.id AND chosen.attempt = due.attempt
LEFT JOIN (SELECT due.id, min(o.order_number) <> max(o.order_number) AS several
           FROM due_to_go due
           JOIN sales_invoiceline l ON l.invoice_id = due.id
           JOIN sales_order o ON o.id = l.order_id AND o.order_number <> '' GROUP BY 1) orders ON orders.id = due.id
LEFT JOIN (SELECT due.id, array_agg(DISTINCT file ->> 'kind') AS kinds
           FROM due_to_go due
           JOIN sales_invoiceline l ON l.invoice_id = due.id AND l.order_position = 1
           JOIN sales_order o ON o.id = l.order_id AND o.attachments <> '[]'
           CROSS JOIN jsonb_array_elements(o.attachments) file GROUP BY 1) files ON files.id = due.id
