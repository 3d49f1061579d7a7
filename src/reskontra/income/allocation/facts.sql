-- From what was decided to facts and the postings that they make; all of them carry one voucher. Parameters: unit, run,
-- on, year, voucher, number, and the accounts receivable, unallocated, refund, income, waived, interest and cost.

CREATE TEMP TABLE new_allocation ON COMMIT DROP AS
SELECT s.payment_id, s.claim_id, least(s.amount, s.open_before) AS amount, d.clause, NULL::bigint AS undoes_id
FROM decided d JOIN shares s ON s.payment_id = d.id
WHERE d.standing = 'READY' AND d.takes_back IS NULL AND least(s.amount, s.open_before) > 0
UNION ALL
SELECT a.payment_id, a.claim_id, -a.amount, d.clause, a.id
FROM decided d JOIN claims_allocation a ON a.payment_id = d.takes_back AND a.unit_id = %(unit)s
WHERE d.outcome IN ('TAKES_BACK', 'UNDONE') AND a.undoes_id IS NULL
  AND NOT EXISTS (SELECT FROM claims_allocation undone WHERE undone.undoes_id = a.id);

CREATE TEMP TABLE new_overpayment ON COMMIT DROP AS
SELECT d.id AS payment_id, d.claim_id, d.too_much AS amount, d.clause,
  CASE d.outcome WHEN 'OVERPAID_REFUND' THEN 'refund' ELSE 'income' END AS treatment, NULL::bigint AS undoes_id
FROM decided d WHERE d.outcome IN ('OVERPAID_REFUND', 'OVERPAID_INCOME')
UNION ALL
SELECT o.payment_id, o.claim_id, -o.amount, d.clause, o.treatment, o.id
FROM decided d JOIN claims_overpayment o ON o.payment_id = d.takes_back AND o.unit_id = %(unit)s
WHERE d.outcome IN ('TAKES_BACK', 'UNDONE') AND o.undoes_id IS NULL
  AND NOT EXISTS (SELECT FROM claims_overpayment undone WHERE undone.undoes_id = o.id);

-- Interest and costs are not on the ledger before they are paid (OC 6.1.3-b).
CREATE TEMP TABLE new_side_payment ON COMMIT DROP AS
SELECT d.id AS payment_id, d.claim_id, part.kind, part.amount, part.clause, NULL::bigint AS undoes_id
FROM decided d
CROSS JOIN LATERAL (VALUES ('interest', d.interest, 'OC 6.1.5-a'), ('cost', d.cost, 'OC 6.1.3-b')) AS part (kind, amount, clause)
WHERE d.standing = 'READY' AND d.takes_back IS NULL AND d.claim_id IS NOT NULL AND part.amount > 0
UNION ALL
SELECT s.payment_id, s.claim_id, s.kind, -s.amount, d.clause, s.id
FROM decided d JOIN claims_sidepayment s ON s.payment_id = d.takes_back AND s.unit_id = %(unit)s
WHERE d.outcome IN ('TAKES_BACK', 'UNDONE') AND s.undoes_id IS NULL
  AND NOT EXISTS (SELECT FROM claims_sidepayment undone WHERE undone.undoes_id = s.id);

-- A remainder is waived because of what was paid; when that is taken back, it is asked for again.
CREATE TEMP TABLE new_write_off ON COMMIT DROP AS
SELECT d.claim_id, d.open_before - d.rest AS amount, d.clause, NULL::bigint AS undoes_id
FROM decided d WHERE d.outcome = 'REMAINDER_WAIVED'
UNION ALL
SELECT DISTINCT w.claim_id, -w.amount, n.clause, w.id
FROM new_allocation n JOIN claims_writeoff w ON w.claim_id = n.claim_id AND w.unit_id = %(unit)s
WHERE n.undoes_id IS NOT NULL AND w.ground = 'small_remainder' AND w.undoes_id IS NULL
  AND NOT EXISTS (SELECT FROM claims_writeoff undone WHERE undone.undoes_id = w.id);

INSERT INTO ledger_voucher (id, unit_id, run_id, kind, year, number, posting_date)
SELECT %(voucher)s, %(unit)s, %(run)s, 'AL', %(year)s, %(number)s, %(on)s WHERE %(voucher)s IS NOT NULL;

INSERT INTO claims_allocation (unit_id, run_id, voucher_id, claim_id, payment_id, amount, clause, undoes_id)
SELECT %(unit)s, %(run)s, %(voucher)s, claim_id, payment_id, amount, clause, undoes_id
FROM new_allocation ORDER BY payment_id, claim_id;

INSERT INTO claims_overpayment (unit_id, run_id, voucher_id, payment_id, claim_id, amount, treatment, clause, undoes_id)
SELECT %(unit)s, %(run)s, %(voucher)s, payment_id, claim_id, amount, treatment, clause, undoes_id
FROM new_overpayment ORDER BY payment_id;

INSERT INTO claims_sidepayment (unit_id, run_id, voucher_id, payment_id, claim_id, kind, amount, clause, undoes_id)
SELECT %(unit)s, %(run)s, %(voucher)s, payment_id, claim_id, kind, amount, clause, undoes_id
FROM new_side_payment ORDER BY payment_id, kind DESC;

INSERT INTO claims_writeoff (unit_id, run_id, voucher_id, claim_id, amount, ground, clause, undoes_id)
SELECT %(unit)s, %(run)s, %(voucher)s, claim_id, amount, 'small_remainder', clause, undoes_id
FROM new_write_off ORDER BY claim_id;

INSERT INTO claims_paymentreversal (unit_id, run_id, payment_id, reversal_id, amount)
SELECT %(unit)s, %(run)s, takes_back, id, -amount FROM decided WHERE outcome = 'TAKES_BACK' ORDER BY id;

-- Debit and credit of one account stay apart: what was allocated and what was taken back are both to be seen.
INSERT INTO ledger_entry (voucher_id, position, unit_id, account, amount, vat_category, vat_percent, budget_account,
  operating_unit, project, function, product, area, partner, tracking1, tracking2)
SELECT %(voucher)s, row_number() OVER (ORDER BY account, partner, sum(amount) < 0), %(unit)s, account, sum(amount), '',
  NULL, '', '', '', '', '', '', partner, '', ''
FROM (SELECT %(unallocated)s AS account, '' AS partner, amount FROM new_allocation
      UNION ALL SELECT %(receivable)s, payer.partner_code, -n.amount
      FROM new_allocation n JOIN claims_claim c ON c.id = n.claim_id JOIN registers_customer payer ON payer.id = c.payer_id
      UNION ALL SELECT %(unallocated)s, '', amount FROM new_overpayment
      UNION ALL SELECT CASE treatment WHEN 'refund' THEN %(refund)s ELSE %(income)s END, '', -amount FROM new_overpayment
      UNION ALL SELECT %(unallocated)s, '', amount FROM new_side_payment
      UNION ALL SELECT CASE kind WHEN 'interest' THEN %(interest)s ELSE %(cost)s END, '', -amount FROM new_side_payment
      UNION ALL SELECT %(waived)s, '', amount FROM new_write_off
      UNION ALL SELECT %(receivable)s, payer.partner_code, -n.amount
      FROM new_write_off n JOIN claims_claim c ON c.id = n.claim_id JOIN registers_customer payer ON payer.id = c.payer_id
     ) posted
GROUP BY account, partner, amount > 0
