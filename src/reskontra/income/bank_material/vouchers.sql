-- Numbers come last. Parameters: unit, run, years and firsts (the first number of each year).
INSERT INTO ledger_voucher (id, unit_id, run_id, kind, year, number, posting_date)
SELECT v.voucher_id, %(unit)s, %(run)s, 'BK', v.year, n.first + v.place, v.posting_date
FROM new_voucher v JOIN unnest(%(years)s::int[], %(firsts)s::bigint[]) AS n (year, first) ON n.year = v.year
ORDER BY v.voucher_id;

INSERT INTO ledger_entry (voucher_id, position, unit_id, account, amount, vat_category, vat_percent, budget_account,
  operating_unit, project, function, product, area, partner, tracking1, tracking2)
SELECT v.voucher_id, row_number() OVER (PARTITION BY v.voucher_id ORDER BY m.step, m.account, NOT m.incoming),
  %(unit)s, m.account, m.amount, '', NULL, '', '', '', '', '', '', '', '', ''
FROM new_movement m JOIN new_voucher v USING (material, booking_date)
