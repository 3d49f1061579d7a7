-- From what was decided to facts. Parameters: unit, run, rule, at, on, reasons (outcome -> why it is returned).
INSERT INTO purchases_purchaseinvoice (id, unit_id, run_id, file_id, position, format, channel, received_date,
  receiving_address, stream, voucher_type, kind, number, number_key, issue_date, due_date, supply_date, currency, net, vat,
  total, payable, seller_name, seller_key, seller_business_id, seller_vat_id, iban, reference, message, original_number,
  late_interest_percent, sender_reference, sender_instalment, sender_system, attachments)
SELECT s.id, %(unit)s, %(run)s, s.file_id, s.position, s.format, s.channel, s.received_date, s.receiving_address, s.stream,
  s.voucher_type, s.kind, s.number, s.number_key, s.issue_date, s.due_date, s.supply_date, s.currency, s.net, s.vat, s.total,
  s.payable, s.seller_name, s.seller_key, s.seller_business_id, s.seller_vat_id, s.iban, s.reference, s.message,
  s.original_number, s.late_interest_percent, s.sender_reference, s.sender_instalment, s.sender_system, s.attachments
FROM subject_in_hand s JOIN decided d ON d.id = s.n WHERE d.outcome <> 'CHANGED_SINCE_PLAN' ORDER BY s.n;

CREATE TEMP TABLE taken ON COMMIT DROP AS
SELECT s.n, s.id FROM subject_in_hand s JOIN decided d ON d.id = s.n WHERE d.outcome <> 'CHANGED_SINCE_PLAN';

ANALYZE taken;

INSERT INTO purchases_purchaseinvoiceline (unit_id, invoice_id, position, item, text, quantity, measure, price, net, vat,
  vat_category, vat_percent, order_line, accounting)
SELECT %(unit)s, t.id, r.position, r.item, r.text, r.quantity, r.measure, r.price, r.net, r.vat, r.vat_category,
  r.vat_percent, r.order_line, r.accounting
FROM row_in_hand r JOIN taken t USING (n) ORDER BY r.n, r.position;

INSERT INTO purchases_purchasevat (unit_id, invoice_id, position, category, percent, base, amount)
SELECT %(unit)s, t.id, v.position, v.category, v.percent, v.base, v.amount
FROM vat_in_hand v JOIN taken t USING (n) ORDER BY v.n, v.position;

INSERT INTO purchases_invoiceidentifier (unit_id, invoice_id, run_id, person_id, given_at, kind, value, field, right_field)
SELECT %(unit)s, t.id, %(run)s, NULL, %(at)s, i.kind, i.value, i.field, i.right_field
FROM number_in_hand i JOIN taken t USING (n) ORDER BY i.n;

INSERT INTO purchases_invoicefinding (unit_id, invoice_id, position, rule, severity, "row", place, value, clause, detail)
SELECT %(unit)s, t.id, f.position, f.rule, f.severity, f."row", f.place, f.value, f.clause, f.detail
FROM finding_in_hand f JOIN taken t USING (n) ORDER BY f.n, f.position;

INSERT INTO purchases_invoicesupplier (unit_id, invoice_id, run_id, person_id, given_at, supplier_id)
SELECT %(unit)s, s.id, %(run)s, NULL, %(at)s, s.supplier_id
FROM subject_in_hand s JOIN taken t USING (id) WHERE s.supplier_id IS NOT NULL ORDER BY s.n;

INSERT INTO purchases_invoicereturn (unit_id, invoice_id, run_id, person_id, given_at, day, reason, message, clause)
SELECT %(unit)s, t.id, %(run)s, NULL, %(at)s, %(on)s, %(reasons)s::jsonb ->> d.outcome, '', d.clause
FROM decided d JOIN taken t ON t.n = d.id WHERE %(reasons)s::jsonb ? d.outcome ORDER BY t.id;

INSERT INTO purchases_purchasedecision (unit_id, run_id, invoice_id, rule, outcome, standing, clause, reasons, inputs,
  amount)
SELECT %(unit)s, %(run)s, t.id, %(rule)s, d.outcome, d.standing, d.clause, d.reasons, d.inputs, d.amount
FROM decided d JOIN taken t ON t.n = d.id ORDER BY t.id;

-- The coding of who asks for a payment, unless it must be looked at first; and the place with the reviewer whom the request
-- names, where a reviewer is needed. Approval is always given here, by other people (EX 2.2-d).
CREATE TEMP TABLE coded_by_sender ON COMMIT DROP AS
SELECT t.n, t.id AS invoice_id, nextval('purchases_coding_id_seq') AS id, s.reviewer
FROM taken t JOIN subject_in_hand s USING (n) JOIN decided d ON d.id = t.n
WHERE s.coded AND d.standing NOT IN ('RETURNED', 'REVIEW') ORDER BY t.n;

INSERT INTO purchases_coding (id, unit_id, run_id, person_id, given_at, invoice_id, version, digest, source)
SELECT k.id, %(unit)s, %(run)s, NULL, %(at)s, k.invoice_id, 1,
  purchases_coding_digest(k.invoice_id, 1, jsonb_agg(jsonb_build_array(c.position, c.net::text, '0.00', NULL::numeric, c.account,
    c.budget_account, c.operating_unit, c.project, c.function, c.product, c.area, c.tracking1, c.tracking2, c.authorisation,
    c.reserve1, c.reserve2, c.joint_funding_unit)
    ORDER BY c.position)), 'sender'
FROM coded_by_sender k JOIN coding_in_hand c USING (n) GROUP BY k.id, k.invoice_id ORDER BY k.id;

INSERT INTO purchases_codingline (unit_id, coding_id, position, net, vat, vat_percent, text, account, budget_account,
  operating_unit, project, function, product, area, tracking1, tracking2, authorisation, reserve1, reserve2,
  joint_funding_unit)
SELECT %(unit)s, k.id, c.position, c.net, 0, NULL, left(c.text, 120), c.account, c.budget_account, c.operating_unit, c.project,
  c.function, c.product, c.area, c.tracking1, c.tracking2, c.authorisation, c.reserve1, c.reserve2, c.joint_funding_unit
FROM coded_by_sender k JOIN coding_in_hand c USING (n) ORDER BY k.id, c.position;

INSERT INTO purchases_assignment (unit_id, run_id, person_id, given_at, invoice_id, step, queue_id, to_person_id, day, reason)
SELECT %(unit)s, %(run)s, NULL, %(at)s, k.invoice_id, 'review', NULL, p.id, %(on)s, ''
FROM coded_by_sender k JOIN registers_person p ON lower(p.email) = lower(k.reviewer) AND p.is_active
WHERE k.reviewer <> '' AND EXISTS (SELECT FROM coding_in_hand c WHERE c.n = k.n AND c.budget_account <> '')
  AND EXISTS (SELECT FROM registers_roleassignment r WHERE r.person_id = p.id AND r.role = 'SG'
    AND (r.in_unit_id IS NULL OR r.in_unit_id = %(unit)s) AND r.validity @> %(on)s::date)
ORDER BY k.invoice_id
