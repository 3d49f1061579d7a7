-- What the rule of reminders asks of a claim. Parameters: unit, on, claims (ids, or NULL for all).
SELECT h.id, h.unit_id, h.kind, h.payer_id, h.invoice_id, h.interest_invoice_id, h.reference, h.public_law,
  h.amount AS original, h.open AS amount, h.open, h.issue_date, h.due_date, h.language, h.consumer, h.state_unit,
  h.protected, h.block_codes, h.reminders_stopped, h.reminders, h.last_reminder_due,
  h.deferred_until, h.in_case, h.judged_date, h.write_off_proposed, h.limitation_date,
  promised.claim_id IS NOT NULL AS credit_promised, credited.claim_id IS NOT NULL AS credit_waits,
  paid.reference IS NOT NULL AS payment_waits, apart.reason AS left_out
FROM claims_in_hand h
LEFT JOIN claims_promised promised ON promised.claim_id = h.id
LEFT JOIN claims_credited credited ON credited.claim_id = h.id
LEFT JOIN (SELECT DISTINCT reference FROM payments_waiting) paid ON paid.reference = h.reference
LEFT JOIN claims_left_out apart ON apart.unit_id = %(unit)s AND apart.claim_id = h.id AND apart.rule = 'reminders'
  AND apart.day = %(on)s
WHERE %(claims)s::bigint[] IS NULL OR h.id = ANY (%(claims)s::bigint[])
