-- Each statement beside the one before it on the same account. A page without balances stands in its statement's place,
-- and a year may begin its sequence anew. Parameters: unit, and accounts or NULL for all of them.
WITH numbered AS (
  SELECT m.*, CASE WHEN m.sequence ~ '^[0-9]{1,9}$' THEN m.sequence::int END AS number
  FROM bank_material m
  WHERE m.unit_id = %(unit)s AND m.kind = 'statement'
    AND (%(accounts)s::bigint[] IS NULL OR m.account_id = ANY (%(accounts)s::bigint[]))),
ordered AS (
  SELECT n.*, lag(n.id) OVER line AS before_id, lag(n.closing) OVER line AS before_closing,
    lag(n.number) OVER line AS before_number, lag(n.to_date) OVER line AS before_day
  FROM numbered n
  WINDOW line AS (PARTITION BY n.account_id ORDER BY n.to_date, n.from_date, n.number, n.id))
SELECT a.iban, o.from_date, o.to_date, o.sequence, o.before_day, o.before_number, o.before_closing, o.opening,
  o.opening - o.before_closing AS difference
FROM ordered o JOIN registers_unitaccount a ON a.id = o.account_id AND a.unit_id = o.unit_id
WHERE o.before_id IS NOT NULL
  AND (o.opening <> o.before_closing
    OR (o.number NOT IN (o.before_number, o.before_number + 1)
        AND NOT (o.number = 1 AND extract(year FROM o.to_date) > extract(year FROM o.before_day))))
ORDER BY a.iban, o.to_date, o.number
