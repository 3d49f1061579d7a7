-- What matching and its payables must never be. Whoever matches, ends a match or makes payables in a unit waits for those who
-- do so at the same time: only then is what the checks see all there is.

-- An invoice has one match that holds at a time; a new one only once the old one has ended.
CREATE OR REPLACE FUNCTION purchases_one_match_holds() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  twice bigint;
BEGIN
  PERFORM reskontra_alone('matching', (SELECT array_agg(DISTINCT unit_id) FROM fresh_rows));
  EXECUTE $check$
    SELECT min(m.invoice_id) FROM (
      SELECT m.invoice_id FROM purchases_match m
      LEFT JOIN purchases_matchend e ON e.match_id = m.id
      WHERE e.id IS NULL AND m.invoice_id IN (SELECT invoice_id FROM fresh_rows)
      GROUP BY 1 HAVING count(*) > 1) m
  $check$ INTO twice;
  IF twice IS NOT NULL THEN
    PERFORM reskontra_refuse('an_invoice_has_one_match_that_holds', TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION purchases_one_match_holds() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER the_one_match_holds AFTER INSERT ON purchases_match
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION purchases_one_match_holds();

-- What is payable stays matched: the books tell of it, and a counter-invoice takes it back.
CREATE OR REPLACE FUNCTION purchases_payable_stays_matched() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM reskontra_alone('matching', (SELECT array_agg(DISTINCT unit_id) FROM fresh_rows));
  IF EXISTS (SELECT FROM fresh_rows fresh JOIN purchases_match m ON m.id = fresh.match_id
             JOIN purchases_payable p ON p.invoice_id = m.invoice_id) THEN
    PERFORM reskontra_refuse('the_match_of_a_payable_does_not_end', TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION purchases_payable_stays_matched() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER the_payable_stays_matched AFTER INSERT ON purchases_matchend
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION purchases_payable_stays_matched();

-- Only a match that waits, and still holds, is confirmed.
CREATE OR REPLACE FUNCTION purchases_confirms_what_waits() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM reskontra_alone('matching', (SELECT array_agg(DISTINCT unit_id) FROM fresh_rows));
  IF EXISTS (SELECT FROM fresh_rows fresh JOIN purchases_match m ON m.id = fresh.match_id
             LEFT JOIN purchases_matchend e ON e.match_id = m.id WHERE NOT m.waits OR e.id IS NOT NULL) THEN
    PERFORM reskontra_refuse('only_a_match_that_waits_is_confirmed', TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION purchases_confirms_what_waits() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER the_confirmed_match_waits AFTER INSERT ON purchases_matchconfirmation
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION purchases_confirms_what_waits();

-- A payable was matched by a run, and confirmed where that was asked for, or its newest coding was approved. It counts as
-- automatic only in the first case and where nobody helped, and it is its invoice's total.
CREATE OR REPLACE FUNCTION purchases_payable_is_approved() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  refused text;
BEGIN
  PERFORM reskontra_alone('matching', (SELECT array_agg(DISTINCT unit_id) FROM fresh_rows));
  EXECUTE $check$
    SELECT min(CASE
      WHEN p.amount IS DISTINCT FROM i.total THEN 'a_payable_is_its_invoices_total'
      WHEN p.automatic AND NOT coalesce(h.automatic, false) THEN 'an_automatic_payable_was_matched_by_a_run'
      WHEN h.id IS NOT NULL THEN NULL
      WHEN NOT EXISTS (
        SELECT FROM purchases_invoiceapproval a WHERE a.invoice_id = p.invoice_id AND a.act = 'approve'
          AND a.digest = (SELECT c.digest FROM purchases_coding c WHERE c.invoice_id = p.invoice_id
                          ORDER BY c.version DESC LIMIT 1))
      THEN 'a_payable_is_approved_or_matched' END)
    FROM fresh_rows p
    JOIN purchases_purchaseinvoice i ON i.id = p.invoice_id
    LEFT JOIN purchases_match_held h ON h.invoice_id = p.invoice_id AND h.by_run AND h.confirmed
  $check$ INTO refused;
  IF refused IS NOT NULL THEN
    PERFORM reskontra_refuse(refused, TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION purchases_payable_is_approved() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER the_payable_is_approved AFTER INSERT ON purchases_payable
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION purchases_payable_is_approved();

-- A coding adds up to its invoice, net and VAT: asked at the end of the transaction that wrote it, and nothing is added to
-- it later.
ALTER TABLE purchases_coding ADD COLUMN IF NOT EXISTS created_xid xid8 NOT NULL DEFAULT pg_current_xact_id();

CREATE OR REPLACE FUNCTION purchases_coding_adds_up() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  coded_net numeric;
  coded_vat numeric;
  invoice record;
BEGIN
  SELECT coalesce(sum(net), 0), coalesce(sum(vat), 0) INTO coded_net, coded_vat
  FROM purchases_codingline WHERE coding_id = NEW.id;
  SELECT coalesce(net, 0) AS net, coalesce(vat, 0) AS vat INTO invoice FROM purchases_purchaseinvoice WHERE id = NEW.invoice_id;
  IF coded_net <> invoice.net OR coded_vat <> invoice.vat THEN
    PERFORM reskontra_refuse('a_coding_adds_up_to_its_invoice', 'purchases_coding');
  END IF;
  PERFORM reskontra_mark_checked();
  RETURN NULL;
END $$;
ALTER FUNCTION purchases_coding_adds_up() OWNER TO reskontra_check;

DROP TRIGGER IF EXISTS a_coding_adds_up_to_its_invoice ON purchases_coding;
CREATE CONSTRAINT TRIGGER a_coding_adds_up_to_its_invoice AFTER INSERT ON purchases_coding
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION purchases_coding_adds_up();

CREATE OR REPLACE FUNCTION purchases_coding_lines_come_with_it() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  now_writing xid8 := pg_current_xact_id();
  late boolean;
BEGIN
  EXECUTE $check$
    SELECT EXISTS (SELECT FROM fresh_rows fresh JOIN purchases_coding c ON c.id = fresh.coding_id WHERE c.created_xid <> $1)
  $check$ INTO late USING now_writing;
  IF late OR reskontra_was_checked() THEN
    PERFORM reskontra_refuse('coding_lines_come_with_their_coding', TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION purchases_coding_lines_come_with_it() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER the_lines_come_with_it AFTER INSERT ON purchases_codingline
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION purchases_coding_lines_come_with_it();

-- Receipts go in the order's own time: none after its end (EX 1, 3).
CREATE OR REPLACE FUNCTION purchases_receipts_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  ended boolean;
BEGIN
  EXECUTE $check$
    SELECT EXISTS (
      SELECT FROM fresh_rows fresh JOIN purchases_purchaseorderline l ON l.id = fresh.line_id
      JOIN purchases_purchaseorderend e ON e.order_id = l.order_id
      WHERE fresh.net > 0 AND e.day <= fresh.received_date)
  $check$ INTO ended;
  IF ended THEN
    PERFORM reskontra_refuse('an_order_that_has_ended_receives_nothing', TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION purchases_receipts_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER the_receipts_hold AFTER INSERT ON purchases_receipt
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION purchases_receipts_hold();
