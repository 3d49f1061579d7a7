-- Nothing interrupts the limitation of a public-law claim (Act 706/2007, section 20): what is written down about one would
-- only mislead those who collect it.
CREATE OR REPLACE FUNCTION claims_interruptions_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM fresh_rows fresh JOIN claims_claim claim ON claim.id = fresh.claim_id WHERE claim.public_law) THEN
    PERFORM reskontra_refuse('a_public_law_claim_is_not_interrupted', 'claims_interruption');
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION claims_interruptions_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER the_claim_can_be_interrupted AFTER INSERT ON claims_interruption
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_interruptions_hold();
