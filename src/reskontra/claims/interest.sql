-- Interest on the balance of claims, day by day, as stretches of days with one principal and one rate. Asked for by the
-- temporary table interest_scope (claim_id, until_date): interest runs from the day after the due date up to and with
-- until_date. Parameters: unit; rates, surcharges and payment_time (jsonb arrays of first, last and percent: the reference
-- rate, the surcharge of late interest, that of payment time); day_count.
--
-- A payment ends interest on its amount after its booking day, a write-off after its posting day. What was credited was
-- never owed: it lessens the balance from the beginning. During payment time its own interest runs instead of late
-- interest (kind payment_time). ADR 0019.

CREATE TEMP TABLE interest_balance ON COMMIT DROP AS
WITH scope AS (
  SELECT s.claim_id, c.due_date + 1 AS first, s.until_date AS last, c.amount, c.payer_id
  FROM interest_scope s JOIN claims_claim c ON c.id = s.claim_id AND c.unit_id = %(unit)s
  WHERE c.kind = 'invoice' AND c.amount > 0 AND s.until_date > c.due_date),
moved AS (
  SELECT a.claim_id, CASE WHEN a.credit_id IS NULL THEN p.booking_date + 1 END AS day, -a.amount AS amount
  FROM claims_allocation a LEFT JOIN bank_payment p ON p.id = a.payment_id
  WHERE a.unit_id = %(unit)s AND a.claim_id IN (SELECT claim_id FROM scope)
  UNION ALL
  SELECT w.claim_id, v.posting_date + 1, -w.amount
  FROM claims_writeoff w JOIN ledger_voucher v ON v.id = w.voucher_id
  WHERE w.unit_id = %(unit)s AND w.claim_id IN (SELECT claim_id FROM scope)
  UNION ALL
  SELECT f.claim_id, e.day + 1, -f.amount
  FROM claims_feededucted f JOIN claims_caseevent e ON e.id = f.event_id
  WHERE f.unit_id = %(unit)s AND f.claim_id IN (SELECT claim_id FROM scope))
SELECT s.claim_id, s.first AS day, s.amount AS moved FROM scope s
UNION ALL
SELECT s.claim_id, greatest(coalesce(m.day, s.first), s.first), m.amount
FROM scope s JOIN moved m ON m.claim_id = s.claim_id
WHERE coalesce(m.day, s.first) <= s.last;

-- Days of payment time: from the day of the agreement up to and with its last day, or the day on which it was broken.
CREATE TEMP TABLE interest_deferred ON COMMIT DROP AS
SELECT dc.claim_id, d.from_date AS first,
  least(d.until_date, coalesce(e.day, d.until_date)) AS last
FROM claims_deferralclaim dc
JOIN claims_deferral d ON d.id = dc.deferral_id
LEFT JOIN claims_deferralend e ON e.deferral_id = d.id
WHERE dc.unit_id = %(unit)s AND dc.claim_id IN (SELECT claim_id FROM interest_scope);

-- Every day on which something changes parts the time.
CREATE TEMP TABLE interest_stretch ON COMMIT DROP AS
WITH days AS (
  SELECT claim_id, day, moved FROM interest_balance
  UNION ALL
  SELECT s.claim_id, changes.day, 0
  FROM (SELECT b.claim_id, min(b.day) AS first, s.until_date AS last
        FROM interest_balance b JOIN interest_scope s USING (claim_id) GROUP BY 1, 3) s
  CROSS JOIN LATERAL (
    SELECT (told ->> 'first')::date AS day FROM jsonb_array_elements(%(rates)s::jsonb) told
    UNION SELECT (told ->> 'last')::date + 1 FROM jsonb_array_elements(%(rates)s::jsonb) told
    UNION SELECT (told ->> 'first')::date FROM jsonb_array_elements(%(surcharges)s::jsonb) told
    UNION SELECT make_date(year::int, 1, 1) FROM generate_series(extract(year FROM s.first), extract(year FROM s.last)) year
    UNION SELECT first FROM interest_deferred d WHERE d.claim_id = s.claim_id
    UNION SELECT last + 1 FROM interest_deferred d WHERE d.claim_id = s.claim_id
  ) changes
  WHERE changes.day > s.first AND changes.day <= s.last),
balances AS (
  SELECT claim_id, day, sum(sum(moved)) OVER (PARTITION BY claim_id ORDER BY day) AS principal,
    lead(day) OVER (PARTITION BY claim_id ORDER BY day) AS next_day
  FROM days GROUP BY claim_id, day)
SELECT b.claim_id, b.day AS first, coalesce(b.next_day - 1, s.until_date) AS last, b.principal,
  EXISTS (SELECT FROM interest_deferred d WHERE d.claim_id = b.claim_id AND b.day BETWEEN d.first AND d.last) AS deferred
FROM balances b JOIN interest_scope s USING (claim_id)
WHERE b.principal > 0;

-- A day without a known rate leaves percent empty: whoever asked must stop.
CREATE TEMP TABLE interest_lines ON COMMIT DROP AS
SELECT s.claim_id, row_number() OVER (PARTITION BY s.claim_id ORDER BY s.first) AS position, s.first AS from_date,
  s.last AS to_date, s.last - s.first + 1 AS days, s.principal, rate.percent + added.percent AS percent,
  CASE WHEN s.deferred THEN 'payment_time' ELSE 'late' END AS kind,
  s.principal * (rate.percent + added.percent) * (s.last - s.first + 1)
    / (100 * CASE %(day_count)s WHEN 'actual_360' THEN 360 WHEN 'actual_365' THEN 365
             ELSE make_date(extract(year FROM s.first)::int + 1, 1, 1) - make_date(extract(year FROM s.first)::int, 1, 1) END)
    AS amount
FROM interest_stretch s
LEFT JOIN LATERAL (SELECT (told ->> 'percent')::numeric AS percent FROM jsonb_array_elements(%(rates)s::jsonb) told
                   WHERE s.first >= (told ->> 'first')::date
                     AND s.first <= coalesce((told ->> 'last')::date, 'infinity')) rate ON true
LEFT JOIN LATERAL (SELECT (told ->> 'percent')::numeric AS percent
                   FROM jsonb_array_elements(CASE WHEN s.deferred THEN %(payment_time)s::jsonb
                                                  ELSE %(surcharges)s::jsonb END) told
                   WHERE s.first >= (told ->> 'first')::date
                     AND s.first <= coalesce((told ->> 'last')::date, 'infinity')) added ON true;

ANALYZE interest_lines (claim_id)
