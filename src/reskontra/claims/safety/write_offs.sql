-- What the unit decides of a claim, two persons decide on the proposal as it stands (OC 5.1-b).

CREATE OR REPLACE FUNCTION claims_proposals_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  -- Whoever settles or proposes in the unit waits for the others: only then is what is counted below everything.
  PERFORM reskontra_alone('settlement', (SELECT array_agg(DISTINCT unit_id) FROM fresh_rows));
  PERFORM reskontra_refuse_row('a_claim_has_one_proposal_at_a_time', 'claims_writeoffproposal', min(claim_id))
  FROM (SELECT p.claim_id
        FROM claims_writeoffproposal p
        LEFT JOIN claims_writeoffrefusal r ON r.proposal_id = p.id
        WHERE p.claim_id IN (SELECT claim_id FROM fresh_rows) AND r.id IS NULL
          AND NOT EXISTS (SELECT FROM claims_writeoff w WHERE w.proposal_id = p.id)
        GROUP BY 1 HAVING count(*) > 1) twice;
  RETURN NULL;
END $$;
ALTER FUNCTION claims_proposals_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER proposal_holds AFTER INSERT ON claims_writeoffproposal
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_proposals_hold();

CREATE OR REPLACE FUNCTION claims_write_off_acts_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM reskontra_alone('settlement', (SELECT array_agg(DISTINCT unit_id) FROM fresh_rows));
  PERFORM reskontra_refuse_row('an_act_is_on_the_proposal_as_it_stands', 'claims_writeoffapproval', min(f.id))
  FROM fresh_rows f JOIN claims_writeoffproposal p ON p.id = f.proposal_id
  WHERE f.digest <> p.digest OR EXISTS (SELECT FROM claims_writeoffrefusal r WHERE r.proposal_id = p.id);
  PERFORM reskontra_refuse_row('a_proposal_is_not_approved_by_who_made_it', 'claims_writeoffapproval', min(f.id))
  FROM fresh_rows f JOIN claims_writeoffproposal p ON p.id = f.proposal_id WHERE f.person_id = p.person_id;
  PERFORM reskontra_refuse_row('a_proposal_is_approved_after_its_review', 'claims_writeoffapproval', min(f.id))
  FROM fresh_rows f
  WHERE f.act = 'approve' AND NOT EXISTS (SELECT FROM claims_writeoffapproval r
    WHERE r.proposal_id = f.proposal_id AND r.act = 'review' AND r.digest = f.digest);
  RETURN NULL;
END $$;
ALTER FUNCTION claims_write_off_acts_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER act_holds AFTER INSERT ON claims_writeoffapproval
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_write_off_acts_hold();

CREATE OR REPLACE FUNCTION claims_write_off_refusals_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM reskontra_alone('settlement', (SELECT array_agg(DISTINCT unit_id) FROM fresh_rows));
  PERFORM reskontra_refuse_row('what_is_written_off_is_not_refused', 'claims_writeoffrefusal', min(f.id))
  FROM fresh_rows f WHERE EXISTS (SELECT FROM claims_writeoff w WHERE w.proposal_id = f.proposal_id);
  RETURN NULL;
END $$;
ALTER FUNCTION claims_write_off_refusals_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER refusal_holds AFTER INSERT ON claims_writeoffrefusal
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_write_off_refusals_hold();

CREATE OR REPLACE FUNCTION claims_decided_write_offs_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM reskontra_alone('settlement', (SELECT array_agg(DISTINCT unit_id) FROM fresh_rows));
  PERFORM reskontra_refuse_row('a_write_off_is_reviewed_and_approved', 'claims_writeoff', min(f.id))
  FROM fresh_rows f JOIN claims_writeoffproposal p ON p.id = f.proposal_id
  WHERE f.amount > 0 AND (f.claim_id <> p.claim_id OR f.ground <> p.ground
    OR EXISTS (SELECT FROM claims_writeoffrefusal r WHERE r.proposal_id = p.id)
    OR 2 <> (SELECT count(DISTINCT a.person_id) FROM claims_writeoffapproval a
             WHERE a.proposal_id = p.id AND a.digest = p.digest));
  PERFORM reskontra_refuse_row('a_write_off_is_within_its_approval', 'claims_writeoffproposal', min(p.id))
  FROM claims_writeoffproposal p
  WHERE p.id IN (SELECT proposal_id FROM fresh_rows)
    AND p.amount < (SELECT sum(w.amount) FROM claims_writeoff w WHERE w.proposal_id = p.id);
  RETURN NULL;
END $$;
ALTER FUNCTION claims_decided_write_offs_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER write_off_was_decided AFTER INSERT ON claims_writeoff
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_decided_write_offs_hold();

-- What the unit's people decide on: claim, ground, amount and evidence, in one written form.
CREATE OR REPLACE FUNCTION claims_proposal_digest(claim bigint, ground text, amount numeric, evidence jsonb)
RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT encode(sha256(convert_to(format('%s %s %s %s', claim, ground, amount, evidence), 'UTF8')), 'hex')
$$;
GRANT EXECUTE ON FUNCTION claims_proposal_digest(bigint, text, numeric, jsonb) TO reskontra_app;
