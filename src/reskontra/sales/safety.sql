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

-- So does the word that a version goes back or is withdrawn.
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conname = 'a_stop_binds_to_the_version_seen') THEN
    ALTER TABLE sales_orderstop ADD CONSTRAINT a_stop_binds_to_the_version_seen
      FOREIGN KEY (unit_id, order_id, digest) REFERENCES sales_order (unit_id, id, digest);
  END IF;
END $$;

-- Stopped is the newest version, as long as it is not invoiced; only what is back with its sender is withdrawn, and
-- what is back is not sent back again (OC 3.9-c).
CREATE OR REPLACE FUNCTION sales_only_what_is_open_is_stopped() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  refused text;
BEGIN
  EXECUTE $check$
    SELECT min(CASE
      WHEN EXISTS (SELECT FROM sales_invoicedorder done WHERE done.unit_id = o.unit_id AND done.number = o.number)
      THEN 'what_is_invoiced_is_not_stopped'
      WHEN EXISTS (SELECT FROM sales_order newer
                   WHERE newer.unit_id = o.unit_id AND newer.number = o.number AND newer.version > o.version)
      THEN 'only_the_newest_version_is_stopped'
      WHEN fresh.act = 'withdraw' AND latest.standing IS DISTINCT FROM 'RETURNED'
      THEN 'only_what_went_back_is_withdrawn'
      WHEN fresh.act = 'return' AND latest.standing = 'RETURNED'
      THEN 'what_went_back_is_not_sent_back_again' END)
    FROM fresh_rows fresh
    JOIN sales_order o ON o.id = fresh.order_id AND o.unit_id = fresh.unit_id
    LEFT JOIN LATERAL (SELECT d.standing FROM sales_orderdecision d WHERE d.order_id = o.id AND d.rule = 'orders'
                       ORDER BY d.run_id DESC LIMIT 1) latest ON true
  $check$ INTO refused;
  IF refused IS NOT NULL THEN
    PERFORM reskontra_refuse(refused, 'sales_orderstop');
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION sales_only_what_is_open_is_stopped() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER what_is_open_is_stopped AFTER INSERT ON sales_orderstop
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION sales_only_what_is_open_is_stopped();

-- An approval follows the review of the same version by somebody else.
CREATE OR REPLACE FUNCTION sales_approval_follows_review() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM fresh_rows fresh WHERE fresh.act = 'approve'
             AND NOT EXISTS (SELECT FROM sales_orderapproval review WHERE review.unit_id = fresh.unit_id
               AND review.order_id = fresh.order_id AND review.digest = fresh.digest AND review.act = 'review')) THEN
    PERFORM reskontra_refuse('an_approval_follows_a_review', 'sales_orderapproval');
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION sales_approval_follows_review() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER an_approval_follows_a_review AFTER INSERT ON sales_orderapproval
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION sales_approval_follows_review();

-- Only an order that the rule let through, or that two persons approved in this very version, is invoiced (OC 3.2.1);
-- never one that somebody sent back or withdrew (OC 3.9-c).
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
      OR EXISTS (SELECT FROM sales_orderstop stop WHERE stop.unit_id = o.unit_id AND stop.order_id = o.id)
      OR (latest.standing IS DISTINCT FROM 'READY'
          AND (latest.standing IS DISTINCT FROM 'REVIEW'
               OR 2 <> (SELECT count(DISTINCT a.person_id) FROM sales_orderapproval a
                        WHERE a.unit_id = o.unit_id AND a.order_id = o.id AND a.digest = o.digest)))) THEN
    PERFORM reskontra_refuse('only_ready_or_approved_orders_are_invoiced', 'sales_invoicedorder');
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
    PERFORM reskontra_refuse('every_row_has_one_outcome', 'sales_billingrequest',
      format('%s rows came in, %s have an outcome', NEW.rows, found));
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
    PERFORM reskontra_refuse('rows_come_with_their_billing_request', 'sales_billingrow');
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION sales_rows_come_with_their_request() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER rows_come_with_their_billing_request AFTER INSERT ON sales_billingrow
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION sales_rows_come_with_their_request();

