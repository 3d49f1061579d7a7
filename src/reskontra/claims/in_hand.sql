-- The payments in hand: every payment of the unit that something is left of, with all that a rule may ask of it.
-- Parameters: unit, code, on. A payment that is booked after that day waits: nothing points from it, and it takes nothing.

CREATE TEMP TABLE payments_open ON COMMIT DROP AS
SELECT p.id, p.account_id, p.booking_date, p.amount, p.amount - coalesce(owned.amount, 0) AS rest, p.reference,
  p.reference_holds
FROM bank_payment p
LEFT JOIN (SELECT payment_id, sum(amount) AS amount FROM claims_payment_use
           WHERE unit_id = %(unit)s GROUP BY 1) owned ON owned.payment_id = p.id
WHERE p.unit_id = %(unit)s AND p.amount <> coalesce(owned.amount, 0);

ANALYZE payments_open (id);

CREATE TEMP TABLE payments_left ON COMMIT DROP AS SELECT * FROM payments_open WHERE booking_date <= %(on)s;

ANALYZE payments_left (id, reference, rest);

-- What the bank told of a payment in all its sources; only of payments that no reference points anywhere.
CREATE TEMP TABLE payments_unpointed ON COMMIT DROP AS
SELECT p.id, p.rest,
  coalesce((SELECT string_agg(DISTINCT l.message, ' ') FROM bank_line l WHERE l.payment_id = p.id AND l.message <> ''),
    '') AS message,
  ARRAY(SELECT DISTINCT registers_name_words(l.name_key) FROM bank_line l
        WHERE l.payment_id = p.id AND registers_name_words(l.name_key) <> '') AS payer_words
FROM payments_left p
WHERE p.rest > 0
  AND NOT EXISTS (SELECT FROM claims_claim c
                  WHERE c.unit_id = %(unit)s AND c.reference = p.reference AND p.reference_holds AND c.amount > 0);

-- What a person said last of money that came; what was said of money that the bank took back comes further down.
CREATE TEMP TABLE pointed ON COMMIT DROP AS
SELECT t.payment_id, t.claim_id, coalesce(t.amount, p.rest) AS amount, t.amount IS NOT NULL AS share
FROM claims_paymentpointing t
JOIN payments_left p ON p.id = t.payment_id
WHERE t.unit_id = %(unit)s AND t.takes_back_id IS NULL AND (p.rest > 0 OR t.claim_id IS NULL)
  AND t.turn = (SELECT max(newest.turn) FROM claims_paymentpointing newest WHERE newest.payment_id = t.payment_id);

-- Claims named in a message: by reference, or by the invoice's number, whose reference has one more digit.
CREATE TEMP TABLE named ON COMMIT DROP AS
SELECT DISTINCT told.payment_id, c.id AS claim_id
FROM (SELECT DISTINCT u.id AS payment_id, wanted.reference
      FROM payments_unpointed u
      CROSS JOIN LATERAL regexp_matches(u.message, '(?:RF[0-9]{2} ?)?([0-9](?:[0-9 ]*[0-9])?)', 'gi') AS found (words)
      CROSS JOIN LATERAL (SELECT replace(found.words[1], ' ', '')
                          UNION SELECT unnest(string_to_array(found.words[1], ' '))) AS token (digits)
      CROSS JOIN LATERAL (VALUES (ltrim(token.digits, '0')),
        (CASE WHEN length(token.digits) = length(%(code)s) + 9 AND left(token.digits, length(%(code)s)) = %(code)s
              THEN sales_reference(%(code)s, right(token.digits, 9)::bigint) END)) AS wanted (reference)
      WHERE length(token.digits) BETWEEN 4 AND 20) told
JOIN claims_claim c ON c.unit_id = %(unit)s AND c.reference = told.reference AND c.amount > 0;

-- The shares that a payer told with the payment; what is told of a credit note lessens the invoice that it credits.
CREATE TEMP TABLE told_shares ON COMMIT DROP AS
SELECT p.id AS payment_id, coalesce(original.id, c.id) AS claim_id, sum(part.amount) AS amount,
  bool_and(c.id IS NOT NULL AND part.amount IS NOT NULL) AS known
FROM payments_unpointed u
JOIN payments_left p ON p.id = u.id
CROSS JOIN LATERAL (SELECT l.parts FROM bank_line l
                    WHERE l.payment_id = p.id AND l.parts IS NOT NULL ORDER BY l.source, l.id LIMIT 1) told
