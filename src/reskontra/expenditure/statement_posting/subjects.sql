-- Lines in hand with what our own payments say of them. Reads lines_in_hand and rule_hit. Parameters: unit.
DROP TABLE IF EXISTS sent, sent_key, told_before, single, batch_line, statement_in_hand;

-- Payments on their way that a line may name: by their own id, their batch or their file; `undone`: came back or was
-- refused.
CREATE TEMP TABLE sent ON COMMIT DROP AS
WITH own AS (SELECT DISTINCT end_to_end_id AS id FROM lines_in_hand WHERE end_to_end_id <> ''),
batch AS (SELECT DISTINCT payment_information_id AS id FROM lines_in_hand WHERE payment_information_id <> '')
SELECT s.*
FROM (SELECT upper(p.end_to_end_id) AS end_to_end_id, upper(p.payment_information_id) AS batch,
  upper(f.message_id) AS message,
        f.account_id, p.amount, coalesce(-u.amount, 0) AS undone, 'suppliers' AS transit
      FROM purchases_supplierpayment p
      JOIN purchases_paymentfile f ON f.id = p.file_id
      LEFT JOIN purchases_supplierpayment u ON u.undoes_id = p.id
      WHERE p.unit_id = %(unit)s AND p.undoes_id IS NULL
      UNION ALL
      -- The payment file of a refund run is one batch, named by the run and by what is in the file.
      SELECT upper(r.end_to_end_id), upper(b.batch), upper(b.batch), NULL, r.amount, coalesce(-u.amount, 0), 'refunds'
      FROM claims_refund r
      LEFT JOIN claims_refund u ON u.undoes_id = r.id
      CROSS JOIN LATERAL (SELECT regexp_replace(r.end_to_end_id, '[^-]*$', '')
        || CASE r.way WHEN 'account' THEN 'file' ELSE 'orders' END AS batch) b
      WHERE r.unit_id = %(unit)s AND r.undoes_id IS NULL AND r.end_to_end_id <> '') s
WHERE s.end_to_end_id IN (SELECT id FROM own) OR s.batch IN (SELECT id FROM batch)
  OR s.message IN (SELECT id FROM batch);

CREATE TEMP TABLE sent_key ON COMMIT DROP AS
SELECT DISTINCT k.key, s.end_to_end_id, s.account_id, s.amount, s.undone, s.transit
FROM sent s CROSS JOIN LATERAL (VALUES (s.batch), (s.message)) k (key) WHERE k.key <> '';

ANALYZE sent;

ANALYZE sent_key;

-- What was told of these payments already, by lines whose posting still holds.
CREATE TEMP TABLE told_before ON COMMIT DROP AS
SELECT upper(l.end_to_end_id) AS end_to_end_id, upper(l.payment_information_id) AS batch, l.amount
FROM bank_lineposting p JOIN bank_line l ON l.id = p.line_id AND l.unit_id = p.unit_id
WHERE p.unit_id = %(unit)s AND p.by = 'payments'
  AND NOT EXISTS (SELECT FROM bank_lineposting c WHERE c.corrects_id = p.id)
  AND (upper(l.end_to_end_id) IN (SELECT end_to_end_id FROM sent)
    OR upper(l.payment_information_id) IN (SELECT key FROM sent_key));

-- A line that names one payment: its amount, out once and back once.
CREATE TEMP TABLE single ON COMMIT DROP AS
SELECT id, transit, end_to_end_id, expected, amount,
  amount = expected AND NOT told AND row_number() OVER (PARTITION BY end_to_end_id, amount > 0
    ORDER BY amount = expected DESC, booking_date, id) = 1 AS fits
FROM (SELECT h.id, s.transit, s.end_to_end_id, h.amount, h.booking_date, sign(h.amount) * s.amount AS expected,
        EXISTS (SELECT FROM told_before t
                WHERE t.end_to_end_id = s.end_to_end_id AND sign(t.amount) = sign(h.amount)) AS told
      FROM lines_in_hand h
      JOIN sent s ON s.end_to_end_id = h.end_to_end_id AND (s.account_id IS NULL OR s.account_id = h.account_id)
      WHERE h.kind = 'other' AND h.amount <> 0 AND h.posting_id IS NULL) named;

-- Lines that name a batch or a file only: alone or together they are what is still to be told of it, with or without
-- the payments of it that came back.
CREATE TEMP TABLE batch_line ON COMMIT DROP AS
WITH whole AS (
  SELECT key, min(account_id) AS account_id, min(transit) AS transit, sum(amount) AS gross, sum(undone) AS undone
  FROM sent_key GROUP BY key),
told AS (
  SELECT k.key, -coalesce(sum(t.amount) FILTER (WHERE t.amount < 0), 0) AS went,
    coalesce(sum(t.amount) FILTER (WHERE t.amount > 0), 0) AS came
  FROM whole k
  JOIN (SELECT batch, end_to_end_id, amount FROM told_before
        UNION ALL SELECT '', end_to_end_id, amount FROM single WHERE fits) t
    ON t.batch = k.key OR EXISTS (SELECT FROM sent_key s WHERE s.key = k.key AND s.end_to_end_id = t.end_to_end_id)
  GROUP BY 1),
named AS (
  SELECT h.id, h.amount, h.booking_date, w.key, w.transit, abs(h.amount) AS size,
    abs(sum(h.amount) OVER (PARTITION BY w.key, h.amount > 0)) AS together,
    CASE WHEN h.amount < 0 THEN w.gross - coalesce(t.went, 0) ELSE w.undone - coalesce(t.came, 0) END AS rest,
    CASE WHEN h.amount < 0 THEN w.gross - w.undone - coalesce(t.went, 0) ELSE w.undone - coalesce(t.came, 0) END AS net
  FROM lines_in_hand h
  JOIN whole w ON w.key = h.payment_information_id AND (w.account_id IS NULL OR w.account_id = h.account_id)
  LEFT JOIN told t ON t.key = w.key
  WHERE h.kind = 'other' AND h.amount <> 0 AND h.posting_id IS NULL AND h.id NOT IN (SELECT id FROM single))
SELECT id, transit, sign(amount) * rest AS expected,
  together IN (rest, net) OR size IN (rest, net) AND row_number() OVER (PARTITION BY key, amount > 0
    ORDER BY size IN (rest, net) DESC, booking_date, id) = 1 AS fits
FROM named;

CREATE TEMP TABLE statement_in_hand ON COMMIT DROP AS
SELECT h.*, o.transit, o.expected, coalesce(o.fits, false) AS fits, r.rule_id, r.rule_clause,
  coalesce(r.sayings, 0) AS sayings,
  r.rules
FROM lines_in_hand h
LEFT JOIN (SELECT id, transit, expected, fits FROM single
           UNION ALL SELECT id, transit, expected, fits FROM batch_line) o
  ON o.id = h.id
LEFT JOIN rule_hit r ON r.line_id = h.id;

ANALYZE statement_in_hand
