-- From what was decided to payments, settlements and their voucher. Parameters: unit, code, run, on, year, voucher, number,
-- file, earliest, information; accounts transit and withheld. ``new_payment`` is made by ``payments.sql``.

INSERT INTO ledger_voucher (id, unit_id, run_id, kind, year, number, posting_date)
VALUES (%(voucher)s, %(unit)s, %(run)s, 'SP', %(year)s, %(number)s, %(on)s);

INSERT INTO purchases_supplierpayment (id, unit_id, run_id, voucher_id, file_id, pays, supplier_id, ban_id, amount, payment_date,
  payee, iban, bic, reference, message, payment_information_id, end_to_end_id)
SELECT id, %(unit)s, %(run)s, %(voucher)s, %(file)s, pays, supplier_id, ban_id, amount, %(earliest)s, payee, iban, bic, reference,
  message, %(information)s, end_to_end_id
FROM new_payment ORDER BY id;

INSERT INTO purchases_payablesettlement (unit_id, run_id, payable_id, payment_id, kind, amount)
SELECT %(unit)s, %(run)s, payable_id, payment_id, kind, amount
FROM (SELECT d.id AS payable_id, p.id AS payment_id, 'paid' AS kind, d.pays AS amount
      FROM decided d
      JOIN new_payment p ON p.supplier_id = d.supplier_id AND p.iban = d.iban AND p.paid_by = d.paid_by
      WHERE d.standing = 'READY' AND d.pays > 0
      UNION ALL
      SELECT t.payable_id, p.id, 'withheld', t.amount
      FROM bans_take t JOIN decided d ON d.id = t.payable_id AND d.standing = 'READY' JOIN new_payment p ON p.ban_id = t.ban_id
      UNION ALL
      SELECT d.id, NULL, 'credit', d.set_off FROM decided d WHERE d.standing = 'READY' AND d.set_off <> 0) settled
ORDER BY payable_id, kind;

-- Debit and credit of one account stay apart: what was set off, withheld and remitted is to be seen.
INSERT INTO ledger_entry (voucher_id, position, unit_id, account, amount, vat_category, vat_percent, budget_account,
  operating_unit, project, function, product, area, partner, tracking1, tracking2)
SELECT %(voucher)s, row_number() OVER (ORDER BY account, sum(amount) < 0), %(unit)s, account, sum(amount), '', NULL, '', '',
  '', '', '', '', '', '', ''
FROM (SELECT d.account, s.amount
      FROM purchases_payablesettlement s JOIN decided d ON d.id = s.payable_id
      WHERE s.unit_id = %(unit)s AND s.run_id = %(run)s
      UNION ALL SELECT %(transit)s, -amount FROM new_payment
      UNION ALL SELECT %(withheld)s, sign * amount FROM new_payment CROSS JOIN (VALUES (1), (-1)) sides (sign) WHERE pays = 'ban')
  posted
GROUP BY account, amount > 0
