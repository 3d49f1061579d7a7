-- Places and codings of templates, from what was decided. Parameters: unit, run, on, at, routes (names), by_reference (name).

INSERT INTO purchases_assignment (unit_id, run_id, person_id, given_at, invoice_id, step, queue_id, to_person_id, day, reason)
SELECT unit_id, %(run)s, NULL, %(at)s, id, CASE WHEN outcome = %(by_reference)s THEN 'review' ELSE step END,
  CASE WHEN outcome = %(by_reference)s THEN reviewing_queue_id ELSE queue_id END,
  CASE WHEN outcome = %(by_reference)s THEN NULL ELSE to_person_id END, %(on)s, coalesce(cause, '')
FROM decided WHERE outcome = ANY (%(routes)s) ORDER BY id;

-- Every line of the template takes its share of the net and of the VAT at each rate, to the cent: the cents that are over go
-- to the largest fractions.
CREATE TEMP TABLE shares ON COMMIT DROP AS
WITH parts AS (
  SELECT d.id AS invoice_id, d.template_id, v.position, v.percent, v.base AS net, v.amount AS vat
  FROM decided d JOIN purchases_purchasevat v ON v.invoice_id = d.id
  WHERE d.outcome = %(by_reference)s
  UNION ALL
  SELECT d.id, d.template_id, 1, NULL, i.net, i.vat
  FROM decided d JOIN purchases_purchaseinvoice i ON i.id = d.id
  WHERE d.outcome = %(by_reference)s AND NOT EXISTS (SELECT FROM purchases_purchasevat v WHERE v.invoice_id = d.id)),
cut AS (
  SELECT p.*, l.id AS line_id, l.position AS line,
    trunc(p.net * l.share) AS net_cents, abs(p.net * l.share) - abs(trunc(p.net * l.share)) AS net_fraction,
    trunc(p.vat * l.share) AS vat_cents, abs(p.vat * l.share) - abs(trunc(p.vat * l.share)) AS vat_fraction
  FROM parts p JOIN registers_codingtemplateline l ON l.template_id = p.template_id),
ranked AS (
  SELECT c.*, net * 100 - sum(net_cents) OVER part AS net_over, vat * 100 - sum(vat_cents) OVER part AS vat_over,
    row_number() OVER (PARTITION BY invoice_id, position ORDER BY net_fraction DESC, line) AS net_rank,
    row_number() OVER (PARTITION BY invoice_id, position ORDER BY vat_fraction DESC, line) AS vat_rank
  FROM cut c WINDOW part AS (PARTITION BY invoice_id, position))
SELECT invoice_id, line_id, percent, row_number() OVER (PARTITION BY invoice_id ORDER BY position, line) AS position,
  (net_cents + CASE WHEN net_rank <= abs(net_over) THEN sign(net_over) ELSE 0 END) / 100 AS net,
  (vat_cents + CASE WHEN vat_rank <= abs(vat_over) THEN sign(vat_over) ELSE 0 END) / 100 AS vat
FROM ranked;

DELETE FROM shares WHERE net = 0 AND vat = 0;

CREATE TEMP TABLE template_codings ON COMMIT DROP AS
SELECT nextval('purchases_coding_id_seq') AS id, s.invoice_id,
  1 + coalesce((SELECT max(c.version) FROM purchases_coding c WHERE c.invoice_id = s.invoice_id), 0) AS version, s.lines
FROM (SELECT invoice_id, jsonb_agg(jsonb_build_array(position, line_id, net::text, vat::text, percent) ORDER BY position) AS lines
      FROM shares GROUP BY 1) s;

INSERT INTO purchases_coding (id, unit_id, run_id, person_id, given_at, invoice_id, version, digest, source)
SELECT id, %(unit)s, %(run)s, NULL, %(at)s, invoice_id, version, purchases_coding_digest(invoice_id, version, lines), 'template'
FROM template_codings ORDER BY id;

INSERT INTO purchases_codingline (unit_id, coding_id, position, net, vat, vat_percent, text, account, budget_account,
  operating_unit, project, function, product, area, tracking1, tracking2, authorisation, reserve1, reserve2,
  joint_funding_unit)
SELECT %(unit)s, c.id, s.position, s.net, s.vat, s.percent, '', l.account, l.budget_account, l.operating_unit, l.project,
  l.function, l.product, l.area, l.tracking1, l.tracking2, l.authorisation, l.reserve1, l.reserve2, l.joint_funding_unit
FROM shares s JOIN template_codings c USING (invoice_id) JOIN registers_codingtemplateline l ON l.id = s.line_id
ORDER BY c.id, s.position
