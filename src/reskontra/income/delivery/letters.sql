-- Letters of letters_due with the one who receives them: the invoice recipient where all claims of the letter have the same
-- one (OC 3.8), as their invoices did. Interest is followed to the claims that it runs on. It takes letters_due and
-- letters_about. Parameter: messages (the kinds of letters that have an e-invoice form).
CREATE TEMP TABLE letters_in_hand ON COMMIT DROP AS
WITH claims AS (
  SELECT due.id, coalesce(charged.claim_id, about.claim_id) AS claim_id
  FROM letters_due due
  JOIN letters_about about ON about.letter_id = due.id
  JOIN claims_claim claim ON claim.id = about.claim_id
  LEFT JOIN claims_interestcharge charged ON charged.invoice_id = claim.interest_invoice_id
), recipients AS (
  SELECT claims.id, min(i.bill_to_id) AS recipient_id
  FROM claims
  JOIN claims_claim claim ON claim.id = claims.claim_id
  JOIN sales_invoice i ON i.id = claim.invoice_id
  GROUP BY 1
  HAVING min(coalesce(i.bill_to_id, 0)) = max(coalesce(i.bill_to_id, 0))
), letters AS (
  SELECT due.*, due.kind = ANY (%(messages)s::text[]) AND due.asked IS NOT NULL AS as_message, recipients.recipient_id
  FROM letters_due due
  LEFT JOIN recipients ON recipients.id = due.id
)
SELECT l.id, l.unit_id, l.number, l.customer_id, l.recipient_id, l.kind, l.as_message,
  coalesce(l.asked, '0')::numeric(15, 2) AS amount,
  CASE WHEN r.kind = 'state_unit' AND l.as_message THEN 'state'
       WHEN r.kind IN ('person', 'foreign_person') THEN 'person' ELSE 'company' END AS recipient,
  r.country, r.einvoice_address, r.einvoice_operator, r.street, r.town
FROM letters l
JOIN registers_customer r ON r.id = coalesce(l.recipient_id, l.customer_id)
