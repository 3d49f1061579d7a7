-- Parameters: unit, run, on, year, voucher, number, receivable.
INSERT INTO ledger_voucher (id, unit_id, run_id, kind, year, number, posting_date)
VALUES (%(voucher)s, %(unit)s, %(run)s, 'AL', %(year)s, %(number)s, %(on)s);

INSERT INTO claims_allocation (unit_id, run_id, voucher_id, claim_id, credit_id, amount, clause)
SELECT %(unit)s, %(run)s, %(voucher)s, claim_id, id, least(amount, open_before), clause
FROM decided WHERE standing = 'READY' ORDER BY id;

INSERT INTO ledger_entry (voucher_id, position, unit_id, account, amount, vat_category, vat_percent, budget_account,
  operating_unit, project, function, product, area, partner, tracking1, tracking2)
SELECT %(voucher)s, row_number() OVER (ORDER BY partner_code, side), %(unit)s, %(receivable)s, side * sum(amount), '',
  NULL, '', '', '', '', '', '', partner_code, '', ''
FROM (SELECT partner_code, least(amount, open_before) AS amount FROM decided WHERE standing = 'READY') set_off
CROSS JOIN (VALUES (1), (-1)) sides (side)
GROUP BY partner_code, side
