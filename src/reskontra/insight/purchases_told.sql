-- The purchase invoices that came from ``first`` to ``last``, one row each with what became of it: what every analysis of
-- expenditure counts (EX 1-a). Other expenditure is none, and what was returned to its supplier is none either: it stands
-- in ``purchases_came`` only, as it says what goes wrong. Tables of their own: several analyses ask them, and their size
-- is known to the planner. Parameters: units, first, last.
--
-- ``net`` is euro without VAT, 0 in another currency. ``ordered``, ``contracted`` and ``referenced``: the seller wrote the
-- number of a known order or contract, or a posting reference; what somebody added later was not on the invoice.
-- ``automatic`` and ``by_reference``: who or what handled it. ``reason`` is the first that matching gave for special
-- handling: what went wrong when it came.
DROP TABLE IF EXISTS purchases_told, purchases_came;

CREATE TEMP TABLE purchases_came ON COMMIT DROP AS
SELECT i.id, i.unit_id, i.received_date, date_trunc('month', i.received_date)::date AS month, i.channel, i.kind,
  i.seller_key, i.seller_name, supplier.supplier_id, coding.id AS coding_id, payable.id AS payable_id, held.id AS match_id,
  CASE WHEN i.currency IN ('', 'EUR') THEN coalesce(i.net, 0) ELSE 0 END AS net,
  coalesce(held.automatic, false) AS automatic, coalesce(coding.source = 'template', false) AS by_reference,
  coalesce(numbers.ordered, false) AS ordered, coalesce(numbers.contracted, false) AS contracted,
  coalesce(numbers.referenced, false) AS referenced,
  said.outcome AS reason, said.clause AS reason_clause, said.amount AS reason_amount, said.on_date AS reason_date,
  EXISTS (SELECT FROM purchases_invoicereturn r WHERE r.invoice_id = i.id) AS returned
FROM purchases_purchaseinvoice i
LEFT JOIN purchases_match_held held ON held.invoice_id = i.id
LEFT JOIN purchases_payable payable ON payable.invoice_id = i.id
LEFT JOIN LATERAL (SELECT s.supplier_id FROM purchases_invoicesupplier s WHERE s.invoice_id = i.id
                   ORDER BY s.id DESC LIMIT 1) supplier ON true
LEFT JOIN LATERAL (SELECT c.id, c.source FROM purchases_coding c WHERE c.invoice_id = i.id
                   ORDER BY c.version DESC LIMIT 1) coding ON true
LEFT JOIN LATERAL (
  SELECT bool_or(n.kind = 'order' AND EXISTS (SELECT FROM purchases_purchaseorder o
                                              WHERE o.unit_id = n.unit_id AND o.number = n.value)) AS ordered,
    bool_or(n.kind = 'contract' AND EXISTS (SELECT FROM purchases_contract k
                                            WHERE k.unit_id = n.unit_id AND k.number = n.value)) AS contracted,
    bool_or(n.kind = 'posting') AS referenced
  FROM purchases_invoiceidentifier n WHERE n.invoice_id = i.id AND n.run_id IS NOT NULL) numbers ON true
LEFT JOIN LATERAL (
  SELECT first.outcome, first.clause, first.amount, first.on_date
  FROM (SELECT d.outcome, d.clause, d.amount, d.standing, u.on_date FROM purchases_purchasedecision d
        JOIN runs_run u ON u.id = d.run_id AND u.state = 'applied'
        WHERE d.invoice_id = i.id AND d.rule = 'matching' ORDER BY d.run_id LIMIT 1) first
  WHERE first.standing = 'REVIEW') said ON true
WHERE i.unit_id = ANY (%(units)s) AND i.stream = 'procurement' AND i.kind IN ('invoice', 'credit')
  AND i.received_date BETWEEN %(first)s AND %(last)s;

CREATE TEMP TABLE purchases_told ON COMMIT DROP AS
SELECT * FROM purchases_came WHERE NOT returned;

CREATE UNIQUE INDEX ON purchases_told (id);

ANALYZE purchases_told
