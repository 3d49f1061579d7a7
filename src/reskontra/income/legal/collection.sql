-- The claims in hand as the fork asks about them. An obstacle is undecided until a block after it, the passive register
-- or the unit has said what follows. Parameter: unit.
CREATE TEMP TABLE collection_subjects ON COMMIT DROP AS
SELECT h.*,
  coalesce(h.case_kind = 'enforcement' AND h.case_state = 'obstacle' AND NOT EXISTS (
    SELECT FROM claims_block b WHERE b.unit_id = %(unit)s AND b.claim_id = h.id AND b.code IN ('D', 'E')
      AND b.from_date >= h.case_state_date), false) AS obstacle_undecided
FROM claims_in_hand h;

-- The amount of a decision is what is open now.
ALTER TABLE collection_subjects RENAME COLUMN amount TO claimed
