-- Invoices at offices abroad (EX 7): a memo voucher is the whole invoice, two people stand behind it, and money leaves the
-- local account only when it is approved, or when two people have signed the paper. After the triggers of references.

CREATE OR REPLACE FUNCTION purchases_memo_vouchers_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (
    SELECT FROM purchases_officememo m JOIN purchases_officeinvoice i ON i.id = m.invoice_id
    WHERE m.id IN (SELECT memo_id FROM fresh_rows)
      AND i.amount <> (SELECT sum(l.amount) FROM purchases_officememoline l WHERE l.memo_id = m.id)) THEN
    PERFORM reskontra_refuse('a_memo_voucher_is_the_whole_invoice', TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION purchases_memo_vouchers_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER the_memo_voucher_holds AFTER INSERT ON purchases_officememoline
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION purchases_memo_vouchers_hold();

CREATE OR REPLACE FUNCTION purchases_acts_abroad_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (
    SELECT FROM fresh_rows fresh
    WHERE fresh.digest IS DISTINCT FROM (SELECT m.digest FROM purchases_officememo m WHERE m.invoice_id = fresh.invoice_id
                                         ORDER BY m.version DESC LIMIT 1)) THEN
    PERFORM reskontra_refuse('an_act_abroad_is_on_the_newest_memo_voucher', TG_TABLE_NAME);
  END IF;
  IF EXISTS (
    SELECT FROM fresh_rows fresh
    WHERE fresh.act = 'approve' AND NOT EXISTS (
      SELECT FROM purchases_officeapproval r
      WHERE r.invoice_id = fresh.invoice_id AND r.digest = fresh.digest AND r.act = 'review')) THEN
    PERFORM reskontra_refuse('a_memo_voucher_is_reviewed_before_it_is_approved', TG_TABLE_NAME);
  END IF;
  IF EXISTS (
    SELECT FROM fresh_rows fresh JOIN purchases_officeapproval r ON r.invoice_id = fresh.invoice_id
    WHERE r.digest = fresh.digest AND r.act = 'return' AND r.id <> fresh.id) THEN
    PERFORM reskontra_refuse('a_memo_voucher_sent_back_is_drawn_up_anew', TG_TABLE_NAME);
  END IF;
  IF EXISTS (SELECT FROM fresh_rows fresh JOIN purchases_officepayment p ON p.invoice_id = fresh.invoice_id) THEN
    PERFORM reskontra_refuse('what_is_paid_abroad_circulates_no_more', TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION purchases_acts_abroad_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER the_act_abroad_holds AFTER INSERT ON purchases_officeapproval
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION purchases_acts_abroad_hold();

CREATE OR REPLACE FUNCTION purchases_payments_abroad_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM fresh_rows fresh JOIN purchases_officeinvoice i ON i.id = fresh.invoice_id
             WHERE i.amount <> fresh.amount) THEN
    PERFORM reskontra_refuse('a_payment_abroad_is_the_whole_invoice', TG_TABLE_NAME);
  END IF;
  IF EXISTS (
    SELECT FROM fresh_rows fresh
    LEFT JOIN LATERAL (SELECT m.digest FROM purchases_officememo m WHERE m.invoice_id = fresh.invoice_id
                       ORDER BY m.version DESC LIMIT 1) memo ON true
    WHERE fresh.means = 'account' AND fresh.reviewed_by = '' AND NOT EXISTS (
      SELECT FROM purchases_officeapproval a
      WHERE a.invoice_id = fresh.invoice_id AND a.digest = memo.digest AND a.act = 'approve')) THEN
    PERFORM reskontra_refuse('a_memo_voucher_is_approved_before_its_payment', TG_TABLE_NAME);
  END IF;
  IF EXISTS (
    SELECT FROM fresh_rows fresh JOIN purchases_officeinvoice i ON i.id = fresh.invoice_id
    JOIN registers_officeabroad o ON o.id = i.office_id
    WHERE fresh.means = 'account' AND o.account = '' OR fresh.means <> 'account' AND o.account <> '') THEN
    PERFORM reskontra_refuse('an_office_with_a_local_account_pays_from_it', TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION purchases_payments_abroad_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER the_payment_abroad_holds AFTER INSERT ON purchases_officepayment
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION purchases_payments_abroad_hold();
