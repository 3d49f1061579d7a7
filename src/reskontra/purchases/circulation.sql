-- The invoices in circulation: every one of the unit that is neither returned, nor payable, nor in the hands of matching, with
-- the step that it needs and the place that it has or ought to have. Parameters: unit, on, ids (bigint[] or NULL for all), and
-- owners (jsonb: who solves which cause of a mismatch).

-- The queues that take work on the day: in force, and with somebody in them. The first by code is its step's own.
CREATE TEMP TABLE queues_open ON COMMIT DROP AS
SELECT q.id, q.step, q.code
FROM registers_workqueue q
WHERE q.unit_id = %(unit)s AND q.validity @> %(on)s::date
  AND EXISTS (SELECT FROM registers_workqueuemember m
              WHERE m.unit_id = q.unit_id AND m.queue_id = q.id AND m.validity @> %(on)s::date);

-- What matching last said of each invoice that it could not finish.
CREATE TEMP TABLE mismatches ON COMMIT DROP AS
SELECT DISTINCT ON (d.invoice_id) d.invoice_id, d.outcome AS cause, d.standing
FROM purchases_purchasedecision d JOIN runs_run r ON r.id = d.run_id AND r.state = 'applied'
WHERE d.unit_id = %(unit)s AND d.rule = 'matching' AND (%(ids)s::bigint[] IS NULL OR d.invoice_id = ANY (%(ids)s::bigint[]))
ORDER BY d.invoice_id, d.run_id DESC;

-- What intake said of each invoice, and whether the invoice itself has an error: no rule codes it then, people look.
CREATE TEMP TABLE doubts ON COMMIT DROP AS
WITH told AS (
  SELECT DISTINCT ON (d.invoice_id) d.invoice_id, d.outcome, d.standing
  FROM purchases_purchasedecision d
  WHERE d.unit_id = %(unit)s AND d.rule = 'intake'
    AND (%(ids)s::bigint[] IS NULL OR d.invoice_id = ANY (%(ids)s::bigint[]))
  ORDER BY d.invoice_id, d.run_id DESC),
faulty AS (
  SELECT DISTINCT f.invoice_id FROM purchases_invoicefinding f
  WHERE f.unit_id = %(unit)s AND f.severity = 'error'
    AND (%(ids)s::bigint[] IS NULL OR f.invoice_id = ANY (%(ids)s::bigint[])))
SELECT invoice_id, outcome, coalesce(CASE WHEN faulty.invoice_id IS NOT NULL THEN 'REVIEW' END, standing) AS standing
FROM told FULL JOIN faulty USING (invoice_id)
WHERE faulty.invoice_id IS NOT NULL OR told.standing IN ('REVIEW', 'WAITING');

-- The numbers that count: what a person corrected takes the place of what the file said, kind by kind.
CREATE TEMP TABLE numbers_told ON COMMIT DROP AS
SELECT invoice_id, kind, min(value) AS value
FROM (SELECT DISTINCT n.invoice_id, n.kind, n.value
      FROM purchases_invoiceidentifier n
      WHERE n.unit_id = %(unit)s AND (%(ids)s::bigint[] IS NULL OR n.invoice_id = ANY (%(ids)s::bigint[]))
        AND (n.person_id IS NULL AND NOT EXISTS (SELECT FROM purchases_invoiceidentifier corrected
               WHERE corrected.invoice_id = n.invoice_id AND corrected.kind = n.kind AND corrected.person_id IS NOT NULL)
          OR n.id = (SELECT max(newest.id) FROM purchases_invoiceidentifier newest
               WHERE newest.invoice_id = n.invoice_id AND newest.kind = n.kind AND newest.person_id IS NOT NULL))) told
GROUP BY invoice_id, kind HAVING count(*) = 1;

-- The templates that may code on the day: shares of the whole, on accounts that are in force.
CREATE TEMP TABLE templates_open ON COMMIT DROP AS
SELECT DISTINCT ON (t.reference) t.id, t.reference, t.queue_id
FROM registers_codingtemplate t
JOIN (SELECT l.template_id, sum(l.share) AS share,
        bool_and(EXISTS (SELECT FROM registers_account a WHERE a.code = l.account AND a.validity @> %(on)s::date)) AS known
      FROM registers_codingtemplateline l WHERE l.unit_id = %(unit)s GROUP BY 1) lines
  ON lines.template_id = t.id AND lines.share = 100 AND lines.known
