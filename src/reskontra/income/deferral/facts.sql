-- How agreements ended, and the blocks I that end with them. Parameters: unit, run, on, at, reason (of a withdrawal), and
-- the reasons for lifting: kept, broken, withdrawn.
INSERT INTO claims_deferralend (unit_id, run_id, deferral_id, day, outcome, reason)
SELECT unit_id, %(run)s, id, %(on)s,
  CASE outcome WHEN 'KEPT' THEN 'kept' WHEN 'WITHDRAWN' THEN 'withdrawn' ELSE 'broken' END, %(reason)s
FROM decided WHERE standing = 'READY' ORDER BY id;

-- Collection goes on where it stood: what was sent stays sent.
INSERT INTO claims_blocklift (unit_id, run_id, person_id, given_at, block_id, day, reason, next_step)
SELECT b.unit_id, %(run)s, NULL, %(at)s, b.id, %(on)s,
  CASE e.outcome WHEN 'kept' THEN %(kept)s WHEN 'broken' THEN %(broken)s ELSE %(withdrawn)s END,
  CASE WHEN c.amount <= coalesce(settled.amount, 0) THEN ''
       ELSE (ARRAY['SEND_FIRST_REMINDER', 'SEND_SECOND_REMINDER', 'REMINDED_TWICE'])[reminded.times + 1] END
FROM claims_deferralend e
JOIN claims_deferral d ON d.id = e.deferral_id
JOIN claims_block b ON b.unit_id = d.unit_id AND b.run_id = d.run_id AND b.code = 'I'
JOIN claims_claim c ON c.id = b.claim_id
CROSS JOIN LATERAL (SELECT count(*) AS times FROM claims_reminder r WHERE r.claim_id = c.id) reminded
LEFT JOIN LATERAL (SELECT sum(amount) AS amount FROM claims_claim_settlement WHERE claim_id = c.id) settled ON true
WHERE e.unit_id = %(unit)s AND e.run_id = %(run)s
  AND NOT EXISTS (SELECT FROM claims_blocklift l WHERE l.block_id = b.id)
ORDER BY b.id
