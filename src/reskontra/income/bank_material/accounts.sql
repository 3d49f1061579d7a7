-- The last statement of each account, in the order of the chain.
SELECT a.iban, a.purpose, a.account, latest.to_date AS latest_day, latest.sequence, latest.closing,
  (SELECT count(*) FROM bank_material m WHERE m.unit_id = a.unit_id AND m.account_id = a.id AND m.kind = 'statement')
    AS statements,
  (SELECT count(*) FROM bank_material m WHERE m.unit_id = a.unit_id AND m.account_id = a.id AND m.kind = 'payments')
    AS lists
FROM registers_unitaccount a
LEFT JOIN LATERAL (
  SELECT m.to_date, m.sequence, m.closing FROM bank_material m
  WHERE m.unit_id = a.unit_id AND m.account_id = a.id AND m.kind = 'statement'
  ORDER BY m.to_date DESC NULLS LAST, m.from_date DESC, length(m.sequence) DESC, m.sequence DESC, m.id DESC
  LIMIT 1) latest ON true
WHERE a.unit_id = %(unit)s
ORDER BY a.purpose DESC, a.iban
