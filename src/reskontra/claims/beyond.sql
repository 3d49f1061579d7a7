-- Payments in hand that are more than their claim leaves open, of claims whose reminder had told of interest and costs when
-- the payment was booked (ADR 0021), and the claims whose interest is to be asked for. It takes the tables of in_hand.sql.
-- Parameters: unit, on, interest_blocks (the letters of the codes that stop interest).

CREATE TEMP TABLE beyond_claims ON COMMIT DROP AS
SELECT s.payment_id, s.claim_id, p.booking_date, s.amount - s.open_before AS beyond,
  sum(s.amount - s.open_before) OVER turn - (s.amount - s.open_before) AS beyond_before,
  first_value(p.booking_date) OVER turn AS paid_up,
  (SELECT coalesce(sum(k.amount), 0) FROM claims_cost k WHERE k.claim_id = s.claim_id AND k.day <= p.booking_date)
    - (SELECT coalesce(sum(d.amount), 0) FROM claims_sidepayment d WHERE d.claim_id = s.claim_id AND d.kind = 'cost')
    AS costs
FROM shares s
JOIN payments_left p ON p.id = s.payment_id
JOIN pointing g ON g.payment_id = s.payment_id AND g.found_by <> 'payer'
WHERE s.amount > s.open_before AND (s.whole OR s.payment_id IN (SELECT payment_id FROM shared_out WHERE fits))
  AND EXISTS (SELECT FROM claims_reminder r WHERE r.claim_id = s.claim_id AND r.sent_date <= p.booking_date)
WINDOW turn AS (PARTITION BY s.claim_id ORDER BY s.open_before DESC, p.booking_date, s.amount DESC, s.payment_id);

CREATE TEMP TABLE interest_scope ON COMMIT DROP AS
SELECT DISTINCT b.claim_id, b.paid_up AS until_date
FROM beyond_claims b
JOIN claims_claim c ON c.id = b.claim_id
JOIN registers_customer payer ON payer.id = c.payer_id AND payer.kind <> 'state_unit'
WHERE NOT EXISTS (
  SELECT FROM claims_block_now stop
  WHERE stop.unit_id = %(unit)s AND (stop.claim_id = c.id OR stop.customer_id = c.payer_id)
    AND strpos(%(interest_blocks)s, stop.code) > 0 AND stop.from_date <= %(on)s
    AND (stop.until_date IS NULL OR stop.until_date >= %(on)s) AND (stop.lifted_date IS NULL OR stop.lifted_date > %(on)s))
