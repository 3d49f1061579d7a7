-- Periods of one price, rate, term or role must not overlap. The exclusion uses ranges for the equal parts too,
-- so that no extension is needed.
DO $$
DECLARE
  rule record;
BEGIN
  FOR rule IN
    SELECT * FROM (VALUES
      ('registers_pricelistentry', 'approved_prices_do_not_overlap',
       'int8range(unit_id, unit_id, ''[]'') WITH &&, int8range(item_id, item_id, ''[]'') WITH &&, validity WITH &&',
       'approved_at IS NOT NULL'),
      ('registers_unitterm', 'a_unit_has_one_term_at_a_time',
       'int8range(unit_id, unit_id, ''[]'') WITH &&, int8range(hashtextextended(key, 0), hashtextextended(key, 0), ''[]'') WITH &&, validity WITH &&',
       'true'),
      ('registers_responsibility', 'a_step_has_one_party_at_a_time',
       'int8range(unit_id, unit_id, ''[]'') WITH &&, int8range(hashtextextended(step, 0), hashtextextended(step, 0), ''[]'') WITH &&, validity WITH &&',
       'true'),
      ('registers_vatrate', 'a_vat_class_has_one_rate_a_day',
       'int8range(hashtextextended(vat_class, 0), hashtextextended(vat_class, 0), ''[]'') WITH &&, validity WITH &&',
       'true'),
      ('registers_postingaccount', 'an_event_posts_to_one_account_a_day',
       'int8range(hashtextextended(event, 0), hashtextextended(event, 0), ''[]'') WITH &&, validity WITH &&',
       'true'),
      ('registers_codingtemplate', 'a_posting_reference_has_one_template_a_day',
       'int8range(unit_id, unit_id, ''[]'') WITH &&, int8range(hashtextextended(reference, 0), hashtextextended(reference, 0), ''[]'') WITH &&, validity WITH &&',
       'true'),
      ('registers_receivingaddress', 'an_address_steers_to_one_stream_a_day',
       'int8range(hashtextextended(edi_code, 0), hashtextextended(edi_code, 0), ''[]'') WITH &&, validity WITH &&',
       'true')
    ) AS rules (table_name, name, elements, condition)
  LOOP
    IF NOT EXISTS (SELECT FROM pg_constraint WHERE conname = rule.name) THEN
      EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I EXCLUDE USING gist (%s) WHERE (%s)',
        rule.table_name, rule.name, rule.elements, rule.condition);
    END IF;
  END LOOP;
END $$;

-- The history of all units lies in one table: it is written by its trigger and read by auditors only, what is a unit's own
-- within the units that they work in. Only the trigger, which is the owner's, writes it.
REVOKE ALL ON registers_history FROM reskontra_app;
ALTER TABLE registers_history ENABLE ROW LEVEL SECURITY;
ALTER TABLE registers_history FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS history_of_a_unit_is_its_own ON registers_history;
CREATE POLICY history_of_a_unit_is_its_own ON registers_history FOR SELECT TO reskontra_read
  USING (NOT after ? 'unit_id' OR (after ->> 'unit_id')::bigint = ANY (
    (SELECT string_to_array(nullif(current_setting('reskontra.units', true), ''), ',')::bigint[])::bigint[]));
DROP POLICY IF EXISTS history_is_written_by_its_trigger ON registers_history;
CREATE POLICY history_is_written_by_its_trigger ON registers_history TO reskontra_owner USING (true) WITH CHECK (true);

-- Whoever reads for audits and reports has no use for passwords, not even hashed ones.
REVOKE SELECT ON registers_person FROM reskontra_read;
DO $$ BEGIN
  EXECUTE (SELECT format('GRANT SELECT (%s) ON registers_person TO reskontra_read',
             string_agg(quote_ident(attname), ', ' ORDER BY attnum))
           FROM pg_attribute WHERE attrelid = 'registers_person'::regclass AND attnum > 0 AND NOT attisdropped
             AND attname <> 'password');
END $$;

-- Nor for what keys to the interface are known by.
REVOKE SELECT ON registers_apikey FROM reskontra_read;
DO $$ BEGIN
  EXECUTE (SELECT format('GRANT SELECT (%s) ON registers_apikey TO reskontra_read',
             string_agg(quote_ident(attname), ', ' ORDER BY attnum))
           FROM pg_attribute WHERE attrelid = 'registers_apikey'::regclass AND attnum > 0 AND NOT attisdropped
             AND attname <> 'digest');
END $$;

-- State-wide customer numbers; protected persons stand in a number series of their own (OC 2.2-h).
CREATE SEQUENCE IF NOT EXISTS registers_customer_numbers START 100001;
CREATE SEQUENCE IF NOT EXISTS registers_protected_customer_numbers START 900001;
GRANT USAGE ON SEQUENCE registers_customer_numbers, registers_protected_customer_numbers TO reskontra_app;

-- The words of a name in one order, from its sort key: ``Surname Firstname`` and ``Firstname Surname`` have the same,
-- and so have a company with and without the abbreviation of its form. Banks write names as they like.
CREATE OR REPLACE FUNCTION registers_name_words(sort_key text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT AS $$
  SELECT coalesce(pg_catalog.string_agg(word, ' ' ORDER BY word), '')
  FROM pg_catalog.unnest(pg_catalog.string_to_array(sort_key, '0')) AS word
  WHERE pg_catalog.length(word) > 2 AND word NOT IN ('oyj', 'abp', 'tmi', 'fma')
$$;
CREATE INDEX IF NOT EXISTS customers_by_the_words_of_their_names
  ON registers_customer (registers_name_words(sort_key));
