-- The payables in hand, with all that a rule may ask of each on a day. Parameter: unit. What is open and the accounts stand
-- in ``open.sql``; payment_days (due_date, payment_date), references_held (written, reference) and payee_addresses, which
-- tells what becomes of each supplier's address in a payment, are the caller's.

CREATE TEMP TABLE payables_held ON COMMIT DROP AS
SELECT h.payable_id, max(h.reason) FILTER (WHERE h.answer_id IS NULL) AS held,
  max(h.reason) FILTER (WHERE h.answer_id IS NOT NULL) AS came_back
FROM purchases_paymenthold h
WHERE h.unit_id = %(unit)s AND NOT EXISTS (SELECT FROM purchases_paymentholdend e WHERE e.hold_id = h.id)
GROUP BY 1;

CREATE TEMP TABLE accounts_ranked ON COMMIT DROP AS
SELECT *, row_number() OVER (PARTITION BY supplier_id ORDER BY approved_at DESC, id DESC) AS turn FROM accounts_approved;

ANALYZE accounts_ranked;

CREATE TEMP TABLE payables_in_hand ON COMMIT DROP AS
SELECT p.id, p.unit_id, p.invoice_id, p.supplier_id, p.account, p.due_date, d.payment_date, p.amount, p.open,
  i.number AS invoice_number, s.name AS payee, s.blocked AS supplier_blocked,
  newest.iban IS NOT NULL AS has_account, paid_to.iban, coalesce(paid_to.bic, '') AS bic, paid_to.verification,
  paid_to.seen_by_approver, h.held, h.came_back,
  coalesce(r.reference, '') AS reference,
  CASE WHEN r.reference IS NULL THEN coalesce(nullif(i.message, ''), i.reference) ELSE '' END AS message,
  to_address.address,
  md5(concat_ws('|', s.name, s.street, s.postcode, s.town, s.country, s.address_lines)) AS payee_digest
FROM payables_open p
JOIN purchases_purchaseinvoice i ON i.id = p.invoice_id
JOIN registers_supplier s ON s.id = p.supplier_id
JOIN payee_addresses to_address ON to_address.supplier_id = p.supplier_id
JOIN payment_days d ON d.due_date = p.due_date
LEFT JOIN accounts_ranked newest ON newest.supplier_id = p.supplier_id AND newest.turn = 1
LEFT JOIN accounts_ranked paid_to ON paid_to.supplier_id = p.supplier_id
  AND CASE WHEN i.iban = '' THEN paid_to.turn = 1 ELSE paid_to.iban = upper(replace(i.iban, ' ', '')) END
LEFT JOIN payables_held h ON h.payable_id = p.id
LEFT JOIN references_held r ON r.written = i.reference AND i.reference <> '';

ANALYZE payables_in_hand
