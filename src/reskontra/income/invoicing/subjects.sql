-- Orders in hand, collected: each ready order gets the number of its group and the total of the invoice it would be on.
CREATE TEMP TABLE collected ON COMMIT DROP AS
SELECT o.id, dense_rank() OVER (ORDER BY {collected_by}) AS grp
FROM orders_in_hand o
WHERE (o.decided_standing = 'READY' OR (o.decided_standing = 'REVIEW' AND o.reviewed AND o.approved))
  AND o.decided_amount = o.amount;

ANALYZE collected (id, grp);

CREATE TEMP TABLE vat_in_hand ON COMMIT DROP AS
SELECT c.grp, l.vat_category, l.vat_percent, sum(l.net) AS base, round(sum(l.net) * l.vat_percent / 100, 2) AS vat
FROM collected c JOIN lines_in_hand l ON l.order_id = c.id
GROUP BY 1, 2, 3;

CREATE TEMP TABLE groups_in_hand ON COMMIT DROP AS
SELECT grp, sum(base) AS net, sum(vat) AS vat, sum(base) + sum(vat) AS total FROM vat_in_hand GROUP BY 1;

ANALYZE vat_in_hand (grp);
ANALYZE groups_in_hand (grp);

CREATE TEMP TABLE invoicing_subjects ON COMMIT DROP AS
SELECT o.*, c.grp, g.total AS invoice_total,
  coalesce(country.europe, false) AS in_europe, coalesce(country.eu @> {on}::date, false) AS in_eu
FROM orders_in_hand o
LEFT JOIN collected c ON c.id = o.id
LEFT JOIN groups_in_hand g ON g.grp = c.grp
LEFT JOIN registers_country country ON country.code = o.country;
