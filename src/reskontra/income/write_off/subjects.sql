-- Every claim in hand with what a write-off asks of it besides: the proposal that waits, what collection last decided, and
-- how its collection ended. Parameters: unit, on.

CREATE TEMP TABLE write_offs_in_hand ON COMMIT DROP AS
WITH waiting AS (
  SELECT p.claim_id, p.id AS proposal_id, p.amount AS proposed, p.ground AS proposed_ground,
    bool_or(a.act = 'review') AS reviewed, bool_or(a.act = 'approve') AS approved
  FROM claims_writeoffproposal p LEFT JOIN claims_writeoffapproval a ON a.proposal_id = p.id AND a.digest = p.digest
  WHERE p.unit_id = %(unit)s
    AND NOT EXISTS (SELECT FROM claims_writeoffrefusal r WHERE r.proposal_id = p.id)
    AND NOT EXISTS (SELECT FROM claims_writeoff w WHERE w.proposal_id = p.id)
  GROUP BY 1, 2, 3, 4),
collected AS (
  SELECT DISTINCT ON (d.claim_id) d.claim_id, d.outcome
  FROM claims_claimdecision d JOIN runs_run r ON r.id = d.run_id AND r.state = 'applied' AND r.on_date <= %(on)s
  WHERE d.unit_id = %(unit)s AND d.rule = 'collection'
  ORDER BY d.claim_id, d.run_id DESC)
SELECT h.*, %(on)s::date AS on_date,
  w.proposal_id, w.proposed, w.proposed_ground, coalesce(w.reviewed, false) AS reviewed, coalesce(w.approved, false) AS approved,
  k.outcome AS collection_outcome,
  h.reminders = 2 AND h.last_reminder_due < %(on)s AS collection_fell_due,
  NOT h.in_case AND h.case_state IN ('obstacle', 'passive_ended') AND h.block_codes ~ 'E' AS no_means,
  NOT h.in_case AND h.abroad AND coalesce(h.case_state_detail ->> 'abroad', '') = 'no' AS not_collected_abroad
FROM claims_in_hand h
LEFT JOIN waiting w ON w.claim_id = h.id
LEFT JOIN collected k ON k.claim_id = h.id
