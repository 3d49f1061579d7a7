-- What the rule of intake may ask of each invoice in hand. Parameters: unit, edi_code, other_suffix, other_type.

-- Whose address it came to, and the stream that the address steers to (EX 2.1-a, 2.2-a): the register's, else the unit's
-- own EDI code, whose suffix tells other expenditure from procurement. Who brings an invoice without an address says
-- that it is the unit's.
CREATE TEMP TABLE address_in_hand ON COMMIT DROP AS
SELECT a.address, a.received_date, known.id IS NOT NULL OR a.address = '' OR starts_with(a.address, %(edi_code)s) AS ours,
  coalesce(known.stream, CASE WHEN by_suffix.other THEN 'other' ELSE 'procurement' END) AS stream,
  coalesce(known.voucher_type, CASE WHEN by_suffix.other THEN %(other_type)s ELSE 'XA' END) AS voucher_type,
  known.id IS NULL AND starts_with(a.address, %(edi_code)s) AND a.address <> %(edi_code)s AS not_registered
FROM (SELECT DISTINCT address, received_date FROM invoice_in_hand) a
LEFT JOIN LATERAL (
  SELECT r.id, r.stream, r.voucher_type FROM registers_receivingaddress r
  WHERE r.unit_id = %(unit)s AND r.edi_code = a.address AND r.validity @> a.received_date
  ORDER BY r.id LIMIT 1) known ON true
CROSS JOIN LATERAL (
  SELECT starts_with(a.address, %(edi_code)s) AND length(a.address) > length(%(edi_code)s)
    AND right(a.address, length(%(other_suffix)s)) = %(other_suffix)s AS other) by_suffix;

-- Whose it is in the register of suppliers: by identity; of who tells none, by an account that one supplier alone is paid
-- on. A seller with an identity of its own may share the account of the firm that finances it, and a name may be borne by
-- two firms: neither finds anybody here, since money goes by this.
CREATE TEMP TABLE supplier_in_hand ON COMMIT DROP AS
WITH of_vat_id AS (
  SELECT vat_id, min(id) AS id FROM registers_supplier WHERE vat_id <> '' GROUP BY 1 HAVING count(*) = 1),
of_foreign_id AS (
  SELECT foreign_id, min(id) AS id FROM registers_supplier WHERE foreign_id <> '' GROUP BY 1 HAVING count(*) = 1),
of_account AS (
  SELECT iban, min(supplier_id) AS id FROM registers_supplieraccount
  WHERE approved_by_id IS NOT NULL AND ended_date IS NULL GROUP BY 1 HAVING count(DISTINCT supplier_id) = 1)
SELECT h.n, s.id AS supplier_id, s.number AS supplier_number, s.blocked <> '' AS blocked,
  CASE s.id WHEN u.id THEN 'number' WHEN b.id THEN 'business_id' WHEN t.id THEN 'technical_id' WHEN v.id THEN 'vat_id' WHEN f.id THEN 'foreign_id'
    WHEN a.id THEN 'account' END AS found_by,
  coalesce(nullif(s.business_id, ''), nullif(s.technical_id, ''), nullif(s.vat_id, ''), 'S' || s.number, h.written_key)
    AS seller_key,
  u.id IS NULL AND h.told_supplier <> '' OR u.id <> coalesce(b.id, t.id, v.id, u.id) AS supplier_differs,
  h.iban <> '' AND s.id IS NOT NULL AND NOT EXISTS (
    SELECT FROM registers_supplieraccount k WHERE k.supplier_id = s.id AND k.iban = h.iban
      AND k.approved_by_id IS NOT NULL AND (k.ended_date IS NULL OR k.ended_date > h.received_date)) AS account_unknown
