-- Every block as it stands: by its newest extension, until when it holds and when it is reviewed; and from when it is
-- lifted. An extension only ever adds days, and is told while the block holds: what held on a day that has passed still did.
CREATE OR REPLACE VIEW claims_block_now WITH (security_invoker = true) AS
SELECT b.id, b.unit_id, b.run_id, b.claim_id, b.customer_id, b.code, b.from_date,
  CASE WHEN e.id IS NULL THEN b.until_date ELSE e.until_date END AS until_date,
  coalesce(e.review_date, b.review_date) AS review_date, b.reason, b.party, b.given_at, l.day AS lifted_date
FROM claims_block b
LEFT JOIN LATERAL (SELECT told.id, told.until_date, told.review_date FROM claims_blockextension told
                   WHERE told.block_id = b.id ORDER BY told.id DESC LIMIT 1) e ON true
LEFT JOIN claims_blocklift l ON l.block_id = b.id;

-- The claims that are left out of the runs of a day, and why: what was taken back never was.
CREATE OR REPLACE VIEW claims_left_out WITH (security_invoker = true) AS
SELECT x.id, x.unit_id, x.claim_id, x.rule, x.day, x.reason, x.person_id, x.given_at
FROM claims_exclusion x WHERE NOT EXISTS (SELECT FROM claims_exclusionend e WHERE e.exclusion_id = x.id);

GRANT SELECT ON claims_block_now, claims_left_out TO reskontra_app, reskontra_read, reskontra_check;

-- Nobody is reminded of what is not due or is blocked, and a second time only when the first reminder has fallen due
-- (OC 6.1.2). Whoever reminds waits for whoever blocks: under one lock each sees what the other has stored.
CREATE OR REPLACE FUNCTION claims_reminders_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  refused text;
BEGIN
  PERFORM reskontra_alone('settlement', (SELECT array_agg(DISTINCT unit_id) FROM fresh_rows));
  -- Planned anew each time, over all rows at once; the gravest refusal is the first by its number. Every code of the
  -- guideline stops reminders, so every block that is in force does.
  EXECUTE $check$
    SELECT min(wrong) FROM (
      SELECT '1 a_claim_that_is_not_due_is_not_reminded' AS wrong
      FROM fresh_rows fresh JOIN claims_claim claim ON claim.id = fresh.claim_id
      WHERE fresh.sent_date <= claim.due_date
      UNION ALL
      SELECT '2 a_blocked_claim_is_not_reminded'
      FROM fresh_rows fresh
      JOIN claims_claim claim ON claim.id = fresh.claim_id
      JOIN claims_block_now b ON b.unit_id = fresh.unit_id AND (b.claim_id = claim.id OR b.customer_id = claim.payer_id)
      WHERE b.from_date <= fresh.sent_date AND (b.until_date IS NULL OR b.until_date >= fresh.sent_date)
        AND (b.lifted_date IS NULL OR b.lifted_date > fresh.sent_date)
      UNION ALL
      SELECT '3 a_claim_left_out_is_not_reminded'
      FROM fresh_rows fresh
      JOIN claims_left_out x ON x.unit_id = fresh.unit_id AND x.claim_id = fresh.claim_id
        AND x.rule = 'reminders' AND x.day = fresh.sent_date
      UNION ALL
      SELECT '4 a_second_reminder_waits_for_the_first'
      FROM fresh_rows fresh
      LEFT JOIN claims_reminder first ON first.unit_id = fresh.unit_id AND first.claim_id = fresh.claim_id
        AND first.ordinal = 1
      WHERE fresh.ordinal = 2 AND (first.id IS NULL OR first.due_date >= fresh.sent_date)
    ) found
  $check$ INTO refused;
  IF refused IS NOT NULL THEN
    refused := substr(refused, 3);
    PERFORM reskontra_refuse(refused, 'claims_reminder');
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION claims_reminders_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER the_claim_may_be_reminded AFTER INSERT ON claims_reminder
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_reminders_hold();

CREATE OR REPLACE FUNCTION claims_blocks_wait() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM reskontra_alone('settlement', (SELECT array_agg(DISTINCT unit_id) FROM fresh_rows));
  RETURN NULL;
END $$;
ALTER FUNCTION claims_blocks_wait() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER the_block_waits_for_reminders AFTER INSERT ON claims_block
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_blocks_wait();

CREATE OR REPLACE FUNCTION claims_lifts_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM reskontra_alone('settlement', (SELECT array_agg(DISTINCT unit_id) FROM fresh_rows));
  IF EXISTS (SELECT FROM fresh_rows fresh JOIN claims_block b ON b.id = fresh.block_id WHERE fresh.day < b.from_date) THEN
    PERFORM reskontra_refuse('a_block_is_not_lifted_before_it_begins', 'claims_blocklift');
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION claims_lifts_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER the_lift_holds AFTER INSERT ON claims_blocklift
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_lifts_hold();

-- A block is kept while it holds, and longer than it would have been: to end one sooner is to lift it.
CREATE OR REPLACE FUNCTION claims_extensions_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  refused text;
BEGIN
  PERFORM reskontra_alone('settlement', (SELECT array_agg(DISTINCT unit_id) FROM fresh_rows));
  EXECUTE $check$
    SELECT min(CASE WHEN EXISTS (SELECT FROM claims_blocklift l WHERE l.block_id = b.id)
                      OR before.until_date < fresh.day THEN 'a_block_is_extended_while_it_holds'
                    WHEN fresh.until_date < coalesce(before.until_date, 'infinity') THEN 'an_extension_shortens_no_block' END)
    FROM fresh_rows fresh
    JOIN claims_block b ON b.id = fresh.block_id
    CROSS JOIN LATERAL (
      SELECT CASE WHEN e.id IS NULL THEN b.until_date ELSE e.until_date END AS until_date
      FROM (SELECT) one LEFT JOIN LATERAL (
        SELECT told.id, told.until_date FROM claims_blockextension told
        WHERE told.block_id = b.id AND told.id < fresh.id ORDER BY told.id DESC LIMIT 1) e ON true) before
  $check$ INTO refused;
  IF refused IS NOT NULL THEN
    PERFORM reskontra_refuse(refused, 'claims_blockextension');
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION claims_extensions_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER the_extension_holds AFTER INSERT ON claims_blockextension
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_extensions_hold();

-- Whoever leaves a claim out waits for the run, and the run for whom; nobody leaves out twice what is left out.
CREATE OR REPLACE FUNCTION claims_exclusions_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM reskontra_alone('settlement', (SELECT array_agg(DISTINCT unit_id) FROM fresh_rows));
  PERFORM reskontra_refuse_when('a_claim_is_left_out_of_a_run_once', 'claims_exclusion', EXISTS (
    SELECT FROM claims_left_out x
    WHERE (x.unit_id, x.claim_id, x.rule, x.day) IN (SELECT unit_id, claim_id, rule, day FROM fresh_rows)
    GROUP BY x.unit_id, x.claim_id, x.rule, x.day HAVING count(*) > 1));
  RETURN NULL;
END $$;
ALTER FUNCTION claims_exclusions_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER the_exclusion_holds AFTER INSERT ON claims_exclusion
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_exclusions_hold();

CREATE OR REPLACE TRIGGER the_end_waits_for_the_run AFTER INSERT ON claims_exclusionend
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_blocks_wait();
