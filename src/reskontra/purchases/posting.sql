-- Payables with their vouchers, from the newest coding of each invoice. Parameters: unit, run, on, year, days (until an
-- invoice that tells no due date is due), invoices (ids, or null for all that are ready), procurement and other (accounts of
-- the payable), vat_account; kinds and firsts (voucher kind -> its first number).

CREATE TEMP TABLE new_payable ON COMMIT DROP AS
SELECT i.id AS invoice_id, coding.id AS coding_id, coding.digest, supplier.supplier_id, i.total AS amount,
  coalesce(i.due_date, i.received_date + %(days)s) AS due_date,
  CASE WHEN h.order_id IS NOT NULL THEN 'XK' WHEN h.contract_id IS NOT NULL THEN 'XL' ELSE i.voucher_type END AS kind,
  CASE WHEN i.stream = 'procurement' OR i.voucher_type IN ('XP', 'XJ') THEN %(procurement)s ELSE %(other)s END AS account,
  coalesce(h.automatic, false) AS automatic, s.partner_code AS partner
FROM purchases_purchaseinvoice i
JOIN LATERAL (SELECT c.id, c.digest FROM purchases_coding c WHERE c.invoice_id = i.id ORDER BY c.version DESC LIMIT 1) coding
  ON true
JOIN LATERAL (SELECT f.supplier_id FROM purchases_invoicesupplier f WHERE f.invoice_id = i.id ORDER BY f.id DESC LIMIT 1)
  supplier ON true
JOIN registers_supplier s ON s.id = supplier.supplier_id
LEFT JOIN purchases_match_held h ON h.invoice_id = i.id
WHERE i.unit_id = %(unit)s AND i.total <> 0
  AND (%(invoices)s::bigint[] IS NULL OR i.id = ANY (%(invoices)s::bigint[]))
  AND NOT EXISTS (SELECT FROM purchases_payable p WHERE p.invoice_id = i.id)
  AND NOT EXISTS (SELECT FROM purchases_invoicereturn r WHERE r.invoice_id = i.id)
  AND (h.by_run AND h.confirmed OR EXISTS (
    SELECT FROM purchases_invoiceapproval a WHERE a.invoice_id = i.id AND a.act = 'approve' AND a.digest = coding.digest));

ANALYZE new_payable
