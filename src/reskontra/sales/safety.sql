-- An order is invoiced once, under a name that reads as a sentence.
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_constraint WHERE conname = 'sales_invoicedorder_pkey') THEN
    ALTER TABLE sales_invoicedorder RENAME CONSTRAINT sales_invoicedorder_pkey TO an_order_is_invoiced_once;
  END IF;
  IF EXISTS (SELECT FROM pg_constraint WHERE conname = 'sales_invoicedelivery_pkey') THEN
    ALTER TABLE sales_invoicedelivery RENAME CONSTRAINT sales_invoicedelivery_pkey TO an_invoice_goes_out_once;
  END IF;
END $$;

-- An act binds to the version that was seen: its digest must be the order's.
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conname = 'an_act_binds_to_the_version_seen') THEN
    ALTER TABLE sales_orderapproval ADD CONSTRAINT an_act_binds_to_the_version_seen
      FOREIGN KEY (unit_id, order_id, digest) REFERENCES sales_order (unit_id, id, digest);
  END IF;
END $$;

-- An approval follows the review of the same version by somebody else.
CREATE OR REPLACE FUNCTION sales_approval_follows_review() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM fresh_rows fresh WHERE fresh.act = 'approve'
             AND NOT EXISTS (SELECT FROM sales_orderapproval review WHERE review.unit_id = fresh.unit_id
               AND review.order_id = fresh.order_id AND review.digest = fresh.digest AND review.act = 'review')) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'an_approval_follows_a_review',
      TABLE = 'sales_orderapproval', MESSAGE = 'an_approval_follows_a_review';
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION sales_approval_follows_review() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER an_approval_follows_a_review AFTER INSERT ON sales_orderapproval
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION sales_approval_follows_review();

-- Only an order that the rule let through, or that two persons approved in this very version, is invoiced (OC 3.2.1).
CREATE OR REPLACE FUNCTION sales_only_ready_or_approved() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (
    SELECT FROM fresh_rows fresh
    JOIN sales_order o ON o.id = fresh.order_id AND o.unit_id = fresh.unit_id
    LEFT JOIN LATERAL (SELECT d.standing FROM sales_orderdecision d WHERE d.order_id = o.id AND d.rule = 'orders'
                       ORDER BY d.run_id DESC LIMIT 1) latest ON true
    WHERE o.number <> fresh.number OR o.digest <> fresh.digest
      OR EXISTS (SELECT FROM sales_order newer
                 WHERE newer.unit_id = o.unit_id AND newer.number = o.number AND newer.version > o.version)
      OR (latest.standing IS DISTINCT FROM 'READY'
          AND (latest.standing IS DISTINCT FROM 'REVIEW'
               OR 2 <> (SELECT count(DISTINCT a.person_id) FROM sales_orderapproval a
                        WHERE a.unit_id = o.unit_id AND a.order_id = o.id AND a.digest = o.digest)))) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'only_ready_or_approved_orders_are_invoiced',
      TABLE = 'sales_invoicedorder', MESSAGE = 'only_ready_or_approved_orders_are_invoiced';
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION sales_only_ready_or_approved() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER only_ready_or_approved_orders_are_invoiced AFTER INSERT ON sales_invoicedorder
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION sales_only_ready_or_approved();

-- The national reference (OC 4.1-a): the unit's code, the invoice number in nine digits, and the check digit by the
-- weights 7 3 1 from the right. The casts keep every part immutable, so that PostgreSQL inlines it.
-- The same as kernel.references.unit_reference, for a million rows.
CREATE OR REPLACE FUNCTION sales_reference(code text, number bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT code || lpad(number::text, 9, '0') || ((10 - (
      7 * (number % 10) + 3 * (number / 10 % 10) + number / 100 % 10
    + 7 * (number / 1000 % 10) + 3 * (number / 10000 % 10) + number / 100000 % 10
    + 7 * (number / 1000000 % 10) + 3 * (number / 10000000 % 10) + number / 100000000 % 10
    + 7 * (code::bigint % 10) + 3 * (code::bigint / 10 % 10) + code::bigint / 100 % 10
    + 7 * (code::bigint / 1000 % 10) + 3 * (code::bigint / 10000 % 10) + code::bigint / 100000 % 10
  ) % 10) % 10)::text
$$;

-- Every row of a billing request has one outcome when its run ends, and none is added afterwards.
ALTER TABLE sales_billingrequest ADD COLUMN IF NOT EXISTS created_xid xid8 NOT NULL DEFAULT pg_current_xact_id();

CREATE OR REPLACE FUNCTION sales_every_row_has_one_outcome() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  found bigint;
BEGIN
  SELECT count(*) INTO found FROM sales_billingrow WHERE request_id = NEW.id;
  IF found IS DISTINCT FROM NEW.rows THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'every_row_has_one_outcome',
      TABLE = 'sales_billingrequest',
      MESSAGE = format('every_row_has_one_outcome: %s rows came in, %s have an outcome', NEW.rows, found);
  END IF;
  PERFORM reskontra_mark_checked();
  RETURN NULL;
END $$;
ALTER FUNCTION sales_every_row_has_one_outcome() OWNER TO reskontra_check;

DROP TRIGGER IF EXISTS every_row_has_one_outcome ON sales_billingrequest;
CREATE CONSTRAINT TRIGGER every_row_has_one_outcome AFTER INSERT ON sales_billingrequest
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION sales_every_row_has_one_outcome();

CREATE OR REPLACE FUNCTION sales_rows_come_with_their_request() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  now_writing xid8 := pg_current_xact_id();
BEGIN
  IF reskontra_was_checked() OR EXISTS (SELECT FROM fresh_rows fresh
      JOIN sales_billingrequest request ON request.id = fresh.request_id WHERE request.created_xid <> now_writing) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'rows_come_with_their_billing_request',
      TABLE = 'sales_billingrow', MESSAGE = 'rows_come_with_their_billing_request';
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION sales_rows_come_with_their_request() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER rows_come_with_their_billing_request AFTER INSERT ON sales_billingrow
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION sales_rows_come_with_their_request();
