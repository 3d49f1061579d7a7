-- A voucher is written in one transaction and balances at its end. The checks run as reskontra_check, who sees
-- every unit: a check that ran as the caller could be blinded by clearing the session's units. Temporary tables
-- are searched last: a caller's table of the same name would else be read instead of the books.
ALTER TABLE ledger_voucher ADD COLUMN IF NOT EXISTS created_xid xid8 NOT NULL DEFAULT pg_current_xact_id();

-- Vouchers written by one statement are one posting: its row, which the database writes itself, carries the deferred
-- check, so that a hundred thousand vouchers are summed in one pass and not one by one.
CREATE OR REPLACE FUNCTION ledger_vouchers_make_a_posting() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO ledger_posting (unit_id, first_voucher, last_voucher)
  SELECT unit_id, min(id), max(id) FROM fresh_rows GROUP BY unit_id ORDER BY unit_id;
  RETURN NULL;
END $$;
ALTER FUNCTION ledger_vouchers_make_a_posting() OWNER TO reskontra_check;
GRANT INSERT ON ledger_posting TO reskontra_check;
REVOKE INSERT ON ledger_posting FROM reskontra_app;

CREATE OR REPLACE TRIGGER vouchers_make_a_posting AFTER INSERT ON ledger_voucher
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION ledger_vouchers_make_a_posting();

CREATE OR REPLACE FUNCTION ledger_voucher_balances() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  wrong record;
BEGIN
  -- One list to sum, not a join of two: nothing to plan wrongly while the tables are still unknown to the planner.
  EXECUTE $check$
    SELECT id, sum(amount) AS total, sum(lines) AS lines
    FROM (SELECT id, 0::numeric AS amount, 0 AS lines FROM ledger_voucher WHERE id BETWEEN $1 AND $2
          UNION ALL
          SELECT voucher_id, amount, 1 FROM ledger_entry WHERE voucher_id BETWEEN $1 AND $2) booked
    GROUP BY id HAVING sum(amount) <> 0 OR sum(lines) < 2 LIMIT 1
  $check$ INTO wrong USING NEW.first_voucher, NEW.last_voucher;
  IF wrong.id IS NOT NULL THEN
    PERFORM reskontra_refuse('voucher_balances', 'ledger_voucher',
      format('voucher %s of unit %s has %s entries and the sum %s', wrong.id, NEW.unit_id, wrong.lines, wrong.total));
  END IF;
  PERFORM reskontra_mark_checked();
  RETURN NULL;
END $$;
ALTER FUNCTION ledger_voucher_balances() OWNER TO reskontra_check;

DROP TRIGGER IF EXISTS voucher_balances ON ledger_posting;
CREATE CONSTRAINT TRIGGER voucher_balances AFTER INSERT ON ledger_posting
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_voucher_balances();

-- One pass over the fresh entries: each belongs to a voucher of its unit, made in this transaction, and the balances
-- follow in the same statement; they are compared with the entries after each run. What comes after the voucher was
-- checked comes too late, also in the same transaction.
CREATE OR REPLACE FUNCTION ledger_entries_come_with_their_voucher() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  now_writing xid8 := pg_current_xact_id();
  refused text;
BEGIN
  -- Planned anew each time, over all rows at once: a plan kept from one voucher would look up a million one by one.
  EXECUTE $post$
    WITH posted AS MATERIALIZED (
      SELECT fresh.unit_id, fresh.account, voucher.year, sum(fresh.amount) AS amount,
        min(CASE WHEN voucher.id IS NULL THEN 'an_entry_belongs_to_a_voucher_of_its_unit'
                 WHEN voucher.created_xid <> $1 THEN 'entries_come_with_their_voucher' END)
          AS refused
      FROM fresh_rows fresh
      LEFT JOIN ledger_voucher voucher ON voucher.id = fresh.voucher_id AND voucher.unit_id = fresh.unit_id
      GROUP BY 1, 2, 3
    ), kept AS (
      INSERT INTO ledger_balance AS kept (unit_id, account, year, amount)
      SELECT unit_id, account, year, amount FROM posted WHERE refused IS NULL ORDER BY 1, 2, 3
      ON CONFLICT (unit_id, account, year) DO UPDATE SET amount = kept.amount + excluded.amount
    )
    SELECT min(refused) FROM posted
  $post$ INTO refused USING now_writing;
  IF refused IS NULL AND reskontra_was_checked() THEN
    refused := 'entries_come_with_their_voucher';
  END IF;
  IF refused IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = refused, TABLE = 'ledger_entry',
      MESSAGE = refused, HINT = 'Correct a voucher by a new voucher.';
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION ledger_entries_come_with_their_voucher() OWNER TO reskontra_check;
GRANT INSERT, UPDATE ON ledger_balance TO reskontra_check;
REVOKE INSERT, UPDATE ON ledger_balance FROM reskontra_app;

CREATE OR REPLACE TRIGGER entries_come_with_their_voucher AFTER INSERT ON ledger_entry
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION ledger_entries_come_with_their_voucher();

CREATE OR REPLACE FUNCTION ledger_closed_periods_stay_closed() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM fresh_rows fresh JOIN ledger_closedperiod closed ON closed.unit_id = fresh.unit_id
             AND closed.month = date_trunc('month', fresh.posting_date)::date) THEN
    PERFORM reskontra_refuse('a_closed_period_takes_no_voucher', 'ledger_voucher');
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION ledger_closed_periods_stay_closed() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER a_closed_period_takes_no_voucher AFTER INSERT ON ledger_voucher
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION ledger_closed_periods_stay_closed();
