-- What a case at court must never be. The triggers come after those that hold references.

-- The dossier that holds is the newest one of its case.
CREATE OR REPLACE VIEW claims_newest_dossier WITH (security_invoker = true) AS
SELECT DISTINCT ON (case_id) unit_id, case_id, position, digest FROM claims_caseevent WHERE kind = 'dossier'
ORDER BY case_id, position DESC;

GRANT SELECT ON claims_newest_dossier TO reskontra_app, reskontra_read, reskontra_check;

CREATE OR REPLACE FUNCTION claims_steps_at_court_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM fresh_rows fresh JOIN claims_case one ON one.id = fresh.case_id
             WHERE fresh.kind IN ('judged', 'contested') AND one.kind <> 'court'
                OR fresh.kind = 'dossier' AND (one.kind <> 'court' OR one.procedure <> 'extensive')
                OR fresh.kind = 'demanded' AND one.kind <> 'agency') THEN
    PERFORM reskontra_refuse('a_step_is_one_that_its_kind_of_case_takes', 'claims_caseevent');
  END IF;
  IF EXISTS (SELECT FROM fresh_rows fresh
             WHERE fresh.kind = 'judged'
               AND NOT EXISTS (SELECT FROM claims_caseevent before WHERE before.case_id = fresh.case_id
                                 AND before.kind = 'applied' AND before.position < fresh.position)) THEN
    PERFORM reskontra_refuse('a_court_judges_what_was_applied_for', 'claims_caseevent');
  END IF;
  IF EXISTS (SELECT FROM fresh_rows fresh JOIN claims_case one ON one.id = fresh.case_id
             LEFT JOIN claims_newest_dossier dossier ON dossier.case_id = fresh.case_id
             WHERE fresh.kind = 'applied' AND one.kind = 'court' AND one.procedure = 'extensive'
               AND (dossier.digest IS DISTINCT FROM fresh.digest
                    OR (SELECT count(DISTINCT s.person_id) FROM claims_casesignature s
                        WHERE s.case_id = fresh.case_id AND s.digest = fresh.digest) < 2)) THEN
    PERFORM reskontra_refuse('an_extensive_application_is_signed_by_two', 'claims_caseevent');
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION claims_steps_at_court_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER steps_at_court_hold AFTER INSERT ON claims_caseevent
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_steps_at_court_hold();

CREATE OR REPLACE FUNCTION claims_signatures_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM fresh_rows fresh LEFT JOIN claims_newest_dossier dossier ON dossier.case_id = fresh.case_id
             WHERE dossier.digest IS DISTINCT FROM fresh.digest) THEN
    PERFORM reskontra_refuse('a_signature_is_under_the_dossier_that_holds', 'claims_casesignature');
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION claims_signatures_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER signatures_hold AFTER INSERT ON claims_casesignature
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_signatures_hold();
