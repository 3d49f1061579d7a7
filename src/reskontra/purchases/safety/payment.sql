-- Money leaves once, to whom it is owed, as somebody else has released it. What is settled is added up under the lock of
-- settlements of the unit: only then are the sums below the sums of everything.

-- Payments: to an account that two people know, to the authority's own, by a run that somebody else has released.
CREATE OR REPLACE FUNCTION purchases_payments_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  wrong int;
BEGIN
  PERFORM reskontra_alone('settlement', (SELECT array_agg(DISTINCT unit_id) FROM fresh_rows));
  -- Planned anew each time, over all rows at once; the gravest refusal has the lowest number.
  EXECUTE $check$
    SELECT min(wrong) FROM (
      SELECT 1 AS wrong
      FROM fresh_rows fresh JOIN purchases_supplierpayment undone ON undone.id = fresh.undoes_id
      WHERE fresh.amount <> -undone.amount OR fresh.pays <> undone.pays OR fresh.supplier_id <> undone.supplier_id
        OR fresh.ban_id IS DISTINCT FROM undone.ban_id OR undone.undoes_id IS NOT NULL
      UNION ALL
      SELECT 2
      FROM fresh_rows fresh
      WHERE fresh.undoes_id IS NULL AND fresh.pays = 'supplier'
        AND NOT EXISTS (SELECT FROM registers_supplieraccount a
                        WHERE a.supplier_id = fresh.supplier_id AND a.iban = fresh.iban AND a.approved_by_id IS NOT NULL
                          AND (a.ended_date IS NULL OR a.ended_date > fresh.payment_date))
      UNION ALL
      SELECT 3
      FROM fresh_rows fresh JOIN purchases_paymentban ban ON ban.id = fresh.ban_id
      WHERE fresh.undoes_id IS NULL AND (fresh.iban, fresh.supplier_id) <> (ban.iban, ban.supplier_id)
      UNION ALL
      SELECT 4
      FROM (SELECT DISTINCT unit_id, run_id FROM fresh_rows WHERE undoes_id IS NULL) fresh
      JOIN runs_run run ON run.id = fresh.run_id
      WHERE NOT EXISTS (SELECT FROM purchases_paymentrelease released
                        WHERE released.unit_id = fresh.unit_id AND released.run_id = fresh.run_id
                          AND released.digest = run.digest AND released.person_id <> run.person_id)
    ) found
  $check$ INTO wrong;
  IF wrong IS NOT NULL THEN
    PERFORM reskontra_refuse(CASE wrong
      WHEN 1 THEN 'an_undoing_takes_back_what_was_paid'
      WHEN 2 THEN 'a_supplier_is_paid_to_an_approved_account'
      WHEN 3 THEN 'a_remittance_goes_where_its_ban_says'
      WHEN 4 THEN 'a_payment_run_is_released_before_it_pays' END, TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION purchases_payments_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER settlement_holds AFTER INSERT ON purchases_supplierpayment
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION purchases_payments_hold();

-- Settlements: no payable beyond itself, none that is held, no ban beyond its order, no payment that is not what it settles.
CREATE OR REPLACE FUNCTION purchases_settlements_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  wrong int;
BEGIN
  PERFORM reskontra_alone('settlement', (SELECT array_agg(DISTINCT unit_id) FROM fresh_rows));
  EXECUTE $check$
    SELECT min(wrong) FROM (
      SELECT 1 AS wrong
      FROM (SELECT payable_id, sum(amount) AS amount FROM purchases_payablesettlement
            WHERE payable_id IN (SELECT payable_id FROM fresh_rows) GROUP BY 1) settled
      JOIN purchases_payable p ON p.id = settled.payable_id
      WHERE NOT settled.amount BETWEEN least(p.amount, 0) AND greatest(p.amount, 0)
      UNION ALL
      SELECT 2
      FROM fresh_rows fresh
      JOIN purchases_payable p ON p.id = fresh.payable_id AND sign(p.amount) = sign(fresh.amount)
      JOIN purchases_paymenthold h ON h.payable_id = p.id
      WHERE NOT EXISTS (SELECT FROM purchases_paymentholdend e WHERE e.hold_id = h.id)
      UNION ALL
      SELECT 3
      FROM (SELECT ban_id, sum(amount) AS amount FROM purchases_supplierpayment
            WHERE ban_id IN (SELECT paid.ban_id FROM fresh_rows fresh
                             JOIN purchases_supplierpayment paid ON paid.id = fresh.payment_id) GROUP BY 1) taken
      JOIN purchases_paymentban ban ON ban.id = taken.ban_id
      WHERE taken.amount > ban.amount OR taken.amount < 0
      UNION ALL
      SELECT 3
      FROM (SELECT s.payable_id, paid.ban_id, sum(s.amount) AS amount
            FROM purchases_payablesettlement s JOIN purchases_supplierpayment paid ON paid.id = s.payment_id
            WHERE s.kind = 'withheld' AND s.payable_id IN (SELECT payable_id FROM fresh_rows WHERE kind = 'withheld')
            GROUP BY 1, 2) taken
      JOIN purchases_payable p ON p.id = taken.payable_id
      LEFT JOIN purchases_paymentban ban ON ban.id = taken.ban_id
      WHERE ban.id IS NULL OR taken.amount > least(round(p.amount * ban.share / 100, 2), ban.each_invoice)
      UNION ALL
      SELECT 4
      FROM (SELECT payment_id, sum(amount) AS amount FROM purchases_payablesettlement
            WHERE payment_id IN (SELECT payment_id FROM fresh_rows) GROUP BY 1) settled
      JOIN purchases_supplierpayment paid ON paid.id = settled.payment_id
      WHERE paid.amount <> settled.amount
      UNION ALL
      SELECT 5
      FROM (SELECT p.supplier_id, p.account, sum(fresh.amount) AS amount
            FROM fresh_rows fresh JOIN purchases_payable p ON p.id = fresh.payable_id
            WHERE fresh.kind = 'credit' GROUP BY 1, 2) set_off
      WHERE set_off.amount <> 0
      UNION ALL
      -- To the cent what was released, and to that account.
      SELECT 6
      FROM fresh_rows fresh JOIN purchases_supplierpayment paid ON paid.id = fresh.payment_id AND paid.undoes_id IS NULL
      WHERE fresh.kind = 'paid' AND NOT EXISTS (
        SELECT FROM purchases_payabledecision decided
        WHERE decided.unit_id = fresh.unit_id AND decided.run_id = fresh.run_id AND decided.payable_id = fresh.payable_id
          AND decided.standing = 'READY' AND decided.inputs ->> 'pays' = fresh.amount::text
          AND decided.inputs ->> 'account' = paid.iban)
    ) found
  $check$ INTO wrong;
  IF wrong IS NOT NULL THEN
    PERFORM reskontra_refuse(CASE wrong
      WHEN 1 THEN 'a_payable_is_not_paid_beyond_itself'
      WHEN 2 THEN 'a_held_payable_is_not_paid'
      WHEN 3 THEN 'a_ban_takes_no_more_than_it_orders'
      WHEN 4 THEN 'a_payment_is_what_it_settles'
      WHEN 5 THEN 'a_credit_is_set_off_against_the_same_supplier'
      WHEN 6 THEN 'a_payable_is_paid_as_it_was_released' END, TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION purchases_settlements_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER settlement_holds AFTER INSERT ON purchases_payablesettlement
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION purchases_settlements_hold();

-- Who holds a payable waits for a run that is paying, and the run for them.
CREATE OR REPLACE FUNCTION purchases_holds_wait() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM reskontra_alone('settlement', (SELECT array_agg(DISTINCT unit_id) FROM fresh_rows));
  RETURN NULL;
END $$;
ALTER FUNCTION purchases_holds_wait() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER holds_wait_for_settlements AFTER INSERT ON purchases_paymenthold
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION purchases_holds_wait();

-- Who planned a run, or had a part in approving what it pays, does not let its money go.
CREATE OR REPLACE FUNCTION purchases_releases_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM fresh_rows fresh JOIN runs_run run ON run.id = fresh.run_id
             WHERE run.person_id = fresh.person_id) THEN
    PERFORM reskontra_refuse('who_plans_a_payment_run_does_not_release_it', TG_TABLE_NAME);
  END IF;
  IF EXISTS (SELECT FROM fresh_rows fresh
             JOIN purchases_payabledecision decided ON decided.unit_id = fresh.unit_id AND decided.run_id = fresh.run_id
               AND decided.standing = 'READY'
             JOIN purchases_payable p ON p.id = decided.payable_id
             JOIN purchases_invoiceapproval a ON a.unit_id = fresh.unit_id AND a.invoice_id = p.invoice_id
               AND a.person_id = fresh.person_id AND a.act IN ('review', 'approve')) THEN
    PERFORM reskontra_refuse('who_approved_an_invoice_does_not_release_its_payment', TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION purchases_releases_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER release_holds AFTER INSERT ON purchases_paymentrelease
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION purchases_releases_hold();
