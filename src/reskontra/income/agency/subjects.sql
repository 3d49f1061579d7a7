-- The claims that an agency may be asked to collect: all that are past due. Parameters: unit, on, claims (ids or null).

CREATE TEMP TABLE agency_subjects ON COMMIT DROP AS
WITH at_agency AS (
  SELECT DISTINCT cc.claim_id FROM claims_caseclaim cc JOIN cases_standing k ON k.case_id = cc.case_id
  WHERE cc.unit_id = %(unit)s AND k.kind = 'agency' AND k.over)
SELECT h.id, h.unit_id, h.open AS amount, h.open, h.kind, h.payer_id, h.invoice_id, h.interest_invoice_id, h.reference,
  h.public_law, h.due_date, h.reminders, h.last_reminder_date, h.last_reminder_due, h.costs_open, h.last_cost_date,
  h.state_unit, h.limitation_date, h.in_case, h.judged_date, h.agency_stopped, h.block_codes, h.deferred_until,
  h.write_off_proposed, h.consumer, h.protected,
  at_agency.claim_id IS NOT NULL AS agency_tried,
  payer.street <> '' AND payer.town <> '' AS reachable
FROM claims_in_hand h
JOIN registers_customer payer ON payer.id = h.payer_id
LEFT JOIN at_agency ON at_agency.claim_id = h.id
WHERE h.due_date < %(on)s AND (%(claims)s::bigint[] IS NULL OR h.id = ANY (%(claims)s::bigint[]));

ANALYZE agency_subjects (id)
