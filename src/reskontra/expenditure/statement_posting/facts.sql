-- A voucher for each line that is posted: what intake booked as not explained goes where it belongs. Reads line_part
-- (line_id, position, account, amount and tracking objects; amounts signed as the line) and new_posting (line_id,
-- by, rule_id, reason, clause, corrects_id, booking_date). Parameters: unit, run, on, kind, unexplained.
DROP TABLE IF EXISTS new_voucher;

-- A month that is closed takes no voucher: what the bank booked in it is posted on the day of the run.
CREATE TEMP TABLE new_voucher ON COMMIT DROP AS
SELECT a.*, extract(year FROM posting_date)::int AS year,
  row_number() OVER (PARTITION BY extract(year FROM posting_date) ORDER BY booking_date, line_id) - 1 AS place,
  nextval('ledger_voucher_id_seq') AS voucher_id
FROM (SELECT n.line_id, n.booking_date,
        CASE WHEN closed.id IS NULL AND n.corrects_id IS NULL THEN n.booking_date ELSE %(on)s END AS posting_date
      FROM new_posting n
      LEFT JOIN ledger_closedperiod closed ON closed.unit_id = %(unit)s
        AND closed.month = date_trunc('month', n.booking_date)::date
      ORDER BY n.booking_date, n.line_id) a;

ANALYZE new_voucher
