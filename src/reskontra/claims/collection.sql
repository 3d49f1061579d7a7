-- The claims in hand: every claim of the unit that something is open of, with all that a rule of collection may ask of it
-- on a day. Parameters: unit, on, and the letters of the block codes that stop reminders, interest, agency, legal and
-- write_off; limitation_general, limitation_after_judgment, limitation_public_law and limitation_final (years).

CREATE TEMP TABLE blocks_in_force ON COMMIT DROP AS
SELECT b.claim_id, b.customer_id, b.code, b.review_date
FROM claims_block b LEFT JOIN claims_blocklift l ON l.block_id = b.id
WHERE b.unit_id = %(unit)s AND b.from_date <= %(on)s AND (b.until_date IS NULL OR b.until_date >= %(on)s)
  AND (l.day IS NULL OR l.day > %(on)s);

-- Where each case stands: its newest step; a case is over once it is closed, withdrawn, returned or given up.
CREATE TEMP TABLE cases_standing ON COMMIT DROP AS
SELECT DISTINCT ON (k.id) k.id AS case_id, k.kind, k.procedure, k.number, e.kind AS state, e.day AS state_date,
  e.detail AS state_detail, coalesce(e.kind IN ('closed', 'withdrawn', 'returned', 'obstacle', 'judged', 'passive_ended'), false) AS over
FROM claims_case k LEFT JOIN claims_caseevent e ON e.case_id = k.id AND e.day <= %(on)s
WHERE k.unit_id = %(unit)s
ORDER BY k.id, e.position DESC;

CREATE TEMP TABLE claims_in_hand ON COMMIT DROP AS
WITH settled AS (
  SELECT claim_id, sum(amount) AS amount FROM claims_claim_settlement WHERE unit_id = %(unit)s GROUP BY 1),
open AS (
  SELECT c.id, c.unit_id, c.kind, c.invoice_id, c.interest_invoice_id, c.payer_id, c.reference, c.public_law, c.amount,
    c.amount - coalesce(s.amount, 0) AS open, c.due_date
  FROM claims_claim c LEFT JOIN settled s ON s.claim_id = c.id
  WHERE c.unit_id = %(unit)s AND c.amount > 0 AND c.amount > coalesce(s.amount, 0)),
blocked AS (
  SELECT o.id, string_agg(DISTINCT b.code, '' ORDER BY b.code) AS codes, min(b.review_date) AS review_date
  FROM open o JOIN blocks_in_force b ON b.claim_id = o.id OR b.customer_id = o.payer_id GROUP BY 1),
reminded AS (
  SELECT claim_id, count(*) AS reminders, max(sent_date) AS last_date, max(due_date) AS last_due
  FROM claims_reminder WHERE unit_id = %(unit)s GROUP BY 1),
costs AS (
  SELECT claim_id, sum(amount) AS amount, max(day) FILTER (WHERE undoes_id IS NULL AND kind IN ('reminder', 'demand')) AS last_day
  FROM claims_cost WHERE unit_id = %(unit)s GROUP BY 1),
aside AS (
  SELECT claim_id, sum(amount) FILTER (WHERE kind = 'cost') AS costs FROM claims_sidepayment
  WHERE unit_id = %(unit)s GROUP BY 1),
paid AS (
  SELECT a.claim_id, max(p.booking_date) AS last_day
  FROM claims_allocation a JOIN bank_payment p ON p.id = a.payment_id
  WHERE a.unit_id = %(unit)s AND a.undoes_id IS NULL AND a.claim_id IN (SELECT id FROM open) GROUP BY 1),
deferred AS (
  SELECT dc.claim_id, max(d.until_date) AS until_date
  FROM claims_deferralclaim dc JOIN claims_deferral d ON d.id = dc.deferral_id
  WHERE dc.unit_id = %(unit)s AND NOT EXISTS (SELECT FROM claims_deferralend e WHERE e.deferral_id = d.id AND e.day <= %(on)s)
  GROUP BY 1),
in_case AS (
  SELECT DISTINCT ON (cc.claim_id) cc.claim_id, k.* FROM claims_caseclaim cc JOIN cases_standing k ON k.case_id = cc.case_id
  WHERE cc.unit_id = %(unit)s ORDER BY cc.claim_id, k.case_id DESC),
judged AS (
  SELECT cc.claim_id, max(e.day) AS day
  FROM claims_caseclaim cc JOIN claims_caseevent e ON e.case_id = cc.case_id AND e.kind = 'judged'
    AND (NOT e.detail ? 'claims' OR e.detail -> 'claims' @> to_jsonb(cc.claim_id))  -- a judgment may dismiss some
  WHERE cc.unit_id = %(unit)s GROUP BY 1),
