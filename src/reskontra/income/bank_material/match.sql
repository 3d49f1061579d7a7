-- One payment, however many sources tell of it. Lines look alike when account, booking day, amount and reference are
-- the same; a group of look-alikes holds as many payments as ADR 0017 counts, whatever came first.
-- Parameters: unit, source. Braces stand for what the run knows: is_payment; same_id, whether two ids are one; shortest,
-- the fewest characters of an id that a source may have cut.
CREATE TEMP TABLE payment_line ON COMMIT DROP AS
SELECT id, (dense_rank() OVER alike)::int AS grp, account_id, booking_date, amount, reference, archive_id,
  upper(replace(archive_id, ' ', '')) AS whole_id, left(name_key, 8) AS name
FROM line_in_hand WHERE {is_payment}
WINDOW alike AS (ORDER BY reference, amount, booking_date, account_id);

ANALYZE payment_line (id, grp, amount, reference, booking_date);

-- What is told already, by whom: every line of every payment in these groups.
CREATE TEMP TABLE known_line ON COMMIT DROP AS
SELECT g.grp, p.id AS payment_id, p.payer_key, l.source, l.archive_id,
  upper(replace(l.archive_id, ' ', '')) AS whole_id
FROM (SELECT DISTINCT ON (grp) grp, account_id, booking_date, amount, reference FROM payment_line ORDER BY grp) g
JOIN bank_payment p ON p.unit_id = %(unit)s AND p.account_id = g.account_id AND p.booking_date = g.booking_date
  AND p.amount = g.amount AND p.reference = g.reference
JOIN bank_line l ON l.payment_id = p.id;

ANALYZE known_line (grp, payment_id);

-- Nearly every group is easy: one line that nobody told of, or one line and one payment that this source has not told of
-- and whose archive ids do not contradict.
CREATE TEMP TABLE easy_line ON COMMIT DROP AS
SELECT l.id, l.grp, k.payment_id
FROM (SELECT min(id) AS id, grp, min(whole_id) AS whole_id FROM payment_line GROUP BY grp HAVING count(*) = 1) l
LEFT JOIN (SELECT grp, min(payment_id) AS payment_id, count(DISTINCT payment_id) AS payments,
             bool_or(source = %(source)s) AS told, min(whole_id) FILTER (WHERE whole_id <> '') AS first_id,
             max(whole_id) FILTER (WHERE whole_id <> '') AS last_id
           FROM known_line GROUP BY grp) k ON k.grp = l.grp
WHERE k.grp IS NULL OR (k.payments = 1 AND NOT k.told
  AND (l.whole_id = '' OR k.first_id IS NULL
       OR ({first_is_same} AND {last_is_same} AND {both_are_same})));

ANALYZE easy_line;

CREATE TEMP TABLE hard_group ON COMMIT DROP AS
SELECT DISTINCT l.grp FROM payment_line l WHERE NOT EXISTS (SELECT FROM easy_line e WHERE e.grp = l.grp);

ANALYZE hard_group;

-- Which ids of a group are one: a source may cut an id at either end. Joined by their pieces, not each with each.
CREATE TEMP TABLE id_in_hand ON COMMIT DROP AS
SELECT grp, whole_id FROM payment_line JOIN hard_group USING (grp) WHERE whole_id <> ''
UNION SELECT grp, whole_id FROM known_line JOIN hard_group USING (grp) WHERE whole_id <> '';

ANALYZE id_in_hand;

CREATE TEMP TABLE cut_id ON COMMIT DROP AS
WITH cut AS (SELECT DISTINCT grp, length(whole_id) AS long FROM id_in_hand WHERE length(whole_id) >= {shortest}),
piece AS (
  SELECT i.grp, i.whole_id, p.piece
  FROM id_in_hand i JOIN cut ON cut.grp = i.grp AND cut.long < length(i.whole_id)
  CROSS JOIN LATERAL (SELECT left(i.whole_id, cut.long) UNION SELECT right(i.whole_id, cut.long)) AS p (piece))
SELECT i.grp, i.whole_id, p.whole_id AS longer
FROM piece p JOIN id_in_hand i ON i.grp = p.grp AND i.whole_id = p.piece;

ANALYZE cut_id;

