-- No overpayment is paid out twice, and no money leaves that somebody else has not approved just so. Refunds are added up
-- under the lock of settlements: only then are the sums below the sums of everything.
CREATE OR REPLACE FUNCTION claims_refunds_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  wrong int;
  refused text;
BEGIN
  PERFORM reskontra_alone('settlement', (SELECT array_agg(DISTINCT unit_id) FROM fresh_rows));
  -- Planned anew each time, over all rows at once; the gravest refusal has the lowest number.
  EXECUTE $check$
    SELECT min(wrong) FROM (
      SELECT 1 AS wrong
      FROM fresh_rows fresh JOIN claims_refund undone ON undone.id = fresh.undoes_id
      WHERE fresh.amount <> -undone.amount OR fresh.overpayment_id <> undone.overpayment_id
        OR fresh.way <> undone.way OR undone.undoes_id IS NOT NULL
      UNION ALL
      SELECT 2
      FROM (SELECT overpayment_id, sum(amount) AS amount FROM claims_refund
            WHERE overpayment_id IN (SELECT overpayment_id FROM fresh_rows) GROUP BY 1) refunded
      JOIN claims_overpayment o ON o.id = refunded.overpayment_id
      LEFT JOIN claims_overpayment taken_back ON taken_back.undoes_id = o.id
      WHERE NOT refunded.amount BETWEEN 0 AND greatest(o.amount + coalesce(taken_back.amount, 0), 0)
      UNION ALL
      -- Whoever planned the run or told an account that it pays to is not the somebody else.
      SELECT 3
      FROM fresh_rows fresh JOIN runs_run run ON run.id = fresh.run_id
      WHERE fresh.way <> 'income' AND fresh.undoes_id IS NULL
        AND NOT EXISTS (SELECT FROM claims_refundapproval approved
                        WHERE approved.unit_id = fresh.unit_id AND approved.run_id = fresh.run_id
                          AND approved.digest = run.digest AND approved.person_id <> run.person_id
                          AND NOT EXISTS (SELECT FROM claims_refundaccount told
                                          WHERE told.overpayment_id = fresh.overpayment_id
                                            AND told.iban = fresh.iban AND told.person_id = approved.person_id))
      UNION ALL
      SELECT 4
      FROM fresh_rows fresh
      WHERE fresh.way <> 'income' AND fresh.undoes_id IS NULL
        AND NOT EXISTS (SELECT FROM claims_overpaymentdecision decided
                        WHERE decided.unit_id = fresh.unit_id AND decided.run_id = fresh.run_id
                          AND decided.overpayment_id = fresh.overpayment_id AND decided.standing = 'READY'
                          AND decided.amount = fresh.amount AND decided.inputs ->> 'way' = fresh.way
                          AND coalesce(decided.inputs ->> 'account', '') = fresh.iban)
    ) found
  $check$ INTO wrong;
  IF wrong IS NOT NULL THEN
    refused := CASE wrong
      WHEN 1 THEN 'an_undoing_takes_back_what_was_refunded'
      WHEN 2 THEN 'a_refund_is_within_its_overpayment'
      WHEN 3 THEN 'a_refund_run_is_approved_by_somebody_else'
      WHEN 4 THEN 'a_refund_is_what_was_approved'
    END;
    PERFORM reskontra_refuse(refused, 'claims_refund');
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION claims_refunds_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER settlement_holds AFTER INSERT ON claims_refund
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_refunds_hold();

-- Money that was paid out does not become free again: the payment's cents would have two owners.
CREATE OR REPLACE FUNCTION claims_refunded_stay_overpaid() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  refunded boolean;
BEGIN
  EXECUTE $check$
    SELECT EXISTS (SELECT FROM fresh_rows fresh JOIN claims_refund r ON r.overpayment_id = fresh.undoes_id
                   GROUP BY r.overpayment_id HAVING sum(r.amount) <> 0)
  $check$ INTO refunded;
  IF refunded THEN
    PERFORM reskontra_refuse('what_was_refunded_is_not_taken_back', 'claims_overpayment');
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION claims_refunded_stay_overpaid() OWNER TO reskontra_check;

-- Its name comes after that of the settlement's own trigger, under whose lock it looks.
CREATE OR REPLACE TRIGGER what_was_refunded_is_not_taken_back AFTER INSERT ON claims_overpayment
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_refunded_stay_overpaid();

CREATE OR REPLACE FUNCTION claims_orders_are_redeemed() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM fresh_rows fresh JOIN claims_refund r ON r.id = fresh.refund_id
             WHERE fresh.outcome IN ('redeemed', 'unredeemed') AND r.way <> 'payment_order') THEN
    PERFORM reskontra_refuse('only_a_payment_order_is_redeemed_or_not', 'claims_refundanswer');
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION claims_orders_are_redeemed() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER settlement_holds AFTER INSERT ON claims_refundanswer
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_orders_are_redeemed();
