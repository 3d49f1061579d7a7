-- The overpayments that something is left of, or whose refund has come back or is still out as a payment order; and the accounts
-- that their payers paid from. Parameters: unit.

CREATE TEMP TABLE refund_answers ON COMMIT DROP AS
SELECT r.id AS refund_id, r.overpayment_id, r.way, r.iban, r.run_id, r.amount,
  EXISTS (SELECT FROM claims_refund undone WHERE undone.undoes_id = r.id) AS undone,
  coalesce(bool_or(a.outcome = 'rejected'), false) AS rejected, max(a.day) FILTER (WHERE a.outcome = 'rejected') AS rejected_date,
  coalesce(bool_or(a.outcome = 'redeemed'), false) AS redeemed,
  coalesce(bool_or(a.outcome = 'unredeemed'), false) AS unredeemed
FROM claims_refund r LEFT JOIN claims_refundanswer a ON a.refund_id = r.id
WHERE r.unit_id = %(unit)s AND r.undoes_id IS NULL
GROUP BY r.id;

CREATE TEMP TABLE overpayments_left ON COMMIT DROP AS
SELECT o.id, o.payment_id, o.claim_id, o.amount, o.treatment, made.on_date AS made_date, r.refund_id, r.way AS refund_way,
  coalesce(r.rejected, false) AS rejected, coalesce(r.unredeemed, false) AS unredeemed,
  CASE WHEN r.way = 'payment_order' THEN sent.on_date END AS order_sent
FROM claims_overpayment o
JOIN runs_run made ON made.id = o.run_id
LEFT JOIN refund_answers r ON r.overpayment_id = o.id AND NOT r.undone
LEFT JOIN runs_run sent ON sent.id = r.run_id
WHERE o.unit_id = %(unit)s AND o.undoes_id IS NULL
  AND NOT EXISTS (SELECT FROM claims_overpayment undone WHERE undone.undoes_id = o.id)
  AND (r.refund_id IS NULL OR r.rejected OR (r.way = 'payment_order' AND NOT r.redeemed));

ANALYZE overpayments_left;

-- What came back, and the accounts that did not take the money.
CREATE TEMP TABLE refunds_back ON COMMIT DROP AS
SELECT overpayment_id, count(*) AS times, bool_or(way = 'bank_return') AS returned,
  array_agg(iban) FILTER (WHERE iban <> '') AS ibans, max(rejected_date) AS last_day
FROM refund_answers WHERE undone AND rejected GROUP BY 1;

-- The payer's own account, as the bank told it with the payment: only when its holder's name has the words of the customer's,
-- and only when it is one. The caller takes out what is no IBAN.
CREATE TEMP TABLE accounts_of_payers ON COMMIT DROP AS
SELECT o.id AS overpayment_id, min(l.counterparty_account) AS iban
FROM overpayments_left o
JOIN claims_claim c ON c.id = o.claim_id
JOIN registers_customer payer ON payer.id = c.payer_id
JOIN bank_line l ON l.payment_id = o.payment_id AND l.counterparty_account <> ''
  AND registers_name_words(l.name_key) = registers_name_words(payer.sort_key) AND registers_name_words(l.name_key) <> ''
LEFT JOIN refunds_back b ON b.overpayment_id = o.id
WHERE NOT l.counterparty_account = ANY (coalesce(b.ibans, '{}'))
  AND (o.treatment = 'refund' OR EXISTS (SELECT FROM claims_refundrequest asked WHERE asked.overpayment_id = o.id))
GROUP BY o.id HAVING count(DISTINCT l.counterparty_account) = 1
