-- Purchases by card with all that a rule may ask of them. Parameters: unit, on, only (ids, or null for all that are not
-- reconciled), clearing (the clearing account). Amounts are euro with VAT.
DROP TABLE IF EXISTS cards_scope, card_invoices, card_rows, card_pairs, card_sums, cards_in_hand;

-- Every purchase of the statements that something is open of; the invoice is weighed against all of them.
CREATE TEMP TABLE cards_scope ON COMMIT DROP AS
SELECT p.id, p.unit_id, p.statement_id, p.day, p.amount, p.digits, p.merchant, s.company_id, s.invoice_key,
  s.number AS statement, charge.id AS charge_id, charge.invoice_id AS charged_by, charge.row AS charged_row,
  card.card_id, card.ended, a.id AS agreement_id, a.identifier, a.way
FROM purchases_cardpurchase p
JOIN purchases_cardstatement s ON s.id = p.statement_id
LEFT JOIN purchases_cardcharge charge ON charge.purchase_id = p.id
-- The card by its digits; where two have the same, by its holder too.
LEFT JOIN LATERAL (
  SELECT CASE WHEN count(*) FILTER (WHERE valid) = 1 THEN min(id) FILTER (WHERE valid)
              WHEN count(*) FILTER (WHERE valid AND named) = 1 THEN min(id) FILTER (WHERE valid AND named) END AS card_id,
    count(*) > 0 AND NOT bool_or(valid) AS ended
  FROM (SELECT c.id, c.validity @> p.day AND k.validity @> p.day AS valid, lower(c.holder) = lower(p.holder) AS named
        FROM registers_paymentcard c JOIN registers_cardagreement k ON k.id = c.agreement_id
        WHERE c.unit_id = p.unit_id AND k.company_id = s.company_id AND c.digits = p.digits) known) card ON true
LEFT JOIN registers_paymentcard c ON c.id = card.card_id
LEFT JOIN registers_cardagreement a ON a.id = c.agreement_id
WHERE p.unit_id = %(unit)s AND (%(only)s::bigint[] IS NULL AND p.statement_id IN (
    SELECT q.statement_id FROM purchases_cardpurchase q
    WHERE q.unit_id = %(unit)s AND NOT EXISTS (SELECT FROM purchases_cardcharge h WHERE h.purchase_id = q.id))
  OR p.statement_id IN (SELECT q.statement_id FROM purchases_cardpurchase q WHERE q.id = ANY (%(only)s::bigint[])));

-- A statement that names an invoice with others is weighed with them.
INSERT INTO cards_scope
SELECT p.id, p.unit_id, p.statement_id, p.day, p.amount, p.digits, p.merchant, s.company_id, s.invoice_key, s.number,
  charge.id, charge.invoice_id, charge.row, NULL, false, NULL, NULL, NULL
FROM purchases_cardpurchase p
JOIN purchases_cardstatement s ON s.id = p.statement_id
JOIN purchases_cardcharge charge ON charge.purchase_id = p.id
WHERE p.unit_id = %(unit)s AND p.statement_id NOT IN (SELECT statement_id FROM cards_scope)
  AND s.invoice_key <> ''
  AND (s.company_id, s.invoice_key) IN (SELECT company_id, invoice_key FROM cards_scope);

ANALYZE cards_scope;

-- The invoice of each statement: the one that somebody named, else the company's own of the number that it tells.
CREATE TEMP TABLE card_invoices ON COMMIT DROP AS
SELECT s.statement_id, i.id AS invoice_id, i.total, i.number
FROM (SELECT DISTINCT statement_id, company_id, invoice_key FROM cards_scope) s
LEFT JOIN LATERAL (SELECT n.invoice_id FROM purchases_cardstatementinvoice n WHERE n.statement_id = s.statement_id
                   ORDER BY n.id DESC LIMIT 1) named ON true
JOIN LATERAL (
  SELECT i.id, i.total, i.number
  FROM purchases_purchaseinvoice i JOIN purchases_invoice_state state ON state.id = i.id
  WHERE i.unit_id = %(unit)s AND state.returned IS NULL AND i.total IS NOT NULL AND i.currency IN ('', 'EUR')
    AND state.supplier_id = s.company_id
    AND CASE WHEN named.invoice_id IS NOT NULL THEN i.id = named.invoice_id
             ELSE s.invoice_key <> '' AND i.number_key = s.invoice_key END
  ORDER BY i.id DESC LIMIT 1) i ON true;

-- Rows of the invoices and purchases, the first of an amount with the first of the same amount.
CREATE TEMP TABLE card_rows ON COMMIT DROP AS
SELECT l.invoice_id, l.position, l.text, l.net + coalesce(l.vat, 0) AS amount,
  row_number() OVER (PARTITION BY l.invoice_id, l.net + coalesce(l.vat, 0) ORDER BY l.position) AS place,
  count(*) OVER (PARTITION BY l.invoice_id) AS rows
FROM purchases_purchaseinvoiceline l
WHERE l.unit_id = %(unit)s AND l.net <> 0 AND l.invoice_id IN (SELECT invoice_id FROM card_invoices);

