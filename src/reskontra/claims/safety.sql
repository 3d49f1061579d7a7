-- The triggers below come after those that hold references: triggers fire in the order of their names.

-- What owns the money of payments, and what settles claims: every fact that counts, told once. A taken-back payment and
-- its reversal own each other; a credit is settled by what it is set off against. Whoever asks sees what he may see.
CREATE OR REPLACE VIEW claims_payment_use WITH (security_invoker = true) AS
SELECT unit_id, payment_id, amount FROM claims_allocation WHERE payment_id IS NOT NULL
UNION ALL SELECT unit_id, payment_id, amount FROM claims_overpayment
UNION ALL SELECT unit_id, payment_id, amount FROM claims_sidepayment
UNION ALL SELECT unit_id, payment_id, amount FROM claims_paymentreversal
UNION ALL SELECT unit_id, reversal_id, -amount FROM claims_paymentreversal;

CREATE OR REPLACE VIEW claims_claim_settlement WITH (security_invoker = true) AS
SELECT unit_id, claim_id, amount FROM claims_allocation
UNION ALL SELECT unit_id, claim_id, amount FROM claims_writeoff
UNION ALL SELECT unit_id, claim_id, amount FROM claims_feededucted
UNION ALL SELECT unit_id, credit_id, -amount FROM claims_allocation WHERE credit_id IS NOT NULL;

GRANT SELECT ON claims_payment_use, claims_claim_settlement TO reskontra_app, reskontra_read, reskontra_check;

