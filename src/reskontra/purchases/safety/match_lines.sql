-- A line of a match takes of what the match is to: an order line of its order, a schedule row of its version of the
-- contract (EX 3).
CREATE OR REPLACE FUNCTION purchases_match_lines_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  refused text;
BEGIN
  -- Planned anew each time, over all rows at once: a plan kept from one row would look up a million one by one.
  EXECUTE $check$
    SELECT min(wrong) FROM (
      SELECT '1 a_match_line_is_of_its_matchs_order' AS wrong
      FROM fresh_rows fresh
      JOIN purchases_match m ON m.id = fresh.match_id
      JOIN purchases_purchaseorderline ordered ON ordered.id = fresh.order_line_id
      WHERE ordered.order_id IS DISTINCT FROM m.order_id
      UNION ALL
      SELECT '2 a_match_line_is_of_its_matchs_contract'
      FROM fresh_rows fresh
      JOIN purchases_match m ON m.id = fresh.match_id
      JOIN purchases_contractrow expected ON expected.id = fresh.contract_row_id
      WHERE expected.contract_id IS DISTINCT FROM m.contract_id
    ) found
  $check$ INTO refused;
  IF refused IS NOT NULL THEN
    refused := substr(refused, 3);
    PERFORM reskontra_refuse(refused, 'purchases_matchline');
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION purchases_match_lines_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER the_match_line_holds AFTER INSERT ON purchases_matchline
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION purchases_match_lines_hold();
