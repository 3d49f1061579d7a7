-- The payments of what was decided: one for each account of a supplier and reference, and one for each ban. Parameters: code,
-- run.

CREATE TEMP TABLE new_payment ON COMMIT DROP AS
SELECT nextval('purchases_supplierpayment_id_seq') AS id, made.*,
  'SP' || %(code)s || '-' || %(run)s || '-' || row_number() OVER () AS end_to_end_id
FROM (SELECT 'supplier' AS pays, d.supplier_id, NULL::bigint AS ban_id, d.paid_by, sum(d.pays) AS amount, max(d.payee) AS payee,
        d.iban, max(d.bic) AS bic, max(d.reference) AS reference,
        CASE WHEN max(d.reference) <> '' THEN ''
             WHEN max(d.message) <> '' THEN max(d.message)
             ELSE string_agg(left(d.invoice_number, 68), ', ' ORDER BY d.due_date, d.id) END AS message,
        max(d.address) AS address
      FROM decided d WHERE d.standing = 'READY' AND d.pays > 0
      GROUP BY d.supplier_id, d.iban, d.paid_by
      UNION ALL
      SELECT 'ban', b.supplier_id, b.id, NULL, taken.amount, b.payee, b.iban, '', b.reference, '', 'not_needed'
      FROM (SELECT t.ban_id, sum(t.amount) AS amount
            FROM bans_take t JOIN decided d ON d.id = t.payable_id WHERE d.standing = 'READY' GROUP BY 1) taken
      JOIN purchases_paymentban b ON b.id = taken.ban_id
      ORDER BY 2, 7, 4) made;

ANALYZE new_payment
