-- Payments that came back are undone: counter-facts, their voucher, and a hold with what the bank said. Parameters: unit, run,
-- on, year, voucher, number, person, at; accounts transit and withheld. ``payments_back`` (payment_id, answer_id) is made by
-- the caller.

INSERT INTO ledger_voucher (id, unit_id, run_id, kind, year, number, posting_date)
VALUES (%(voucher)s, %(unit)s, %(run)s, 'SP', %(year)s, %(number)s, %(on)s);

INSERT INTO purchases_supplierpayment (unit_id, run_id, voucher_id, pays, supplier_id, ban_id, amount, payment_date, payee,
  iban, bic, reference, message, payment_information_id, end_to_end_id, undoes_id)
SELECT %(unit)s, %(run)s, %(voucher)s, p.pays, p.supplier_id, p.ban_id, -p.amount, %(on)s, p.payee, p.iban, p.bic, p.reference,
  p.message, '', '', p.id
FROM payments_back b JOIN purchases_supplierpayment p ON p.id = b.payment_id ORDER BY p.id;

INSERT INTO purchases_payablesettlement (unit_id, run_id, payable_id, payment_id, kind, amount)
SELECT %(unit)s, %(run)s, s.payable_id, undone.id, s.kind, -s.amount
FROM payments_back b
JOIN purchases_payablesettlement s ON s.payment_id = b.payment_id
JOIN purchases_supplierpayment undone ON undone.undoes_id = b.payment_id
ORDER BY s.id;

INSERT INTO purchases_paymenthold (unit_id, payable_id, reason, answer_id, person_id, given_at)
SELECT %(unit)s, s.payable_id, coalesce(nullif(max(a.reason), ''), nullif(max(a.code), ''), max(a.state)), min(a.id),
  %(person)s, %(at)s
FROM payments_back b
JOIN purchases_payablesettlement s ON s.payment_id = b.payment_id
JOIN purchases_paymentanswer a ON a.id = b.answer_id
GROUP BY s.payable_id ORDER BY s.payable_id;

INSERT INTO ledger_entry (voucher_id, position, unit_id, account, amount, vat_category, vat_percent, budget_account,
  operating_unit, project, function, product, area, partner, tracking1, tracking2)
SELECT %(voucher)s, row_number() OVER (ORDER BY account, sum(amount) < 0), %(unit)s, account, sum(amount), '', NULL, '', '',
  '', '', '', '', '', '', ''
FROM (SELECT p.account, s.amount
      FROM purchases_payablesettlement s JOIN purchases_payable p ON p.id = s.payable_id
      WHERE s.unit_id = %(unit)s AND s.run_id = %(run)s
      UNION ALL
      SELECT %(transit)s, -p.amount FROM purchases_supplierpayment p WHERE p.unit_id = %(unit)s AND p.run_id = %(run)s
      UNION ALL
      SELECT %(withheld)s, sign * p.amount
      FROM purchases_supplierpayment p CROSS JOIN (VALUES (1), (-1)) sides (sign)
      WHERE p.unit_id = %(unit)s AND p.run_id = %(run)s AND p.pays = 'ban') posted
GROUP BY account, amount > 0
