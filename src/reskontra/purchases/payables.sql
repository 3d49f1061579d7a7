-- What new_payable holds goes on the books. Parameters: unit, run, on, year, vat (the account).

INSERT INTO ledger_voucher (id, unit_id, run_id, kind, year, number, posting_date)
SELECT n.voucher_id, n.unit_id, %(run)s, n.voucher_type, %(year)s, f.first + n.place - 1, %(on)s
FROM new_payable n JOIN payable_numbers f USING (voucher_type) ORDER BY n.voucher_id;

INSERT INTO purchases_payable (unit_id, run_id, invoice_id, voucher_id, supplier_id, account, amount, due_date, automatic)
SELECT unit_id, %(run)s, invoice_id, voucher_id, supplier_id, account, amount, due_date, automatic
FROM new_payable ORDER BY invoice_id;

INSERT INTO ledger_entry (voucher_id, position, unit_id, account, amount, vat_category, vat_percent, budget_account,
  operating_unit, project, function, product, area, partner, tracking1, tracking2)
SELECT voucher_id, row_number() OVER (PARTITION BY voucher_id ORDER BY part, position), unit_id, account, amount, '',
  vat_percent, budget_account, operating_unit, project, function, product, area, partner, tracking1, tracking2
FROM (SELECT n.voucher_id, 1 AS part, l.position, n.unit_id, l.account, l.net AS amount, l.vat_percent, l.budget_account,
        l.operating_unit, l.project, l.function, l.product, l.area, supplier.partner_code AS partner, l.tracking1, l.tracking2
      FROM new_payable n JOIN purchases_codingline l ON l.coding_id = n.coding_id
      JOIN registers_supplier supplier ON supplier.id = n.supplier_id
      WHERE l.net <> 0
      UNION ALL
      SELECT n.voucher_id, 2, l.position, n.unit_id, %(vat)s, l.vat, l.vat_percent, '', '', '', '', '', '',
        supplier.partner_code, '', ''
      FROM new_payable n JOIN purchases_codingline l ON l.coding_id = n.coding_id
      JOIN registers_supplier supplier ON supplier.id = n.supplier_id
      WHERE l.vat <> 0
      UNION ALL
      SELECT n.voucher_id, 3, 1, n.unit_id, n.account, -n.amount, NULL, '', '', '', '', '', '', supplier.partner_code, '', ''
      FROM new_payable n JOIN registers_supplier supplier ON supplier.id = n.supplier_id) posted
