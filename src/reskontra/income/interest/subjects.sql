-- What the rule of late interest is asked about: every claim of the unit that has fallen due, with what has accrued on it
-- once nothing is open of it. Parameters: unit, on, claims (ids, or null for all: a customer's claims are neighbours, so
-- a narrowed scope is closed under the customer).

CREATE TEMP TABLE interest_claims ON COMMIT DROP AS
SELECT c.id, c.payer_id, c.public_law, c.due_date, c.amount - coalesce(settled.amount, 0) AS open
FROM claims_claim c
LEFT JOIN (SELECT claim_id, sum(amount) AS amount FROM claims_claim_settlement
           WHERE unit_id = %(unit)s GROUP BY 1) settled ON settled.claim_id = c.id
WHERE c.unit_id = %(unit)s AND c.kind = 'invoice' AND c.amount > 0 AND c.due_date < %(on)s
  AND (%(claims)s::bigint[] IS NULL OR c.payer_id IN (
    SELECT payer_id FROM claims_claim WHERE unit_id = %(unit)s AND id = ANY (%(claims)s::bigint[])));

ANALYZE interest_claims;

CREATE TEMP TABLE interest_scope ON COMMIT DROP AS
SELECT id AS claim_id, %(on)s::date AS until_date FROM interest_claims WHERE open = 0;

ANALYZE interest_scope;