CROSS JOIN LATERAL jsonb_to_recordset(told.parts) AS part (reference text, amount numeric)
LEFT JOIN claims_claim c ON c.unit_id = %(unit)s AND c.reference = part.reference
LEFT JOIN sales_invoice credit ON credit.id = c.invoice_id AND credit.credit
LEFT JOIN claims_claim original ON original.unit_id = %(unit)s AND original.invoice_id = credit.original_id
WHERE p.rest = p.amount
GROUP BY 1, 2;

-- Everything that points from a payment to a claim, the surest first; the first kind that points is the one that counts.
CREATE TEMP TABLE pointers ON COMMIT DROP AS
SELECT p.id AS payment_id, 'reference' AS found_by, c.id AS claim_id, p.rest AS amount, false AS share
FROM payments_left p
JOIN claims_claim c ON c.unit_id = %(unit)s AND c.reference = p.reference AND c.amount > 0
WHERE p.rest > 0 AND p.reference_holds AND NOT EXISTS (SELECT FROM pointed WHERE pointed.payment_id = p.id)
UNION ALL
SELECT payment_id, 'person', claim_id, amount, share FROM pointed
UNION ALL
SELECT s.payment_id, 'parts', s.claim_id, s.amount, true
FROM told_shares s
WHERE NOT EXISTS (SELECT FROM pointed WHERE pointed.payment_id = s.payment_id)
  AND s.payment_id NOT IN (SELECT payment_id FROM told_shares WHERE NOT known);

INSERT INTO pointers
SELECT n.payment_id, 'message', n.claim_id, u.rest, false
FROM named n
JOIN payments_unpointed u ON u.id = n.payment_id
WHERE NOT EXISTS (SELECT FROM pointers p WHERE p.payment_id = n.payment_id);

ANALYZE pointers (payment_id, claim_id);

-- Credits that wait for their set-off lessen the claim of the invoice that they credit.
CREATE TEMP TABLE credits_waiting ON COMMIT DROP AS
SELECT claim_id, sum(amount) AS amount FROM claims_credit_waiting WHERE unit_id = %(unit)s GROUP BY 1;

ANALYZE credits_waiting;

-- Open amounts of the claims that anything points at: what is left after settlements and after credits that wait for
-- their set-off.
CREATE TEMP TABLE claims_pointed_at ON COMMIT DROP AS
SELECT c.id, c.payer_id, c.reference, c.amount, c.amount - coalesce(settled.amount, 0) + coalesce(credited.amount, 0) AS open
FROM claims_claim c
LEFT JOIN (SELECT claim_id, sum(amount) AS amount FROM claims_claim_settlement
           WHERE unit_id = %(unit)s AND claim_id IN (SELECT claim_id FROM pointers) GROUP BY 1) settled
  ON settled.claim_id = c.id
LEFT JOIN credits_waiting credited ON credited.claim_id = c.id
WHERE c.unit_id = %(unit)s AND c.id IN (SELECT claim_id FROM pointers);

ANALYZE claims_pointed_at (id);

-- Payer and amount, where nothing else points: the payer's claims that are open by just this amount (OC 4.1-c).
CREATE TEMP TABLE payer_names ON COMMIT DROP AS
SELECT u.id AS payment_id, u.rest, words
FROM payments_unpointed u CROSS JOIN LATERAL unnest(u.payer_words) AS words
WHERE NOT EXISTS (SELECT FROM pointers p WHERE p.payment_id = u.id);

ANALYZE payer_names;

CREATE TEMP TABLE payer_customers ON COMMIT DROP AS
SELECT DISTINCT n.payment_id, n.rest, payer.id AS payer_id
FROM payer_names n JOIN registers_customer payer ON registers_name_words(payer.sort_key) = n.words;

ANALYZE payer_customers;

CREATE TEMP TABLE payer_claims ON COMMIT DROP AS
SELECT n.payment_id, c.id AS claim_id, c.payer_id, c.reference, c.amount,
  c.amount - coalesce(settled.amount, 0) + coalesce(credited.amount, 0) AS open
FROM payer_customers n
JOIN claims_claim c ON c.unit_id = %(unit)s AND c.payer_id = n.payer_id AND c.amount >= n.rest
LEFT JOIN LATERAL (SELECT sum(amount) AS amount FROM claims_claim_settlement WHERE claim_id = c.id) settled ON true
LEFT JOIN credits_waiting credited ON credited.claim_id = c.id
WHERE c.amount - coalesce(settled.amount, 0) + coalesce(credited.amount, 0) = n.rest;

INSERT INTO pointers
SELECT p.payment_id, 'payer', p.claim_id, p.open, false FROM payer_claims p;

