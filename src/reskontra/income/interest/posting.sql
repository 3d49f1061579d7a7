-- Numbered facts with their vouchers. Parameters: unit, code, run, on, year, kind, due, first_number, base, first_voucher,
-- receivable, income, and letters (ids, in the order of the invoices).

CREATE TEMP TABLE numbered_interest ON COMMIT DROP AS
SELECT i.*, %(first_number)s + i.place AS number, sales_reference(%(code)s, %(base)s + %(first_number)s + i.place) AS reference,
  CASE WHEN i.original_id IS NULL THEN %(due)s ELSE %(on)s END::date AS due_date, letter.id AS letter_id
FROM new_interest_invoice i
JOIN unnest(%(letters)s::bigint[]) WITH ORDINALITY AS letter (id, place) ON letter.place = i.place + 1;

INSERT INTO ledger_voucher (id, unit_id, run_id, kind, year, number, posting_date)
SELECT voucher_id, %(unit)s, %(run)s, 'KR', %(year)s, %(first_voucher)s + place, %(on)s
FROM numbered_interest ORDER BY place;

INSERT INTO claims_interestinvoice (id, unit_id, run_id, number, kind, customer_id, original_id, language, issue_date,
  due_date, reference, total, voucher_id, letter_id)
SELECT id, %(unit)s, %(run)s, number, %(kind)s, customer_id, original_id, language, %(on)s, due_date, reference, total,
  voucher_id, letter_id
FROM numbered_interest ORDER BY place;

INSERT INTO claims_interestcharge (id, unit_id, invoice_id, claim_id, until_date, amount)
SELECT id, %(unit)s, invoice_id, claim_id, until_date, amount FROM new_interest_charge ORDER BY id;

INSERT INTO claims_interestline (unit_id, charge_id, position, from_date, to_date, days, principal, percent, amount)
SELECT %(unit)s, ch.id, l.position, l.from_date, l.to_date, l.days, l.principal, l.percent, l.amount
FROM new_interest_charge ch JOIN interest_lines l ON l.claim_id = ch.claim_id AND l.kind = %(kind)s AND NOT l.waived
ORDER BY ch.id, l.position;

INSERT INTO ledger_entry (voucher_id, position, unit_id, account, amount, vat_category, vat_percent, budget_account,
  operating_unit, project, function, product, area, partner, tracking1, tracking2)
SELECT n.voucher_id, side.position, %(unit)s, side.account, side.sign * n.total, '', NULL, '', '', '', '', '', '',
  n.partner_code, '', ''
FROM numbered_interest n
CROSS JOIN (VALUES (0, 1, %(receivable)s), (1, -1, %(income)s)) side (position, sign, account);

INSERT INTO claims_claim (unit_id, run_id, kind, interest_invoice_id, payer_id, reference, public_law, amount, due_date)
SELECT %(unit)s, %(run)s, 'interest', id, customer_id, reference, public_law, total, due_date
FROM numbered_interest ORDER BY place
