-- The claims that an agency may be asked to collect, all that are past due, and the claims of cases that it has.
-- Parameters: unit, on, claims (ids or null).

-- Cases that the agency has, with what is open of each claim and what it still expects.
CREATE TEMP TABLE agency_held ON COMMIT DROP AS
SELECT t.claim_id AS id, s.case_id, s.number AS case_number, s.state = 'stopped' AS stopped,
  c.amount - coalesce(settled.amount, 0) AS open, t.expected
FROM cases_standing s
JOIN claims_case_told t ON t.case_id = s.case_id AND t.unit_id = %(unit)s
JOIN claims_claim c ON c.id = t.claim_id
LEFT JOIN LATERAL (SELECT sum(amount) AS amount FROM claims_claim_settlement WHERE claim_id = c.id) settled ON true
WHERE s.kind = 'agency' AND s.state IS NOT NULL AND NOT s.over;

ANALYZE agency_held;

CREATE TEMP TABLE agency_subjects ON COMMIT DROP AS
WITH at_agency AS (
  SELECT DISTINCT cc.claim_id FROM claims_caseclaim cc JOIN cases_standing k ON k.case_id = cc.case_id
  WHERE cc.unit_id = %(unit)s AND k.kind = 'agency' AND k.over)
SELECT h.id, h.unit_id, h.open AS amount, h.open, h.kind, h.payer_id, h.invoice_id, h.interest_invoice_id, h.reference,
  h.public_law, h.due_date, h.reminders, h.last_reminder_date, h.last_reminder_due, h.costs_open, h.last_cost_date,
  h.state_unit, h.limitation_date, h.in_case, h.judged_date, h.agency_stopped, h.block_codes, h.deferred_until,
  h.write_off_proposed, h.consumer, h.protected,
  at_agency.claim_id IS NOT NULL AS agency_tried,
  payer.street <> '' AND payer.town <> '' AS reachable,
  false AS live, NULL::bigint AS case_id, NULL::bigint AS case_number, false AS stopped, NULL::numeric AS expected,
  NULL::numeric AS case_open, NULL::numeric AS case_expected, false AS case_blocked, false AS case_changed
FROM claims_in_hand h
JOIN registers_customer payer ON payer.id = h.payer_id
LEFT JOIN at_agency ON at_agency.claim_id = h.id
WHERE h.due_date < %(on)s AND (%(claims)s::bigint[] IS NULL OR h.id = ANY (%(claims)s::bigint[]))
  AND h.id NOT IN (SELECT id FROM agency_held);

INSERT INTO agency_subjects
SELECT c.id, c.unit_id, e.open, e.open, c.kind, c.payer_id, c.invoice_id, c.interest_invoice_id, c.reference,
  c.public_law, c.due_date, coalesce(h.reminders, 0), h.last_reminder_date, h.last_reminder_due, h.costs_open,
  h.last_cost_date, false, h.limitation_date, true, h.judged_date, coalesce(h.agency_stopped, false),
  coalesce(h.block_codes, ''), h.deferred_until, coalesce(h.write_off_proposed, false), h.consumer, h.protected,
  false, true, true, e.case_id, e.case_number, e.stopped, e.expected,
  sum(e.open) OVER of_case, sum(e.expected) OVER of_case, bool_or(coalesce(h.agency_stopped, false)) OVER of_case,
  bool_or(e.open < e.expected) OVER of_case
FROM agency_held e
JOIN claims_claim c ON c.id = e.id
LEFT JOIN claims_in_hand h ON h.id = e.id
WHERE %(claims)s::bigint[] IS NULL
   OR e.case_id IN (SELECT case_id FROM agency_held WHERE id = ANY (%(claims)s::bigint[]))
WINDOW of_case AS (PARTITION BY e.case_id);

ANALYZE agency_subjects (id)