INSERT INTO claims_pointed_at
SELECT DISTINCT p.claim_id, p.payer_id, p.reference, p.amount, p.open
FROM payer_claims p WHERE NOT EXISTS (SELECT FROM claims_pointed_at known WHERE known.id = p.claim_id);

-- A payment that points at one claim pays it as a whole; at several, by the shares told, or where it is enough for all that
-- its message names.
CREATE TEMP TABLE pointing ON COMMIT DROP AS
SELECT p.payment_id, min(p.found_by) AS found_by, count(p.claim_id) AS claims,
  count(*) = 1 AND NOT bool_or(p.share) AS whole,
  bool_or(p.claim_id IS NULL) AS held,
  bool_or(p.share) OR min(p.found_by) = 'message' AND count(*) > 1 AND min(c.open) > 0 AND sum(c.open) <= min(left_of.rest)
    AS shared,
  sum(CASE WHEN p.share THEN p.amount ELSE c.open END) AS shares
FROM pointers p
JOIN payments_left left_of ON left_of.id = p.payment_id
LEFT JOIN claims_pointed_at c ON c.id = p.claim_id
GROUP BY p.payment_id;

-- What shares leave over of their payment stands with the largest of them: there it pays interest and costs, or is too much.
CREATE TEMP TABLE left_over_share ON COMMIT DROP AS
SELECT DISTINCT ON (p.payment_id) p.payment_id, p.claim_id, left_of.rest - g.shares AS amount
FROM pointing g
JOIN pointers p ON p.payment_id = g.payment_id
JOIN payments_left left_of ON left_of.id = g.payment_id
JOIN claims_pointed_at c ON c.id = p.claim_id
WHERE g.shared AND g.found_by <> 'parts' AND g.shares < left_of.rest
ORDER BY p.payment_id, CASE WHEN p.share THEN p.amount ELSE c.open END DESC, p.claim_id;

-- Neighbours: the payments to one claim, the surest first, then by day and amount, so that it does not matter which
-- came in first. What is open before each is what the ones before it leave.
CREATE TEMP TABLE shares ON COMMIT DROP AS
SELECT s.payment_id, s.claim_id, s.amount, s.whole,
  greatest(s.open - coalesce(sum(s.amount) OVER before, 0), 0) AS open_before,
  row_number() OVER (PARTITION BY s.claim_id
    ORDER BY s.sureness DESC, s.booking_date DESC, s.rest, s.payment_id DESC) = 1 AS is_last
FROM (SELECT p.payment_id, p.claim_id, g.whole, left_of.booking_date, left_of.rest, c.open,
        CASE WHEN NOT g.whole THEN 6 ELSE array_position(ARRAY['person', 'reference', 'parts', 'message', 'payer'], p.found_by) END
          AS sureness,
        CASE WHEN g.whole THEN left_of.rest ELSE CASE WHEN p.share THEN p.amount ELSE c.open END + coalesce(over.amount, 0) END
          AS amount
      FROM pointers p
      JOIN pointing g ON g.payment_id = p.payment_id AND (g.whole OR g.shared) AND NOT g.held
      JOIN payments_left left_of ON left_of.id = p.payment_id
      JOIN claims_pointed_at c ON c.id = p.claim_id
      LEFT JOIN left_over_share over ON over.payment_id = p.payment_id AND over.claim_id = p.claim_id) s
WINDOW before AS (PARTITION BY s.claim_id ORDER BY s.sureness, s.booking_date, s.rest DESC, s.payment_id
                  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING);

ANALYZE shares (payment_id, claim_id);

-- Written off by decision, and not taken back; a small remainder that was waived with a payment is no decision.
CREATE TEMP TABLE claims_lost ON COMMIT DROP AS
SELECT claim_id FROM claims_writeoff WHERE unit_id = %(unit)s AND proposal_id IS NOT NULL GROUP BY 1 HAVING sum(amount) > 0;

-- What the shares of a payment are together. A person and the payer may tell more than a claim leaves open, and a person
-- less than the payment; what only a message names must still be open as a whole.
CREATE TEMP TABLE shared_out ON COMMIT DROP AS
SELECT s.payment_id,
  bool_and(s.amount > 0) AND CASE min(g.found_by) WHEN 'person' THEN min(g.shares) <= min(p.rest)
    WHEN 'parts' THEN min(g.shares) = min(p.rest) ELSE bool_and(s.amount <= s.open_before + coalesce(over.amount, 0)) END AS fits,
  sum(greatest(s.amount - s.open_before, 0)) AS beyond, sum(s.open_before) AS open_before,
  min(s.open_before - s.amount) FILTER (WHERE s.is_last AND s.open_before > s.amount) AS remainder,
  bool_or(lost.claim_id IS NOT NULL AND s.amount > s.open_before) AS written_off
