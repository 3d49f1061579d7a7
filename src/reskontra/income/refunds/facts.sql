-- From what was decided to facts and the postings that they make. Parameters: unit, code, run, on, year, person, at; voucher and
-- number of refunds, given_back and given_back_number of what is pointed at a next invoice; accounts liability, income, transit,
-- unredeemed and unallocated; ways (outcome to way); file and orders (ids of the outgoing files).

CREATE TEMP TABLE new_refund ON COMMIT DROP AS
SELECT d.id AS overpayment_id, d.treatment, d.amount, w.way, CASE w.way WHEN 'account' THEN d.iban ELSE '' END AS iban,
  CASE WHEN w.way = 'account' THEN d.holder WHEN w.way = 'payment_order' THEN left(payer.name, 70) ELSE '' END AS payee,
  CASE WHEN w.way IN ('account', 'payment_order') THEN 'RF' || %(code)s || '-' || %(run)s || '-' || d.id ELSE '' END
    AS end_to_end_id,
  d.clause, NULL::bigint AS undoes_id, d.invoice_number, payer.street, payer.postcode, payer.town, payer.country,
  coalesce(payer.language, 'sv') AS language
FROM decided d
JOIN jsonb_each_text(%(ways)s::jsonb) w (outcome, way) ON w.outcome = d.outcome
LEFT JOIN registers_customer payer ON payer.id = d.payer_id
UNION ALL
SELECT d.id, d.treatment, -r.amount, r.way, r.iban, r.payee, '', d.clause, r.id, '', '', '', '', '', ''
FROM decided d JOIN claims_refund r ON r.id = d.refund_id
WHERE d.outcome IN ('REJECTED_BY_BANK', 'UNREDEEMED_TO_INCOME')
UNION ALL
SELECT d.id, d.treatment, d.amount, 'income', '', '', '', d.clause, NULL, '', '', '', '', '', ''
FROM decided d WHERE d.outcome IN ('UNREDEEMED_TO_INCOME', 'BELOW_ORDER_FLOOR_TO_INCOME');

-- What is credited on the next invoice is taken back from being overpaid; what that invoice does not need stays so.
CREATE TEMP TABLE new_overpayment ON COMMIT DROP AS
SELECT d.payment_id, d.claim_id, part.amount, d.treatment, d.clause, part.undoes_id
FROM decided d
CROSS JOIN LATERAL (VALUES (-d.amount, d.id), (d.amount - least(d.amount, d.next_open), NULL)) part (amount, undoes_id)
WHERE d.outcome = 'CREDITED_ON_NEXT_INVOICE' AND part.amount <> 0;

INSERT INTO ledger_voucher (id, unit_id, run_id, kind, year, number, posting_date)
SELECT id, %(unit)s, %(run)s, kind, %(year)s, number, %(on)s
FROM (VALUES (%(voucher)s::bigint, 'RF', %(number)s::bigint), (%(given_back)s, 'AL', %(given_back_number)s))
  made (id, kind, number)
WHERE id IS NOT NULL;

INSERT INTO claims_refund (unit_id, run_id, overpayment_id, voucher_id, amount, way, iban, payee, end_to_end_id, file_id, clause,
  undoes_id)
SELECT %(unit)s, %(run)s, overpayment_id, %(voucher)s, amount, way, iban, payee, end_to_end_id,
  CASE WHEN undoes_id IS NOT NULL THEN NULL WHEN way = 'account' THEN %(file)s::bigint WHEN way = 'payment_order' THEN %(orders)s::bigint END,
  clause, undoes_id
FROM new_refund ORDER BY overpayment_id, amount;

INSERT INTO claims_overpayment (unit_id, run_id, voucher_id, payment_id, claim_id, amount, treatment, clause, undoes_id)
SELECT %(unit)s, %(run)s, %(given_back)s, payment_id, claim_id, amount, treatment, clause, undoes_id
FROM new_overpayment ORDER BY payment_id, amount;

INSERT INTO claims_paymentpointing (unit_id, payment_id, turn, position, claim_id, amount, reason, person_id, given_at)
SELECT %(unit)s, d.payment_id,
  1 + coalesce((SELECT max(t.turn) FROM claims_paymentpointing t WHERE t.payment_id = d.payment_id), 0), 1, d.next_claim_id,
  least(d.amount, d.next_open), k.reason, %(person)s, %(at)s
FROM decided d JOIN choices k ON k.overpayment_id = d.id
WHERE d.outcome = 'CREDITED_ON_NEXT_INVOICE' ORDER BY d.id;

-- What is left waits for the invoice after the next, as was chosen.
INSERT INTO claims_refundchoice (unit_id, overpayment_id, way, reason, person_id, given_at)
SELECT %(unit)s, o.id, k.way, k.reason, %(person)s, %(at)s
FROM decided d
JOIN choices k ON k.overpayment_id = d.id
JOIN claims_overpayment o ON o.run_id = %(run)s AND o.payment_id = d.payment_id AND o.undoes_id IS NULL
WHERE d.outcome = 'CREDITED_ON_NEXT_INVOICE' ORDER BY d.id;

-- Debit and credit of one account stay apart: what was paid out and what came back are both to be seen.
INSERT INTO ledger_entry (voucher_id, position, unit_id, account, amount, vat_category, vat_percent, budget_account,
  operating_unit, project, function, product, area, partner, tracking1, tracking2)
SELECT voucher, row_number() OVER (PARTITION BY voucher ORDER BY account, sum(amount) < 0), %(unit)s, account, sum(amount), '',
  NULL, '', '', '', '', '', '', '', '', ''
FROM (SELECT %(voucher)s::bigint AS voucher, amount,
        CASE treatment WHEN 'refund' THEN %(liability)s ELSE %(income)s END AS account
      FROM new_refund
      UNION ALL
      SELECT %(voucher)s, -amount, CASE way WHEN 'income' THEN %(unredeemed)s ELSE %(transit)s END FROM new_refund
      UNION ALL SELECT %(given_back)s, amount, %(unallocated)s FROM new_overpayment
      UNION ALL
      SELECT %(given_back)s, -amount, CASE treatment WHEN 'refund' THEN %(liability)s ELSE %(income)s END
      FROM new_overpayment) posted
GROUP BY voucher, account, amount > 0
