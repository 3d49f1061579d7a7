-- What no mark paired: first who lacks an archive id on one side, then whoever is left; the last of a group, as many as it
-- gains, are new payments.
CREATE TEMP TABLE spare ON COMMIT DROP AS
SELECT p.grp, p.payment_id, row_number() OVER (PARTITION BY p.grp ORDER BY p.class <> '', p.name, p.payment_id) AS place,
  count(*) FILTER (WHERE p.class = '') OVER (PARTITION BY p.grp) AS without_id
FROM known_payment p WHERE NOT EXISTS (SELECT FROM paired WHERE paired.payment_id = p.payment_id);

CREATE TEMP TABLE left_over ON COMMIT DROP AS
SELECT id, grp, row_number() OVER (PARTITION BY grp ORDER BY preference, name, id) AS place, preference
FROM (SELECT l.id, l.grp, l.name,
        CASE WHEN l.class = '' THEN 2
             WHEN row_number() OVER (PARTITION BY l.grp, l.class <> '' ORDER BY l.name, l.id) <= coalesce(s.without_id, 0)
             THEN 1 ELSE 3 END AS preference
      FROM hard_line l LEFT JOIN (SELECT DISTINCT grp, without_id FROM spare) s USING (grp)
      WHERE NOT EXISTS (SELECT FROM paired WHERE paired.id = l.id)) a;

ANALYZE paired;

ANALYZE left_over;

ANALYZE spare;

CREATE TEMP TABLE matched ON COMMIT DROP AS
SELECT id, known, CASE WHEN known THEN old_payment ELSE nextval('bank_payment_id_seq') END AS payment_id, looks_known
FROM (SELECT l.id, coalesce(p.payment_id, s.payment_id) AS old_payment, s.payment_id IS NOT NULL AS looks_known,
        row_number() OVER (PARTITION BY l.grp ORDER BY coalesce(p.pass, 9 + o.preference), o.place, l.id)
          <= count(*) OVER (PARTITION BY l.grp) - g.fresh AS known
      FROM hard_line l
      JOIN group_in_hand g USING (grp)
      LEFT JOIN paired p ON p.id = l.id
      LEFT JOIN left_over o ON o.id = l.id
      LEFT JOIN spare s ON s.grp = l.grp AND s.place = o.place
      UNION ALL
      SELECT id, payment_id, false, payment_id IS NOT NULL FROM easy_line
      ORDER BY id) a;

ANALYZE matched (id, payment_id)
