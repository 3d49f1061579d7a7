-- The vouchers of ``new_payable``, their entries and the payables. Parameters as in ``posting.sql``.

CREATE TEMP TABLE numbered_payable ON COMMIT DROP AS
SELECT n.*, nextval('ledger_voucher_id_seq') AS voucher_id, k.first - 1 + n.place AS number
FROM (SELECT p.*, row_number() OVER (PARTITION BY kind ORDER BY invoice_id) AS place FROM new_payable p) n
JOIN unnest(%(kinds)s::text[], %(firsts)s::bigint[]) AS k (kind, first) ON k.kind = n.kind
ORDER BY n.invoice_id;

ANALYZE numbered_payable;

INSERT INTO ledger_voucher (id, unit_id, run_id, kind, year, number, posting_date)
SELECT voucher_id, %(unit)s, %(run)s, kind, %(year)s, number, %(on)s FROM numbered_payable ORDER BY voucher_id;

-- Credit the payable; debit each line of the coding with its tracking objects, and VAT by rate. Positions: 0 the payable,
-- then lines, then VAT.
INSERT INTO ledger_entry (voucher_id, position, unit_id, account, amount, vat_category, vat_percent, budget_account,
  operating_unit, project, function, product, area, partner, tracking1, tracking2, authorisation, reserve1, reserve2,
  joint_funding_unit)
SELECT voucher_id, 0, %(unit)s, account, -amount, '', NULL::numeric, '', '', '', '', '', '', partner, '', '', '', '', '', ''
FROM numbered_payable
UNION ALL
SELECT n.voucher_id, l.position, %(unit)s, l.account, l.net, '', l.vat_percent, l.budget_account, l.operating_unit, l.project,
  l.function, l.product, l.area, n.partner, l.tracking1, l.tracking2, l.authorisation, l.reserve1, l.reserve2, l.joint_funding_unit
FROM numbered_payable n JOIN purchases_codingline l ON l.coding_id = n.coding_id WHERE l.net <> 0
UNION ALL
SELECT voucher_id, last_line + row_number() OVER (PARTITION BY voucher_id ORDER BY vat_percent), %(unit)s, %(vat_account)s,
  sum(vat), '', vat_percent, '', '', '', '', '', '', partner, '', '', '', '', '', ''
FROM (SELECT n.voucher_id, n.partner, l.vat, l.vat_percent, max(l.position) OVER (PARTITION BY n.voucher_id) AS last_line
      FROM numbered_payable n JOIN purchases_codingline l ON l.coding_id = n.coding_id) coded
GROUP BY voucher_id, partner, last_line, vat_percent HAVING sum(vat) <> 0;

INSERT INTO purchases_payable (unit_id, run_id, invoice_id, voucher_id, supplier_id, account, amount, due_date, automatic)
SELECT %(unit)s, %(run)s, invoice_id, voucher_id, supplier_id, account, amount, due_date, automatic
FROM numbered_payable ORDER BY invoice_id
