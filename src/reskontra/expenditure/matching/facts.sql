-- Matches with their lines and their coding, from ``match_to_be`` and ``taken``; matches that end, from ``decided``.
-- Parameters: unit, run and person (one of them is null), at, on, reason (of a person), charge_account (null without charges).

CREATE TEMP TABLE new_match ON COMMIT DROP AS
SELECT b.*, nextval('purchases_match_id_seq') AS id, nextval('purchases_coding_id_seq') AS coding_id,
  1 + coalesce((SELECT max(c.version) FROM purchases_coding c WHERE c.invoice_id = b.invoice_id), 0) AS version
FROM match_to_be b ORDER BY b.invoice_id;

CREATE UNIQUE INDEX ON new_match (invoice_id);

ANALYZE new_match;

INSERT INTO purchases_match (id, unit_id, run_id, person_id, given_at, invoice_id, order_id, contract_id, net, difference,
  waits, level, clause, reason)
SELECT id, %(unit)s, %(run)s, %(person)s, %(at)s, invoice_id, order_id, contract_id, net, difference, waits, level, clause,
  %(reason)s
FROM new_match ORDER BY id;

INSERT INTO purchases_matchline (unit_id, match_id, position, order_line_id, contract_row_id, invoice_row, quantity, net)
SELECT %(unit)s, m.id, t.position, t.order_line_id, NULL, t.invoice_row, t.quantity, t.net
FROM taken t JOIN new_match m ON m.invoice_id = t.invoice_id WHERE m.order_id IS NOT NULL AND t.net <> 0
UNION ALL
SELECT %(unit)s, id, 1, NULL, row_id, NULL, NULL, net FROM new_match WHERE row_id IS NOT NULL
ORDER BY 2, 3;

-- The coding comes from the lines of the order or of the contract; its digest is over its lines and its version. A charge
-- beside them has an account of its own (EX 3); budget and tracking objects are those of the line that took most.
CREATE TEMP TABLE new_coding ON COMMIT DROP AS
WITH largest AS (
  SELECT DISTINCT ON (invoice_id) invoice_id, order_line_id, contract_line_id
  FROM taken WHERE NOT charge AND invoice_id IN (SELECT invoice_id FROM taken WHERE charge)
  ORDER BY invoice_id, abs(net) DESC, position)
SELECT m.coding_id, m.invoice_id, m.version,
  row_number() OVER (PARTITION BY m.invoice_id ORDER BY t.position) AS position, t.net, t.vat, t.vat_percent,
  CASE WHEN t.charge THEN t.text ELSE coalesce(l.text, '') END AS text,
  CASE WHEN t.charge THEN %(charge_account)s ELSE coalesce(l.account, c.account) END AS account,
  coalesce(l.budget_account, c.budget_account) AS budget_account,
  coalesce(l.operating_unit, c.operating_unit) AS operating_unit, coalesce(l.project, c.project) AS project,
  coalesce(l.function, c.function) AS function, coalesce(l.product, c.product) AS product,
  coalesce(l.area, c.area) AS area, coalesce(l.tracking1, c.tracking1) AS tracking1,
  coalesce(l.tracking2, c.tracking2) AS tracking2,
  coalesce(l.authorisation, c.authorisation) AS authorisation,
  coalesce(l.reserve1, c.reserve1) AS reserve1,
  coalesce(l.reserve2, c.reserve2) AS reserve2,
  coalesce(l.joint_funding_unit, c.joint_funding_unit) AS joint_funding_unit
FROM taken t
JOIN new_match m ON m.invoice_id = t.invoice_id
LEFT JOIN largest ON t.charge AND largest.invoice_id = t.invoice_id
LEFT JOIN purchases_order_line_now l ON l.id = coalesce(t.order_line_id, largest.order_line_id)
LEFT JOIN purchases_contractline c ON c.id = coalesce(t.contract_line_id, largest.contract_line_id)
WHERE t.net <> 0 OR t.vat <> 0;

INSERT INTO purchases_coding (id, unit_id, run_id, person_id, given_at, invoice_id, version, digest, source)
SELECT n.coding_id, %(unit)s, %(run)s, %(person)s, %(at)s, n.invoice_id, n.version,
  purchases_coding_digest(n.invoice_id, n.version, jsonb_agg(jsonb_build_array(n.position, n.net::text, n.vat::text,
    n.vat_percent, n.account, n.budget_account, n.operating_unit, n.project, n.function, n.product, n.area, n.tracking1,
    n.tracking2, n.authorisation, n.reserve1, n.reserve2, n.joint_funding_unit) ORDER BY n.position)), 'match'
FROM new_coding n GROUP BY n.coding_id, n.invoice_id, n.version ORDER BY n.coding_id;

INSERT INTO purchases_codingline (unit_id, coding_id, position, net, vat, vat_percent, text, account, budget_account,
  operating_unit, project, function, product, area, tracking1, tracking2, authorisation, reserve1, reserve2,
  joint_funding_unit)
SELECT %(unit)s, coding_id, position, net, vat, vat_percent, left(text, 120), account, budget_account, operating_unit,
  project, function, product, area, tracking1, tracking2, authorisation, reserve1, reserve2, joint_funding_unit
FROM new_coding ORDER BY coding_id, position;

INSERT INTO purchases_matchend (unit_id, run_id, person_id, given_at, match_id, day, reason)
SELECT %(unit)s, %(run)s, %(person)s, %(at)s, (inputs ->> 'match')::bigint, %(on)s, 'RECEIPT_CORRECTED'
FROM decided WHERE outcome = 'MATCH_ENDED' ORDER BY id
