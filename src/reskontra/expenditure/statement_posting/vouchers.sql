-- Numbers come last. Parameters: unit, run, kind, unexplained, years and firsts (the first number of each year).
INSERT INTO ledger_voucher (id, unit_id, run_id, kind, year, number, posting_date)
SELECT v.voucher_id, %(unit)s, %(run)s, %(kind)s, v.year, n.first + v.place, v.posting_date
FROM new_voucher v JOIN unnest(%(years)s::int[], %(firsts)s::bigint[]) AS n (year, first) ON n.year = v.year
ORDER BY v.voucher_id;

-- A correction leaves what is explained as it is; it only moves the money between the accounts behind it.
INSERT INTO ledger_entry (voucher_id, position, unit_id, account, amount, vat_category, vat_percent, budget_account,
  operating_unit, project, function, product, area, partner, tracking1, tracking2, authorisation, reserve1, reserve2,
  joint_funding_unit)
SELECT voucher_id, row_number() OVER (PARTITION BY voucher_id ORDER BY position), %(unit)s, account, amount, '', NULL,
  budget_account, operating_unit, project, function, product, area, '', tracking1, tracking2, authorisation, reserve1,
  reserve2, joint_funding_unit
FROM (SELECT v.voucher_id, 0 AS position, %(unexplained)s AS account, l.amount, '' AS budget_account,
        '' AS operating_unit, '' AS project, '' AS function, '' AS product, '' AS area, '' AS tracking1,
        '' AS tracking2, '' AS authorisation, '' AS reserve1, '' AS reserve2, '' AS joint_funding_unit
      FROM new_voucher v JOIN bank_line l ON l.id = v.line_id JOIN new_posting n ON n.line_id = v.line_id
      WHERE n.corrects_id IS NULL
      UNION ALL
      SELECT v.voucher_id, p.position, p.account, -p.amount, p.budget_account, p.operating_unit, p.project, p.function,
        p.product, p.area, p.tracking1, p.tracking2, p.authorisation, p.reserve1, p.reserve2, p.joint_funding_unit
      FROM new_voucher v JOIN line_part p USING (line_id)) booked
WHERE amount <> 0
ORDER BY voucher_id, position;

INSERT INTO bank_lineposting (unit_id, run_id, line_id, voucher_id, by, rule_id, reason, clause, corrects_id)
SELECT %(unit)s, %(run)s, n.line_id, v.voucher_id, n.by, n.rule_id, n.reason, n.clause, n.corrects_id
FROM new_posting n JOIN new_voucher v USING (line_id)
ORDER BY v.voucher_id
