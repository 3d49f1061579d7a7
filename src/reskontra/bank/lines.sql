-- Lines of statements that no room of income posts, with what identifies them; an id that was not given is none.
-- Parameters: unit, lines (ids, or NULL: all that are not posted yet).
DROP TABLE IF EXISTS lines_in_hand, rule_in_hand, rule_hit;

CREATE TEMP TABLE lines_in_hand ON COMMIT DROP AS
SELECT l.id, l.unit_id, l.material_id, m.account_id, l.booking_date, l.amount, l.kind, l.source,
  CASE WHEN l.amount < 0 THEN 'out' ELSE 'in' END AS direction,
  p.id AS posting_id,
  given.ultimate_debtor, given.payment_information_id, given.end_to_end_id, given.instruction_id,
  given.transaction_code,
  given.counterparty, given.counterparty_account, given.reference, given.message
FROM bank_line l
JOIN bank_material m ON m.id = l.material_id AND m.unit_id = l.unit_id
LEFT JOIN bank_lineposting p ON p.line_id = l.id AND p.corrects_id IS NULL
CROSS JOIN LATERAL (
  SELECT coalesce(nullif(upper(btrim(l.ultimate_debtor)), 'NOTPROVIDED'), '') AS ultimate_debtor,
    coalesce(nullif(upper(btrim(l.payment_information_id)), 'NOTPROVIDED'), '') AS payment_information_id,
    coalesce(nullif(upper(btrim(l.end_to_end_id)), 'NOTPROVIDED'), '') AS end_to_end_id,
    coalesce(nullif(upper(btrim(l.instruction_id)), 'NOTPROVIDED'), '') AS instruction_id,
    coalesce(nullif(upper(btrim(l.transaction_code)), 'NOTPROVIDED'), '') AS transaction_code,
    coalesce(nullif(upper(btrim(l.counterparty)), 'NOTPROVIDED'), '') AS counterparty,
    coalesce(nullif(upper(btrim(l.counterparty_account)), 'NOTPROVIDED'), '') AS counterparty_account,
    coalesce(nullif(upper(btrim(l.reference)), 'NOTPROVIDED'), '') AS reference,
    coalesce(nullif(upper(btrim(l.message)), 'NOTPROVIDED'), '') AS message) given
WHERE l.unit_id = %(unit)s AND l.source = 'camt.053' AND l.kind IN ('other', 'pending', 'foreign', 'failed')
  AND (CASE WHEN %(lines)s::bigint[] IS NULL THEN p.id IS NULL ELSE l.id = ANY (%(lines)s::bigint[]) END);

ANALYZE lines_in_hand
