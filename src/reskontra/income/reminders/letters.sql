-- Everything that a reminder says, one row a claim that is reminded, in the order of the claims. Who is protected gets
-- the letter where the invoice went: by the contact that the invoice names (OC 3.8). It takes interest_told.
SELECT d.id, d.reminders + 1 AS ordinal, d.kind, d.language, d.public_law, d.state_unit,
  left(d.reference, -1) AS number, d.reference, d.issue_date, d.due_date,
  coalesce(t.interest_from, d.due_date + 1) AS interest_from, d.original, d.open, d.costs_open, d.cost,
  d.payer_id, CASE WHEN d.protected THEN coalesce(i.bill_to_id, d.payer_id) ELSE d.payer_id END AS receiver_id
FROM decided d LEFT JOIN sales_invoice i ON i.id = d.invoice_id
LEFT JOIN interest_told t ON t.claim_id = d.id
WHERE d.standing = 'READY'
ORDER BY d.id
