-- Payables and their vouchers. Parameters: unit, run, on, ids (bigint[] or NULL), procurement, other, vat (accounts).

CREATE TEMP TABLE new_payable ON COMMIT DROP AS
SELECT i.id AS invoice_id, i.unit_id, s.supplier_id, s.coding_id, i.voucher_type, i.total AS amount,
  coalesce(i.due_date, i.received_date) AS due_date, coalesce(held.by_run, false) AS automatic,
  CASE WHEN i.voucher_type IN ('XA', 'XK', 'XL', 'XP', 'XJ') THEN %(procurement)s ELSE %(other)s END AS account,
  nextval('ledger_voucher_id_seq') AS voucher_id,
  row_number() OVER (PARTITION BY i.voucher_type ORDER BY i.id) AS place
FROM purchases_purchaseinvoice i
JOIN purchases_invoice_state s ON s.id = i.id
LEFT JOIN purchases_match_held held ON held.id = s.match_id
WHERE i.unit_id = %(unit)s AND (%(ids)s::bigint[] IS NULL OR i.id = ANY (%(ids)s::bigint[]))
  AND s.payable_id IS NULL AND s.returned IS NULL AND s.supplier_id IS NOT NULL AND s.coding_id IS NOT NULL
  AND (coalesce(held.by_run AND held.confirmed, false) OR EXISTS (
    SELECT FROM purchases_invoiceapproval a
    WHERE a.invoice_id = i.id AND a.digest = s.coding_digest AND a.act = 'approve'))
