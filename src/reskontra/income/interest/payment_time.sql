-- What the rule of interest for payment time is asked about: every claim of the unit under an agreement that has begun.
-- An agreement that has ended is charged up to its last day. Parameters: unit, on, claims (ids, or null for all).

CREATE TEMP TABLE interest_claims ON COMMIT DROP AS
SELECT c.id, c.payer_id, c.public_law, c.due_date, 0::numeric AS open,
  max(least(d.until_date, e.day)) FILTER (WHERE e.day <= %(on)s) AS ended
FROM claims_deferralclaim dc
JOIN claims_claim c ON c.id = dc.claim_id AND c.kind = 'invoice'
JOIN claims_deferral d ON d.id = dc.deferral_id
LEFT JOIN claims_deferralend e ON e.deferral_id = d.id
WHERE dc.unit_id = %(unit)s AND d.from_date <= %(on)s
  AND (%(claims)s::bigint[] IS NULL OR c.id = ANY (%(claims)s::bigint[]))
GROUP BY c.id;

CREATE TEMP TABLE interest_scope ON COMMIT DROP AS
SELECT id AS claim_id, ended AS until_date FROM interest_claims WHERE ended IS NOT NULL;

ANALYZE interest_scope;
