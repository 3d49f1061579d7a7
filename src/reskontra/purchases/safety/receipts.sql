-- A correction of a receipt takes back what came, and no more: of no order line less than nothing has come (EX 1, 3).
-- Whoever corrects in a unit waits for who corrects at the same time: only then is the sum below the sum of everything.
-- Receipts that only add wait for nobody.
CREATE OR REPLACE FUNCTION purchases_receipt_corrections_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  correcting bigint[] := (SELECT array_agg(DISTINCT unit_id) FROM fresh_rows WHERE net < 0 OR quantity < 0);
  wrong bigint;
BEGIN
  IF correcting IS NULL THEN
    RETURN NULL;  -- nothing is taken back
  END IF;
  PERFORM reskontra_alone('receipts', correcting);
  -- Planned anew each time, over all rows at once: a plan kept from one row would look up a million one by one.
  EXECUTE $check$
    SELECT min(line_id) FROM (
      SELECT line_id FROM purchases_receipt
      WHERE line_id IN (SELECT line_id FROM fresh_rows WHERE net < 0 OR quantity < 0)
      GROUP BY line_id HAVING sum(net) < 0 OR sum(quantity) < 0
    ) beyond
  $check$ INTO wrong;
  IF wrong IS NOT NULL THEN
    PERFORM reskontra_refuse('a_receipt_correction_takes_back_no_more_than_came', 'purchases_receipt',
      format('order line %s', wrong));
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION purchases_receipt_corrections_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER the_correction_holds AFTER INSERT ON purchases_receipt
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION purchases_receipt_corrections_hold();
