-- The overpayments in hand, with all that a rule may ask of each on a day. Parameters: unit, code, on, blocks (letters of the
-- codes that hold refunds), recurring (ids of customers who are invoiced again and again). It takes cases_standing. What is left and the accounts of payers stand in ``accounts.sql``.

-- The account that a person told last; one that did not take the money counts only when it was told anew after that.
CREATE TEMP TABLE accounts_told ON COMMIT DROP AS
SELECT t.overpayment_id, t.iban, t.holder, t.source
FROM (SELECT DISTINCT ON (overpayment_id) overpayment_id, iban, holder, source, told_date FROM claims_refundaccount
      WHERE unit_id = %(unit)s ORDER BY overpayment_id, id DESC) t
LEFT JOIN refunds_back b ON b.overpayment_id = t.overpayment_id
WHERE b.ibans IS NULL OR NOT t.iban = ANY (b.ibans) OR t.told_date > b.last_day;

CREATE TEMP TABLE inquiries ON COMMIT DROP AS
SELECT overpayment_id, max(turn) AS turns, max(answer_by) AS answer_by
FROM claims_refundinquiry WHERE unit_id = %(unit)s GROUP BY 1;

CREATE TEMP TABLE choices ON COMMIT DROP AS
SELECT DISTINCT ON (overpayment_id) overpayment_id, way, reason
FROM claims_refundchoice WHERE unit_id = %(unit)s ORDER BY overpayment_id, id DESC;

-- Overpayments that wait for the next invoice, the first of each payer: one after another, so that no claim is promised twice.
-- A claim that a payment with money left is pointed at already is promised too. Interest is no invoice to wait for, and what
-- is in a case is collected there.
CREATE TEMP TABLE next_invoices ON COMMIT DROP AS
SELECT first.id AS overpayment_id, next.id AS claim_id, next.reference, next.open
FROM (SELECT DISTINCT ON (c.payer_id) o.id, o.claim_id, c.payer_id
      FROM overpayments_left o JOIN choices k ON k.overpayment_id = o.id AND k.way = 'next_invoice'
      JOIN claims_claim c ON c.id = o.claim_id
      WHERE o.refund_id IS NULL ORDER BY c.payer_id, o.id) first
CROSS JOIN LATERAL (
  SELECT c.id, c.reference, c.amount - coalesce(settled.amount, 0) AS open
  FROM claims_claim c
  CROSS JOIN LATERAL (SELECT sum(s.amount) AS amount FROM claims_claim_settlement s WHERE s.claim_id = c.id) settled
  WHERE c.unit_id = %(unit)s AND c.kind = 'invoice' AND c.payer_id = first.payer_id AND c.id > first.claim_id
    AND c.amount - coalesce(settled.amount, 0) > 0
    AND NOT EXISTS (SELECT FROM claims_caseclaim cc JOIN cases_standing s ON s.case_id = cc.case_id
                    WHERE cc.claim_id = c.id AND NOT s.over)
    AND NOT EXISTS (
      SELECT FROM claims_paymentpointing t JOIN bank_payment p ON p.id = t.payment_id
      WHERE t.claim_id = c.id
        AND t.turn = (SELECT max(newest.turn) FROM claims_paymentpointing newest WHERE newest.payment_id = t.payment_id)
        AND p.amount > (SELECT coalesce(sum(u.amount), 0) FROM claims_payment_use u WHERE u.payment_id = p.id))
  ORDER BY c.due_date, c.id LIMIT 1) next;

CREATE TEMP TABLE holding_blocks ON COMMIT DROP AS
SELECT b.claim_id, b.customer_id, b.code
FROM claims_block_now b
WHERE b.unit_id = %(unit)s AND b.code ~ ('[' || %(blocks)s || ']') AND b.from_date <= %(on)s
  AND (b.until_date IS NULL OR b.until_date >= %(on)s) AND (b.lifted_date IS NULL OR b.lifted_date > %(on)s);

CREATE TEMP TABLE overpayments_in_hand ON COMMIT DROP AS
SELECT o.id, %(unit)s::bigint AS unit_id, o.amount, o.made_date > %(on)s AS to_come, o.treatment, o.payment_id, o.claim_id, o.refund_id, o.refund_way,
  o.rejected, o.unredeemed, o.order_sent, coalesce(b.times, 0) AS times_back,
  asked.overpayment_id IS NOT NULL AS asked,
  CASE WHEN k.way = 'rule' OR k.way = 'bank_return' AND coalesce(b.returned, false) THEN NULL ELSE k.way END AS choice,
  coalesce(payer.id = ANY (%(recurring)s::bigint[]), false) AS recurs, n.claim_id AS next_claim_id, n.reference AS next_reference, n.open AS next_open,
  coalesce(t.iban, p.iban) AS iban, CASE WHEN t.iban IS NOT NULL THEN t.holder ELSE left(payer.name, 70) END AS holder,
  t.iban IS NOT NULL AS told_by_person, CASE WHEN t.iban IS NOT NULL THEN t.source WHEN p.iban IS NOT NULL THEN 'bank' END
    AS account_source,
  coalesce(q.turns, 0) AS inquiries, q.answer_by,
  payer.id AS payer_id, NOT (payer.kind = 'person' AND payer.country = 'FI') AS floor_applies,
  payer.town <> '' AS has_town, md5(concat_ws('|', payer.name, payer.street, payer.postcode, payer.town, payer.country)) AS payee_digest,
  coalesce((SELECT string_agg(DISTINCT h.code, '' ORDER BY h.code) FROM holding_blocks h
            WHERE h.claim_id = o.claim_id OR h.customer_id = payer.id), '') AS block_codes,
  coalesce(%(code)s || lpad(i.number::text, 9, '0'), c.reference, '') AS invoice_number
FROM overpayments_left o
LEFT JOIN claims_claim c ON c.id = o.claim_id
LEFT JOIN sales_invoice i ON i.id = c.invoice_id
LEFT JOIN registers_customer payer ON payer.id = c.payer_id
LEFT JOIN refunds_back b ON b.overpayment_id = o.id
LEFT JOIN (SELECT overpayment_id FROM claims_refundrequest WHERE unit_id = %(unit)s) asked ON asked.overpayment_id = o.id
LEFT JOIN choices k ON k.overpayment_id = o.id
LEFT JOIN next_invoices n ON n.overpayment_id = o.id
LEFT JOIN accounts_told t ON t.overpayment_id = o.id
LEFT JOIN accounts_of_payers p ON p.overpayment_id = o.id
LEFT JOIN inquiries q ON q.overpayment_id = o.id;

ANALYZE overpayments_in_hand (id)
