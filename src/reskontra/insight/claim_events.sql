-- Everything that happened to one claim, by day. Parameters: unit, claim.
-- Columns: day, place (order within a day), kind, amount (euro, or none), clause, run, other (what it is about), detail.
WITH the_claim AS (
  SELECT c.*, coalesce(i.issue_date, n.issue_date) AS issue_date, i.number AS invoice_number
  FROM claims_claim c
  LEFT JOIN sales_invoice i ON i.id = c.invoice_id
  LEFT JOIN claims_interestinvoice n ON n.id = c.interest_invoice_id
  WHERE c.unit_id = %(unit)s AND c.id = %(claim)s)
SELECT * FROM (
SELECT issue_date AS day, 0 AS place, 'invoiced' AS kind, amount, '' AS clause, run_id AS run, '' AS other,
  jsonb_build_object('due_date', due_date) AS detail
FROM the_claim
UNION ALL
SELECT coalesce(p.booking_date, v.posting_date), 10,
  CASE WHEN a.credit_id IS NULL THEN CASE WHEN a.undoes_id IS NULL THEN 'paid' ELSE 'payment_undone' END ELSE 'set_off' END,
  -a.amount, a.clause, a.run_id, coalesce('P' || a.payment_id, credit.reference), '{}'
FROM claims_allocation a
JOIN ledger_voucher v ON v.id = a.voucher_id
LEFT JOIN bank_payment p ON p.id = a.payment_id
LEFT JOIN claims_claim credit ON credit.id = a.credit_id
WHERE a.unit_id = %(unit)s AND a.claim_id = %(claim)s
UNION ALL
SELECT v.posting_date, 11, 'set_off', a.amount, a.clause, a.run_id, c.reference, '{}'
FROM claims_allocation a JOIN ledger_voucher v ON v.id = a.voucher_id JOIN claims_claim c ON c.id = a.claim_id
WHERE a.unit_id = %(unit)s AND a.credit_id = %(claim)s
UNION ALL
SELECT e.day, 12, CASE WHEN f.undoes_id IS NULL THEN 'fee_deducted' ELSE 'fee_undone' END, -f.amount, f.clause, f.run_id,
  k.number::text, '{}'
FROM claims_feededucted f JOIN claims_caseevent e ON e.id = f.event_id JOIN claims_case k ON k.id = e.case_id
WHERE f.unit_id = %(unit)s AND f.claim_id = %(claim)s
UNION ALL
SELECT v.posting_date, 13, CASE WHEN w.undoes_id IS NULL THEN 'written_off' ELSE 'write_off_undone' END, -w.amount, w.clause,
  w.run_id, '', jsonb_build_object('ground', w.ground)
FROM claims_writeoff w JOIN ledger_voucher v ON v.id = w.voucher_id
WHERE w.unit_id = %(unit)s AND w.claim_id = %(claim)s
UNION ALL
SELECT p.booking_date, 20, 'beside_' || s.kind, s.amount, s.clause, s.run_id, 'P' || s.payment_id, '{}'
FROM claims_sidepayment s JOIN bank_payment p ON p.id = s.payment_id
WHERE s.unit_id = %(unit)s AND s.claim_id = %(claim)s
UNION ALL
SELECT p.booking_date, 21, 'overpaid_' || o.treatment, o.amount, o.clause, o.run_id, 'P' || o.payment_id, '{}'
FROM claims_overpayment o JOIN bank_payment p ON p.id = o.payment_id
WHERE o.unit_id = %(unit)s AND o.claim_id = %(claim)s
UNION ALL
SELECT v.posting_date, 22, 'refund_' || r.way, r.amount, r.clause, r.run_id, '', '{}'
FROM claims_refund r JOIN claims_overpayment o ON o.id = r.overpayment_id JOIN ledger_voucher v ON v.id = r.voucher_id
WHERE r.unit_id = %(unit)s AND o.claim_id = %(claim)s
UNION ALL
SELECT r.sent_date, 30, 'reminder_' || r.ordinal, r.open, r.clause, r.run_id, l.number::text,
  jsonb_build_object('due_date', r.due_date, 'letter', l.number)
FROM claims_reminder r JOIN claims_letter l ON l.id = r.letter_id
WHERE r.unit_id = %(unit)s AND r.claim_id = %(claim)s
UNION ALL
SELECT day, 31, 'cost_' || kind, amount, clause, run_id, '', '{}' FROM claims_cost
WHERE unit_id = %(unit)s AND claim_id = %(claim)s
UNION ALL
SELECT n.issue_date, 32, 'interest_' || n.kind, h.amount, 'OC 6.1.5-a', n.run_id, n.reference,
  jsonb_build_object('until_date', h.until_date, 'stretches', (
    SELECT jsonb_agg(jsonb_build_object('from', l.from_date, 'to', l.to_date, 'days', l.days, 'principal', l.principal::text,
      'percent', trim_scale(l.percent)::text, 'amount', round(l.amount, 4)::text) ORDER BY l.position)
    FROM claims_interestline l WHERE l.charge_id = h.id))
FROM claims_interestcharge h JOIN claims_interestinvoice n ON n.id = h.invoice_id
WHERE h.unit_id = %(unit)s AND h.claim_id = %(claim)s
UNION ALL
SELECT (given_at AT TIME ZONE 'Europe/Helsinki')::date, 33, 'interest_waived', NULL, 'OC 6.1.5-a', NULL, until_date::text,
  jsonb_build_object('reason', reason, 'until_date', until_date)
FROM claims_interestwaiver WHERE unit_id = %(unit)s AND claim_id = %(claim)s
UNION ALL
SELECT x.day, 34, 'left_out_' || x.rule, NULL, CASE x.rule WHEN 'reminders' THEN 'OC 6.1.2-a' ELSE 'OC 6.1.5-a' END, NULL, '',
  jsonb_build_object('reason', x.reason)
FROM claims_left_out x WHERE x.unit_id = %(unit)s AND x.claim_id = %(claim)s
UNION ALL
SELECT b.from_date, 40, 'blocked', NULL, 'OC 6.1.2-a', b.run_id, b.code,
  jsonb_build_object('reason', b.reason, 'review_date', b.review_date, 'until_date', b.until_date, 'party', b.party)
FROM claims_block b JOIN the_claim c ON b.claim_id = c.id OR b.customer_id = c.payer_id
WHERE b.unit_id = %(unit)s
UNION ALL
SELECT e.day, 40, 'block_extended', NULL, 'OC 6.1.2-a', NULL, b.code,
  jsonb_build_object('reason', e.reason, 'review_date', e.review_date, 'until_date', e.until_date)
FROM claims_blockextension e JOIN claims_block b ON b.id = e.block_id
JOIN the_claim c ON b.claim_id = c.id OR b.customer_id = c.payer_id
WHERE e.unit_id = %(unit)s
UNION ALL
SELECT l.day, 41, 'block_lifted', NULL, 'OC 6.1.2-a', l.run_id, b.code,
  jsonb_build_object('reason', l.reason, 'next_step', l.next_step)
FROM claims_blocklift l JOIN claims_block b ON b.id = l.block_id
JOIN the_claim c ON b.claim_id = c.id OR b.customer_id = c.payer_id
WHERE l.unit_id = %(unit)s
UNION ALL
SELECT received_date, 42, 'complaint', NULL, 'OC 6.1.2-b', NULL, received_by, jsonb_build_object('message', message)
FROM claims_complaint WHERE unit_id = %(unit)s AND claim_id = %(claim)s
UNION ALL
SELECT a.day, 43, 'complaint_' || a.outcome, NULL, 'OC 6.1.2-b', NULL, '', jsonb_build_object('message', a.message)
FROM claims_complaintanswer a JOIN claims_complaint q ON q.id = a.complaint_id
WHERE q.unit_id = %(unit)s AND q.claim_id = %(claim)s
UNION ALL
SELECT d.from_date, 50, 'time_granted', dc.principal, 'OC 6.1.1-a', d.run_id, d.number::text,
  jsonb_build_object('until_date', d.until_date)
FROM claims_deferralclaim dc JOIN claims_deferral d ON d.id = dc.deferral_id
WHERE dc.unit_id = %(unit)s AND dc.claim_id = %(claim)s
UNION ALL
SELECT e.day, 51, 'time_' || e.outcome, NULL, 'OC 6.1.1-a', e.run_id, d.number::text, jsonb_build_object('reason', e.reason)
FROM claims_deferralend e JOIN claims_deferral d ON d.id = e.deferral_id
JOIN claims_deferralclaim dc ON dc.deferral_id = d.id
WHERE dc.unit_id = %(unit)s AND dc.claim_id = %(claim)s
UNION ALL
SELECT e.day, 60 + e.position / 100.0, 'case_' || e.kind, e.amount, '', e.run_id, k.number::text,
  jsonb_strip_nulls(jsonb_build_object('case_kind', k.kind, 'procedure', nullif(k.procedure, ''), 'court', nullif(k.court, '')))
FROM claims_caseclaim cc JOIN claims_case k ON k.id = cc.case_id JOIN claims_caseevent e ON e.case_id = k.id
WHERE cc.unit_id = %(unit)s AND cc.claim_id = %(claim)s
UNION ALL
SELECT day, 70, 'interrupted', NULL, 'OC 5.1-c', NULL, act, jsonb_build_object('note', note)
FROM claims_interruption WHERE unit_id = %(unit)s AND claim_id = %(claim)s
UNION ALL
SELECT proposed_date, 80, 'write_off_proposed', amount, clause, run_id, id::text, jsonb_build_object('ground', ground)
FROM claims_writeoffproposal WHERE unit_id = %(unit)s AND claim_id = %(claim)s
UNION ALL
SELECT (a.given_at AT TIME ZONE 'Europe/Helsinki')::date, 81, 'write_off_' || a.act, NULL, 'OC 5.1-b', NULL, p.id::text, '{}'
FROM claims_writeoffapproval a JOIN claims_writeoffproposal p ON p.id = a.proposal_id
WHERE p.unit_id = %(unit)s AND p.claim_id = %(claim)s
UNION ALL
SELECT r.day, 82, 'write_off_refused', NULL, 'OC 5.1-b', NULL, p.id::text,
  jsonb_build_object('reason', r.reason, 'follow_up_date', r.follow_up_date)
FROM claims_writeoffrefusal r JOIN claims_writeoffproposal p ON p.id = r.proposal_id
WHERE p.unit_id = %(unit)s AND p.claim_id = %(claim)s
UNION ALL
SELECT day, 90, 'followed_up', NULL, 'OC 6.4-a', run_id, '', jsonb_build_object('note', note, 'due_date', due_date)
FROM claims_followup WHERE unit_id = %(unit)s AND claim_id = %(claim)s
) told
ORDER BY day, floor(place), run NULLS FIRST, place
