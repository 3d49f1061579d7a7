-- The intervals of interest_balance meet the rates: stretches of days with one principal, one rate and one length of the
-- year. Parameters: arrays of one length, one element a period of a rate: rate (its name), first, last, percent and
-- year_days; common_year, a number that every length of a year divides.

CREATE TEMP TABLE interest_rates ON COMMIT DROP AS
SELECT * FROM unnest(%(rate)s::text[], %(first)s::date[], %(last)s::date[], %(percent)s::numeric[], %(year_days)s::int[])
  AS told (rate, first, last, percent, year_days);

ANALYZE interest_rates;

-- A day without a known rate leaves percent empty: whoever asked must stop.
CREATE TEMP TABLE interest_lines ON COMMIT DROP AS
SELECT s.claim_id, row_number() OVER (PARTITION BY s.claim_id ORDER BY s.from_date) AS position, s.from_date, s.to_date,
  s.to_date - s.from_date + 1 AS days, s.principal, s.percent, s.year_days, s.kind, s.rate,
  s.waived, s.principal * s.percent * (s.to_date - s.from_date + 1) / (100 * s.year_days) AS amount
FROM (SELECT b.claim_id, greatest(b.first, r.first) AS from_date, least(b.last, r.last) AS to_date, b.principal, b.kind,
        b.rate, b.waived, r.percent, r.year_days
      FROM interest_balance b
      JOIN interest_rates r ON r.rate = b.rate AND r.first <= b.last AND r.last >= b.first) s;

ANALYZE interest_lines (claim_id);

-- Rounded once a claim and kind. The sum is divided once, so that half a cent is half a cent.
CREATE TEMP TABLE interest_sums ON COMMIT DROP AS
SELECT claim_id, kind, max(to_date) AS until_date,
  round(sum(principal * percent * days * (%(common_year)s / year_days)) / (100 * %(common_year)s::numeric), 2) AS accrued,
  round(coalesce(sum(principal * percent * days * (%(common_year)s / year_days)) FILTER (WHERE NOT waived), 0)
    / (100 * %(common_year)s::numeric), 2) AS asked
FROM interest_lines GROUP BY claim_id, kind;

ANALYZE interest_sums (claim_id)
