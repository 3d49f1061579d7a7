-- Payment time (OC 6.1.1-a): an agreement is written at once with its claims and instalments, and they fit together.
ALTER TABLE claims_deferral ADD COLUMN IF NOT EXISTS created_xid xid8 NOT NULL DEFAULT pg_current_xact_id();

-- Whoever grants or refuses in a unit waits for those who do it, or settle money, at the same time.
CREATE OR REPLACE FUNCTION claims_requests_for_time_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM reskontra_alone('settlement', (SELECT array_agg(DISTINCT unit_id) FROM fresh_rows));
  IF EXISTS (SELECT FROM fresh_rows fresh JOIN claims_deferral granted ON granted.request_id = fresh.request_id
             JOIN claims_deferralrefusal refused ON refused.request_id = fresh.request_id) THEN
    PERFORM reskontra_refuse('a_request_for_time_is_granted_or_refused', TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION claims_requests_for_time_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER the_request_holds AFTER INSERT ON claims_deferral
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_requests_for_time_hold();
CREATE OR REPLACE TRIGGER the_request_holds AFTER INSERT ON claims_deferralrefusal
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_requests_for_time_hold();

-- What comes after the agreement was checked comes too late, also in the same transaction.
CREATE OR REPLACE FUNCTION claims_deferral_is_written_at_once() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF reskontra_was_checked() OR EXISTS (
      SELECT FROM fresh_rows fresh JOIN claims_deferral deferral ON deferral.id = fresh.deferral_id
      WHERE deferral.created_xid <> pg_current_xact_id()) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'a_deferral_is_written_at_once',
      TABLE = TG_TABLE_NAME, MESSAGE = 'a_deferral_is_written_at_once', HINT = 'Withdraw it and agree anew.';
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION claims_deferral_is_written_at_once() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER the_deferral_is_written_at_once AFTER INSERT ON claims_deferralclaim
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_deferral_is_written_at_once();
CREATE OR REPLACE TRIGGER the_deferral_is_written_at_once AFTER INSERT ON claims_instalment
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_deferral_is_written_at_once();

CREATE OR REPLACE FUNCTION claims_deferred_claims_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM reskontra_alone('settlement', (SELECT array_agg(DISTINCT unit_id) FROM fresh_rows));
  IF EXISTS (SELECT FROM fresh_rows fresh JOIN claims_deferral deferral ON deferral.id = fresh.deferral_id
             JOIN claims_claim claim ON claim.id = fresh.claim_id WHERE claim.payer_id <> deferral.customer_id) THEN
    PERFORM reskontra_refuse('a_deferral_is_of_its_customers_claims', 'claims_deferralclaim');
  END IF;
  IF EXISTS (SELECT FROM fresh_rows fresh JOIN claims_deferralclaim other ON other.claim_id = fresh.claim_id
               AND other.id <> fresh.id
             WHERE NOT EXISTS (SELECT FROM claims_deferralend ended WHERE ended.deferral_id = other.deferral_id)) THEN
    PERFORM reskontra_refuse('a_claim_is_deferred_once_at_a_time', 'claims_deferralclaim');
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION claims_deferred_claims_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER the_deferred_claims_hold AFTER INSERT ON claims_deferralclaim
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_deferred_claims_hold();

-- At the end of the transaction: instalments are the claims' money, in order of time, up to the agreement's last day.
CREATE OR REPLACE FUNCTION claims_instalments_add_up() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF coalesce((SELECT sum(amount) FROM claims_instalment WHERE deferral_id = NEW.id), 0)
     IS DISTINCT FROM (SELECT sum(principal) FROM claims_deferralclaim WHERE deferral_id = NEW.id) THEN
    PERFORM reskontra_refuse('instalments_add_up_to_the_claims', 'claims_deferral');
  END IF;
  IF EXISTS (SELECT FROM (SELECT due_date > lag(due_date, 1, NEW.from_date) OVER turn AS later FROM claims_instalment
                          WHERE deferral_id = NEW.id WINDOW turn AS (ORDER BY position)) dates WHERE NOT later)
     OR (SELECT max(due_date) FROM claims_instalment WHERE deferral_id = NEW.id) <> NEW.until_date THEN
    PERFORM reskontra_refuse('a_deferral_lasts_until_its_last_instalment', 'claims_deferral');
  END IF;
  PERFORM reskontra_mark_checked();
  RETURN NULL;
END $$;
ALTER FUNCTION claims_instalments_add_up() OWNER TO reskontra_check;

DROP TRIGGER IF EXISTS instalments_add_up_to_the_claims ON claims_deferral;
CREATE CONSTRAINT TRIGGER instalments_add_up_to_the_claims AFTER INSERT ON claims_deferral
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION claims_instalments_add_up();