WHERE t.unit_id = %(unit)s AND t.validity @> %(on)s::date
ORDER BY t.reference, t.id DESC;

CREATE TEMP TABLE circulating ON COMMIT DROP AS
WITH acts AS (
  SELECT invoice_id, digest, bool_or(act = 'review') AS reviewed, bool_or(act = 'approve') AS approved,
    bool_or(act = 'return') AS sent_back
  FROM purchases_invoiceapproval WHERE unit_id = %(unit)s GROUP BY 1, 2),
vat_told AS (
  SELECT invoice_id, sum(base) AS base, sum(amount) AS amount FROM purchases_purchasevat
  WHERE unit_id = %(unit)s AND (%(ids)s::bigint[] IS NULL OR invoice_id = ANY (%(ids)s::bigint[])) GROUP BY 1)
SELECT i.id, i.unit_id, i.stream, i.voucher_type, i.kind, i.number, i.seller_name, i.issue_date, i.received_date, i.due_date,
  coalesce(i.total, 0) AS amount, i.net, i.vat, s.supplier_id, s.coding_id, s.coding_digest, c.source AS coding_source,
  coalesce(a.reviewed, false) AS reviewed, coalesce(a.approved, false) AS approved, coalesce(a.sent_back, false) AS sent_back,
  coalesce(lines.budget, false) AS budget_line, template.id AS template_id, template.queue_id AS template_queue_id,
  i.net + i.vat = i.total AND (v.invoice_id IS NULL AND i.vat = 0 OR v.base = i.net AND v.amount = i.vat) AS adds_up,
  CASE WHEN a.approved AND s.supplier_id IS NULL THEN 'SUPPLIER_UNKNOWN'
       WHEN i.net IS NULL OR i.vat IS NULL OR i.total IS NULL OR i.net + i.vat <> i.total OR i.total = 0 THEN 'INVOICE_INCOMPLETE'
       WHEN i.currency NOT IN ('', 'EUR') THEN 'CURRENCY_DIFFERS'
       WHEN s.coding_id IS NULL AND s.supplier_id IS NULL AND doubt.outcome = 'SUPPLIER_UNKNOWN' THEN 'SUPPLIER_UNKNOWN'
       WHEN s.coding_id IS NULL AND doubt.standing IS NOT NULL
         AND coalesce(doubt.outcome, '') NOT IN ('SUPPLIER_UNKNOWN', 'OTHER_CURRENCY', 'REMINDER_RECEIVED')
         THEN 'INVOICE_INCOMPLETE'
       WHEN s.coding_id IS NULL AND m.standing = 'REVIEW' THEN m.cause END AS cause,
  purchase_order.orderer_id, contract.owner_id,
  s.step AS told_step, s.queue_id AS told_queue_id, s.to_person_id AS told_person_id, s.since_date,
  told.person_id IS NOT NULL AS told_by_hand, coalesce(told.reason, '') AS told_reason
FROM purchases_purchaseinvoice i
JOIN purchases_invoice_state s ON s.id = i.id
LEFT JOIN purchases_match_held held ON held.id = s.match_id
LEFT JOIN purchases_coding c ON c.id = s.coding_id
LEFT JOIN acts a ON a.invoice_id = i.id AND a.digest = s.coding_digest
LEFT JOIN LATERAL (SELECT bool_or(l.budget_account <> '') AS budget FROM purchases_codingline l
                   WHERE l.coding_id = s.coding_id) lines ON true
LEFT JOIN vat_told v ON v.invoice_id = i.id
LEFT JOIN mismatches m ON m.invoice_id = i.id
LEFT JOIN numbers_told posting ON posting.invoice_id = i.id AND posting.kind = 'posting'
LEFT JOIN doubts doubt ON doubt.invoice_id = i.id
-- A posting reference stands beside the number of an order or a contract now and then: what failed by that is nobody's to code.
LEFT JOIN templates_open template ON template.reference = posting.value AND doubt.standing IS DISTINCT FROM 'REVIEW'
  AND (i.stream = 'other' OR m.cause = 'HAS_POSTING_REFERENCE')
LEFT JOIN numbers_told ordered ON ordered.invoice_id = i.id AND ordered.kind = 'order'
LEFT JOIN purchases_purchaseorder purchase_order ON purchase_order.unit_id = i.unit_id AND purchase_order.number = ordered.value
LEFT JOIN numbers_told agreed ON agreed.invoice_id = i.id AND agreed.kind = 'contract'
LEFT JOIN LATERAL (SELECT k.owner_id FROM purchases_contract k WHERE k.unit_id = i.unit_id AND k.number = agreed.value
                   ORDER BY k.version DESC LIMIT 1) contract ON true