-- No cent of a payment, of a credit or of a claim has two owners. Whoever settles money in a unit waits for those who
-- settle at the same time: only then are the sums below the sums of everything.
CREATE OR REPLACE FUNCTION claims_settle_alone(units bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  one bigint;
BEGIN
  FOR one IN SELECT DISTINCT u FROM unnest(units) u ORDER BY u LOOP
    PERFORM pg_advisory_xact_lock(one::int, hashtext('settlement'));
  END LOOP;
END $$;

-- The first payment, of those that the fresh rows touch, that is owned beyond its amount; as a query, because only a
-- trigger sees its fresh rows. Joined and not looked up one by one: a run touches a hundred thousand at once.
CREATE OR REPLACE FUNCTION claims_overspent(touched text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT format($query$
    SELECT min(payment.id)
    FROM (SELECT payment_id AS id, sum(amount) AS amount FROM claims_payment_use
          WHERE payment_id IN (%s) GROUP BY 1) owned
    JOIN bank_payment payment ON payment.id = owned.id
    WHERE NOT (CASE WHEN payment.amount > 0 THEN owned.amount BETWEEN 0 AND payment.amount
                    ELSE owned.amount BETWEEN payment.amount AND 0 END)
  $query$, touched)
$$;

CREATE OR REPLACE FUNCTION claims_oversettled(touched text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT format($query$
    SELECT min(claim.id)
    FROM (SELECT claim_id AS id, sum(amount) AS amount FROM claims_claim_settlement
          WHERE claim_id IN (%s) GROUP BY 1) settled
    JOIN claims_claim claim ON claim.id = settled.id
    WHERE NOT (CASE WHEN claim.amount > 0 THEN settled.amount BETWEEN 0 AND claim.amount
                    ELSE settled.amount BETWEEN claim.amount AND 0 END)
  $query$, touched)
$$;

CREATE OR REPLACE FUNCTION claims_refuse_overspent(payment bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF payment IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'a_payment_is_not_spent_beyond_its_amount',
      TABLE = 'bank_payment', MESSAGE = format('a_payment_is_not_spent_beyond_its_amount: payment %s', payment);
  END IF;
END $$;

CREATE OR REPLACE FUNCTION claims_refuse_oversettled(claim bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF claim IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'a_claim_is_not_settled_beyond_its_amount',
      TABLE = 'claims_claim', MESSAGE = format('a_claim_is_not_settled_beyond_its_amount: claim %s', claim);
  END IF;
END $$;

CREATE OR REPLACE FUNCTION claims_allocations_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  wrong bigint;
BEGIN
  PERFORM claims_settle_alone((SELECT array_agg(DISTINCT unit_id) FROM fresh_rows));
  IF EXISTS (SELECT FROM fresh_rows fresh JOIN claims_allocation undone ON undone.id = fresh.undoes_id
             WHERE fresh.amount <> -undone.amount OR fresh.claim_id <> undone.claim_id OR undone.undoes_id IS NOT NULL
               OR fresh.payment_id IS DISTINCT FROM undone.payment_id
               OR fresh.credit_id IS DISTINCT FROM undone.credit_id) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'an_undoing_takes_back_what_was_allocated',
      TABLE = 'claims_allocation', MESSAGE = 'an_undoing_takes_back_what_was_allocated';
  END IF;
  EXECUTE claims_overspent('SELECT payment_id AS id FROM fresh_rows') INTO wrong;
  PERFORM claims_refuse_overspent(wrong);
  EXECUTE claims_oversettled('SELECT claim_id AS id FROM fresh_rows UNION ALL SELECT credit_id FROM fresh_rows')
    INTO wrong;
  PERFORM claims_refuse_oversettled(wrong);
  RETURN NULL;
END $$;
ALTER FUNCTION claims_allocations_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER settlement_holds AFTER INSERT ON claims_allocation
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_allocations_hold();

CREATE OR REPLACE FUNCTION claims_overpayments_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  wrong bigint;
BEGIN
  PERFORM claims_settle_alone((SELECT array_agg(DISTINCT unit_id) FROM fresh_rows));
  IF EXISTS (SELECT FROM fresh_rows fresh JOIN claims_overpayment undone ON undone.id = fresh.undoes_id
             WHERE fresh.amount <> -undone.amount OR fresh.claim_id IS DISTINCT FROM undone.claim_id
               OR undone.undoes_id IS NOT NULL
               OR fresh.payment_id <> undone.payment_id OR fresh.treatment <> undone.treatment) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'an_undoing_takes_back_what_was_overpaid',
      TABLE = 'claims_overpayment', MESSAGE = 'an_undoing_takes_back_what_was_overpaid';
  END IF;
  EXECUTE claims_overspent('SELECT payment_id AS id FROM fresh_rows') INTO wrong;
  PERFORM claims_refuse_overspent(wrong);
  RETURN NULL;
END $$;
ALTER FUNCTION claims_overpayments_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER settlement_holds AFTER INSERT ON claims_overpayment
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_overpayments_hold();

CREATE OR REPLACE FUNCTION claims_write_offs_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  wrong bigint;
BEGIN
  PERFORM claims_settle_alone((SELECT array_agg(DISTINCT unit_id) FROM fresh_rows));
  IF EXISTS (SELECT FROM fresh_rows fresh JOIN claims_writeoff undone ON undone.id = fresh.undoes_id
             WHERE fresh.amount <> -undone.amount OR fresh.claim_id <> undone.claim_id OR undone.undoes_id IS NOT NULL
               OR fresh.ground <> undone.ground) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'an_undoing_takes_back_what_was_written_off',
      TABLE = 'claims_writeoff', MESSAGE = 'an_undoing_takes_back_what_was_written_off';
  END IF;
  EXECUTE claims_oversettled('SELECT claim_id AS id FROM fresh_rows') INTO wrong;
  PERFORM claims_refuse_oversettled(wrong);
  RETURN NULL;
END $$;
ALTER FUNCTION claims_write_offs_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER settlement_holds AFTER INSERT ON claims_writeoff
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_write_offs_hold();

CREATE OR REPLACE FUNCTION claims_payment_reversals_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  wrong bigint;
BEGIN
  PERFORM claims_settle_alone((SELECT array_agg(DISTINCT unit_id) FROM fresh_rows));
  IF EXISTS (SELECT FROM fresh_rows fresh JOIN bank_payment payment ON payment.id = fresh.payment_id
             JOIN bank_payment reversal ON reversal.id = fresh.reversal_id
             WHERE payment.amount <> fresh.amount OR reversal.amount <> -fresh.amount
               OR payment.account_id <> reversal.account_id) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'a_reversal_is_the_payment_with_the_other_sign',
      TABLE = 'claims_paymentreversal', MESSAGE = 'a_reversal_is_the_payment_with_the_other_sign';
  END IF;
  EXECUTE claims_overspent('SELECT payment_id AS id FROM fresh_rows UNION ALL SELECT reversal_id FROM fresh_rows')
    INTO wrong;
  PERFORM claims_refuse_overspent(wrong);
  RETURN NULL;
END $$;
ALTER FUNCTION claims_payment_reversals_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER settlement_holds AFTER INSERT ON claims_paymentreversal
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_payment_reversals_hold();
