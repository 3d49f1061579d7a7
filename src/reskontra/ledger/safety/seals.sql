-- The journal is sealed in blocks: the vouchers of a unit that came since the last block, under a hash that covers that
-- block's too. Whoever changes, adds or removes one cent below a seal changes every root from there on, and a root that
-- has left the machine tells it, also of the owner of the database.
--
-- A block goes up to the last number of each series. Numbers of a series are taken under a lock that is held until the
-- transaction ends (``ledger.numbers``): whoever sees a number sees all before it, so nothing comes in below a seal. Numbers
-- say so after a restore too, in a server that counts its transactions anew.

-- The block of a unit between two marks (a number by series; a series that a mark does not name begins at nothing), in
-- the canonical form 1: a JSON list for each voucher and each of its entries, hashed voucher by voucher, and these hashes
-- in the order of series and number. Run by whoever asks: it sees what he may see.
CREATE OR REPLACE FUNCTION ledger_block(unit bigint, since jsonb, upto jsonb)
RETURNS TABLE (vouchers integer, entries integer, content text) LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
  WITH block AS MATERIALIZED (
    SELECT v.id, v.kind, v.year, v.number,
      json_build_array(v.kind, v.year, v.number, v.posting_date, v.run_id)::text AS told
    FROM ledger_voucher v
    WHERE v.unit_id = $1 AND v.number <= ($3 ->> (v.kind || ' ' || v.year))::bigint
      AND v.number > coalesce(($2 ->> (v.kind || ' ' || v.year))::bigint, 0)
  ), booked AS (
    SELECT e.voucher_id, count(*) AS lines,
      string_agg(json_build_array(e.position, e.account, e.amount, e.vat_category, e.vat_percent, e.budget_account,
        e.operating_unit, e.project, e.function, e.product, e.area, e.partner, e.tracking1, e.tracking2, e.authorisation,
        e.reserve1, e.reserve2, e.joint_funding_unit)::text, E'\n'
        ORDER BY e.position) AS told
    FROM ledger_entry e JOIN block ON block.id = e.voucher_id
    GROUP BY 1)
  SELECT count(*)::integer, coalesce(sum(booked.lines), 0)::integer,
    coalesce(string_agg(encode(sha256(convert_to(block.told || E'\n' || coalesce(booked.told, ''), 'UTF8')), 'hex'), E'\n'
      ORDER BY block.kind, block.year, block.number, block.id), '')
  FROM block LEFT JOIN booked ON booked.voucher_id = block.id
$$;

-- The root of a block: its unit, its place, its marks, the root before it, and what it holds.
CREATE OR REPLACE FUNCTION ledger_root(unit bigint, block integer, form integer, upto jsonb, previous text, vouchers integer,
  entries integer, content text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT encode(sha256(convert_to(
    json_build_array($1, $2, $3, $4, $5, $6, $7)::text || E'\n' || $8, 'UTF8')), 'hex')
$$;

-- Seal what is new in a unit; the number of the new block, NULL when nothing is new. The app cannot write a seal of its
-- own making: this function alone does.
CREATE OR REPLACE FUNCTION ledger_seal_journal(unit bigint) RETURNS integer LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  last ledger_seal%ROWTYPE;
  marks jsonb;
  held record;
BEGIN
  IF NOT unit = ANY (string_to_array(nullif(current_setting('reskontra.units', true), ''), ',')::bigint[]) IS TRUE THEN
    PERFORM reskontra_refuse('a_unit_seals_its_own_journal', 'ledger_seal');
  END IF;
  PERFORM reskontra_alone('seal', ARRAY[unit]);
  SELECT * INTO last FROM ledger_seal s WHERE s.unit_id = unit ORDER BY s.block DESC LIMIT 1;
  SELECT jsonb_object_agg(series, number) INTO marks
  FROM (SELECT v.kind || ' ' || v.year AS series, max(v.number) AS number
        FROM ledger_voucher v WHERE v.unit_id = unit GROUP BY 1) told;
  IF marks IS NULL OR marks = last.upto THEN
    RETURN NULL;
  END IF;
  SELECT * INTO held FROM ledger_block(unit, coalesce(last.upto, '{}'), marks);
  INSERT INTO ledger_seal (unit_id, block, form, upto, vouchers, entries, previous_root, root, sealed_at)
  VALUES (unit, coalesce(last.block, 0) + 1, 1, marks, held.vouchers, held.entries, coalesce(last.root, ''),
    ledger_root(unit, coalesce(last.block, 0) + 1, 1, marks, coalesce(last.root, ''), held.vouchers, held.entries,
      held.content),
    statement_timestamp());
  RETURN coalesce(last.block, 0) + 1;
END $$;
ALTER FUNCTION ledger_seal_journal(bigint) OWNER TO reskontra_check;
GRANT INSERT ON ledger_seal TO reskontra_check;
GRANT USAGE ON SEQUENCE ledger_seal_id_seq TO reskontra_check;
REVOKE INSERT ON ledger_seal FROM reskontra_app;

-- Every seal beside what its block is now: counts, root, and whether it follows the block before it.
CREATE OR REPLACE VIEW ledger_sealed_block WITH (security_invoker = true) AS
SELECT told.*, told.vouchers = held.vouchers AND told.entries = held.entries AND told.form = 1
    AND told.root = ledger_root(told.unit_id, told.block, told.form, told.upto, told.before, held.vouchers, held.entries,
      held.content)
    AND told.previous_root = told.before AND told.follows AS holds
FROM (SELECT s.*, coalesce(lag(root) OVER blocks, '') AS before, coalesce(lag(upto) OVER blocks, '{}') AS since,
        block = row_number() OVER blocks AS follows
      FROM ledger_seal s WINDOW blocks AS (PARTITION BY unit_id ORDER BY block)) told
CROSS JOIN LATERAL ledger_block(told.unit_id, told.since, told.upto) held;

GRANT SELECT ON ledger_sealed_block TO reskontra_app, reskontra_read, reskontra_check;