FROM invoice_in_hand h
LEFT JOIN registers_supplier u ON u.number = h.told_supplier AND h.told_supplier <> ''
LEFT JOIN registers_supplier b ON b.business_id = h.business_id AND b.business_id <> ''
LEFT JOIN registers_supplier t ON t.technical_id = h.technical_id AND t.technical_id <> ''
LEFT JOIN of_vat_id v ON v.vat_id = h.seller_vat_id AND h.seller_vat_id <> ''
LEFT JOIN of_foreign_id f ON f.foreign_id = h.foreign_id AND h.foreign_id <> ''
LEFT JOIN of_account a ON a.iban = h.iban AND h.iban <> '' AND h.business_id || h.technical_id || h.foreign_id = ''
  AND h.seller_vat_id = ''
LEFT JOIN registers_supplier s ON s.id = coalesce(u.id, b.id, t.id, v.id, f.id, a.id);

ANALYZE supplier_in_hand (n);

-- The same seller's invoices of the same number and kind that came before and were not returned.
CREATE TEMP TABLE met_before ON COMMIT DROP AS
SELECT h.n,
  min(p.id) FILTER (WHERE p.issue_date = h.issue_date AND p.total = h.total AND p.currency = h.currency) AS same,
  min(p.id) FILTER (WHERE (p.issue_date, p.total, p.currency) IS DISTINCT FROM (h.issue_date, h.total, h.currency)) AS other
FROM invoice_in_hand h JOIN supplier_in_hand s USING (n)
JOIN purchases_purchaseinvoice p ON p.unit_id = %(unit)s AND p.seller_key IN (s.seller_key, h.written_key)
  AND p.number_key = h.number_key AND p.kind = h.kind
WHERE h.number_key <> '' AND s.seller_key <> ''
  AND NOT EXISTS (SELECT FROM purchases_invoicereturn r WHERE r.unit_id = %(unit)s AND r.invoice_id = p.id)
GROUP BY 1;

ANALYZE met_before (n);

-- The same payment of the same own system: by its long reference and instalment, whatever else is told of it (EX 2.2-c).
CREATE TEMP TABLE asked_before ON COMMIT DROP AS
SELECT h.n, min(p.id) AS same
FROM invoice_in_hand h
JOIN purchases_purchaseinvoice p ON p.unit_id = %(unit)s AND p.sender_system = h.sender_system
  AND p.sender_reference = h.sender_reference AND p.sender_instalment IS NOT DISTINCT FROM h.sender_instalment
WHERE h.asked AND h.sender_reference <> ''
  AND NOT EXISTS (SELECT FROM purchases_invoicereturn r WHERE r.unit_id = %(unit)s AND r.invoice_id = p.id)
GROUP BY 1;

-- What looks like procurement where other expenditure is handled: it names an order or a contract, its seller has one in
-- force, or it was sent as procurement or with VAT (EX 2.2-a).
CREATE TEMP TABLE procurement_in_hand ON COMMIT DROP AS
SELECT h.n FROM invoice_in_hand h
JOIN address_in_hand a USING (address, received_date) JOIN supplier_in_hand s USING (n)
WHERE (h.asked OR a.stream = 'other') AND (
  EXISTS (SELECT FROM number_in_hand m WHERE m.n = h.n AND m.kind IN ('order', 'contract'))
  OR h.asked AND (h.told_type IN ('XA', 'XK', 'XL') OR h.vat <> 0 OR h.address <> '' AND a.stream = 'procurement')
  OR EXISTS (SELECT FROM purchases_purchaseorder o WHERE o.unit_id = %(unit)s AND o.supplier_id = s.supplier_id
             AND NOT EXISTS (SELECT FROM purchases_purchaseorderend e WHERE e.order_id = o.id))
  OR EXISTS (SELECT FROM purchases_contract c WHERE c.unit_id = %(unit)s AND c.supplier_id = s.supplier_id
             AND h.received_date BETWEEN c.valid_from AND coalesce(c.valid_until, h.received_date)
             AND NOT EXISTS (SELECT FROM purchases_contractend e WHERE e.unit_id = c.unit_id AND e.number = c.number)));