FROM shares s
JOIN pointing g ON g.payment_id = s.payment_id
JOIN payments_left p ON p.id = s.payment_id
LEFT JOIN left_over_share over ON over.payment_id = s.payment_id AND over.claim_id = s.claim_id
LEFT JOIN claims_lost lost ON lost.claim_id = s.claim_id
WHERE NOT s.whole
GROUP BY s.payment_id;

-- Money that the bank took back, but for what a person keeps.
CREATE TEMP TABLE reversals ON COMMIT DROP AS
SELECT id, account_id, amount, -rest AS taken, reference, booking_date
FROM payments_left WHERE rest < 0 AND NOT EXISTS (SELECT FROM pointed WHERE pointed.payment_id = payments_left.id);

ANALYZE reversals;

-- The payment that it takes back: what a person said; else the latest of the same account, amount and reference before it
-- that was not taken back yet.
CREATE TEMP TABLE taken_back ON COMMIT DROP AS
SELECT r.id AS reversal_id, p.id AS payment_id, 'person' AS found_by
FROM reversals r
JOIN claims_paymentpointing t ON t.payment_id = r.id AND t.takes_back_id IS NOT NULL
JOIN bank_payment p ON p.id = t.takes_back_id AND p.account_id = r.account_id AND p.amount > 0
WHERE t.turn = (SELECT max(newest.turn) FROM claims_paymentpointing newest WHERE newest.payment_id = t.payment_id);

INSERT INTO taken_back
SELECT r.id, o.id, 'reference'
FROM (SELECT *, row_number() OVER (PARTITION BY account_id, amount, reference ORDER BY booking_date, id) AS place
      FROM reversals
      WHERE taken = -amount AND reference <> '' AND id NOT IN (SELECT reversal_id FROM taken_back)) r
JOIN (SELECT p.id, p.account_id, p.amount, p.reference, p.booking_date,
        row_number() OVER (PARTITION BY p.account_id, p.amount, p.reference ORDER BY p.booking_date DESC, p.id DESC) AS place
      FROM (SELECT DISTINCT account_id, taken, reference FROM reversals) wanted
      JOIN bank_payment p ON p.unit_id = %(unit)s AND p.reference = wanted.reference AND p.amount = wanted.taken
        AND p.account_id = wanted.account_id
      WHERE coalesce((SELECT sum(done.amount) FROM claims_paymentreversal done WHERE done.payment_id = p.id), 0) = 0
        AND p.id NOT IN (SELECT payment_id FROM taken_back)) o
  ON o.account_id = r.account_id AND o.amount = r.taken AND o.reference = r.reference AND o.place = r.place
WHERE o.booking_date <= r.booking_date;

-- What is told of the others; only of them are the lines asked.
CREATE TEMP TABLE reversals_told ON COMMIT DROP AS
SELECT r.*, l.end_to_end_id, upper(replace(l.archive_id, ' ', '')) AS archive_id, registers_name_words(l.name_key) AS words,
  l.counterparty_account
FROM reversals r JOIN bank_line l ON l.payment_id = r.id
WHERE r.id NOT IN (SELECT reversal_id FROM taken_back);

ANALYZE reversals_told;

-- Without all of that: an id that both carry, the reference of a part, the payer and the amount; where it is one payment
-- that has as much left to take (OC 4.1-b).
CREATE TEMP TABLE back_pointers ON COMMIT DROP AS
SELECT r.id AS reversal_id, l.payment_id, 1 AS sureness, 'ids' AS found_by
FROM reversals_told r JOIN bank_line l ON l.unit_id = %(unit)s AND l.end_to_end_id = r.end_to_end_id
WHERE r.end_to_end_id NOT IN ('', 'NOTPROVIDED') AND l.payment_id IS NOT NULL
UNION
SELECT r.id, l.payment_id, 1, 'ids'
FROM reversals_told r JOIN bank_line l ON l.unit_id = %(unit)s AND upper(replace(l.archive_id, ' ', '')) = r.archive_id
WHERE r.archive_id <> '' AND l.payment_id IS NOT NULL
UNION
SELECT r.id, p.id, 2, 'reference'
FROM reversals_told r JOIN bank_payment p ON p.unit_id = %(unit)s AND p.reference = r.reference
WHERE r.reference <> ''
UNION
SELECT r.id, p.id, 3, 'payer'
FROM reversals_told r
JOIN bank_payment p ON p.unit_id = %(unit)s AND p.account_id = r.account_id AND p.amount = r.taken
JOIN bank_line l ON l.payment_id = p.id
  AND (registers_name_words(l.name_key) = r.words OR l.counterparty_account = r.counterparty_account)