-- A delivery is the first of its invoice, or follows the one before by a person's decision (OC 3.9-d).
CREATE OR REPLACE FUNCTION sales_goes_again_by_decision() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM fresh_rows WHERE attempt <> 1) AND EXISTS (SELECT FROM fresh_rows fresh
      WHERE fresh.attempt <> 1
        AND NOT (EXISTS (SELECT FROM sales_deliverydecision d WHERE d.unit_id = fresh.unit_id
                         AND d.invoice_id = fresh.invoice_id AND d.attempt = fresh.attempt)
             AND EXISTS (SELECT FROM sales_invoicedelivery before WHERE before.unit_id = fresh.unit_id
                         AND before.invoice_id = fresh.invoice_id AND before.attempt = fresh.attempt - 1))) THEN
    PERFORM reskontra_refuse('an_invoice_goes_again_only_by_a_decision', 'sales_invoicedelivery');
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION sales_goes_again_by_decision() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER an_invoice_goes_again_only_by_a_decision AFTER INSERT ON sales_invoicedelivery
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION sales_goes_again_by_decision();

-- A decision is about the delivery that comes next, and what has arrived does not go again. An invoice that was called
-- both delivered and refused has not arrived for certain.
CREATE OR REPLACE FUNCTION sales_decision_on_next_delivery() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  refused text;
BEGIN
  EXECUTE $check$
    SELECT min(CASE
      WHEN fresh.attempt <> 1 + coalesce((SELECT max(d.attempt) FROM sales_invoicedelivery d
        WHERE d.unit_id = fresh.unit_id AND d.invoice_id = fresh.invoice_id), 0)
      THEN 'a_delivery_decision_is_about_the_next_delivery'
      WHEN (SELECT bool_or(a.status = 'delivered') AND NOT bool_or(a.status = 'refused') FROM sales_deliveryreceipt a
            WHERE a.unit_id = fresh.unit_id AND a.invoice_id = fresh.invoice_id AND a.attempt = fresh.attempt - 1
              AND a.outcome IN ('taken', 'contradicts'))
      THEN 'what_has_arrived_does_not_go_again' END)
    FROM fresh_rows fresh
  $check$ INTO refused;
  IF refused IS NOT NULL THEN
    PERFORM reskontra_refuse(refused, 'sales_deliverydecision');
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION sales_decision_on_next_delivery() OWNER TO reskontra_check;

-- Its name comes after the references' in the alphabet, so that those are asked first.
CREATE OR REPLACE TRIGGER what_goes_again_is_the_next_delivery AFTER INSERT ON sales_deliverydecision
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION sales_decision_on_next_delivery();

-- An answer is about a delivery that was, by the very attempt. One that could not be laid to any names none.
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conname = 'an_answer_is_about_a_delivery') THEN
    ALTER TABLE sales_deliveryreceipt ADD CONSTRAINT an_answer_is_about_a_delivery
      FOREIGN KEY (unit_id, invoice_id, attempt) REFERENCES sales_invoicedelivery (unit_id, invoice_id, attempt);
  END IF;
END $$;

-- Every row of a report and of an archive return is kept, with its one outcome, in the transaction of its file.
ALTER TABLE sales_deliveryreport ADD COLUMN IF NOT EXISTS created_xid xid8 NOT NULL DEFAULT pg_current_xact_id();
ALTER TABLE sales_archivereturn ADD COLUMN IF NOT EXISTS created_xid xid8 NOT NULL DEFAULT pg_current_xact_id();

CREATE OR REPLACE FUNCTION sales_every_answer_is_kept() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  found bigint;
BEGIN
  IF TG_TABLE_NAME = 'sales_deliveryreport' THEN
    SELECT count(*) INTO found FROM sales_deliveryreceipt WHERE report_id = NEW.id;
  ELSE
    SELECT count(*) INTO found FROM sales_archivedfile WHERE archive_return_id = NEW.id;
  END IF;
  IF found IS DISTINCT FROM NEW.rows THEN
    PERFORM reskontra_refuse('every_answer_is_kept', TG_TABLE_NAME,
      format('%s rows came in, %s are kept', NEW.rows, found));
  END IF;
  PERFORM reskontra_mark_checked();
  RETURN NULL;
END $$;
ALTER FUNCTION sales_every_answer_is_kept() OWNER TO reskontra_check;

DROP TRIGGER IF EXISTS every_answer_is_kept ON sales_deliveryreport;
CREATE CONSTRAINT TRIGGER every_answer_is_kept AFTER INSERT ON sales_deliveryreport
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION sales_every_answer_is_kept();
DROP TRIGGER IF EXISTS every_answer_is_kept ON sales_archivereturn;
CREATE CONSTRAINT TRIGGER every_answer_is_kept AFTER INSERT ON sales_archivereturn
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION sales_every_answer_is_kept();

