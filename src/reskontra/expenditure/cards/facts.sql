-- What is reconciled, and the coding of an invoice that its purchases make together. Parameters: unit, run, at, charged
-- (names), to_cost (name).

INSERT INTO purchases_cardcharge (unit_id, run_id, purchase_id, invoice_id, row, amount)
SELECT d.unit_id, %(run)s, d.id, d.invoice_id, d.invoice_row, d.amount
FROM decided d WHERE d.outcome = ANY (%(charged)s) ORDER BY d.id;

-- An invoice that is coded, matched or owed already stays as it is; one with VAT of its own is coded by people.
CREATE TEMP TABLE invoices_to_code ON COMMIT DROP AS
SELECT i.id AS invoice_id, nextval('purchases_coding_id_seq') AS coding_id
FROM purchases_purchaseinvoice i JOIN purchases_invoice_state s ON s.id = i.id
WHERE i.unit_id = %(unit)s AND i.net = i.total AND coalesce(i.vat, 0) = 0
  AND s.coding_id IS NULL AND s.match_id IS NULL AND s.payable_id IS NULL
  AND i.id IN (SELECT invoice_id FROM decided WHERE outcome = %(to_cost)s AND coded_by = 'purchase')
  AND NOT EXISTS (SELECT FROM cards_scope h JOIN card_invoices v USING (statement_id)
                  WHERE v.invoice_id = i.id AND h.charge_id IS NULL
                    AND h.id NOT IN (SELECT id FROM decided WHERE outcome = %(to_cost)s));

CREATE TEMP TABLE card_coding_lines ON COMMIT DROP AS
SELECT c.coding_id, c.invoice_id, row_number() OVER (PARTITION BY c.invoice_id ORDER BY l.source, l.day, l.of, l.position) AS position,
  l.amount, l.text, l.account, l.budget_account, l.operating_unit, l.project, l.function, l.product, l.area, l.tracking1,
  l.tracking2,
  l.authorisation, l.reserve1, l.reserve2, l.joint_funding_unit
FROM invoices_to_code c
JOIN (
  SELECT charge.invoice_id, 1 AS source, p.day, p.id AS of, l.position, l.amount, left(p.day || ' ' || p.merchant, 120) AS text,
    l.account, l.budget_account, l.operating_unit, l.project, l.function, l.product, l.area, l.tracking1, l.tracking2,
    l.authorisation, l.reserve1, l.reserve2, l.joint_funding_unit
  FROM purchases_cardcharge charge
  JOIN purchases_cardpurchase p ON p.id = charge.purchase_id
  JOIN LATERAL (SELECT k.id FROM purchases_cardcoding k WHERE k.purchase_id = p.id ORDER BY k.version DESC LIMIT 1) newest
    ON true
  JOIN purchases_cardcodingline l ON l.coding_id = newest.id
  UNION ALL
  SELECT f.invoice_id, 2, NULL, f.id, 1, f.amount, left(f.reason, 120), f.account, f.budget_account, f.operating_unit,
    f.project, f.function, f.product, f.area, f.tracking1, f.tracking2,
    f.authorisation, f.reserve1, f.reserve2, f.joint_funding_unit
  FROM purchases_carddifference f WHERE f.voucher_id IS NULL) l ON l.invoice_id = c.invoice_id;

INSERT INTO purchases_coding (id, unit_id, run_id, person_id, given_at, invoice_id, version, digest, source)
SELECT c.coding_id, %(unit)s, %(run)s, NULL, %(at)s, c.invoice_id, 1,
  purchases_coding_digest(c.invoice_id, 1, (SELECT jsonb_agg(to_jsonb(l) - 'coding_id' ORDER BY l.position)
                                            FROM card_coding_lines l WHERE l.coding_id = c.coding_id)), 'cards'
FROM invoices_to_code c ORDER BY c.coding_id;

INSERT INTO purchases_codingline (unit_id, coding_id, position, net, vat, vat_percent, text, account, budget_account,
  operating_unit, project, function, product, area, tracking1, tracking2, authorisation, reserve1, reserve2,
  joint_funding_unit)
SELECT %(unit)s, coding_id, position, amount, 0, NULL, text, account, budget_account, operating_unit, project, function,
  product, area, tracking1, tracking2, authorisation, reserve1, reserve2, joint_funding_unit
FROM card_coding_lines ORDER BY coding_id, position
