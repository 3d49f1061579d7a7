-- Circulation (EX 1.2, 3.2): an act is on the coding as it stands, two people stand behind a review and an approval, whoever
-- acted instead of whom, and an approver may spend what he approves. The triggers come after those that hold references.

-- Whoever works on the unit's invoices waits for the others, and for those who match them: one lock for both, so that
-- nobody takes two. Only then is what is looked at below everything.

-- What a coding is recognised by: also one with the same lines as an earlier version is another coding.
CREATE OR REPLACE FUNCTION purchases_coding_digest(invoice bigint, version integer, lines jsonb)
RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT encode(sha256(convert_to(format('%s %s %s', invoice, version, lines), 'UTF8')), 'hex')
$$;
GRANT EXECUTE ON FUNCTION purchases_coding_digest(bigint, integer, jsonb) TO reskontra_app;

-- Whether a right that begins as it does covers a budget account: in whole levels, where points part them.
CREATE OR REPLACE FUNCTION purchases_covers(beginning text, budget_account text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT budget_account = '' OR beginning = '' OR starts_with(budget_account, beginning)
    AND (position('.' IN budget_account) = 0 OR substr(budget_account, length(beginning) + 1, 1) IN ('', '.'))
$$;
GRANT EXECUTE ON FUNCTION purchases_covers(text, text) TO reskontra_app;

-- Whether somebody may approve the whole of a coding on a day: for each line one right that covers its budget account, up to
-- at least the sum of all lines with VAT. Parting an invoice into lines raises nobody's limit.
CREATE OR REPLACE FUNCTION purchases_may_spend(who bigint, coding bigint, on_day date) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT coalesce(bool_and(EXISTS (
    SELECT FROM registers_spendingright r
    WHERE r.unit_id = l.unit_id AND r.person_id = who AND r.validity @> on_day
      AND (r.amount IS NULL OR r.amount >= l.whole) AND purchases_covers(r.budget_account, l.budget_account))), false)
  FROM (SELECT unit_id, budget_account, abs(sum(net + vat) OVER ()) AS whole
        FROM purchases_codingline WHERE coding_id = coding) l
$$;
GRANT EXECUTE ON FUNCTION purchases_may_spend(bigint, bigint, date) TO reskontra_app;

-- What is payable or returned circulates no more.
CREATE OR REPLACE FUNCTION purchases_still_circulates() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM reskontra_alone('matching', (SELECT array_agg(DISTINCT unit_id) FROM fresh_rows));
  PERFORM reskontra_refuse_when('what_is_payable_circulates_no_more', TG_TABLE_NAME, EXISTS (
    SELECT FROM fresh_rows fresh JOIN purchases_payable p ON p.invoice_id = fresh.invoice_id));
  PERFORM reskontra_refuse_when('what_is_returned_circulates_no_more', TG_TABLE_NAME, TG_TABLE_NAME <> 'purchases_invoicereturn' AND EXISTS (
    SELECT FROM fresh_rows fresh JOIN purchases_invoicereturn r ON r.invoice_id = fresh.invoice_id));
  RETURN NULL;
END $$;
ALTER FUNCTION purchases_still_circulates() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER still_circulates AFTER INSERT ON purchases_assignment
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION purchases_still_circulates();
CREATE OR REPLACE TRIGGER still_circulates AFTER INSERT ON purchases_coding
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION purchases_still_circulates();
CREATE OR REPLACE TRIGGER still_circulates AFTER INSERT ON purchases_invoiceapproval
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION purchases_still_circulates();
CREATE OR REPLACE TRIGGER still_circulates AFTER INSERT ON purchases_invoicereturn
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION purchases_still_circulates();

CREATE OR REPLACE FUNCTION purchases_assignments_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM reskontra_refuse_when('an_assignment_is_to_a_queue_of_its_step', 'purchases_assignment', EXISTS (
    SELECT FROM fresh_rows fresh JOIN registers_workqueue q ON q.id = fresh.queue_id
    WHERE q.step <> fresh.step OR NOT q.validity @> fresh.day));
  RETURN NULL;
END $$;
ALTER FUNCTION purchases_assignments_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER the_assignment_holds AFTER INSERT ON purchases_assignment
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION purchases_assignments_hold();

CREATE OR REPLACE FUNCTION purchases_acts_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  f record;
  at_issue text := 'purchases_invoiceapproval';
BEGIN
  FOR f IN
    SELECT fresh.*, (fresh.given_at AT TIME ZONE 'Europe/Helsinki')::date AS day, c.id AS coding_id, c.digest AS newest,
      c.person_id AS coder_id,
      coalesce((SELECT bool_or(l.budget_account <> '') FROM purchases_codingline l WHERE l.coding_id = c.id), false) AS budget
    FROM fresh_rows fresh
    LEFT JOIN LATERAL (SELECT c.id, c.digest, c.person_id FROM purchases_coding c WHERE c.invoice_id = fresh.invoice_id
                       ORDER BY c.version DESC LIMIT 1) c ON true
  LOOP
    PERFORM reskontra_refuse_when('an_act_is_on_the_newest_coding', at_issue, f.newest IS DISTINCT FROM f.digest);
    PERFORM reskontra_refuse_when('what_was_sent_back_is_coded_anew', at_issue, EXISTS (
      SELECT FROM purchases_invoiceapproval r
      WHERE r.invoice_id = f.invoice_id AND r.digest = f.digest AND r.act = 'return' AND r.id <> f.id));
    PERFORM reskontra_refuse_when('what_is_approved_is_not_sent_back', at_issue, f.act = 'return' AND EXISTS (
      SELECT FROM purchases_invoiceapproval a
      WHERE a.invoice_id = f.invoice_id AND a.digest = f.digest AND a.act = 'approve'));
    PERFORM reskontra_refuse_when('a_substitute_acts_while_the_other_is_away', at_issue,
      f.instead_of_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM registers_absence w WHERE w.unit_id = f.unit_id AND w.person_id = f.instead_of_id
          AND w.substitute_id = f.person_id AND w.validity @> f.day));
    PERFORM reskontra_refuse_when('nobody_stands_behind_both_review_and_approval', at_issue, EXISTS (
      SELECT FROM purchases_invoiceapproval o
      WHERE o.invoice_id = f.invoice_id AND o.digest = f.digest AND o.act <> f.act
        AND 'return' NOT IN (o.act, f.act)
        AND (o.person_id IN (f.person_id, f.instead_of_id) OR o.instead_of_id IN (f.person_id, f.instead_of_id))));
    CONTINUE WHEN f.act <> 'approve';
    -- Without a review: what holds no budget line (the centre's one approver answers for all of it), or what a decision has
    -- approved; whoever coded that by hand does not also record it.
    PERFORM reskontra_refuse_when('an_approval_comes_after_a_review', at_issue, f.budget AND f.decision = '' AND NOT EXISTS (
      SELECT FROM purchases_invoiceapproval r
      WHERE r.invoice_id = f.invoice_id AND r.digest = f.digest AND r.act = 'review'));
    PERFORM reskontra_refuse_when('who_codes_by_a_decision_does_not_approve_by_it', at_issue,
      f.decision <> '' AND f.coder_id IN (f.person_id, f.instead_of_id));
    PERFORM reskontra_refuse_when('an_approver_may_spend_what_he_approves', at_issue,
      NOT purchases_may_spend(f.person_id, f.coding_id, f.day) AND (f.budget OR NOT EXISTS (
        SELECT FROM registers_roleassignment r WHERE r.person_id = f.person_id AND r.role = 'PG'
          AND (r.in_unit_id IS NULL OR r.in_unit_id = f.unit_id) AND r.validity @> f.day)));
  END LOOP;
  RETURN NULL;
END $$;
ALTER FUNCTION purchases_acts_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER the_act_holds AFTER INSERT ON purchases_invoiceapproval
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION purchases_acts_hold();

-- Whoever is away has one substitute, who is there.
CREATE OR REPLACE FUNCTION purchases_absences_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM reskontra_alone('matching', ARRAY[NEW.unit_id]);
  PERFORM reskontra_refuse_when('absences_of_one_person_do_not_overlap', 'registers_absence', EXISTS (
    SELECT FROM registers_absence o
    WHERE o.unit_id = NEW.unit_id AND o.id <> NEW.id AND o.person_id = NEW.person_id AND o.validity && NEW.validity));
  PERFORM reskontra_refuse_when('a_substitute_is_not_away', 'registers_absence', EXISTS (
    SELECT FROM registers_absence o
    WHERE o.unit_id = NEW.unit_id AND o.id <> NEW.id AND o.validity && NEW.validity
      AND (o.person_id = NEW.substitute_id OR o.substitute_id = NEW.person_id)));
  RETURN NULL;
END $$;
ALTER FUNCTION purchases_absences_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER the_absence_holds AFTER INSERT OR UPDATE ON registers_absence
  FOR EACH ROW EXECUTE FUNCTION purchases_absences_hold();
