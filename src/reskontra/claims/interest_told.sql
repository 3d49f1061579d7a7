-- From which day late interest is still to be asked for, where that is not simply the day after the due date: what was
-- charged as late interest and what was waived is not asked for again, and on days of payment time none runs, whether the
-- interest of that time was charged or not (OC 6.1.1-a, 6.1.5; ADR 0042). Parameters: unit, claims (ids, or null for all).
--
-- interest_told has one row for each claim of which something was charged, waived or deferred: interest_from; pauses, the
-- stretches of payment time after it, as a jsonb array of first and last; and charged, the late interest charged or paid, euro.
CREATE TEMP TABLE interest_told ON COMMIT DROP AS
WITH charged AS (
  SELECT ch.claim_id, sum(ch.amount) AS amount, (array_agg(ch.until_date ORDER BY ch.id DESC))[1] AS until_date
  FROM claims_interestcharge ch JOIN claims_interestinvoice n ON n.id = ch.invoice_id AND n.kind = 'late'
  WHERE ch.unit_id = %(unit)s AND (%(claims)s::bigint[] IS NULL OR ch.claim_id = ANY (%(claims)s::bigint[]))
  GROUP BY 1 HAVING sum(ch.amount) > 0),
paid AS (
  SELECT claim_id, sum(amount) AS amount FROM claims_sidepayment
  WHERE unit_id = %(unit)s AND kind = 'interest'
    AND (%(claims)s::bigint[] IS NULL OR claim_id = ANY (%(claims)s::bigint[]))
  GROUP BY 1 HAVING sum(amount) > 0),
waived AS (
  SELECT claim_id, max(until_date) AS until_date FROM claims_interestwaiver
  WHERE unit_id = %(unit)s AND (%(claims)s::bigint[] IS NULL OR claim_id = ANY (%(claims)s::bigint[])) GROUP BY 1),
deferred AS (
  SELECT claim_id, days FROM claims_payment_time
  WHERE unit_id = %(unit)s AND (%(claims)s::bigint[] IS NULL OR claim_id = ANY (%(claims)s::bigint[]))),
asked AS (
  SELECT c.id AS claim_id, coalesce(charged.amount, 0) + coalesce(paid.amount, 0) AS charged,
    datemultirange(daterange(greatest(c.due_date, charged.until_date, waived.until_date) + 1, NULL))
      - coalesce(deferred.days, '{}') AS days
  FROM charged
  FULL JOIN paid USING (claim_id)
  FULL JOIN waived USING (claim_id)
  FULL JOIN deferred USING (claim_id)
  JOIN claims_claim c ON c.id = claim_id)
SELECT claim_id, charged, lower(days) AS interest_from,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('first', lower(pause), 'last', upper(pause) - 1) ORDER BY pause), '[]')
   FROM unnest(datemultirange(range_merge(days)) - days) pause) AS pauses
FROM asked;

ANALYZE interest_told (claim_id)
