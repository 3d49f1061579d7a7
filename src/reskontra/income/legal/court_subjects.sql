-- The claims that a summons may be about: private-law claims past due, with what OC 6.2.3 and 6.2.5 ask of each.
-- It takes interest_told. Parameters: unit, on, claims (ids, or null for all), areas (jsonb array of first, last and court).

CREATE TEMP TABLE court_subjects ON COMMIT DROP AS
WITH named_court AS (
  SELECT DISTINCT ON (customer_id) customer_id, statement AS court FROM claims_summonsstatement
  WHERE unit_id = %(unit)s AND kind = 'court' AND day <= %(on)s ORDER BY customer_id, id DESC),
named_agreement AS (
  SELECT DISTINCT ON (claim_id) claim_id, statement AS agreement FROM claims_summonsstatement
  WHERE unit_id = %(unit)s AND kind = 'agreement' AND day <= %(on)s ORDER BY claim_id, id DESC),
let_again AS (
  SELECT claim_id, max(day) AS day FROM claims_summonsstatement
  WHERE unit_id = %(unit)s AND kind = 'again' AND day <= %(on)s GROUP BY 1),
at_court AS (
  SELECT DISTINCT ON (cc.claim_id) cc.claim_id, k.state_date, k.over
  FROM claims_caseclaim cc JOIN cases_standing k ON k.case_id = cc.case_id AND k.kind = 'court'
  WHERE cc.unit_id = %(unit)s ORDER BY cc.claim_id, k.case_id DESC),
at_agency AS (
  SELECT DISTINCT cc.claim_id FROM claims_caseclaim cc JOIN cases_standing k ON k.case_id = cc.case_id
  WHERE cc.unit_id = %(unit)s AND k.kind = 'agency'),
complained AS (
  SELECT DISTINCT c.claim_id FROM claims_complaint c
  WHERE c.unit_id = %(unit)s AND c.received_date <= %(on)s
    AND NOT EXISTS (SELECT FROM claims_complaintanswer a WHERE a.complaint_id = c.id AND a.day <= %(on)s)),
areas AS (
  SELECT told ->> 'first' AS first, told ->> 'last' AS last, told ->> 'court' AS court
  FROM jsonb_array_elements(%(areas)s::jsonb) told)
SELECT h.id, h.unit_id, h.open AS amount, h.open, h.kind, h.payer_id, h.invoice_id, h.interest_invoice_id, h.reference,
  h.due_date, h.reminders, h.last_reminder_due, h.costs_open, h.state_unit, h.limitation_date, h.in_case, h.judged_date,
  h.legal_stopped, h.block_codes, h.deferred_until, h.write_off_proposed, h.abroad, h.protected,
  complained.claim_id IS NOT NULL OR h.block_codes ~ 'C' AS contested,
  at_court.claim_id IS NOT NULL AND at_court.over AS court_ended,
  coalesce(let_again.day >= at_court.state_date, false) AS again,
  at_agency.claim_id IS NOT NULL AS agency_tried,
  named_court.court AS stated_court,
  coalesce(named_court.court, CASE WHEN payer.country = 'FI' THEN areas.court END) AS court,
  payer.street <> '' AND payer.town <> '' AS reachable,
  CASE WHEN h.kind = 'interest' THEN 'interest' WHEN named_agreement.agreement IS NOT NULL THEN 'stated'
       WHEN i.agreement <> '' THEN 'agreement' WHEN i.order_number <> '' THEN 'order'
       WHEN i.case_reference <> '' THEN 'case' END AS relies_on_kind,
  CASE WHEN h.kind = 'interest' THEN n.number::text
       ELSE coalesce(named_agreement.agreement, nullif(i.agreement, ''), nullif(i.order_number, ''),
                     nullif(i.case_reference, '')) END AS relies_on,
  coalesce(t.interest_from, h.due_date + 1) AS interest_from, coalesce(t.pauses, '[]') AS interest_pauses
FROM claims_in_hand h
JOIN registers_customer payer ON payer.id = h.payer_id
LEFT JOIN sales_invoice i ON i.id = h.invoice_id
LEFT JOIN claims_interestinvoice n ON n.id = h.interest_invoice_id
LEFT JOIN areas ON payer.postcode ~ '^[0-9]{5}$' AND payer.postcode BETWEEN areas.first AND areas.last
LEFT JOIN named_court ON named_court.customer_id = h.payer_id
LEFT JOIN named_agreement ON named_agreement.claim_id = h.id
LEFT JOIN let_again ON let_again.claim_id = h.id
LEFT JOIN at_court ON at_court.claim_id = h.id
LEFT JOIN at_agency ON at_agency.claim_id = h.id
LEFT JOIN complained ON complained.claim_id = h.id
LEFT JOIN interest_told t ON t.claim_id = h.id
WHERE NOT h.public_law AND h.due_date < %(on)s
  AND (%(claims)s::bigint[] IS NULL OR h.id = ANY (%(claims)s::bigint[]));

ANALYZE court_subjects (id)