CREATE OR REPLACE FUNCTION sales_answers_come_with_their_file() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  late bigint;
BEGIN
  IF TG_TABLE_NAME = 'sales_deliveryreceipt' THEN
    EXECUTE 'SELECT count(*) FROM fresh_rows fresh JOIN sales_deliveryreport came ON came.id = fresh.report_id'
      ' WHERE came.created_xid <> pg_current_xact_id()' INTO late;
  ELSE
    EXECUTE 'SELECT count(*) FROM fresh_rows fresh JOIN sales_archivereturn came ON came.id = fresh.archive_return_id'
      ' WHERE came.created_xid <> pg_current_xact_id()' INTO late;
  END IF;
  IF late > 0 OR reskontra_was_checked() THEN
    PERFORM reskontra_refuse('answers_come_with_their_file', TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION sales_answers_come_with_their_file() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER rows_come_with_their_file AFTER INSERT ON sales_deliveryreceipt
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION sales_answers_come_with_their_file();
CREATE OR REPLACE TRIGGER rows_come_with_their_file AFTER INSERT ON sales_archivedfile
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION sales_answers_come_with_their_file();

-- The invoice list voucher of a run is approved by somebody other than who ran it, on the report of that run, and only
-- when the archive holds document and image of every invoice and every attachment that went along (OC 3.9-e). One
-- approver is enough, unless an account of expenditure was posted to: then somebody has reviewed before (OC 3.9-f).
CREATE OR REPLACE FUNCTION sales_invoice_list_is_ready() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  refused text;
BEGIN
  EXECUTE $check$
    SELECT min(CASE
      WHEN EXISTS (SELECT FROM runs_run r WHERE r.id = fresh.run_id AND r.person_id = fresh.person_id)
      THEN 'who_ran_the_invoicing_does_not_approve_its_list'
      WHEN NOT EXISTS (SELECT FROM runs_evidence e WHERE e.unit_id = fresh.unit_id AND e.run_id = fresh.run_id
                       AND e.control = 'invoicing report' AND e.document = fresh.digest)
      THEN 'an_invoice_list_act_binds_to_its_report'
      WHEN EXISTS (
        SELECT FROM sales_invoice i WHERE i.unit_id = fresh.unit_id AND i.run_id = fresh.run_id
          AND 2 <> (SELECT count(DISTINCT a.role) FROM sales_archivedfile a WHERE a.unit_id = i.unit_id
                    AND a.invoice_id = i.id AND a.outcome = 'accepted' AND a.role IN ('xml', 'image')))
        OR EXISTS (
        SELECT FROM sales_invoice i JOIN sales_invoiceline l ON l.invoice_id = i.id AND l.order_position = 1
          JOIN sales_order o ON o.id = l.order_id AND o.attachments <> '[]'
          CROSS JOIN jsonb_array_elements(o.attachments) sent
          WHERE i.unit_id = fresh.unit_id AND i.run_id = fresh.run_id
            AND NOT EXISTS (SELECT FROM sales_archivedfile a WHERE a.unit_id = i.unit_id AND a.invoice_id = i.id
                            AND a.outcome = 'accepted' AND a.role = 'attachment' AND a.digest = sent ->> 'digest'))
      THEN 'an_invoice_list_waits_for_its_archive'
      WHEN fresh.act = 'approve' AND EXISTS (
        SELECT FROM ledger_voucher v JOIN ledger_entry e ON e.voucher_id = v.id
          JOIN registers_account a ON a.code = e.account AND a.kind = 'expense'
          WHERE v.unit_id = fresh.unit_id AND v.run_id = fresh.run_id)
        AND NOT EXISTS (SELECT FROM sales_invoicelistapproval review WHERE review.unit_id = fresh.unit_id
                        AND review.run_id = fresh.run_id AND review.act = 'review')
      THEN 'a_list_with_expenditure_is_reviewed_first' END)
    FROM fresh_rows fresh
  $check$ INTO refused;
  IF refused IS NOT NULL THEN
    PERFORM reskontra_refuse(refused, 'sales_invoicelistapproval');
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION sales_invoice_list_is_ready() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER an_invoice_list_waits_for_its_archive AFTER INSERT ON sales_invoicelistapproval
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION sales_invoice_list_is_ready();
