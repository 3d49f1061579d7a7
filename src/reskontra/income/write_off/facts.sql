-- Proposals, and what is written off, from what was decided. Parameters: unit, run, on, at, year, voucher, number,
-- receivable, vat_account, vat (whether VAT is corrected), account (the unit's own for write-offs, or empty), grounds (jsonb).

INSERT INTO claims_writeoffproposal (unit_id, run_id, person_id, given_at, claim_id, ground, amount, proposed_date, clause,
  evidence, digest)
SELECT unit_id, %(run)s, NULL, %(at)s, id, ground, open, %(on)s, clause, inputs,
  claims_proposal_digest(id, ground, open, inputs)
FROM (SELECT d.*, %(grounds)s::jsonb ->> outcome AS ground FROM decided d WHERE %(grounds)s::jsonb ? outcome) proposed
ORDER BY id;

CREATE TEMP TABLE new_write_off ON COMMIT DROP AS
SELECT id AS claim_id, least(open, proposed) AS amount, proposed_ground AS ground, proposal_id, clause, NULL::bigint AS undoes_id
FROM decided WHERE outcome = 'WRITE_OFF'
UNION ALL
SELECT w.claim_id, -w.amount, w.ground, w.proposal_id, d.clause, w.id
FROM decided d JOIN claims_writeoff w ON w.id = d.undoes
WHERE d.outcome = 'WRITE_OFF_UNDONE';

INSERT INTO ledger_voucher (id, unit_id, run_id, kind, year, number, posting_date)
SELECT %(voucher)s, %(unit)s, %(run)s, 'WO', %(year)s, %(number)s, %(on)s WHERE %(voucher)s IS NOT NULL;

INSERT INTO claims_writeoff (unit_id, run_id, voucher_id, claim_id, amount, ground, proposal_id, clause, undoes_id)
SELECT %(unit)s, %(run)s, %(voucher)s, claim_id, amount, ground, proposal_id, clause, undoes_id
FROM new_write_off ORDER BY claim_id;

-- The loss goes where the claim was income: to each revenue entry of its voucher by its share, to the cent (the cents
-- that are over go to the largest fractions), with the tracking objects of that entry.
CREATE TEMP TABLE lost ON COMMIT DROP AS
WITH revenue AS (
  SELECT n.claim_id, n.amount, e.position, -e.amount AS weight, sum(-e.amount) OVER (PARTITION BY n.claim_id) AS whole,
    e.account, e.vat_category, e.vat_percent, e.budget_account, e.operating_unit, e.project, e.function, e.product, e.area,
    e.partner, e.tracking1, e.tracking2
  FROM new_write_off n
  JOIN claims_claim c ON c.id = n.claim_id
  LEFT JOIN sales_invoice i ON i.id = c.invoice_id
  LEFT JOIN claims_interestinvoice t ON t.id = c.interest_invoice_id
  JOIN ledger_entry e ON e.voucher_id = coalesce(i.voucher_id, t.voucher_id)
  WHERE %(account)s = '' AND e.account <> %(receivable)s AND (%(vat)s OR e.account <> %(vat_account)s)),
shared AS (
  SELECT r.*, floor(abs(amount) * 100 * weight / whole) AS cents,
    abs(amount) * 100 * weight / whole - floor(abs(amount) * 100 * weight / whole) AS fraction
  FROM revenue r),
ranked AS (
  SELECT s.*, row_number() OVER (PARTITION BY claim_id ORDER BY fraction DESC, position) AS rank,
    abs(amount) * 100 - sum(cents) OVER (PARTITION BY claim_id) AS over
  FROM shared s)
SELECT claim_id, sign(amount) * (cents + CASE WHEN rank <= over THEN 1 ELSE 0 END) / 100 AS amount, account,
  CASE WHEN %(vat)s THEN vat_category ELSE '' END AS vat_category, CASE WHEN %(vat)s THEN vat_percent END AS vat_percent,
  budget_account, operating_unit, project, function, product, area, partner, tracking1, tracking2
FROM ranked
UNION ALL
SELECT claim_id, amount, %(account)s, '', NULL, '', '', '', '', '', '', '', '', '' FROM new_write_off WHERE %(account)s <> '';

INSERT INTO ledger_entry (voucher_id, position, unit_id, account, amount, vat_category, vat_percent, budget_account,
  operating_unit, project, function, product, area, partner, tracking1, tracking2)
SELECT %(voucher)s, row_number() OVER (ORDER BY account, vat_category, vat_percent, budget_account, operating_unit, project,
  function, product, area, partner, tracking1, tracking2, sum(amount) < 0), %(unit)s, account, sum(amount), vat_category,
  vat_percent, budget_account, operating_unit, project, function, product, area, partner, tracking1, tracking2
FROM (SELECT account, amount, vat_category, vat_percent, budget_account, operating_unit, project, function, product, area,
        partner, tracking1, tracking2 FROM lost WHERE amount <> 0
      UNION ALL
      SELECT %(receivable)s, -n.amount, '', NULL, '', '', '', '', '', '', payer.partner_code, '', ''
      FROM new_write_off n JOIN claims_claim c ON c.id = n.claim_id JOIN registers_customer payer ON payer.id = c.payer_id
     ) posted
GROUP BY account, vat_category, vat_percent, budget_account, operating_unit, project, function, product, area, partner,
  tracking1, tracking2, amount > 0;

-- What a claim that is written off still cost its debtor is no longer asked for; what was paid of it stays paid. The
-- newest cost goes first.
INSERT INTO claims_cost (unit_id, run_id, claim_id, kind, day, amount, clause, case_id, undoes_id)
SELECT %(unit)s, %(run)s, claim_id, kind, %(on)s, -amount, 'OC 5.1-b', case_id, id
FROM (SELECT c.*, sum(c.amount) OVER (PARTITION BY c.claim_id ORDER BY c.id) - c.amount AS before,
        coalesce((SELECT sum(s.amount) FROM claims_sidepayment s WHERE s.claim_id = c.claim_id AND s.kind = 'cost'), 0)
          AS paid
      FROM claims_cost c JOIN new_write_off n ON n.claim_id = c.claim_id
      WHERE n.amount > 0 AND c.undoes_id IS NULL
        AND NOT EXISTS (SELECT FROM claims_cost undone WHERE undone.undoes_id = c.id)) told
WHERE before >= paid
ORDER BY claim_id, id;

-- Who asks for a claim again does not leave it stopped by what ended its collection: the machine's own block E is lifted.
INSERT INTO claims_blocklift (unit_id, run_id, person_id, given_at, block_id, day, reason, next_step)
SELECT b.unit_id, %(run)s, NULL, %(at)s, b.id, greatest(%(on)s, b.from_date), 'WRITE_OFF_UNDONE', ''
FROM claims_block b JOIN new_write_off n ON n.claim_id = b.claim_id AND n.undoes_id IS NOT NULL
WHERE b.unit_id = %(unit)s AND b.code = 'E' AND b.run_id IS NOT NULL
  AND NOT EXISTS (SELECT FROM claims_blocklift l WHERE l.block_id = b.id)
ORDER BY b.id