WHERE r.words <> '' AND registers_name_words(l.name_key) = r.words
  OR r.counterparty_account <> '' AND l.counterparty_account = r.counterparty_account;

INSERT INTO taken_back
SELECT DISTINCT ON (one.payment_id) one.reversal_id, one.payment_id, one.found_by
FROM (SELECT b.reversal_id, b.sureness, min(b.found_by) AS found_by, min(b.payment_id) AS payment_id, min(r.booking_date) AS day,
        row_number() OVER (PARTITION BY b.reversal_id ORDER BY b.sureness) AS place, count(*) AS payments
      FROM back_pointers b
      JOIN reversals r ON r.id = b.reversal_id
      JOIN bank_payment p ON p.id = b.payment_id AND p.account_id = r.account_id AND p.booking_date <= r.booking_date
        AND p.amount - coalesce((SELECT sum(done.amount) FROM claims_paymentreversal done WHERE done.payment_id = p.id), 0)
          >= r.taken
      WHERE p.id NOT IN (SELECT payment_id FROM taken_back)
      GROUP BY 1, 2) one
WHERE one.place = 1 AND one.payments = 1
ORDER BY one.payment_id, one.sureness, one.day, one.reversal_id;

-- How much of it can be taken back: all that was not taken back before and has not been paid out again.
CREATE TEMP TABLE takable ON COMMIT DROP AS
SELECT t.reversal_id, t.payment_id, t.found_by, greatest(least(r.taken, p.amount - coalesce(done.amount, 0) - coalesce(out.amount, 0)), 0)
    AS amount
FROM taken_back t
JOIN reversals r ON r.id = t.reversal_id
JOIN bank_payment p ON p.id = t.payment_id
LEFT JOIN LATERAL (SELECT sum(amount) AS amount FROM claims_paymentreversal WHERE payment_id = t.payment_id) done ON true
LEFT JOIN LATERAL (
  SELECT sum(o.amount) AS amount FROM claims_overpayment o
  WHERE o.payment_id = t.payment_id AND o.undoes_id IS NULL
    AND NOT EXISTS (SELECT FROM claims_overpayment undone WHERE undone.undoes_id = o.id)
    AND (SELECT sum(r.amount) FROM claims_refund r WHERE r.overpayment_id = o.id) <> 0) out ON true;

CREATE TEMP TABLE payments_in_hand ON COMMIT DROP AS
SELECT l.id, %(unit)s::bigint AS unit_id, l.rest AS amount, l.rest, l.booking_date, l.booking_date > %(on)s AS to_come,
  l.reference, l.reference_holds, coalesce(takes.found_by, g.found_by) AS found_by, coalesce(g.claims, 0) AS claims,
  coalesce(g.held, false) AS held, coalesce(g.shared, false) AS shared, s.claim_id,
  coalesce(s.open_before, CASE WHEN g.shared THEN told.open_before END) AS open_before, coalesce(s.is_last, false) AS is_last,
  c.reference AS claim_reference, coalesce(told.fits, false) AS shares_fit, told.beyond, told.remainder,
  coalesce(lost.claim_id IS NOT NULL AND l.rest > s.open_before OR told.written_off, false) AS written_off,
  takes.payment_id AS takes_back, takes.amount AS takable, back.reversal_id AS taken_back_by,
  l.reference <> '' AND l.reference_holds AND left(l.reference, length(%(code)s)) <> %(code)s
    AND EXISTS (SELECT FROM registers_unit other WHERE length(l.reference) = length(other.code) + 10
                AND left(l.reference, length(other.code)) = other.code) AS of_another_unit
FROM payments_open l
LEFT JOIN pointing g ON g.payment_id = l.id
LEFT JOIN shares s ON s.payment_id = l.id AND s.whole
LEFT JOIN shared_out told ON told.payment_id = l.id
LEFT JOIN claims_pointed_at c ON c.id = s.claim_id
LEFT JOIN claims_lost lost ON lost.claim_id = s.claim_id
LEFT JOIN takable takes ON takes.reversal_id = l.id
LEFT JOIN taken_back back ON back.payment_id = l.id;

ANALYZE payments_in_hand (id);