CREATE TEMP TABLE card_pairs ON COMMIT DROP AS
SELECT p.id, r.invoice_id, r.position
FROM (SELECT s.id, v.invoice_id, s.amount,
        row_number() OVER (PARTITION BY v.invoice_id, s.amount ORDER BY s.charge_id IS NULL, s.day, s.id) AS place
      FROM cards_scope s JOIN card_invoices v USING (statement_id)) p
JOIN card_rows r ON r.invoice_id = p.invoice_id AND r.amount = p.amount AND r.place = p.place;

-- What each invoice charges beside its purchases and what people have explained: zero when all of it is known.
CREATE TEMP TABLE card_sums ON COMMIT DROP AS
SELECT v.invoice_id, min(v.total) - coalesce(sum(s.amount), 0) - coalesce(min(told.amount), 0) AS rest,
  coalesce(min(r.rows), 0) > 1 AND coalesce(min(paired.pairs), 0) > 0 AS by_rows, min(missing.rows::text)::jsonb AS missing
FROM (SELECT DISTINCT invoice_id, total FROM card_invoices) v
JOIN card_invoices t USING (invoice_id)
JOIN cards_scope s ON s.statement_id = t.statement_id
LEFT JOIN (SELECT invoice_id, sum(amount) AS amount FROM purchases_carddifference WHERE unit_id = %(unit)s GROUP BY 1) told
  ON told.invoice_id = v.invoice_id
LEFT JOIN (SELECT invoice_id, count(*) AS rows FROM card_rows GROUP BY 1) r ON r.invoice_id = v.invoice_id
LEFT JOIN (SELECT invoice_id, count(*) AS pairs FROM card_pairs GROUP BY 1) paired ON paired.invoice_id = v.invoice_id
LEFT JOIN (SELECT c.invoice_id, jsonb_agg(concat_ws(' ', c.position, c.text, c.amount) ORDER BY c.position) AS rows
           FROM card_rows c WHERE NOT EXISTS (SELECT FROM card_pairs p WHERE p.invoice_id = c.invoice_id AND p.position = c.position)
           GROUP BY 1) missing ON missing.invoice_id = v.invoice_id
GROUP BY v.invoice_id;

CREATE TEMP TABLE cards_in_hand ON COMMIT DROP AS
WITH templates AS (
  SELECT DISTINCT ON (t.reference) t.reference, lines.clears
  FROM registers_codingtemplate t
  JOIN (SELECT template_id, bool_and(account = %(clearing)s) AS clears FROM registers_codingtemplateline
        WHERE unit_id = %(unit)s GROUP BY 1 HAVING sum(share) = 100) lines ON lines.template_id = t.id
  WHERE t.unit_id = %(unit)s AND t.validity @> %(on)s::date ORDER BY t.reference, t.id DESC),
told AS (
  SELECT s.*, v.invoice_id, v.number AS invoice, %(on)s::date AS on_date, w.rest, w.by_rows,
    pair.position AS invoice_row,
    CASE WHEN w.rest <> 0 THEN w.missing END AS missing,
    CASE WHEN s.identifier LIKE 'VSK1%%' THEN 'contract' WHEN t.reference IS NOT NULL THEN 'template' ELSE 'purchase' END
      AS coded_by,
    coalesce(t.clears, false) AS clears, receipt.id IS NOT NULL AS receipted, coding.id AS coding_id,
    transfer.claim, transfer.id IS NOT NULL AS transferred,
    EXISTS (SELECT FROM purchases_invoiceidentifier n
            WHERE n.invoice_id = v.invoice_id AND n.value = s.identifier
              AND (n.person_id IS NOT NULL OR NOT EXISTS (
                SELECT FROM purchases_invoiceidentifier c WHERE c.invoice_id = n.invoice_id AND c.person_id IS NOT NULL)))
      AS reference_holds
  FROM cards_scope s
  LEFT JOIN card_invoices v USING (statement_id)
  LEFT JOIN card_sums w USING (invoice_id)
  LEFT JOIN card_pairs pair ON pair.id = s.id
  LEFT JOIN templates t ON t.reference = s.identifier
  LEFT JOIN purchases_cardtransfer transfer ON transfer.purchase_id = s.id
  LEFT JOIN LATERAL (SELECT r.id FROM purchases_cardreceipt r WHERE r.purchase_id = s.id LIMIT 1) receipt ON true
  LEFT JOIN LATERAL (SELECT c.id FROM purchases_cardcoding c WHERE c.purchase_id = s.id ORDER BY c.version DESC LIMIT 1)
    coding ON true)
SELECT ready.*, bool_and(ready) OVER (PARTITION BY invoice_id) AS all_ready
FROM (SELECT told.*, charge_id IS NOT NULL OR card_id IS NOT NULL AND invoice_id IS NOT NULL AND reference_holds AND receipted
        AND (coded_by <> 'purchase' OR coding_id IS NOT NULL) AS ready FROM told) ready;

DELETE FROM cards_in_hand WHERE CASE WHEN %(only)s::bigint[] IS NULL THEN charge_id IS NOT NULL AND agreement_id IS NULL
  ELSE id <> ALL (%(only)s::bigint[]) END;

ANALYZE cards_in_hand
