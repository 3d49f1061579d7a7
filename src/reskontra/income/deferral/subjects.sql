-- The agreements in hand: every agreement that runs, with what was agreed, what came and what is still open.
-- Parameters: unit, on, grace (days), deferrals (ids, or null for all).
CREATE TEMP TABLE deferrals_in_hand ON COMMIT DROP AS
WITH running AS (
  SELECT d.id, d.unit_id, d.number, d.from_date, d.until_date
  FROM claims_deferral d
  WHERE d.unit_id = %(unit)s AND d.from_date <= %(on)s AND (%(deferrals)s::bigint[] IS NULL OR d.id = ANY (%(deferrals)s))
    AND NOT EXISTS (SELECT FROM claims_deferralend e WHERE e.deferral_id = d.id)),
covered AS (
  SELECT r.id, r.from_date, dc.claim_id, dc.principal
  FROM running r JOIN claims_deferralclaim dc ON dc.deferral_id = r.id),
-- What was credited or written off since, or paid before and placed later, is not asked for either: it lessens the last
-- instalments, since an agreement whose claims are settled is kept.
owed AS (
  SELECT v.id, sum(v.principal) AS principal, sum(c.amount - coalesce(s.amount, 0)) AS open
  FROM covered v JOIN claims_claim c ON c.id = v.claim_id
  LEFT JOIN (SELECT claim_id, sum(amount) AS amount FROM claims_claim_settlement
             WHERE unit_id = %(unit)s AND claim_id IN (SELECT claim_id FROM covered) GROUP BY 1) s ON s.claim_id = v.claim_id
  GROUP BY 1),
came AS (
  SELECT v.id, sum(a.amount) AS paid
  FROM covered v JOIN claims_allocation a ON a.claim_id = v.claim_id AND a.unit_id = %(unit)s
  JOIN bank_payment p ON p.id = a.payment_id AND p.booking_date >= v.from_date
  GROUP BY 1),
agreed AS (
  SELECT r.id, coalesce(sum(i.amount) FILTER (WHERE i.due_date < %(on)s), 0) AS due,
    coalesce(sum(i.amount) FILTER (WHERE i.due_date + %(grace)s < %(on)s), 0) AS overdue,
    min(i.due_date) FILTER (WHERE i.due_date >= %(on)s) AS next_due
  FROM running r JOIN claims_instalment i ON i.deferral_id = r.id GROUP BY 1)
SELECT r.id, r.unit_id, r.number, r.from_date, r.until_date, r.until_date + %(grace)s < %(on)s AS grace_over,
  o.principal, o.open, coalesce(c.paid, 0) AS paid, a.due, a.overdue, a.next_due
FROM running r JOIN owed o ON o.id = r.id JOIN agreed a ON a.id = r.id LEFT JOIN came c ON c.id = r.id
