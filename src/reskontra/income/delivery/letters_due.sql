-- Letters that are to go out, and the claims that each is about. Interest invoices are about what they charge interest on.
-- Parameters: unit, letters (array or NULL: all), all (also those that have gone out).
CREATE TEMP TABLE letters_due ON COMMIT DROP AS
SELECT l.id, l.unit_id, l.number, l.customer_id, l.kind,
  nullif(l.document -> 'slip', 'null') ->> 'amount' AS asked
FROM claims_letter l
WHERE l.unit_id = %(unit)s AND (%(letters)s::bigint[] IS NULL OR l.id = ANY (%(letters)s::bigint[]))
  AND (%(all)s OR NOT EXISTS (SELECT FROM claims_letterdelivery done
                              WHERE done.unit_id = l.unit_id AND done.letter_id = l.id));

ANALYZE letters_due (id);

CREATE TEMP TABLE letters_about ON COMMIT DROP AS
SELECT due.id AS letter_id, told.claim_id
FROM letters_due due
JOIN (
  SELECT r.letter_id, r.claim_id FROM claims_reminder r WHERE r.unit_id = %(unit)s
  UNION ALL
  SELECT i.letter_id, c.claim_id FROM claims_interestinvoice i JOIN claims_interestcharge c ON c.invoice_id = i.id
  WHERE i.unit_id = %(unit)s
  UNION ALL
  SELECT d.letter_id, c.claim_id FROM claims_deferral d JOIN claims_deferralclaim c ON c.deferral_id = d.id
  WHERE d.unit_id = %(unit)s
  UNION ALL
  SELECT q.letter_id, o.claim_id FROM claims_refundinquiry q JOIN claims_overpayment o ON o.id = q.overpayment_id
  WHERE q.unit_id = %(unit)s) told ON told.letter_id = due.id;

ANALYZE letters_about (letter_id)
