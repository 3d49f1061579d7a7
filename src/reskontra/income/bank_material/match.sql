-- One payment, however many sources tell of it. Lines look alike when account, booking day, amount and reference are
-- the same; a group of look-alikes holds as many payments as ADR 0017 counts, whatever came first.
-- Parameters: unit, source.
CREATE TEMP TABLE payment_line ON COMMIT DROP AS
SELECT id, (dense_rank() OVER alike)::int AS grp, account_id, booking_date, amount, reference, archive_id,
  upper(left(replace(archive_id, ' ', ''), 16)) AS class, left(name_key, 8) AS name
FROM line_in_hand WHERE {is_payment}
WINDOW alike AS (ORDER BY reference, amount, booking_date, account_id);

ANALYZE payment_line (id, grp, amount, reference, booking_date);

-- What is told already, by whom: every line of every payment in these groups.
CREATE TEMP TABLE known_line ON COMMIT DROP AS
SELECT g.grp, p.id AS payment_id, p.payer_key, l.source, l.archive_id,
  upper(left(replace(l.archive_id, ' ', ''), 16)) AS class
FROM (SELECT DISTINCT ON (grp) grp, account_id, booking_date, amount, reference FROM payment_line ORDER BY grp) g
JOIN bank_payment p ON p.unit_id = %(unit)s AND p.account_id = g.account_id AND p.booking_date = g.booking_date
  AND p.amount = g.amount AND p.reference = g.reference
JOIN bank_line l ON l.payment_id = p.id;

ANALYZE known_line (grp, payment_id);

-- Nearly every group is easy: one line that nobody told of, or one line and one payment that this source has not told of
-- and whose archive ids do not contradict.
CREATE TEMP TABLE easy_line ON COMMIT DROP AS
SELECT l.id, l.grp, k.payment_id
FROM (SELECT min(id) AS id, grp, min(class) AS class FROM payment_line GROUP BY grp HAVING count(*) = 1) l
LEFT JOIN (SELECT grp, min(payment_id) AS payment_id, count(DISTINCT payment_id) AS payments,
             bool_or(source = %(source)s) AS told, min(class) FILTER (WHERE class <> '') AS first_class,
             max(class) FILTER (WHERE class <> '') AS last_class
           FROM known_line GROUP BY grp) k ON k.grp = l.grp
WHERE k.grp IS NULL OR (k.payments = 1 AND NOT k.told
  AND (l.class = '' OR k.first_class IS NULL OR (k.first_class = l.class AND k.last_class = l.class)));

ANALYZE easy_line;

CREATE TEMP TABLE hard_line ON COMMIT DROP AS
SELECT l.* FROM payment_line l WHERE NOT EXISTS (SELECT FROM easy_line e WHERE e.grp = l.grp);

ANALYZE hard_line;

-- How many payments a group gains. It holds as many as its busiest source tells of, and at least one for each archive id,
-- as often as one source repeats it.
CREATE TEMP TABLE group_in_hand ON COMMIT DROP AS
WITH known AS (SELECT k.* FROM known_line k WHERE k.grp IN (SELECT grp FROM hard_line)),
told AS (
  SELECT grp, source, class, count(*) AS lines
  FROM (SELECT grp, %(source)s AS source, class FROM hard_line UNION ALL SELECT grp, source, class FROM known) a
  GROUP BY 1, 2, 3),
by_source AS (
  SELECT grp, max(lines) AS most FROM (SELECT grp, sum(lines) AS lines FROM told GROUP BY grp, source) a GROUP BY 1),
by_archive_id AS (
  SELECT grp, sum(lines) AS most
  FROM (SELECT grp, max(lines) AS lines FROM told WHERE class <> '' GROUP BY grp, class) a GROUP BY 1),
before AS (SELECT grp, count(DISTINCT payment_id) AS payments FROM known GROUP BY 1)
SELECT s.grp, (greatest(s.most, coalesce(a.most, 0)) - coalesce(b.payments, 0))::int AS fresh
FROM by_source s LEFT JOIN by_archive_id a USING (grp) LEFT JOIN before b USING (grp);

ANALYZE group_in_hand;

-- The payments of these groups that this source has not told of yet.
CREATE TEMP TABLE known_payment ON COMMIT DROP AS
SELECT grp, payment_id, coalesce(min(archive_id) FILTER (WHERE archive_id <> ''), '') AS archive_id,
  coalesce(min(class) FILTER (WHERE class <> ''), '') AS class, left(min(payer_key), 8) AS name
FROM known_line WHERE grp IN (SELECT grp FROM hard_line)
GROUP BY grp, payment_id HAVING NOT bool_or(source = %(source)s);

ANALYZE known_payment;

CREATE TEMP TABLE paired (pass int, id int, payment_id bigint) ON COMMIT DROP
