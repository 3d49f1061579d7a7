-- Reminders with their letters, and what each costs. Parameters: unit, run, on, due, claims and letters (ids, in pairs).
INSERT INTO claims_reminder (unit_id, run_id, claim_id, letter_id, ordinal, sent_date, due_date, open, clause)
SELECT %(unit)s, %(run)s, d.id, written.letter_id, d.reminders + 1, %(on)s, %(due)s, d.open, d.clause
FROM decided d
JOIN unnest(%(claims)s::bigint[], %(letters)s::bigint[]) AS written (claim_id, letter_id) ON written.claim_id = d.id
WHERE d.standing = 'READY' ORDER BY d.id;

INSERT INTO claims_cost (unit_id, run_id, claim_id, kind, day, amount, clause, reminder_id)
SELECT %(unit)s, %(run)s, d.id, 'reminder', %(on)s, d.cost, d.cost_clause, r.id
FROM decided d JOIN claims_reminder r ON r.claim_id = d.id AND r.run_id = %(run)s AND r.unit_id = %(unit)s
WHERE d.standing = 'READY' AND d.cost > 0 ORDER BY d.id
