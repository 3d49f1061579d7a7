-- The payables of a unit that something is open of, and those that were asked for by name. Parameters: unit, asked (ids, or
-- NULL for all that is open).

CREATE TEMP TABLE payables_open ON COMMIT DROP AS
SELECT p.id, p.unit_id, p.invoice_id, p.supplier_id, p.account, p.due_date, p.amount,
  p.amount - coalesce(s.settled, 0) AS open
FROM purchases_payable p
LEFT JOIN (SELECT payable_id, sum(amount) AS settled FROM purchases_payablesettlement
           WHERE unit_id = %(unit)s GROUP BY 1) s ON s.payable_id = p.id
WHERE p.unit_id = %(unit)s
  AND CASE WHEN %(asked)s::bigint[] IS NULL THEN p.amount <> coalesce(s.settled, 0)
           ELSE p.id = ANY (%(asked)s::bigint[]) END;

ANALYZE payables_open;

-- Accounts that may be paid to. The caller takes out what is no IBAN.
CREATE TEMP TABLE accounts_approved ON COMMIT DROP AS
SELECT a.supplier_id, a.iban, a.bic, a.verification,
  coalesce(a.approved_at >= a.verified_at, false) AS seen_by_approver,
  a.approved_at, a.id
FROM registers_supplieraccount a
WHERE a.supplier_id IN (SELECT supplier_id FROM payables_open) AND a.approved_by_id IS NOT NULL
  AND (a.ended_date IS NULL OR a.ended_date > %(on)s)
