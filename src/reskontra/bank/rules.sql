-- Which rule says what of which line in hand: the first by position, and how many different things are said there.
-- Reads rule_in_hand (id, position, bank_account_id, field, wanted, beginning, direction, validity, says, clause).
CREATE TEMP TABLE rule_hit ON COMMIT DROP AS
WITH told AS (
  SELECT h.id, h.account_id, h.direction, h.booking_date, v.field, v.value
  FROM lines_in_hand h
  CROSS JOIN LATERAL (VALUES ('ultimate_debtor', h.ultimate_debtor), ('payment_information_id', h.payment_information_id),
    ('end_to_end_id', h.end_to_end_id), ('instruction_id', h.instruction_id), ('transaction_code', h.transaction_code),
    ('counterparty', h.counterparty), ('counterparty_account', h.counterparty_account), ('reference', h.reference),
    ('message', h.message)) v (field, value)
  WHERE v.value <> '' AND v.field IN (SELECT field FROM rule_in_hand)),
-- What stands on many lines is compared once.
meant AS (
  SELECT t.field, t.value, r.id AS rule_id
  FROM (SELECT DISTINCT field, value FROM told) t
  JOIN rule_in_hand r ON NOT r.beginning AND r.field = t.field AND r.wanted = t.value
  UNION ALL
  SELECT t.field, t.value, r.id
  FROM (SELECT DISTINCT field, value FROM told) t
  JOIN rule_in_hand r ON r.beginning AND r.wanted <> '' AND r.field = t.field AND starts_with(t.value, r.wanted)),
hit AS (
  SELECT t.id AS line_id, r.id AS rule_id, r.position, r.says, r.clause,
    rank() OVER (PARTITION BY t.id ORDER BY r.position) AS place
  FROM told t
  JOIN meant m ON m.field = t.field AND m.value = t.value
  JOIN rule_in_hand r ON r.id = m.rule_id
  WHERE r.direction = t.direction AND (r.bank_account_id IS NULL OR r.bank_account_id = t.account_id)
    AND r.validity @> t.booking_date)
SELECT line_id, min(rule_id) AS rule_id, min(clause) AS rule_clause, count(DISTINCT says)::int AS sayings,
  array_agg(rule_id ORDER BY rule_id) AS rules
FROM hit WHERE place = 1
GROUP BY line_id;

ANALYZE rule_hit
