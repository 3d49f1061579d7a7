-- What the rule of candidates may ask of each supplier, from ``purchases_told``. ``bare`` are invoices (no credits) that came
-- without any number and that nobody's order or contract took. Parameters: units, first, last.
DROP TABLE IF EXISTS main_account, candidates_in_hand;

-- The account that most of an invoice is coded to.
CREATE TEMP TABLE main_account ON COMMIT DROP AS
SELECT DISTINCT ON (t.id) t.id, l.account
FROM purchases_told t JOIN purchases_codingline l ON l.coding_id = t.coding_id
ORDER BY t.id, abs(l.net) DESC, l.position;

ANALYZE main_account;

-- Ways of sending that the State does not take: what somebody here had to bring in by hand from a seller in Finland, and
-- what was sent back for the way it came.
CREATE TEMP TABLE candidates_in_hand ON COMMIT DROP AS
WITH refused AS (
  SELECT i.seller_key, count(*) AS refused FROM purchases_invoicereturn r
  JOIN purchases_purchaseinvoice i ON i.id = r.invoice_id
  WHERE r.unit_id = ANY (%(units)s) AND r.reason = 'wrong_channel' AND i.received_date BETWEEN %(first)s AND %(last)s
  GROUP BY 1),
usual AS (
  SELECT DISTINCT ON (seller) seller, account, count(*) AS same
  FROM (SELECT coalesce('S' || t.supplier_id, t.seller_key) AS seller, a.account FROM purchases_told t
        JOIN main_account a ON a.id = t.id
        WHERE t.kind = 'invoice' AND t.match_id IS NULL AND NOT (t.ordered OR t.contracted OR t.referenced)) coded
  GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2),
sellers AS (
  SELECT t.*, coalesce('S' || t.supplier_id, t.seller_key) AS seller, s.country, s.kind AS supplier_kind, a.account,
    t.kind = 'invoice' AND t.match_id IS NULL AND NOT (t.ordered OR t.contracted OR t.referenced) AS bare
  FROM purchases_told t
  LEFT JOIN registers_supplier s ON s.id = t.supplier_id
  LEFT JOIN main_account a ON a.id = t.id),
counted AS (
  SELECT seller, min(supplier_id) AS supplier_id, max(seller_name) AS seller_name, max(seller_key) AS seller_key,
    count(*) AS invoices, count(*) FILTER (WHERE bare) AS bare,
    count(DISTINCT month) FILTER (WHERE bare) AS months, coalesce(sum(net) FILTER (WHERE bare), 0) AS net,
    percentile_disc(0.5) WITHIN GROUP (ORDER BY net) FILTER (WHERE bare) AS usual_net,
    max(net) FILTER (WHERE bare) - min(net) FILTER (WHERE bare) AS apart,
    count(account) FILTER (WHERE bare) AS coded,
    count(*) FILTER (WHERE channel = 'by_hand' AND coalesce(country, 'FI') = 'FI'
                     AND coalesce(supplier_kind, '') <> 'person') AS by_hand,
    (array_agg(id ORDER BY id DESC) FILTER (WHERE bare OR channel = 'by_hand'))[1:3] AS newest
  FROM sellers GROUP BY 1)
SELECT c.seller, c.supplier_id, coalesce(s.number, '') AS number, coalesce(s.name, c.seller_name) AS name, c.invoices, c.bare,
  c.months, c.net, c.usual_net, c.coded, usual.account, c.newest,
  coalesce(round(100.0 * c.apart / nullif(c.usual_net, 0), 1), 0) AS spread,
  coalesce(round(100.0 * usual.same / nullif(c.coded, 0), 1), 0) AS same_account,
  c.by_hand + coalesce(refused.refused, 0) AS refused_way
FROM counted c
LEFT JOIN registers_supplier s ON s.id = c.supplier_id
LEFT JOIN usual ON usual.seller = c.seller
LEFT JOIN refused ON refused.seller_key = c.seller_key
