-- The triggers below come after those that hold references: triggers fire in the order of their names.

-- What owns the money of payments, and what settles claims: every fact that counts, told once. A taken-back payment and
-- its reversal own each other; a credit is settled by what it is set off against. Whoever asks sees what he may see.
CREATE OR REPLACE VIEW claims_payment_use WITH (security_invoker = true) AS
SELECT unit_id, payment_id, amount FROM claims_allocation WHERE payment_id IS NOT NULL
UNION ALL SELECT unit_id, payment_id, amount FROM claims_overpayment
UNION ALL SELECT unit_id, payment_id, amount FROM claims_sidepayment
UNION ALL SELECT unit_id, payment_id, amount FROM claims_paymentreversal
UNION ALL SELECT unit_id, reversal_id, -amount FROM claims_paymentreversal;

CREATE OR REPLACE VIEW claims_claim_settlement WITH (security_invoker = true) AS
SELECT unit_id, claim_id, amount FROM claims_allocation
UNION ALL SELECT unit_id, claim_id, amount FROM claims_writeoff
UNION ALL SELECT unit_id, claim_id, amount FROM claims_feededucted
UNION ALL SELECT unit_id, credit_id, -amount FROM claims_allocation WHERE credit_id IS NOT NULL;

-- What is left of credits that wait for their set-off, at the claim of the invoice that each of them credits: negative.
CREATE OR REPLACE VIEW claims_credit_waiting WITH (security_invoker = true) AS
SELECT waiting.unit_id, original.id AS claim_id, waiting.amount
  + coalesce((SELECT sum(used.amount) FROM claims_allocation used WHERE used.credit_id = waiting.id), 0) AS amount
FROM sales_invoice i
JOIN claims_claim waiting ON waiting.unit_id = i.unit_id AND waiting.invoice_id = i.id
JOIN claims_claim original ON original.unit_id = i.unit_id AND original.invoice_id = i.original_id
WHERE i.original_id IS NOT NULL
UNION ALL
SELECT waiting.unit_id, original.id, waiting.amount
  + coalesce((SELECT sum(used.amount) FROM claims_allocation used WHERE used.credit_id = waiting.id), 0)
FROM claims_interestinvoice n
JOIN claims_claim waiting ON waiting.unit_id = n.unit_id AND waiting.interest_invoice_id = n.id
JOIN claims_claim original ON original.unit_id = n.unit_id AND original.interest_invoice_id = n.original_id
WHERE n.original_id IS NOT NULL;

-- Costs beside claims, less what was paid of them; what was charged for collecting; and when, but for what was undone.
CREATE OR REPLACE VIEW claims_claim_cost WITH (security_invoker = true) AS
SELECT unit_id, claim_id, amount, CASE WHEN kind IN ('reminder', 'demand', 'payment_time') THEN amount END AS charged,
  CASE WHEN undoes_id IS NULL AND kind IN ('reminder', 'demand') THEN day END AS charged_on
FROM claims_cost
UNION ALL SELECT unit_id, claim_id, -amount, NULL, NULL FROM claims_sidepayment WHERE kind = 'cost';

-- The days of payment time of claims: from the day of the agreement to its last day, or the day on which it ended.
CREATE OR REPLACE VIEW claims_payment_time WITH (security_invoker = true) AS
SELECT dc.unit_id, dc.claim_id, range_agg(daterange(d.from_date, least(d.until_date, e.day), '[]')) AS days
FROM claims_deferralclaim dc
JOIN claims_deferral d ON d.id = dc.deferral_id
LEFT JOIN claims_deferralend e ON e.deferral_id = d.id
WHERE d.from_date <= least(d.until_date, e.day)
GROUP BY 1, 2;

GRANT SELECT ON claims_payment_use, claims_claim_settlement, claims_credit_waiting, claims_claim_cost, claims_payment_time TO reskontra_app, reskontra_read, reskontra_check;

-- No cent of a payment, of a credit or of a claim has two owners. Whoever settles money in a unit waits for those who
-- settle at the same time: only then are the sums below the sums of everything.

