-- Every voucher that an own system asked for, with what has become of it and what its sender was told. Parameter: unit.
CREATE TEMP TABLE asked_for ON COMMIT DROP AS
WITH asked AS (
  SELECT i.* FROM purchases_purchaseinvoice i
  WHERE i.unit_id = %(unit)s AND i.sender_system <> '' AND i.sender_reference <> ''),
told AS (
  SELECT a.invoice_id, bool_or(a.state = 'rejected') AS rejected, bool_or(a.state = 'accepted') AS accepted,
    (array_agg(a.day ORDER BY a.id DESC) FILTER (WHERE a.state = 'paid'))[1] AS paid
  FROM purchases_senderanswer a WHERE a.unit_id = %(unit)s GROUP BY 1),
-- The payments that went out and hold, of payables with nothing open; each was accepted by the bank.
paid AS (
  SELECT p.invoice_id, max(s.payment_date) AS day
  FROM purchases_payable p
  JOIN purchases_payable_open o ON o.id = p.id AND o.open = 0
  JOIN purchases_payablesettlement t ON t.payable_id = p.id AND t.kind IN ('paid', 'withheld')
  JOIN purchases_supplierpayment s ON s.id = t.payment_id AND s.undoes_id IS NULL
    AND NOT EXISTS (SELECT FROM purchases_supplierpayment undone WHERE undone.undoes_id = s.id)
  LEFT JOIN LATERAL (SELECT a.state FROM purchases_paymentanswer a WHERE a.payment_id = s.id ORDER BY a.id DESC LIMIT 1) a
    ON true
  WHERE p.unit_id = %(unit)s AND p.invoice_id IN (SELECT id FROM asked)
  GROUP BY 1 HAVING bool_and(coalesce(a.state = 'accepted', false)))
SELECT a.id, a.unit_id, a.sender_system, a.sender_reference, a.sender_instalment, coalesce(a.total, 0) AS amount,
  r.reason AS returned, coalesce(r.message, '') AS message, p.id AS payable_id, paid.day AS paid_on,
  coalesce(t.rejected, false) AS told_rejected, coalesce(t.accepted, false) AS told_accepted, t.paid AS told_paid,
  EXISTS (SELECT FROM asked first WHERE first.id < a.id AND first.sender_system = a.sender_system
    AND first.sender_reference = a.sender_reference AND first.sender_instalment IS NOT DISTINCT FROM a.sender_instalment
    AND first.total IS NOT DISTINCT FROM a.total AND first.iban = a.iban AND first.seller_key = a.seller_key) AS repeats
FROM asked a
LEFT JOIN purchases_invoicereturn r ON r.invoice_id = a.id
LEFT JOIN purchases_payable p ON p.invoice_id = a.id
LEFT JOIN paid ON paid.invoice_id = a.id
LEFT JOIN told t ON t.invoice_id = a.id
