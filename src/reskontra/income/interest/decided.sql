-- The claims in question with all that a rule may ask. Parameters: unit, on, kind (late or payment_time), and stopping, the
-- letters of the block codes that stop it; rule, the name of the run.

CREATE TEMP TABLE interest_subjects ON COMMIT DROP AS
WITH charged AS (
  SELECT ch.claim_id, sum(ch.amount) AS amount
  FROM claims_interestcharge ch JOIN claims_interestinvoice n ON n.id = ch.invoice_id
  WHERE ch.unit_id = %(unit)s AND n.kind = %(kind)s GROUP BY 1),
aside AS (
  SELECT claim_id, sum(amount) AS amount FROM claims_sidepayment
  WHERE unit_id = %(unit)s AND kind = 'interest' AND %(kind)s = 'late' GROUP BY 1),
stopped AS (
  SELECT DISTINCT c.id
  FROM interest_claims c JOIN blocks_in_force b ON b.claim_id = c.id OR b.customer_id = c.payer_id
  WHERE b.code ~ ('[' || %(stopping)s || ']')),
in_case AS (
  SELECT DISTINCT ON (cc.claim_id) cc.claim_id, k.over
  FROM claims_caseclaim cc JOIN cases_standing k ON k.case_id = cc.case_id
  WHERE cc.unit_id = %(unit)s ORDER BY cc.claim_id, k.case_id DESC),
given_up AS (
  SELECT claim_id FROM claims_writeoff WHERE unit_id = %(unit)s AND ground <> 'small_remainder'
  GROUP BY 1 HAVING sum(amount) > 0),
known AS (
  SELECT c.id, %(unit)s::bigint AS unit_id, c.payer_id, c.public_law, c.due_date, c.open, payer.partner_code,
    payer.kind = 'state_unit' AS state_unit, i.until_date,
    coalesce(i.accrued, 0) AS accrued, coalesce(i.accrued - i.asked, 0) AS waived,
    coalesce(ch.amount, 0) AS charged, coalesce(a.amount, 0) AS aside,
    coalesce(i.asked, 0) - coalesce(ch.amount, 0) - coalesce(a.amount, 0) AS owed,
    s.id IS NOT NULL AS interest_stopped, coalesce(NOT k.over, false) AS in_case, g.claim_id IS NOT NULL AS given_up,
    %(kind)s = 'payment_time' AND ended.claim_id IS NULL AS time_runs, apart.reason AS left_out
  FROM interest_claims c
  JOIN registers_customer payer ON payer.id = c.payer_id
  LEFT JOIN interest_sums i ON i.claim_id = c.id AND i.kind = %(kind)s
  LEFT JOIN interest_scope ended ON ended.claim_id = c.id
  LEFT JOIN charged ch ON ch.claim_id = c.id
  LEFT JOIN aside a ON a.claim_id = c.id
  LEFT JOIN stopped s ON s.id = c.id
  LEFT JOIN in_case k ON k.claim_id = c.id
  LEFT JOIN given_up g ON g.claim_id = c.id
  LEFT JOIN claims_left_out apart ON apart.unit_id = %(unit)s AND apart.claim_id = c.id AND apart.rule = %(rule)s
    AND apart.day = %(on)s)
SELECT known.*,
  CASE WHEN open > 0 THEN 0 WHEN owed < 0 THEN -least(charged, -owed) ELSE owed END AS amount,
  coalesce(sum(owed) FILTER (WHERE {chargeable}) OVER (PARTITION BY payer_id), 0) AS customer_total
FROM known;

ANALYZE interest_subjects (id)
