-- Links of invoice rows to order lines (EX 3-b): one for a row at a time, and none changes under a match that holds. Whoever
-- links waits for those who match, so that what the run looked at is what stands.
CREATE OR REPLACE FUNCTION purchases_row_links_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM reskontra_alone('matching', (SELECT array_agg(DISTINCT unit_id) FROM fresh_rows));
  PERFORM reskontra_refuse_when('a_row_has_one_link_that_holds', TG_TABLE_NAME, EXISTS (
    SELECT FROM fresh_rows fresh JOIN purchases_row_link_held k ON k.row_id = fresh.row_id GROUP BY fresh.id HAVING count(*) > 1));
  PERFORM reskontra_refuse_when('what_is_settled_is_not_linked', TG_TABLE_NAME, EXISTS (
    SELECT FROM fresh_rows fresh JOIN purchases_purchaseinvoiceline r ON r.id = fresh.row_id
    WHERE purchases_is_settled(r.invoice_id)));
  RETURN NULL;
END $$;
ALTER FUNCTION purchases_row_links_hold() OWNER TO reskontra_check;

CREATE OR REPLACE FUNCTION purchases_row_link_ends_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM reskontra_alone('matching', (SELECT array_agg(DISTINCT unit_id) FROM fresh_rows));
  PERFORM reskontra_refuse_when('what_is_settled_is_not_linked', TG_TABLE_NAME, EXISTS (
    SELECT FROM fresh_rows fresh JOIN purchases_rowlink k ON k.id = fresh.link_id
    JOIN purchases_purchaseinvoiceline r ON r.id = k.row_id WHERE purchases_is_settled(r.invoice_id)));
  RETURN NULL;
END $$;
ALTER FUNCTION purchases_row_link_ends_hold() OWNER TO reskontra_check;

-- Whether an invoice is matched, returned or owed: nothing of what it was decided on changes any more.
CREATE OR REPLACE FUNCTION purchases_is_settled(invoice bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM purchases_match_held h WHERE h.invoice_id = invoice)
    OR EXISTS (SELECT FROM purchases_invoicereturn b WHERE b.invoice_id = invoice)
    OR EXISTS (SELECT FROM purchases_payable p WHERE p.invoice_id = invoice)
$$;
GRANT EXECUTE ON FUNCTION purchases_is_settled(bigint) TO reskontra_app;

CREATE OR REPLACE TRIGGER the_row_links_hold AFTER INSERT ON purchases_rowlink
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION purchases_row_links_hold();
CREATE OR REPLACE TRIGGER the_row_link_ends_hold AFTER INSERT ON purchases_rowlinkend
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION purchases_row_link_ends_hold();
