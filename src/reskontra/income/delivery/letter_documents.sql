-- Everything that letters need to leave, one row a letter, in the order of their numbers.
SELECT l.id, l.number, l.document::text, d.outcome AS channel, d.amount,
  ARRAY[p.number, p.name, p.name2, p.kind, p.business_id, p.vat_id, p.street, p.postcode, p.town, p.country, p.protected::text] AS customer,
  CASE WHEN d.recipient_id IS NOT NULL
    THEN ARRAY[r.number, r.name, r.name2, r.kind, r.business_id, r.vat_id, r.street, r.postcode, r.town, r.country, r.protected::text]
  END AS recipient,
  r.einvoice_address, r.einvoice_operator
FROM decided d
JOIN claims_letter l ON l.id = d.id
JOIN registers_customer p ON p.id = d.customer_id
JOIN registers_customer r ON r.id = coalesce(d.recipient_id, d.customer_id)
WHERE d.standing = ANY (%(standings)s)
ORDER BY l.number
