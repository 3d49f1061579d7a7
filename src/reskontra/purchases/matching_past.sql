-- The moment of each invoice of a replay, as matching looked at it without anybody's help: the run that matched it, where the
-- match holds; else the last run that decided it before anybody corrected its number, named its supplier or linked a row;
-- else the first. What no run has decided stands in no moment: it is as it is now. Parameters: unit, first, last.
CREATE TEMP TABLE moments ON COMMIT DROP AS
WITH came AS (
  SELECT id FROM purchases_purchaseinvoice
  WHERE unit_id = %(unit)s AND stream = 'procurement' AND received_date BETWEEN %(first)s AND %(last)s),
helped AS (
  SELECT invoice_id, min(given_at) AS at FROM (
    SELECT invoice_id, given_at FROM purchases_invoiceidentifier
    WHERE person_id IS NOT NULL AND invoice_id IN (SELECT id FROM came)
    UNION ALL
    SELECT invoice_id, given_at FROM purchases_invoicesupplier
    WHERE person_id IS NOT NULL AND invoice_id IN (SELECT id FROM came)
    UNION ALL
    SELECT r.invoice_id, k.given_at FROM purchases_rowlink k JOIN purchases_purchaseinvoiceline r ON r.id = k.row_id
    WHERE r.invoice_id IN (SELECT id FROM came)) told
  GROUP BY 1),
looked AS (
  SELECT DISTINCT ON (d.invoice_id) d.invoice_id, d.run_id, u.applied_at AS at
  FROM purchases_purchasedecision d
  JOIN runs_run u ON u.id = d.run_id AND u.state = 'applied'
  LEFT JOIN helped h ON h.invoice_id = d.invoice_id
  WHERE d.rule = 'matching' AND d.invoice_id IN (SELECT id FROM came)
  ORDER BY d.invoice_id, (u.applied_at < h.at) IS FALSE, CASE WHEN u.applied_at >= h.at THEN d.run_id ELSE -d.run_id END),
matched AS (
  SELECT h.invoice_id, m.run_id, m.given_at AS at
  FROM purchases_match_held h JOIN purchases_match m ON m.id = h.id
  WHERE h.by_run AND h.invoice_id IN (SELECT id FROM came) AND h.invoice_id NOT IN (SELECT invoice_id FROM helped))
SELECT came.id AS invoice_id, coalesce(matched.run_id, looked.run_id) AS run_id, coalesce(matched.at, looked.at) AS at
FROM came
LEFT JOIN matched ON matched.invoice_id = came.id
LEFT JOIN looked ON looked.invoice_id = came.id
WHERE matched.run_id IS NOT NULL OR looked.run_id IS NOT NULL;

CREATE UNIQUE INDEX ON moments (invoice_id);

ANALYZE moments
