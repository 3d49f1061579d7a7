-- What the bank stated for the end of a day against the books. The last statement of a bank account on or before the day
-- speaks for it; its bank accounts together are what the ledger account must show.
WITH days AS (SELECT DISTINCT account, day FROM ledger_assertion WHERE unit_id = %(unit)s),
stated AS (
  SELECT d.account, d.day, sum(latest.closing) AS amount
  FROM days d
  JOIN registers_unitaccount a ON a.unit_id = %(unit)s AND a.account = d.account
  JOIN LATERAL (
    SELECT m.closing FROM bank_material m
    WHERE m.unit_id = %(unit)s AND m.account_id = a.id AND m.kind = 'statement' AND m.to_date <= d.day
      AND m.closing IS NOT NULL
    ORDER BY m.to_date DESC, m.from_date DESC, length(m.sequence) DESC, m.sequence DESC, m.id DESC
    LIMIT 1) latest ON true
  GROUP BY 1, 2),
posted AS (
  SELECT e.account, v.posting_date, sum(e.amount) AS amount
  FROM ledger_entry e JOIN ledger_voucher v ON v.id = e.voucher_id AND v.unit_id = e.unit_id
  WHERE e.unit_id = %(unit)s AND e.account IN (SELECT account FROM days) GROUP BY 1, 2),
books AS (
  SELECT d.account, d.day, coalesce(sum(p.amount), 0) AS amount
  FROM days d LEFT JOIN posted p ON p.account = d.account AND p.posting_date <= d.day GROUP BY 1, 2)
SELECT account, day, stated.amount AS stated, books.amount AS books, stated.amount - books.amount AS difference
FROM stated JOIN books USING (account, day)
WHERE stated.amount <> books.amount
ORDER BY account, day
