-- From what was decided to facts and the postings that they make; all of them carry one voucher. Parameters: unit, run,
-- on, year, voucher, number, waived_up_to, and the accounts receivable, unallocated, refund, income, waived, interest, cost.

-- What is taken back of what a payment was used for: what it was too much first, then what it paid beside claims, then
-- claims, the last one first. What was paid out again stays. Undoing takes everything.
CREATE TEMP TABLE taken_use ON COMMIT DROP AS
SELECT u.*, least(u.amount, greatest(u.wanted - (sum(u.amount) OVER turn - u.amount), 0)) AS taken
FROM (SELECT used.*, d.clause,
        CASE d.outcome WHEN 'UNDONE' THEN p.amount ELSE d.takable - (p.amount - owned.amount) END AS wanted
      FROM decided d
      JOIN bank_payment p ON p.id = d.takes_back
      CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS amount FROM claims_payment_use WHERE payment_id = p.id) owned
      CROSS JOIN LATERAL (
        SELECT 'overpayment' AS kind, 1 AS turn, o.id, o.payment_id, o.claim_id, o.treatment, o.amount FROM claims_overpayment o
        WHERE o.payment_id = p.id AND o.undoes_id IS NULL
          AND NOT EXISTS (SELECT FROM claims_overpayment undone WHERE undone.undoes_id = o.id)
          AND coalesce((SELECT sum(r.amount) FROM claims_refund r WHERE r.overpayment_id = o.id), 0) = 0
        UNION ALL
        SELECT s.kind, CASE s.kind WHEN 'cost' THEN 2 ELSE 3 END, s.id, s.payment_id, s.claim_id, '', s.amount
        FROM claims_sidepayment s
        WHERE s.payment_id = p.id AND s.undoes_id IS NULL
          AND NOT EXISTS (SELECT FROM claims_sidepayment undone WHERE undone.undoes_id = s.id)
        UNION ALL
        SELECT 'allocation', 4, a.id, a.payment_id, a.claim_id, '', a.amount FROM claims_allocation a
        WHERE a.payment_id = p.id AND a.undoes_id IS NULL
          AND NOT EXISTS (SELECT FROM claims_allocation undone WHERE undone.undoes_id = a.id)) used
      WHERE d.outcome IN ('TAKES_BACK', 'UNDONE')) u
WINDOW turn AS (PARTITION BY u.payment_id ORDER BY u.turn, u.id DESC);

-- A fact is undone as a whole; what is left of one of which a part is taken is a fact anew.
CREATE TEMP TABLE taken_fact ON COMMIT DROP AS
SELECT kind, payment_id, claim_id, treatment, -amount AS amount, clause, id AS undoes_id FROM taken_use WHERE taken > 0
UNION ALL
SELECT kind, payment_id, claim_id, treatment, amount - taken, clause, NULL FROM taken_use WHERE taken > 0 AND taken < amount;

CREATE TEMP TABLE new_allocation ON COMMIT DROP AS
SELECT s.payment_id, s.claim_id, least(s.amount, s.open_before) AS amount, d.clause, NULL::bigint AS undoes_id
FROM decided d JOIN shares s ON s.payment_id = d.id
WHERE d.standing = 'READY' AND d.takes_back IS NULL AND least(s.amount, s.open_before) > 0
UNION ALL
SELECT payment_id, claim_id, amount, clause, undoes_id FROM taken_fact WHERE kind = 'allocation';

CREATE TEMP TABLE new_overpayment ON COMMIT DROP AS
SELECT d.id AS payment_id, s.claim_id, s.amount - s.open_before - coalesce(b.interest, 0) - coalesce(b.cost, 0) AS amount, d.clause,
  CASE WHEN d.outcome LIKE '%%REFUND' THEN 'refund' ELSE 'income' END AS treatment, NULL::bigint AS undoes_id
FROM decided d
JOIN shares s ON s.payment_id = d.id
LEFT JOIN beside b ON b.payment_id = d.id AND b.claim_id = s.claim_id
WHERE d.outcome IN ('OVERPAID_REFUND', 'OVERPAID_INCOME', 'SHARED_OVERPAID_REFUND', 'SHARED_OVERPAID_INCOME')
  AND s.amount - s.open_before - coalesce(b.interest, 0) - coalesce(b.cost, 0) > 0
UNION ALL
SELECT payment_id, claim_id, amount, clause, treatment, undoes_id FROM taken_fact WHERE kind = 'overpayment';

-- Interest and costs are not on the ledger before they are paid (OC 6.1.3-b).
CREATE TEMP TABLE new_side_payment ON COMMIT DROP AS
SELECT d.id AS payment_id, b.claim_id, part.kind, part.amount, part.clause, NULL::bigint AS undoes_id
FROM decided d
JOIN beside b ON b.payment_id = d.id
CROSS JOIN LATERAL (VALUES ('interest', b.interest, 'OC 6.1.5-a'), ('cost', b.cost, 'OC 6.1.3-b')) AS part (kind, amount, clause)
WHERE d.standing = 'READY' AND d.takes_back IS NULL AND part.amount > 0
UNION ALL
SELECT payment_id, claim_id, kind, amount, clause, undoes_id FROM taken_fact WHERE kind IN ('interest', 'cost');

-- A remainder is waived because of what was paid; when that is taken back, it is asked for again.
CREATE TEMP TABLE new_write_off ON COMMIT DROP AS
SELECT s.claim_id, s.open_before - s.amount AS amount, d.clause, NULL::bigint AS undoes_id
FROM decided d JOIN shares s ON s.payment_id = d.id
WHERE d.outcome IN ('REMAINDER_WAIVED', 'SHARED_REMAINDER_WAIVED') AND s.is_last
  AND s.open_before > s.amount AND s.open_before - s.amount <= %(waived_up_to)s
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
SELECT %(unit)s, %(run)s, takes_back, id, takable FROM decided WHERE outcome = 'TAKES_BACK' ORDER BY id;

-- What was taken back of the wrong payment is its own again.
INSERT INTO claims_paymentreversal (unit_id, run_id, payment_id, reversal_id, amount, undoes_id)
SELECT %(unit)s, %(run)s, v.payment_id, v.reversal_id, -v.amount, v.id
FROM decided d JOIN claims_paymentreversal v ON v.reversal_id = d.id
WHERE d.outcome = 'UNDONE' AND v.undoes_id IS NULL
  AND NOT EXISTS (SELECT FROM claims_paymentreversal undone WHERE undone.undoes_id = v.id)
ORDER BY v.id;

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
