-- Cases: a claim stands in one open case at a time, a case is about its debtor's claims of its own kind of law, and its
-- steps follow each other. Money that comes late is told of a case that is over; nothing else is.

-- Whether a case is over: by its newest step, in which money and changed sums do not count.
CREATE OR REPLACE FUNCTION claims_case_is_over(one bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT coalesce((SELECT kind IN ('closed', 'withdrawn', 'returned', 'obstacle', 'judged', 'passive_ended')
                   FROM claims_caseevent WHERE case_id = one AND kind NOT IN ('collected', 'changed')
                   ORDER BY position DESC LIMIT 1), false)
$$;

CREATE OR REPLACE FUNCTION claims_case_claims_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM reskontra_alone('settlement', (SELECT array_agg(DISTINCT unit_id) FROM fresh_rows));
  PERFORM reskontra_refuse_when('a_case_is_about_claims_of_its_debtor', 'claims_caseclaim', EXISTS (
    SELECT FROM fresh_rows fresh JOIN claims_claim c ON c.id = fresh.claim_id JOIN claims_case k ON k.id = fresh.case_id
    WHERE c.payer_id <> k.debtor_id));
  PERFORM reskontra_refuse_when('a_case_is_of_one_kind_of_law', 'claims_caseclaim', EXISTS (
    SELECT FROM fresh_rows fresh JOIN claims_claim c ON c.id = fresh.claim_id JOIN claims_case k ON k.id = fresh.case_id
    WHERE c.public_law <> k.public_law));
  PERFORM reskontra_refuse_when('a_claim_is_in_one_case_at_a_time', 'claims_caseclaim', EXISTS (
    SELECT FROM fresh_rows fresh JOIN claims_caseclaim other ON other.claim_id = fresh.claim_id
    WHERE other.case_id <> fresh.case_id AND NOT claims_case_is_over(other.case_id)));
  RETURN NULL;
END $$;
ALTER FUNCTION claims_case_claims_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER the_case_holds AFTER INSERT ON claims_caseclaim
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_case_claims_hold();

CREATE OR REPLACE FUNCTION claims_case_steps_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM reskontra_alone('settlement', (SELECT array_agg(DISTINCT unit_id) FROM fresh_rows));
  PERFORM reskontra_refuse_when('the_steps_of_a_case_follow_each_other', 'claims_caseevent', EXISTS (
    SELECT FROM fresh_rows fresh JOIN claims_caseevent later ON later.case_id = fresh.case_id
    WHERE later.position > fresh.position AND later.id < fresh.id));
  PERFORM reskontra_refuse_when('a_case_that_is_over_takes_no_more_steps', 'claims_caseevent', EXISTS (
    SELECT FROM fresh_rows fresh JOIN claims_caseevent before ON before.case_id = fresh.case_id
    WHERE before.position < fresh.position AND fresh.kind <> 'collected'
      AND before.kind IN ('closed', 'withdrawn', 'returned', 'passive_ended')));
  PERFORM reskontra_refuse_when('a_step_is_not_before_its_case', 'claims_caseevent', EXISTS (
    SELECT FROM fresh_rows fresh JOIN claims_case k ON k.id = fresh.case_id WHERE fresh.day < k.opened_date));
  PERFORM reskontra_refuse_when('only_enforcement_meets_an_obstacle', 'claims_caseevent', EXISTS (
    SELECT FROM fresh_rows fresh JOIN claims_case k ON k.id = fresh.case_id
    WHERE fresh.kind IN ('obstacle', 'passive', 'passive_ended') AND k.kind <> 'enforcement'));
  PERFORM reskontra_refuse_when('passive_registration_needs_a_certificate_that_allows_it', 'claims_caseevent', EXISTS (
    SELECT FROM fresh_rows fresh JOIN claims_case k ON k.id = fresh.case_id
    WHERE fresh.kind = 'passive' AND (k.procedure = 'limited' OR NOT EXISTS (
      SELECT FROM claims_caseevent before
      WHERE before.case_id = fresh.case_id AND before.kind = 'obstacle' AND before.position < fresh.position
        AND before.detail ->> 'certificate' IN ('lack_of_means', 'lack_of_means_and_not_found')))));
  PERFORM reskontra_refuse_when('a_claim_is_in_one_case_at_a_time', 'claims_caseevent', EXISTS (
    SELECT FROM fresh_rows fresh JOIN claims_caseclaim mine ON mine.case_id = fresh.case_id
    JOIN claims_caseclaim other ON other.claim_id = mine.claim_id AND other.case_id <> mine.case_id
    WHERE fresh.kind IN ('passive', 'abroad') AND NOT claims_case_is_over(other.case_id)));
  RETURN NULL;
END $$;
ALTER FUNCTION claims_case_steps_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER the_steps_hold AFTER INSERT ON claims_caseevent
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_case_steps_hold();

-- What whoever has a case was told last of each of its claims, and what it still expects to collect of it: less by what
-- it has told us since. The authority tells money by claim in its detail, the agency one claim a step.
CREATE OR REPLACE VIEW claims_case_told WITH (security_invoker = true) AS
SELECT cc.unit_id, cc.case_id, cc.claim_id, coalesce(changed.principal, cc.principal) AS principal,
  greatest(coalesce(changed.principal, cc.principal) - coalesce(collected.gross, 0), 0) AS expected
FROM claims_caseclaim cc
JOIN claims_claim c ON c.id = cc.claim_id
LEFT JOIN LATERAL (
  SELECT e.position, (t ->> 'principal')::numeric AS principal
  FROM claims_caseevent e CROSS JOIN jsonb_array_elements(e.detail -> 'claims') t
  WHERE e.case_id = cc.case_id AND e.kind = 'changed' AND (t ->> 'claim')::bigint = cc.claim_id
  ORDER BY e.position DESC LIMIT 1) changed ON true
LEFT JOIN LATERAL (
  SELECT sum(CASE
      WHEN e.detail ? 'claims' THEN (SELECT sum((t ->> 'gross')::numeric) FROM jsonb_array_elements(e.detail -> 'claims') t
                                     WHERE (t ->> 'claim')::bigint = cc.claim_id)
      WHEN e.detail ->> 'reference' = c.reference THEN e.amount END) AS gross
  FROM claims_caseevent e
  WHERE e.case_id = cc.case_id AND e.kind = 'collected' AND e.position > coalesce(changed.position, 0)) collected ON true;

GRANT SELECT ON claims_case_told TO reskontra_app, reskontra_read, reskontra_check;
