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
      JOIN claims_block b ON b.unit_id = fresh.unit_id AND (b.claim_id = claim.id OR b.customer_id = claim.payer_id)
      LEFT JOIN claims_blocklift lifted ON lifted.block_id = b.id
      WHERE b.from_date <= fresh.sent_date AND (b.until_date IS NULL OR b.until_date >= fresh.sent_date)
        AND (lifted.day IS NULL OR lifted.day > fresh.sent_date)
      UNION ALL
      SELECT '3 a_second_reminder_waits_for_the_first'
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