proposed AS (
  SELECT p.claim_id, max(r.follow_up_date) AS kept_until,
    bool_or(r.id IS NULL AND NOT EXISTS (SELECT FROM claims_writeoff w WHERE w.proposal_id = p.id)) AS waiting
  FROM claims_writeoffproposal p LEFT JOIN claims_writeoffrefusal r ON r.proposal_id = p.id
  WHERE p.unit_id = %(unit)s GROUP BY 1),
interrupted AS (
  SELECT claim_id, max(day) AS day FROM (
    SELECT claim_id, day FROM claims_interruption WHERE unit_id = %(unit)s
    UNION ALL SELECT claim_id, sent_date FROM claims_reminder WHERE unit_id = %(unit)s
    UNION ALL SELECT cc.claim_id, e.day FROM claims_caseclaim cc
      JOIN claims_caseevent e ON e.case_id = cc.case_id AND e.kind IN ('applied', 'demanded', 'collected', 'judged')
      WHERE cc.unit_id = %(unit)s
    UNION ALL SELECT claim_id, last_day FROM paid) acts
  WHERE day <= %(on)s GROUP BY 1)
SELECT o.*, coalesce(i.issue_date, n.issue_date) AS issue_date, coalesce(i.language, n.language) AS language,
  payer.kind AS payer_kind, payer.country <> 'FI' AS abroad, payer.protected,
  payer.kind IN ('person', 'foreign_person', 'sole_trader') AS natural_person,
  payer.kind IN ('person', 'foreign_person') AS consumer, payer.kind = 'state_unit' AS state_unit,
  coalesce(b.codes, '') AS block_codes, b.review_date AS block_review_date,
  coalesce(b.codes ~ ('[' || %(reminders)s || ']'), false) AS reminders_stopped,
  coalesce(b.codes ~ ('[' || %(interest)s || ']'), false) AS interest_stopped,
  coalesce(b.codes ~ ('[' || %(agency)s || ']'), false) AS agency_stopped,
  coalesce(b.codes ~ ('[' || %(legal)s || ']'), false) AS legal_stopped,
  coalesce(b.codes ~ ('[' || %(write_off)s || ']'), false) AS write_off_stopped,
  coalesce(r.reminders, 0) AS reminders, r.last_date AS last_reminder_date, r.last_due AS last_reminder_due,
  coalesce(k.amount, 0) - coalesce(a.costs, 0) AS costs_open, k.last_day AS last_cost_date,
  p.last_day AS last_payment_date, d.until_date AS deferred_until,
  s.case_id, s.kind AS case_kind, s.procedure AS case_procedure, s.state AS case_state, s.state_date AS case_state_date,
  s.state_detail AS case_state_detail, s.case_id IS NOT NULL AND NOT s.over AS in_case,
  j.day AS judged_date, coalesce(w.waiting, false) AS write_off_proposed, w.kept_until,
  CASE WHEN o.public_law
       THEN make_date((extract(year FROM coalesce(i.issue_date, n.issue_date)) + %(limitation_public_law)s)::int, 12, 31)
       ELSE least(
         CASE WHEN j.day IS NOT NULL
              THEN (greatest(j.day, t.day) + make_interval(years => %(limitation_after_judgment)s))::date
              ELSE (greatest(o.due_date, t.day) + make_interval(years => %(limitation_general)s))::date END,
         CASE WHEN payer.kind IN ('person', 'foreign_person', 'sole_trader')
              THEN (o.due_date + make_interval(years => %(limitation_final)s))::date END)
       END AS limitation_date
FROM open o
JOIN registers_customer payer ON payer.id = o.payer_id
LEFT JOIN sales_invoice i ON i.id = o.invoice_id
LEFT JOIN claims_interestinvoice n ON n.id = o.interest_invoice_id
LEFT JOIN blocked b ON b.id = o.id
LEFT JOIN reminded r ON r.claim_id = o.id
LEFT JOIN costs k ON k.claim_id = o.id
LEFT JOIN aside a ON a.claim_id = o.id
LEFT JOIN paid p ON p.claim_id = o.id
LEFT JOIN deferred d ON d.claim_id = o.id
LEFT JOIN in_case s ON s.claim_id = o.id
LEFT JOIN judged j ON j.claim_id = o.id
LEFT JOIN proposed w ON w.claim_id = o.id
LEFT JOIN interrupted t ON t.claim_id = o.id;

ANALYZE claims_in_hand (id, payer_id, open)
