-- Interest is charged by an invoice that adds up: what is claimed is what its charges say, and a credit takes back no more
-- than its original charged. The triggers come after those that hold references, by the order of their names.

CREATE OR REPLACE FUNCTION claims_interest_claims_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  wrong bigint;
BEGIN
  EXECUTE $check$
    SELECT min(fresh.id)
    FROM fresh_rows fresh
    JOIN claims_interestinvoice n ON n.id = fresh.interest_invoice_id
    LEFT JOIN (SELECT invoice_id, sum(amount) AS amount FROM claims_interestcharge
               WHERE invoice_id IN (SELECT interest_invoice_id FROM fresh_rows) GROUP BY 1) charged
      ON charged.invoice_id = n.id
    WHERE fresh.kind = 'interest' AND (fresh.amount, fresh.payer_id, fresh.reference, n.total)
      IS DISTINCT FROM (n.total, n.customer_id, n.reference, charged.amount)
  $check$ INTO wrong;
  IF wrong IS NOT NULL THEN
    PERFORM reskontra_refuse('an_interest_claim_is_what_its_invoice_charges', 'claims_claim',
      format('claim %s', wrong));
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION claims_interest_claims_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER what_is_claimed_of_interest_is_charged AFTER INSERT ON claims_claim
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_interest_claims_hold();

CREATE OR REPLACE FUNCTION claims_interest_charges_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  refused text;
BEGIN
  EXECUTE $check$
    SELECT min(CASE WHEN claimed.id IS NOT NULL THEN 'interest_charges_come_before_their_claim'
                    WHEN principal.kind <> 'invoice' OR principal.amount <= 0 THEN 'only_invoices_bear_interest' END)
    FROM fresh_rows fresh
    JOIN claims_claim principal ON principal.id = fresh.claim_id
    LEFT JOIN claims_claim claimed ON claimed.unit_id = fresh.unit_id AND claimed.interest_invoice_id = fresh.invoice_id
  $check$ INTO refused;
  IF refused IS NULL THEN
    EXECUTE $check$
      SELECT 'an_interest_credit_takes_back_no_more_than_was_charged'
      FROM (SELECT DISTINCT fresh.claim_id, n.original_id FROM fresh_rows fresh
            JOIN claims_interestinvoice n ON n.id = fresh.invoice_id AND n.original_id IS NOT NULL) credited
      JOIN claims_interestcharge ch ON ch.claim_id = credited.claim_id
      JOIN claims_interestinvoice n ON n.id = ch.invoice_id
        AND credited.original_id IN (n.id, n.original_id)
      GROUP BY credited.claim_id, credited.original_id HAVING sum(ch.amount) < 0
      UNION ALL
      SELECT 'an_interest_credit_takes_back_no_more_than_was_charged'
      FROM fresh_rows fresh
      JOIN claims_interestinvoice n ON n.id = fresh.invoice_id AND n.original_id IS NOT NULL
      WHERE NOT EXISTS (SELECT FROM claims_interestcharge ch
                        WHERE ch.claim_id = fresh.claim_id AND ch.invoice_id = n.original_id)
      LIMIT 1
    $check$ INTO refused;
  END IF;
  IF refused IS NULL THEN
    EXECUTE $check$
      SELECT 'interest_of_a_claim_left_out_is_not_charged'
      FROM fresh_rows fresh
      JOIN claims_interestinvoice n ON n.id = fresh.invoice_id
      JOIN claims_left_out x ON x.unit_id = fresh.unit_id AND x.claim_id = fresh.claim_id AND x.day = n.issue_date
        AND x.rule = CASE n.kind WHEN 'late' THEN 'interest' ELSE 'payment_time' END
      WHERE fresh.amount > 0
      LIMIT 1
    $check$ INTO refused;
  END IF;
  IF refused IS NOT NULL THEN
    PERFORM reskontra_refuse(refused, 'claims_interestcharge');
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION claims_interest_charges_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER what_is_charged_of_interest_holds AFTER INSERT ON claims_interestcharge
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_interest_charges_hold();
