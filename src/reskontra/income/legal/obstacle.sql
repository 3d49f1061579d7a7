-- Claims whose enforcement ended in an obstacle, or that stand in the passive register, with what the certificate says.
-- Parameters: unit, on, years (time in the register), disputes (block codes that stop legal collection, but D and E).
CREATE TEMP TABLE obstacle_subjects ON COMMIT DROP AS
SELECT h.id, h.unit_id, h.open AS amount, h.open, h.abroad, h.payer_id, payer.country,
  coalesce(country.eu @> %(on)s::date, false) AS brussels, h.case_id, k.number AS case_number, h.case_procedure,
  h.case_state = 'passive' AS passive, certificate.kind AS certificate, certificate.day AS certificate_day,
  (certificate.day + make_interval(years => %(years)s))::date AS passive_until,
  sum(h.open) OVER (PARTITION BY h.case_id) AS case_open,
  h.case_state = 'obstacle' AND EXISTS (
    SELECT FROM claims_block b WHERE b.unit_id = %(unit)s AND b.claim_id = h.id AND b.code IN ('D', 'E')
      AND b.from_date >= h.case_state_date) AS decided_before,
  bool_or(%(disputes)s <> '' AND h.block_codes ~ ('[' || %(disputes)s || ']')) OVER (PARTITION BY h.case_id) AS in_dispute,
  bool_or(h.write_off_proposed) OVER (PARTITION BY h.case_id) AS to_be_written_off
FROM claims_in_hand h
JOIN claims_case k ON k.id = h.case_id
JOIN registers_customer payer ON payer.id = h.payer_id
LEFT JOIN registers_country country ON country.code = payer.country
CROSS JOIN LATERAL (
  SELECT e.detail ->> 'certificate' AS kind, e.day FROM claims_caseevent e
  WHERE e.case_id = h.case_id AND e.kind = 'obstacle' AND e.day <= %(on)s ORDER BY e.position DESC LIMIT 1) certificate
WHERE h.case_kind = 'enforcement' AND h.case_state IN ('obstacle', 'passive')
