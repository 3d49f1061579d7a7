-- From what was decided to facts. Ids come from the sequences, numbers from the unit's series; every row carries the
-- run. Parameters: unit, code, run, on, year, receivable, vat_account, terms and dues (payment term -> due date),
-- first_invoice and first_voucher.

CREATE TEMP TABLE numbered ON COMMIT DROP AS
SELECT n.*, %(first_invoice)s + n.place AS number, due.due_date,
  sales_reference(%(code)s, %(first_invoice)s + n.place) AS reference
FROM new_invoice n
JOIN unnest(%(terms)s::int[], %(dues)s::date[]) AS due (term_days, due_date) ON due.term_days = n.term_days
ORDER BY n.place;

INSERT INTO ledger_voucher (id, unit_id, run_id, kind, year, number, posting_date)
SELECT voucher_id, %(unit)s, %(run)s, 'SI', %(year)s, %(first_voucher)s + place, %(on)s
FROM new_invoice ORDER BY place;

INSERT INTO sales_invoice (id, unit_id, run_id, number, credit, original_id, issue_date, due_date, term_days, term_clause,
  customer_id, payer_id, bill_to_id, ship_to_id, language, internal, public_law, reference, supply_date,
  case_reference, order_number, agreement, accounting, site, net, vat, total, voucher_id)
SELECT invoice_id, %(unit)s, %(run)s, number, credit, original_id, %(on)s, due_date, term_days, term_clause,
  customer_id, payer_id, bill_to_id, ship_to_id, language, internal, public_law, reference, supply_date,
  case_reference, order_number, agreement, accounting, site, net, vat, total, voucher_id
FROM numbered;

INSERT INTO sales_invoiceline (invoice_id, position, unit_id, order_id, order_position, item_id, quantity, measure,
  unit_price, net, vat_category, vat_percent)
SELECT n.invoice_id, n.lines_before + l.position, %(unit)s, l.order_id, l.position, l.item_id, l.quantity, l.measure,
  l.unit_price, l.net, l.vat_category, l.vat_percent
FROM new_order n JOIN lines_in_hand l ON l.order_id = n.order_id;

INSERT INTO sales_invoicedorder (unit_id, number, order_id, digest, invoice_id)
SELECT %(unit)s, number, order_id, digest, invoice_id FROM new_order ORDER BY number;

-- Debit the receivable; credit revenue line by line with its tracking objects, and VAT by rate. A line is its own
-- entry so that what was sold can be read from the books; positions: 0 receivable, then lines, then VAT.
INSERT INTO ledger_entry (voucher_id, position, unit_id, account, amount, vat_category, vat_percent, budget_account,
  operating_unit, project, function, product, area, partner, tracking1, tracking2)
SELECT voucher_id, 0, %(unit)s, %(receivable)s, total, '', NULL::numeric, '', '', '', '', '', '', partner_code, '', ''
FROM new_invoice WHERE total <> 0
UNION ALL
SELECT n.voucher_id, n.lines_before + l.position, %(unit)s, l.account, -l.net, l.vat_category, l.vat_percent,
  l.budget_account, l.operating_unit, l.project, l.function, l.product, l.area, n.partner_code, l.tracking1, l.tracking2
FROM new_order n JOIN lines_in_hand l ON l.order_id = n.order_id WHERE l.net <> 0
UNION ALL
SELECT n.voucher_id, n.last_line + row_number() OVER (PARTITION BY v.grp ORDER BY v.vat_category, v.vat_percent), %(unit)s,
  %(vat_account)s, -v.vat, v.vat_category, v.vat_percent, '', '', '', '', '', '', '', '', ''
FROM vat_in_hand v JOIN new_invoice n ON n.grp = v.grp WHERE v.vat <> 0
ORDER BY 1, 2;

INSERT INTO claims_claim (unit_id, run_id, invoice_id, payer_id, reference, public_law, amount, due_date)
SELECT %(unit)s, %(run)s, invoice_id, payer_id, reference, public_law, total, due_date FROM numbered