-- Ids are of one class with the id that they were cut from. One that fits several is of none, like a missing one; it makes
-- them one family.
CREATE TEMP TABLE id_class ON COMMIT DROP AS
WITH whole AS (
  SELECT c.grp, c.whole_id, c.longer, count(*) OVER (PARTITION BY c.grp, c.whole_id) AS fitting
  FROM cut_id c
  WHERE NOT EXISTS (SELECT FROM cut_id too WHERE too.grp = c.grp AND too.whole_id = c.longer)),
joined AS (SELECT grp, longer AS class, min(whole_id) AS family FROM whole WHERE fitting > 1 GROUP BY 1, 2),
classed AS (
  SELECT i.grp, i.whole_id,
    CASE WHEN count(w.longer) = 0 THEN i.whole_id WHEN count(w.longer) = 1 THEN min(w.longer) ELSE '' END AS class
  FROM id_in_hand i LEFT JOIN whole w USING (grp, whole_id) GROUP BY 1, 2)
SELECT c.grp, c.whole_id, c.class, coalesce(j.family, nullif(c.class, ''), c.whole_id) AS family
FROM classed c LEFT JOIN joined j USING (grp, class);

ANALYZE id_class;

CREATE TEMP TABLE hard_line ON COMMIT DROP AS
SELECT l.*, coalesce(c.class, '') AS class, coalesce(c.family, '') AS family
FROM payment_line l JOIN hard_group USING (grp) LEFT JOIN id_class c USING (grp, whole_id);

ANALYZE hard_line;

CREATE TEMP TABLE hard_known ON COMMIT DROP AS
SELECT k.*, coalesce(c.class, '') AS class, coalesce(c.family, '') AS family
FROM known_line k JOIN hard_group USING (grp) LEFT JOIN id_class c USING (grp, whole_id);

ANALYZE hard_known;

-- How many payments a group gains. It holds as many as its busiest source tells of, and at least one for each archive id,
-- as often as one source repeats it; of a family as many as its classes need, and as its busiest source tells of.
CREATE TEMP TABLE group_in_hand ON COMMIT DROP AS
WITH told AS (
  SELECT grp, source, family, class, count(*) AS lines
  FROM (SELECT grp, %(source)s AS source, family, class FROM hard_line
        UNION ALL SELECT grp, source, family, class FROM hard_known) a
  GROUP BY 1, 2, 3, 4),
by_source AS (
  SELECT grp, max(lines) AS most FROM (SELECT grp, sum(lines) AS lines FROM told GROUP BY grp, source) a GROUP BY 1),
by_class AS (
  SELECT grp, family, sum(lines) AS most
  FROM (SELECT grp, family, max(lines) AS lines FROM told WHERE class <> '' GROUP BY grp, family, class) a GROUP BY 1, 2),
by_family AS (
  SELECT grp, family, max(lines) AS most
  FROM (SELECT grp, family, sum(lines) AS lines FROM told WHERE family <> '' GROUP BY grp, family, source) a GROUP BY 1, 2),
by_archive_id AS (
  SELECT grp, sum(greatest(f.most, coalesce(c.most, 0))) AS most
  FROM by_family f LEFT JOIN by_class c USING (grp, family) GROUP BY 1),
before AS (SELECT grp, count(DISTINCT payment_id) AS payments FROM hard_known GROUP BY 1)
SELECT s.grp, greatest(s.most - coalesce(b.payments, 0), coalesce(a.most, 0) - coalesce(b.payments, 0), 0)::int AS fresh
FROM by_source s LEFT JOIN by_archive_id a USING (grp) LEFT JOIN before b USING (grp);

ANALYZE group_in_hand;

-- The payments of these groups that this source has not told of yet.
CREATE TEMP TABLE known_payment ON COMMIT DROP AS
SELECT grp, payment_id, coalesce(min(archive_id) FILTER (WHERE archive_id <> ''), '') AS archive_id,
  coalesce(min(class) FILTER (WHERE class <> ''), '') AS class, left(min(payer_key), 8) AS name
FROM hard_known
GROUP BY grp, payment_id HAVING NOT bool_or(source = %(source)s);

ANALYZE known_payment;

CREATE TEMP TABLE paired (pass int, id int, payment_id bigint) ON COMMIT DROP
