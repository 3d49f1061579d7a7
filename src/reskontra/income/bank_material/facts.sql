-- From what was decided to facts. Parameters: unit, run, source, on, in_transit, unallocated, unexplained.
INSERT INTO bank_payment (id, unit_id, run_id, account_id, booking_date, amount, reference, reference_holds, message,
  payer, payer_key, payer_account, archive_id, reversal)
SELECT d.payment_id, %(unit)s, %(run)s, l.account_id, l.booking_date, l.amount, l.reference, l.reference_holds, l.message,
  l.counterparty, l.name_key, l.counterparty_account, l.archive_id, l.amount < 0
FROM decided d JOIN line_in_hand l ON l.id = d.id WHERE d.outcome = 'NEW_PAYMENT' ORDER BY d.id;

INSERT INTO bank_line (unit_id, material_id, position, source, kind, payment_id, booking_date, value_date, amount,
  currency, transaction_code, reference, message, counterparty, counterparty_account, ultimate_debtor, end_to_end_id,
  instruction_id, payment_information_id, archive_id, reversal, name_key, parts)
SELECT %(unit)s, m.material_id, l.position, %(source)s,
  CASE d.outcome WHEN 'NOT_BOOKED' THEN l.told WHEN 'OTHER_MOVEMENT' THEN 'other' WHEN 'SUM_OF_PAYMENTS' THEN 'sum'
    ELSE 'payment' END,
  d.payment_id, l.booking_date, l.value_date, l.amount, l.currency, l.transaction_code, l.reference, l.message,
  l.counterparty, l.counterparty_account, l.ultimate_debtor, l.end_to_end_id, l.instruction_id,
  l.payment_information_id, l.archive_id, l.reversal, l.name_key, l.parts
FROM decided d JOIN line_in_hand l ON l.id = d.id
JOIN unnest(%(places)s::int[], %(materials)s::bigint[]) AS m (place, material_id) ON m.place = l.material
ORDER BY d.id;

-- What moves: a statement posts every booked line of its account, a new payment what is to be allocated. Money and
-- money taken back stay apart, so that a day on which they are equal is posted too.
CREATE TEMP TABLE new_movement ON COMMIT DROP AS
SELECT l.material, l.booking_date, leg.step, leg.account, l.amount > 0 AS incoming, sum(leg.sign * l.amount) AS amount
FROM decided d JOIN line_in_hand l ON l.id = d.id
JOIN unnest(%(places)s::int[], %(ledger_accounts)s::text[]) AS m (place, ledger_account) ON m.place = l.material
CROSS JOIN LATERAL (
  VALUES (1, m.ledger_account, 1, %(source)s = 'camt.053'),
    (2, CASE d.outcome WHEN 'OTHER_MOVEMENT' THEN %(unexplained)s ELSE %(in_transit)s END, -1, %(source)s = 'camt.053'),
    (3, %(in_transit)s, 1, d.outcome = 'NEW_PAYMENT'),
    (4, %(unallocated)s, -1, d.outcome = 'NEW_PAYMENT')) leg (step, account, sign, moves)
WHERE d.outcome <> 'NOT_BOOKED' AND leg.moves AND l.amount <> 0
GROUP BY 1, 2, 3, 4, 5;

-- A month that is closed takes no voucher: what the bank booked in it is posted on the day of the run.
CREATE TEMP TABLE new_voucher ON COMMIT DROP AS
SELECT a.*, extract(year FROM posting_date)::int AS year,
  row_number() OVER (PARTITION BY extract(year FROM posting_date) ORDER BY material, booking_date) - 1 AS place,
  nextval('ledger_voucher_id_seq') AS voucher_id
FROM (SELECT d.material, d.booking_date, closed.id IS NOT NULL AS late,
        CASE WHEN closed.id IS NULL THEN d.booking_date ELSE %(on)s END AS posting_date
      FROM (SELECT DISTINCT material, booking_date FROM new_movement) d
      LEFT JOIN ledger_closedperiod closed ON closed.unit_id = %(unit)s
        AND closed.month = date_trunc('month', d.booking_date)::date
      ORDER BY 1, 2) a
