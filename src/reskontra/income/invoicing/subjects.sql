-- Credits that each fit their original, but exceed it when the ready credits before them are through: in what they take
-- back of one rate of VAT, or in all.
CREATE TEMP TABLE exceeding ON COMMIT DROP AS
WITH ready AS (
  SELECT o.id, o.number, o.original_id, o.left_total, o.gross, o.slack
  FROM orders_in_hand o
  WHERE o.credit AND (o.decided_standing = 'READY' OR (o.decided_standing = 'REVIEW' AND o.reviewed AND o.approved))
    AND {decision_holds}
)
SELECT id FROM (SELECT id, slack, left_total + sum(gross) OVER (PARTITION BY original_id ORDER BY number) AS left_after
                FROM ready) credits
WHERE left_after < -slack
UNION
SELECT order_id FROM (SELECT t.order_id, t.left_net + sum(t.net) OVER (
                        PARTITION BY t.original_id, t.vat_category, t.vat_percent ORDER BY t.number) AS left_after
                      FROM taken_back t JOIN ready ON ready.id = t.order_id) credits
WHERE left_after < 0;

-- Orders in hand, collected: each ready order gets the number of its group and the total of the invoice it would be on.
CREATE TEMP TABLE collected ON COMMIT DROP AS
SELECT o.id, o.number, o.last_line, jsonb_array_length(o.attachments) AS files,
  CASE WHEN o.attachments <> '[]'
       THEN (SELECT sum((file ->> 'size')::bigint) FROM jsonb_array_elements(o.attachments) file) ELSE 0 END AS bytes,
  dense_rank() OVER (ORDER BY {collected_by}) AS grp
FROM orders_in_hand o
WHERE (o.decided_standing = 'READY' OR (o.decided_standing = 'REVIEW' AND o.reviewed AND o.approved))
  AND {decision_holds}
  AND NOT EXISTS (SELECT FROM exceeding WHERE exceeding.id = o.id);

-- What has more lines or attachments than one invoice may hold is parted, in the order of the orders: the order that
-- would go beyond a limit begins the customer's next invoice. Few groups if any: the walk costs by their orders alone.
CREATE TEMP TABLE too_many ON COMMIT DROP AS
SELECT c.id, c.grp, c.last_line, c.files, c.bytes, row_number() OVER (PARTITION BY c.grp ORDER BY c.number) AS place
FROM collected c
WHERE c.grp IN (SELECT grp FROM collected GROUP BY 1
                HAVING sum(last_line) > {most_lines} OR sum(files) > {most_files} OR sum(bytes) > {most_bytes});

CREATE UNIQUE INDEX ON too_many (grp, place);

ANALYZE too_many;

WITH RECURSIVE walk AS (
  SELECT id, grp, place, last_line::bigint AS lines, files::bigint, bytes::numeric, 1 AS part FROM too_many WHERE place = 1
  UNION ALL
  SELECT t.id, t.grp, t.place, kept.share * w.lines + t.last_line, kept.share * w.files + t.files,
    kept.share * w.bytes + t.bytes, w.part + 1 - kept.share
  FROM walk w JOIN too_many t ON t.grp = w.grp AND t.place = w.place + 1
  -- A file hinders only the order that brings one: what carries none stays where it is.
  CROSS JOIN LATERAL (SELECT CASE WHEN w.lines + t.last_line > {most_lines}
    OR t.files > 0 AND (w.files + t.files > {most_files} OR w.bytes + t.bytes > {most_bytes}) THEN 0 ELSE 1 END AS share) kept
), parted AS (
  SELECT id, (SELECT max(grp) FROM collected) + dense_rank() OVER (ORDER BY grp, part) AS grp FROM walk WHERE part > 1
)
UPDATE collected SET grp = parted.grp FROM parted WHERE parted.id = collected.id;

ANALYZE collected (id, grp);

CREATE TEMP TABLE vat_in_hand ON COMMIT DROP AS
SELECT c.grp, l.vat_category, l.vat_percent, sum(l.net) AS base, round(sum(l.net) * l.vat_percent / 100, 2) AS vat
FROM collected c JOIN lines_in_hand l ON l.order_id = c.id
GROUP BY 1, 2, 3;

CREATE TEMP TABLE groups_in_hand ON COMMIT DROP AS
SELECT grp, sum(base) AS net, sum(vat) AS vat, sum(base) + sum(vat) AS total FROM vat_in_hand GROUP BY 1;

ANALYZE vat_in_hand (grp);
ANALYZE groups_in_hand (grp)
