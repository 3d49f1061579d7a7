-- One row per invoice to be, in the order of its first order; then the orders that it bills.
CREATE TEMP TABLE new_invoice ON COMMIT DROP AS
SELECT p.*, g.net, g.vat, g.total, nextval('sales_invoice_id_seq') AS invoice_id,
  nextval('ledger_voucher_id_seq') AS voucher_id
FROM (SELECT first.*, row_number() OVER (ORDER BY first.first_order) - 1 AS place
      FROM (SELECT DISTINCT ON (d.grp) d.grp, d.number AS first_order,
              max(d.service_date) OVER (PARTITION BY d.grp) AS supply_date,
              sum(d.last_line) OVER (PARTITION BY d.grp) AS last_line,
              d.payer_id, d.customer_id, d.bill_to_id, d.ship_to_id, d.case_reference, d.order_number, d.agreement, d.accounting,
              d.site, d.language, d.credit, d.original_id, d.internal, d.partner_code,
              d.public_lines > 0 AS public_law, {payment_terms}
            FROM decided d WHERE d.outcome = 'INVOICE' ORDER BY d.grp, d.number) first
      ORDER BY place) p
JOIN groups_in_hand g ON g.grp = p.grp;

ANALYZE new_invoice (grp, invoice_id);

-- The orders of each invoice, in order; their lines keep their order's sequence behind those of the orders before it.
CREATE TEMP TABLE new_order ON COMMIT DROP AS
SELECT n.invoice_id, n.voucher_id, n.partner_code, d.id AS order_id, d.number, d.digest,
  coalesce(sum(d.last_line) OVER (PARTITION BY d.grp ORDER BY d.number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
    0) AS lines_before
FROM decided d JOIN new_invoice n ON n.grp = d.grp
WHERE d.outcome = 'INVOICE' ORDER BY d.number;

ANALYZE new_order (order_id)
