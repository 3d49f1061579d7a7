-- One pass: lines and payments of a group that share a mark, one to one in order.
INSERT INTO paired
SELECT {pass}, l.id, p.payment_id
FROM (SELECT l.id, l.grp, l.{mark} AS mark, row_number() OVER (PARTITION BY l.grp, l.{mark} ORDER BY l.id) AS place
      FROM hard_line l
      WHERE l.{mark} <> '' AND {line} AND NOT EXISTS (SELECT FROM paired WHERE paired.id = l.id)) l
JOIN (SELECT p.payment_id, p.grp, p.{mark} AS mark,
        row_number() OVER (PARTITION BY p.grp, p.{mark} ORDER BY p.payment_id) AS place
      FROM known_payment p
      WHERE p.{mark} <> '' AND {payment} AND NOT EXISTS (SELECT FROM paired WHERE paired.payment_id = p.payment_id)) p
  USING (grp, mark, place)
