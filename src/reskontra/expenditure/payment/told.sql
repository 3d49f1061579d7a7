-- Every payable in hand with what is set off, withheld and paid of it, and the payment that it goes out in. Parameters:
-- bundles, earliest. ``bans_take`` (payable_id, ban_id, amount) is the caller's.

-- Invoices without a reference are told by their numbers: as many in one payment as its message of 140 signs holds. Each
-- part of the line is 70 signs long, and no number is longer.
CREATE TEMP TABLE payables_told ON COMMIT DROP AS
SELECT h.*, %(earliest)s::date AS earliest, coalesce(s.amount, 0) AS set_off, s.parts AS set_off_parts,
  coalesce(w.amount, 0) AS withheld, w.parts AS withheld_parts, coalesce(p.to_pay, 0) - coalesce(w.amount, 0) AS pays,
  CASE WHEN p.id IS NULL OR p.to_pay = coalesce(w.amount, 0) THEN NULL
       WHEN h.reference <> '' THEN 'R' || h.reference
       WHEN h.message <> '' OR NOT %(bundles)s THEN 'I' || h.id
       ELSE 'B' || (sum(length(left(h.invoice_number, 68)) + 2) FILTER (
                      WHERE p.to_pay > coalesce(w.amount, 0) AND h.reference = '' AND h.message = '') OVER line - 1) / 70
  END AS paid_by
FROM payables_in_hand h
LEFT JOIN payables_to_pay p ON p.id = h.id
LEFT JOIN set_off_of s ON s.id = h.id
LEFT JOIN (SELECT payable_id, sum(amount) AS amount, jsonb_object_agg(ban_id, amount::text) AS parts
           FROM bans_take GROUP BY 1) w ON w.payable_id = h.id
WINDOW line AS (PARTITION BY h.supplier_id, h.iban ORDER BY h.due_date, h.id);

-- The largest payment to each supplier, and all that would leave.
CREATE TEMP TABLE payables_weighed ON COMMIT DROP AS
SELECT t.*, coalesce(l.largest, 0) AS largest_payment,
  (SELECT coalesce(sum(pays + withheld), 0) FROM payables_told) AS run_total
FROM payables_told t
LEFT JOIN (SELECT supplier_id, max(amount) AS largest
           FROM (SELECT supplier_id, sum(pays) AS amount FROM payables_told WHERE pays > 0 GROUP BY supplier_id, iban, paid_by
                 UNION ALL SELECT supplier_id, sum(withheld) FROM payables_told GROUP BY 1) payments
           GROUP BY 1) l ON l.supplier_id = t.supplier_id
