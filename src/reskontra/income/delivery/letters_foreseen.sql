-- Letters that are not written yet, as letters_due.sql tells of those that are. Parameters: unit, and arrays of one length:
-- letters (numbers of the caller's own), customers (ids), kinds, asked (euro) and claims (ids).
CREATE TEMP TABLE letters_due ON COMMIT DROP AS
SELECT told.letter AS id, %(unit)s::bigint AS unit_id, told.letter AS number, told.customer_id, told.kind, told.asked::text AS asked
FROM unnest(%(letters)s::bigint[], %(customers)s::bigint[], %(kinds)s::text[], %(asked)s::numeric[])
  AS told (letter, customer_id, kind, asked);

ANALYZE letters_due (id);

CREATE TEMP TABLE letters_about ON COMMIT DROP AS
SELECT told.letter AS letter_id, told.claim_id
FROM unnest(%(letters)s::bigint[], %(claims)s::bigint[]) AS told (letter, claim_id);

ANALYZE letters_about (letter_id)
