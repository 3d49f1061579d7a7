-- One row per invoice to be, in the order of its first order; then its lines, priced and posted.
CREATE TEMP TABLE new_invoice ON COMMIT DROP AS
SELECT p.*, g.net, g.vat, g.total, nextval('sales_invoice_id_seq') AS invoice_id,
  nextval('ledger_voucher_id_seq') AS voucher_id
FROM (SELECT first.*, row_number() OVER (ORDER BY first.first_order) - 1 AS place
      FROM (SELECT DISTINCT ON (d.grp) d.grp, d.number AS first_order,
              max(d.service_date) OVER (PARTITION BY d.grp) AS supply_date,
              d.payer_id, d.customer_id, d.bill_to_id, d.ship_to_id, d.case_reference, d.order_number, d.agreement, d.accounting,
              d.site, d.language, d.credit, d.original_id, d.internal, d.partner_code,
              d.public_lines > 0 AS public_law, {payment_terms}
            FROM decided d WHERE d.outcome = 'INVOICE' ORDER BY d.grp, d.number) first
      ORDER BY place) p
JOIN groups_in_hand g ON g.grp = p.grp;

ANALYZE new_invoice (grp, invoice_id);

CREATE TEMP TABLE new_line ON COMMIT DROP AS
SELECT n.invoice_id, n.voucher_id, n.partner_code,
  row_number() OVER (PARTITION BY n.place ORDER BY l.order_number, l.position) AS position,
  l.order_id, l.position AS order_position, l.item_id, l.quantity, l.measure, l.unit_price, l.net, l.vat_category,
  l.vat_percent, l.account, l.budget_account, l.operating_unit, l.project, l.function, l.product, l.area,
  l.tracking1, l.tracking2
FROM decided d
JOIN new_invoice n ON n.grp = d.grp
JOIN lines_in_hand l ON l.order_id = d.id
WHERE d.outcome = 'INVOICE'
ORDER BY n.place, position
