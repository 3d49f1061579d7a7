-- Parameters: unit, run, on, year, voucher, number, and the accounts liability and unallocated.
INSERT INTO ledger_voucher (id, unit_id, run_id, kind, year, number, posting_date)
VALUES (%(voucher)s, %(unit)s, %(run)s, 'AL', %(year)s, %(number)s, %(on)s);

INSERT INTO claims_overpayment (unit_id, run_id, voucher_id, payment_id, amount, treatment, clause)
SELECT unit_id, %(run)s, %(voucher)s, id, amount, 'refund', clause FROM decided;

INSERT INTO ledger_entry (voucher_id, position, unit_id, account, amount, vat_category, vat_percent, budget_account,
  operating_unit, project, function, product, area, partner, tracking1, tracking2)
SELECT %(voucher)s, position, %(unit)s, account, sign * amount, '', NULL, '', '', '', '', '', '', '', '', ''
FROM decided CROSS JOIN (VALUES (1, %(unallocated)s, 1), (2, %(liability)s, -1)) sides (position, account, sign)