CREATE TEMP TABLE subject_in_hand ON COMMIT DROP AS
WITH numbered AS (
  SELECT j.*, nextval('purchases_purchaseinvoice_id_seq') AS id
  FROM (SELECT h.*, a.ours, CASE WHEN h.asked THEN 'other' ELSE a.stream END AS stream,
          CASE WHEN NOT h.asked THEN a.voucher_type WHEN h.told_type NOT IN ('', 'XA', 'XK', 'XL') THEN h.told_type
               WHEN a.stream = 'other' THEN a.voucher_type ELSE %(other_type)s END AS voucher_type, a.not_registered,
          p.n IS NOT NULL AS looks_like_procurement, q.same AS same_request, s.supplier_differs, s.supplier_id, s.supplier_number, s.blocked,
          s.found_by, s.seller_key, s.account_unknown, m.same, m.other
        FROM invoice_in_hand h
        JOIN address_in_hand a USING (address, received_date)
        JOIN supplier_in_hand s USING (n)
        LEFT JOIN met_before m USING (n)
        LEFT JOIN asked_before q USING (n)
        LEFT JOIN procurement_in_hand p USING (n)
        ORDER BY n OFFSET 0) j),
-- What comes twice in the same hand: the first of the same four is the invoice, what follows is its duplicate.
within AS (
  SELECT n, first_value(id) OVER same_four AS first_same, first_value(id) OVER same_number AS first_number
  FROM numbered WHERE ours AND number_key <> '' AND seller_key <> '' AND issue_date IS NOT NULL AND total IS NOT NULL
  WINDOW same_four AS (PARTITION BY seller_key, number_key, kind, issue_date, total, currency ORDER BY n),
    same_number AS (PARTITION BY seller_key, number_key, kind ORDER BY n))
SELECT b.*, coalesce(b.same_request, b.same, nullif(w.first_same, b.id)) AS duplicate_of,
  CASE WHEN b.same IS NULL AND w.first_same IS NOT DISTINCT FROM b.id THEN coalesce(b.other, nullif(w.first_number, b.id))
    WHEN w.n IS NULL THEN b.other END AS same_number
FROM numbered b LEFT JOIN within w USING (n);

ANALYZE subject_in_hand (n);

INSERT INTO finding_in_hand (n, position, rule, severity, "row", place, value, clause, detail)
SELECT s.n, s.findings + row_number() OVER (PARTITION BY s.n ORDER BY told.place), told.rule, told.severity, NULL, '',
  told.value, told.clause, told.detail
FROM subject_in_hand s CROSS JOIN LATERAL (VALUES
  (1, s.address = '' AND NOT s.asked, 'purchase_address_missing', 'warning', '', 'EX 2.1-a', '{}'::jsonb),
  (2, s.not_registered, 'purchase_address_not_registered', 'warning', s.address, 'EX 2.2-b',
    jsonb_build_object('voucher_type', s.voucher_type)),
  (3, s.blocked, 'purchase_supplier_blocked', 'error', s.supplier_number, 'EX 9-c', '{}'::jsonb),
  (4, s.account_unknown, 'purchase_account_not_approved', 'warning', s.iban, 'EX 9-c',
    jsonb_build_object('supplier', s.supplier_number)),
  (5, s.same_number IS NOT NULL AND s.duplicate_of IS NULL, 'purchase_number_used_before', 'warning', s.number, 'EX 5-a',
    jsonb_build_object('other', 'PI' || s.same_number)),
  (6, s.supplier_differs, 'request_supplier_differs', 'error', s.told_supplier, 'EX 2.2-d', '{}'::jsonb)
) told (place, holds, rule, severity, value, clause, detail)
WHERE told.holds;

UPDATE subject_in_hand s SET findings = f.findings, errors = f.errors
FROM (SELECT n, count(*) AS findings, count(*) FILTER (WHERE severity = 'error') AS errors FROM finding_in_hand GROUP BY 1) f
WHERE f.n = s.n