-- The first payment or claim, of those that the fresh rows touch, whose parts are more than it is; as a query, because
-- only a trigger sees its fresh rows. Joined and not looked up one by one: a run touches a hundred thousand at once.
CREATE OR REPLACE FUNCTION claims_beyond(wholes text, parts text, whole text, touched text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
  SELECT format($query$
    SELECT min(whole.id)
    FROM (SELECT %3$I AS id, sum(amount) AS amount FROM %2$I WHERE %3$I IN (%4$s) GROUP BY 1) part
    JOIN %1$I whole ON whole.id = part.id
    WHERE NOT part.amount BETWEEN least(whole.amount, 0) AND greatest(whole.amount, 0)
  $query$, wholes, parts, whole, touched)
$$;

-- What the fresh rows name in these columns, as a query.
CREATE OR REPLACE FUNCTION claims_named_in(columns text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT string_agg(format('SELECT %I AS id FROM fresh_rows', named), ' UNION ALL ')
  FROM unnest(string_to_array(columns, ' ')) named
$$;

-- Fresh settlements hold: an undoing repeats what it takes back, and no sum goes beyond its payment or its claim.
-- Arguments: the name of the rule for undoing, the columns that an undoing repeats beside the amount, the columns that
-- name payments, those that name claims.
CREATE OR REPLACE FUNCTION claims_settlement_holds() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  undoings boolean := false;
  wrong bigint;
BEGIN
  PERFORM reskontra_alone('settlement', (SELECT array_agg(DISTINCT unit_id) FROM fresh_rows));
  IF TG_ARGV[0] <> '' THEN
    EXECUTE 'SELECT EXISTS (SELECT FROM fresh_rows WHERE undoes_id IS NOT NULL)' INTO undoings;
  END IF;
  IF undoings THEN
    EXECUTE (
      SELECT format('SELECT min(fresh.id) FROM fresh_rows fresh JOIN %I undone ON undone.id = fresh.undoes_id'
                    ' WHERE fresh.amount <> -undone.amount OR undone.undoes_id IS NOT NULL OR %s', TG_TABLE_NAME,
                    string_agg(format('fresh.%1$I IS DISTINCT FROM undone.%1$I', repeated), ' OR '))
      FROM unnest(string_to_array(TG_ARGV[1], ' ')) repeated) INTO wrong;
    IF wrong IS NOT NULL THEN
      PERFORM reskontra_refuse(TG_ARGV[0], TG_TABLE_NAME);
    END IF;
  END IF;
  IF TG_ARGV[2] <> '' THEN
    EXECUTE claims_beyond('bank_payment', 'claims_payment_use', 'payment_id', claims_named_in(TG_ARGV[2])) INTO wrong;
    IF wrong IS NOT NULL THEN
      PERFORM reskontra_refuse('a_payment_is_not_spent_beyond_its_amount', 'bank_payment', 'payment ' || wrong);
    END IF;
  END IF;
  IF TG_ARGV[3] <> '' THEN
    EXECUTE claims_beyond('claims_claim', 'claims_claim_settlement', 'claim_id', claims_named_in(TG_ARGV[3]))
      INTO wrong;
    IF wrong IS NOT NULL THEN
      PERFORM reskontra_refuse('a_claim_is_not_settled_beyond_its_amount', 'claims_claim', 'claim ' || wrong);
    END IF;
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION claims_settlement_holds() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER settlement_holds AFTER INSERT ON claims_allocation
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_settlement_holds(
    'an_undoing_takes_back_what_was_allocated', 'claim_id payment_id credit_id', 'payment_id', 'claim_id credit_id');

CREATE OR REPLACE TRIGGER settlement_holds AFTER INSERT ON claims_overpayment
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_settlement_holds(
    'an_undoing_takes_back_what_was_overpaid', 'claim_id payment_id treatment', 'payment_id', '');

CREATE OR REPLACE TRIGGER settlement_holds AFTER INSERT ON claims_sidepayment
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_settlement_holds(
    'an_undoing_takes_back_what_was_paid_aside', 'claim_id payment_id kind', 'payment_id', '');

CREATE OR REPLACE TRIGGER settlement_holds AFTER INSERT ON claims_writeoff
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_settlement_holds(
    'an_undoing_takes_back_what_was_written_off', 'claim_id ground proposal_id', '', 'claim_id');

CREATE OR REPLACE TRIGGER settlement_holds AFTER INSERT ON claims_feededucted
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_settlement_holds(
    'an_undoing_takes_back_what_was_deducted', 'claim_id event_id', '', 'claim_id');

CREATE OR REPLACE TRIGGER settlement_holds AFTER INSERT ON claims_paymentreversal
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_settlement_holds(
    'an_undoing_gives_back_what_was_taken_back', 'payment_id reversal_id', 'payment_id reversal_id', '');

-- Money is taken back from the account on which it came; how much, the sums above say for both.
CREATE OR REPLACE FUNCTION claims_reversals_are_of_one_account() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM fresh_rows fresh JOIN bank_payment payment ON payment.id = fresh.payment_id
             JOIN bank_payment reversal ON reversal.id = fresh.reversal_id
             WHERE payment.amount < 0 OR reversal.amount > 0 OR payment.account_id <> reversal.account_id) THEN
    PERFORM reskontra_refuse('a_reversal_takes_money_back_from_the_account_it_came_to', TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION claims_reversals_are_of_one_account() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER reversal_is_of_one_account AFTER INSERT ON claims_paymentreversal
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_reversals_are_of_one_account();

-- What was paid of the costs of a claim stays within what was charged: neither a payment to them nor the taking back of
-- a cost leaves more paid than there is (OC 6.1.3-b).
CREATE OR REPLACE FUNCTION claims_costs_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  wrong bigint;
BEGIN
  PERFORM reskontra_alone('settlement', (SELECT array_agg(DISTINCT unit_id) FROM fresh_rows));
  EXECUTE $check$
    SELECT min(paid.claim_id)
    FROM (SELECT claim_id, sum(amount) AS amount FROM claims_sidepayment
          WHERE kind = 'cost' AND claim_id IN (SELECT claim_id FROM fresh_rows) GROUP BY 1) paid
    LEFT JOIN (SELECT claim_id, sum(amount) AS amount FROM claims_cost
               WHERE claim_id IN (SELECT claim_id FROM fresh_rows) GROUP BY 1) charged USING (claim_id)
    WHERE paid.amount > coalesce(charged.amount, 0)
  $check$ INTO wrong;
  IF wrong IS NOT NULL THEN
    PERFORM reskontra_refuse('costs_are_not_paid_beyond_what_they_are', TG_TABLE_NAME, 'claim ' || wrong);
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION claims_costs_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER settlement_of_costs_holds AFTER INSERT ON claims_sidepayment
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_costs_hold();

CREATE OR REPLACE TRIGGER settlement_of_costs_holds AFTER INSERT ON claims_cost
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION claims_costs_hold();