LEFT JOIN LATERAL (SELECT t.person_id, t.reason FROM purchases_assignment t WHERE t.invoice_id = i.id
                   ORDER BY t.id DESC LIMIT 1) told ON true
WHERE i.unit_id = %(unit)s AND (%(ids)s::bigint[] IS NULL OR i.id = ANY (%(ids)s::bigint[]))
  AND s.returned IS NULL AND s.payable_id IS NULL AND NOT coalesce(held.by_run, false);

-- The step that each invoice needs, and whom it is for. What no number points anywhere goes to those who code, not to those
-- who look for orders.
CREATE TEMP TABLE invoices_in_circulation ON COMMIT DROP AS
WITH served AS (
  SELECT coalesce((SELECT r.party FROM registers_responsibility r
                   WHERE r.unit_id = %(unit)s AND r.step = 'code_expenditure' AND r.validity @> %(on)s::date
                   ORDER BY r.id DESC LIMIT 1), 'unit') AS party),
needed AS (
  SELECT c.*, served.party, %(owners)s::jsonb ->> c.cause AS owner,
    CASE WHEN c.cause IN ('SUPPLIER_UNKNOWN', 'INVOICE_INCOMPLETE', 'CURRENCY_DIFFERS') AND (c.approved OR c.cause <> 'SUPPLIER_UNKNOWN')
           THEN 'solve'
         WHEN c.approved THEN 'pay'
         WHEN c.sent_back THEN 'code'
         WHEN c.coding_id IS NULL THEN CASE WHEN %(owners)s::jsonb ? c.cause THEN 'solve' ELSE 'code' END
         WHEN c.reviewed OR NOT c.budget_line THEN 'approve'
         ELSE 'review' END AS step
  FROM circulating c CROSS JOIN served),
meant AS (
  SELECT n.*,
    CASE n.step WHEN 'solve' THEN coalesce(n.owner, 'CENTRE')
                WHEN 'code' THEN CASE n.party WHEN 'centre' THEN 'CENTRE' ELSE 'UNIT' END
                WHEN 'approve' THEN CASE WHEN n.budget_line THEN 'UNIT' ELSE 'CENTRE' END
                ELSE 'UNIT' END AS meant_for,
    CASE WHEN n.step = 'solve' AND n.owner = 'RECEIPT' THEN n.orderer_id
         WHEN n.step = 'solve' AND n.owner = 'CONTRACT' THEN n.owner_id END AS meant_person_id
  FROM needed n),
placed AS (
  SELECT m.*,
    coalesce(m.told_step = m.step
      AND (m.told_by_hand OR m.step <> 'solve' OR m.told_reason = m.cause)
      AND (m.told_person_id IS NOT NULL AND told.is_active OR queue.id IS NOT NULL), false) AS placed,
    coalesce(meant.is_active, false) AS meant_active
  FROM meant m
  LEFT JOIN registers_person told ON told.id = m.told_person_id
  LEFT JOIN queues_open queue ON queue.id = m.told_queue_id
  LEFT JOIN registers_person meant ON meant.id = m.meant_person_id)
SELECT p.*, %(on)s::date AS on_date,
  CASE WHEN p.placed THEN p.told_queue_id WHEN p.meant_active THEN NULL
       WHEN p.step = 'review' AND p.coding_source = 'template' AND EXISTS (
         SELECT FROM queues_open q WHERE q.id = p.template_queue_id AND q.step = 'review') THEN p.template_queue_id
       ELSE own.id END AS queue_id,
  CASE WHEN p.placed THEN p.told_person_id WHEN p.meant_active THEN p.meant_person_id END AS to_person_id
FROM placed p
LEFT JOIN LATERAL (SELECT q.id FROM queues_open q WHERE q.step = p.step
                   ORDER BY q.code <> p.meant_for, q.code, q.id LIMIT 1) own ON true;

CREATE TEMP TABLE reviewing_queues ON COMMIT DROP AS
SELECT t.id AS template_id,
  coalesce((SELECT q.id FROM queues_open q WHERE q.id = t.queue_id AND q.step = 'review'),
           (SELECT q.id FROM queues_open q WHERE q.step = 'review' ORDER BY q.code <> 'UNIT', q.code, q.id LIMIT 1)) AS queue_id
FROM templates_open t
