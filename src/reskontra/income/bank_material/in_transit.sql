-- Per account and booking day: what statements book as payments and sums, and the payments known by whatever source.
SELECT a.iban, t.day, sum(t.statement) AS statement, sum(t.lists) AS lists, sum(t.statement) - sum(t.lists) AS difference
FROM (SELECT m.account_id, l.booking_date AS day, sum(l.amount) AS statement, 0 AS lists
      FROM bank_line l JOIN bank_material m ON m.id = l.material_id AND m.unit_id = l.unit_id
      WHERE l.unit_id = %(unit)s AND l.source = 'camt.053' AND l.kind IN ('payment', 'sum') GROUP BY 1, 2
      UNION ALL
      SELECT p.account_id, p.booking_date, 0, sum(p.amount) FROM bank_payment p WHERE p.unit_id = %(unit)s GROUP BY 1, 2) t
JOIN registers_unitaccount a ON a.id = t.account_id AND a.unit_id = %(unit)s
GROUP BY 1, 2 HAVING sum(t.statement) <> sum(t.lists)
ORDER BY 1, 2
