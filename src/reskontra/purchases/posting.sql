-- Payables with their vouchers, from the newest coding of each invoice. Parameters: unit, run, on, year, days (until an
-- invoice that tells no due date is due), invoices (ids, or null for all that are ready), procurement and other (accounts of
-- the payable), vat_account; kinds and firsts (voucher kind -> its first number).

-- What may become payable, and its matches that hold: tables of their own, whose sizes the planner knows. Matches and codings
-- were written a moment ago in the same transaction: of them it knows nothing, and takes the matches that have not ended for
-- one. It would then read all of them anew for each invoice.
CREATE TEMP TABLE invoices_to_post ON COMMIT DROP AS
SELECT i.id, i.total, i.due_date, i.received_date, i.voucher_type, i.stream
FROM purchases_purchaseinvoice i
WHERE i.unit_id = %(unit)s AND i.total <> 0
  AND (%(invoices)s::bigint[] IS NULL OR i.id = ANY (%(invoices)s::bigint[]))
  AND NOT EXISTS (SELECT FROM purchases_payable p WHERE p.invoice_id = i.id)
  AND NOT EXISTS (SELECT FROM purchases_invoicereturn r WHERE r.invoice_id = i.id);

CREATE UNIQUE INDEX ON invoices_to_post (id);

ANALYZE invoices_to_post;

CREATE TEMP TABLE matches_to_post ON COMMIT DROP AS
SELECT h.invoice_id, h.order_id, h.contract_id, h.by_run, h.confirmed, h.automatic
FROM purchases_match_held h JOIN invoices_to_post i ON i.id = h.invoice_id;

CREATE UNIQUE INDEX ON matches_to_post (invoice_id);

ANALYZE matches_to_post;

CREATE TEMP TABLE new_payable ON COMMIT DROP AS
SELECT i.id AS invoice_id, coding.id AS coding_id, coding.digest, supplier.supplier_id, i.total AS amount,
  coalesce(i.due_date, i.received_date + %(days)s) AS due_date,
  CASE WHEN h.order_id IS NOT NULL THEN 'XK' WHEN h.contract_id IS NOT NULL THEN 'XL' ELSE i.voucher_type END AS kind,
  CASE WHEN i.stream = 'procurement' OR i.voucher_type IN ('XP', 'XJ') THEN %(procurement)s ELSE %(other)s END AS account,
  coalesce(h.automatic, false) AS automatic, s.partner_code AS partner
FROM invoices_to_post i
JOIN LATERAL (SELECT c.id, c.digest FROM purchases_coding c WHERE c.invoice_id = i.id ORDER BY c.version DESC LIMIT 1) coding
  ON true
JOIN LATERAL (SELECT f.supplier_id FROM purchases_invoicesupplier f WHERE f.invoice_id = i.id ORDER BY f.id DESC LIMIT 1)
  supplier ON true
JOIN registers_supplier s ON s.id = supplier.supplier_id
LEFT JOIN matches_to_post h ON h.invoice_id = i.id
WHERE h.by_run AND h.confirmed OR EXISTS (
  SELECT FROM purchases_invoiceapproval a WHERE a.invoice_id = i.id AND a.act = 'approve' AND a.digest = coding.digest);

ANALYZE new_payable
