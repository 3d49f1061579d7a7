-- Postings of statement lines, and the standing rules behind them (EX 10).

CREATE OR REPLACE FUNCTION purchases_line_postings_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM reskontra_refuse_row('a_line_posting_is_of_what_no_room_of_income_posts', 'bank_lineposting', min(f.id))
  FROM fresh_rows f JOIN bank_line l ON l.id = f.line_id
  WHERE l.kind <> 'other' OR l.source <> 'camt.053';
  PERFORM reskontra_refuse_row('a_correction_is_of_the_posting_of_its_line', 'bank_lineposting', min(f.id))
  FROM fresh_rows f JOIN bank_lineposting p ON p.id = f.corrects_id WHERE p.line_id <> f.line_id;
  PERFORM reskontra_refuse_row('a_line_is_posted_by_an_approved_rule', 'bank_lineposting', min(f.id))
  FROM fresh_rows f JOIN registers_statementrule r ON r.id = f.rule_id WHERE r.approved_by_id IS NULL;
  RETURN NULL;
END $$;
ALTER FUNCTION purchases_line_postings_hold() OWNER TO reskontra_check;

-- By its name it comes after the trigger that holds references: what points nowhere is told as that.
CREATE OR REPLACE TRIGGER the_line_posting_holds AFTER INSERT ON bank_lineposting
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION purchases_line_postings_hold();

-- What two people agreed on stays as it is: a rule ends, and another one is told.
CREATE OR REPLACE FUNCTION purchases_statement_rules_stay() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF OLD.approved_by_id IS NOT NULL
    AND (to_jsonb(NEW) - 'validity' <> to_jsonb(OLD) - 'validity'
      OR lower(NEW.validity) IS DISTINCT FROM lower(OLD.validity)
      OR coalesce(upper(NEW.validity), 'infinity') > coalesce(upper(OLD.validity), 'infinity')
      OR isempty(NEW.validity) AND NOT isempty(OLD.validity)) THEN
    PERFORM reskontra_refuse_row('an_approved_statement_rule_only_ends', 'registers_statementrule', OLD.id);
  END IF;
  IF OLD.approved_by_id IS NULL AND NEW.approved_by_id IS NOT NULL
    AND to_jsonb(NEW) - 'approved_by_id' - 'approved_at' <> to_jsonb(OLD) - 'approved_by_id' - 'approved_at' THEN
    PERFORM reskontra_refuse_row('a_statement_rule_is_approved_as_it_was_told', 'registers_statementrule', OLD.id);
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION purchases_statement_rules_stay() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER statement_rules_stay AFTER UPDATE ON registers_statementrule
  FOR EACH ROW EXECUTE FUNCTION purchases_statement_rules_stay();
