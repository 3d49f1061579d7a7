-- With whom each invoice in circulation is on the day: the person or the people of its queue, and instead of somebody absent
-- the substitute. Stands on invoices_in_circulation. Parameters: unit, on.

CREATE TEMP TABLE circulation_people ON COMMIT DROP AS
SELECT DISTINCT w.id, coalesce(away.substitute_id, w.person_id) AS person_id,
  CASE WHEN away.substitute_id IS NOT NULL THEN w.person_id END AS instead_of_id
FROM (SELECT c.id, c.to_person_id AS person_id FROM invoices_in_circulation c WHERE c.to_person_id IS NOT NULL
      UNION ALL
      SELECT c.id, m.person_id FROM invoices_in_circulation c
      JOIN registers_workqueuemember m ON m.unit_id = c.unit_id AND m.queue_id = c.queue_id AND m.validity @> %(on)s::date
      WHERE c.to_person_id IS NULL) w
JOIN registers_person p ON p.id = w.person_id AND p.is_active
LEFT JOIN registers_absence away ON away.unit_id = %(unit)s AND away.person_id = w.person_id AND away.validity @> %(on)s::date
