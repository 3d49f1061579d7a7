-- The claims in hand: every claim of the unit that something is open of, with all that a rule of collection may ask of it
-- on a day. Parameters: unit, on, and the letters of the block codes that stop reminders, interest, agency, legal and
-- write_off; limitation_general, limitation_after_judgment, limitation_after_withdrawal, limitation_public_law,
-- limitation_final and limitation_title (years). How limitation is counted: ADR 0025.
--
-- What must be looked at as a whole, what is open first of all, are tables, each with what is known of its size. The rest
-- are views: a rule takes the columns that it names, of the claims that it asks about, and no others.

-- The first two tables, with what is known of their sizes, also stand alone (take_standing).
CREATE TEMP TABLE blocks_in_force ON COMMIT DROP AS
SELECT b.claim_id, b.customer_id, b.code, b.review_date
FROM claims_block_now b
WHERE b.unit_id = %(unit)s AND b.from_date <= %(on)s AND (b.until_date IS NULL OR b.until_date >= %(on)s)
  AND (b.lifted_date IS NULL OR b.lifted_date > %(on)s);

ANALYZE blocks_in_force;

-- Where each case stands: its newest step; a case is over once it is closed, withdrawn, returned or given up. Money that
-- comes in and sums that change move no case on: one in the passive register stays there when something was collected.
CREATE TEMP TABLE cases_standing ON COMMIT DROP AS
SELECT DISTINCT ON (k.id) k.id AS case_id, k.kind, k.procedure, k.number, e.kind AS state, e.day AS state_date,
  e.detail AS state_detail, coalesce(e.kind IN ('closed', 'withdrawn', 'returned', 'obstacle', 'judged', 'passive_ended'), false) AS over
FROM claims_case k LEFT JOIN claims_caseevent e ON e.case_id = k.id AND e.day <= %(on)s
  AND e.kind NOT IN ('collected', 'changed')
WHERE k.unit_id = %(unit)s
ORDER BY k.id, e.position DESC;

ANALYZE cases_standing (case_id, kind, state);

-- What is open, and when it expires if nothing happens (private law).
CREATE TEMP TABLE claims_open ON COMMIT DROP AS
SELECT c.id, c.unit_id, c.kind, c.invoice_id, c.interest_invoice_id, c.payer_id, c.reference, c.public_law, c.amount,
  c.amount - coalesce(s.amount, 0) AS open, c.due_date,
  (c.due_date + make_interval(years => %(limitation_general)s))::date AS general_date
FROM claims_claim c
LEFT JOIN (SELECT claim_id, sum(amount) AS amount FROM claims_claim_settlement
           WHERE unit_id = %(unit)s GROUP BY 1) s ON s.claim_id = c.id
WHERE c.unit_id = %(unit)s AND c.amount > 0 AND c.amount > coalesce(s.amount, 0);

ANALYZE claims_open (id, kind, payer_id, public_law, invoice_id, interest_invoice_id);

-- Interest: what it is interest on. An act about the principal is one about its interest too (section 12).
CREATE TEMP TABLE claims_principals ON COMMIT DROP AS
SELECT o.id AS claim_id, c.id AS principal_id, c.public_law, i.issue_date
FROM claims_open o JOIN claims_interestcharge h ON h.invoice_id = o.interest_invoice_id
JOIN claims_claim c ON c.id = h.claim_id JOIN sales_invoice i ON i.id = c.invoice_id
WHERE o.kind = 'interest';

ANALYZE claims_principals;

-- What was paid of open claims and of what they are interest on, payment by payment.
CREATE TEMP TABLE claims_payments ON COMMIT DROP AS
SELECT a.claim_id, p.booking_date AS day
FROM claims_allocation a JOIN bank_payment p ON p.id = a.payment_id
WHERE a.unit_id = %(unit)s
  AND (a.claim_id IN (SELECT id FROM claims_open) OR a.claim_id IN (SELECT principal_id FROM claims_principals))
GROUP BY a.claim_id, p.id HAVING sum(a.amount) > 0;

ANALYZE claims_payments;

CREATE TEMP TABLE claims_judged ON COMMIT DROP AS
SELECT cc.claim_id, min(e.day) AS first_day, max(e.day) AS day
FROM claims_caseclaim cc JOIN claims_caseevent e ON e.case_id = cc.case_id AND e.kind = 'judged' AND e.day <= %(on)s
  AND (NOT e.detail ? 'claims' OR e.detail -> 'claims' @> to_jsonb(cc.claim_id))  -- a judgment may dismiss some
WHERE cc.unit_id = %(unit)s GROUP BY 1;

ANALYZE claims_judged;

-- What interrupts the limitation of private-law claims: the day on which the act was begun, and the day from which a new
-- period runs. Pending proceedings stay the clock: were they to end today, a new period would begin today. Those that we
-- took back or got back leave only a short time (Act 728/2003, sections 10 and 11).
CREATE TEMP TABLE claims_interrupted ON COMMIT DROP AS
WITH
-- Proceedings in court and in enforcement: when they began, and what ended them first, if anything has.
proceedings AS (
  SELECT k.id AS case_id, coalesce(begun.day, k.opened_date) AS begun, ended.kind AS ended_by, ended.day AS ended
  FROM claims_case k
  LEFT JOIN LATERAL (SELECT min(e.day) AS day FROM claims_caseevent e
                     WHERE e.case_id = k.id AND e.kind = 'applied' AND e.day <= %(on)s) begun ON true
  LEFT JOIN LATERAL (SELECT e.kind, e.day FROM claims_caseevent e
                     WHERE e.case_id = k.id AND e.day <= %(on)s
                       AND e.kind IN ('judged', 'obstacle', 'passive', 'closed', 'withdrawn', 'returned')
                     ORDER BY e.position LIMIT 1) ended ON true
  WHERE k.unit_id = %(unit)s AND k.kind IN ('court', 'enforcement')
    AND (begun.day IS NOT NULL OR ended.day IS NOT NULL)),
acts AS (
  SELECT claim_id, day AS begun, day, false AS judgment, false AS short FROM claims_interruption WHERE unit_id = %(unit)s
  UNION ALL SELECT claim_id, sent_date, sent_date, false, false FROM claims_reminder WHERE unit_id = %(unit)s
  UNION ALL SELECT claim_id, day, day, false, false FROM claims_payments
  UNION ALL SELECT dc.claim_id, d.from_date, d.from_date, false, false
    FROM claims_deferralclaim dc JOIN claims_deferral d ON d.id = dc.deferral_id WHERE dc.unit_id = %(unit)s
  UNION ALL SELECT cc.claim_id, e.day, e.day, false, false
    FROM claims_caseclaim cc JOIN claims_caseevent e ON e.case_id = cc.case_id AND e.kind IN ('demanded', 'collected')
    WHERE cc.unit_id = %(unit)s
  UNION ALL SELECT cc.claim_id, p.begun, coalesce(p.ended, %(on)s), coalesce(p.ended_by = 'judged', false), false
    FROM claims_caseclaim cc JOIN proceedings p ON p.case_id = cc.case_id
    WHERE cc.unit_id = %(unit)s AND coalesce(p.ended_by NOT IN ('withdrawn', 'returned'), true)
  UNION ALL SELECT cc.claim_id, min(p.begun), min(p.ended), false, true
    FROM claims_caseclaim cc JOIN proceedings p ON p.case_id = cc.case_id
    WHERE cc.unit_id = %(unit)s AND p.ended_by IN ('withdrawn', 'returned') GROUP BY cc.claim_id),
known_acts AS (
  SELECT * FROM acts WHERE begun <= %(on)s AND day <= %(on)s
  UNION ALL
  SELECT p.claim_id, a.begun, a.day, false, a.short FROM claims_principals p JOIN acts a ON a.claim_id = p.principal_id
  WHERE a.begun <= %(on)s AND a.day <= %(on)s),
newest_acts AS (
  SELECT claim_id, max(begun) AS begun, max(day) AS day, max(day) FILTER (WHERE NOT short) AS long_day,
    max(day) FILTER (WHERE short) AS short_day
  FROM known_acts GROUP BY 1),
acted_on AS (
  SELECT n.*, o.general_date, j.first_day
  FROM newest_acts n JOIN claims_open o ON o.id = n.claim_id AND NOT o.public_law
  LEFT JOIN claims_judged j ON j.claim_id = o.id),
-- An act that comes too late revives nothing, nor does any after it; only a judgment binds all the same. None comes too
-- late before the general period has ended: only claims with an act after it are looked through act by act.
dated_acts AS (
  SELECT a.claim_id, a.begun, a.day, a.judgment, d.general_date,
    (a.day + make_interval(years => CASE WHEN a.short THEN %(limitation_after_withdrawal)s
       WHEN a.day >= d.first_day THEN %(limitation_after_judgment)s ELSE %(limitation_general)s END))::date AS until_date
  FROM known_acts a JOIN acted_on d ON d.claim_id = a.claim_id AND d.begun > d.general_date),
timely_acts AS (
  SELECT *, NOT judgment AND begun > greatest(general_date, max(until_date) OVER before) AS too_late,
    count(*) FILTER (WHERE judgment) OVER upto AS judgments
  FROM dated_acts
  WINDOW upto AS (PARTITION BY claim_id ORDER BY begun, day, judgment ROWS UNBOUNDED PRECEDING),
    before AS (PARTITION BY claim_id ORDER BY begun, day, judgment ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))
SELECT claim_id, day, greatest(
  (long_day + make_interval(years => CASE WHEN long_day >= first_day THEN %(limitation_after_judgment)s
     ELSE %(limitation_general)s END))::date,
  (short_day + make_interval(years => %(limitation_after_withdrawal)s))::date) AS until_date
FROM acted_on WHERE begun <= general_date
UNION ALL
SELECT claim_id, max(day), max(until_date)
FROM (SELECT *, bool_or(too_late) OVER (PARTITION BY claim_id, judgments ORDER BY begun, day, judgment
                                        ROWS UNBOUNDED PRECEDING) AS lapsed FROM timely_acts) told
WHERE NOT lapsed GROUP BY claim_id;

ANALYZE claims_interrupted;

-- Open claims with their payer and their periods: each claim's own, and those that end a natural person's debt finally.
CREATE TEMP VIEW claims_dated AS
SELECT o.*, coalesce(i.issue_date, n.issue_date) AS issue_date, coalesce(i.language, n.language) AS language,
  payer.kind AS payer_kind, payer.country <> 'FI' AS abroad, payer.protected,
  who.natural_person, j.day AS judged_date, t.day AS interrupted_date,
  CASE WHEN o.public_law
       THEN make_date(date_part('year', coalesce(i.issue_date, n.issue_date))::int + %(limitation_public_law)s, 12, 31)
       ELSE greatest(o.general_date, t.until_date) END AS own_date,
  CASE WHEN NOT o.public_law AND who.natural_person
       THEN (o.due_date + make_interval(years => %(limitation_final)s))::date END AS final_date,
  CASE WHEN NOT o.public_law AND who.natural_person
       THEN (j.first_day + make_interval(years => %(limitation_title)s))::date END AS title_date
FROM claims_open o
JOIN registers_customer payer ON payer.id = o.payer_id
CROSS JOIN LATERAL (SELECT payer.kind IN ('person', 'foreign_person', 'sole_trader') AS natural_person) who
LEFT JOIN sales_invoice i ON i.id = o.invoice_id
LEFT JOIN claims_interestinvoice n ON n.id = o.interest_invoice_id
LEFT JOIN claims_judged j ON j.claim_id = o.id
LEFT JOIN claims_interrupted t ON t.claim_id = o.id;

-- Interest lapses with its principal at the latest (Act 706/2007, section 20 a; Act 728/2003, section 12): with the first
-- of them, where it is of several. A private-law principal that is paid does not lapse.
CREATE TEMP TABLE claims_lapsing ON COMMIT DROP AS
SELECT claim_id, min(day) AS principal_date
FROM (SELECT claim_id, make_date(date_part('year', issue_date)::int + %(limitation_public_law)s, 12, 31) AS day
      FROM claims_principals WHERE public_law
      UNION ALL
      SELECT p.claim_id, least(o.own_date, o.final_date, o.title_date)
      FROM claims_principals p JOIN claims_dated o ON o.id = p.principal_id WHERE NOT p.public_law) told
GROUP BY 1;

ANALYZE claims_lapsing;

-- The blocks of a claim and of its payer, as one.
CREATE TEMP TABLE claims_blocked ON COMMIT DROP AS
SELECT id, string_agg(DISTINCT code, '' ORDER BY code) AS codes, min(review_date) AS review_date
FROM (SELECT o.id, b.code, b.review_date FROM claims_open o JOIN blocks_in_force b ON b.claim_id = o.id
      UNION ALL
      SELECT o.id, b.code, b.review_date FROM claims_open o JOIN blocks_in_force b ON b.customer_id = o.payer_id) told
GROUP BY 1;

ANALYZE claims_blocked;

CREATE TEMP VIEW claims_in_hand AS
WITH
reminded AS (
  SELECT claim_id, count(*) AS reminders, max(sent_date) AS last_date, max(due_date) AS last_due
  FROM claims_reminder WHERE unit_id = %(unit)s GROUP BY 1),
costs AS (
  SELECT claim_id, sum(amount) AS open, max(charged_on) AS last_day FROM claims_claim_cost
  WHERE unit_id = %(unit)s GROUP BY 1),
paid AS (
  SELECT claim_id, max(day) AS last_day FROM claims_payments GROUP BY 1),
deferred AS (
  SELECT dc.claim_id, max(d.until_date) AS until_date
  FROM claims_deferralclaim dc JOIN claims_deferral d ON d.id = dc.deferral_id
  WHERE dc.unit_id = %(unit)s AND NOT EXISTS (SELECT FROM claims_deferralend e WHERE e.deferral_id = d.id AND e.day <= %(on)s)
  GROUP BY 1),
in_case AS (
  SELECT DISTINCT ON (cc.claim_id) cc.claim_id, k.* FROM claims_caseclaim cc JOIN cases_standing k ON k.case_id = cc.case_id
  WHERE cc.unit_id = %(unit)s ORDER BY cc.claim_id, k.case_id DESC),
proposed AS (
  SELECT p.claim_id, (array_agg(r.follow_up_date ORDER BY r.id DESC) FILTER (WHERE r.id IS NOT NULL))[1] AS kept_until,
    max(r.day) AS kept_day,
    bool_or(r.id IS NULL AND NOT EXISTS (SELECT FROM claims_writeoff w WHERE w.proposal_id = p.id)) AS waiting
  FROM claims_writeoffproposal p LEFT JOIN claims_writeoffrefusal r ON r.proposal_id = p.id
  WHERE p.unit_id = %(unit)s GROUP BY 1)
SELECT o.id, o.unit_id, o.kind, o.invoice_id, o.interest_invoice_id, o.payer_id, o.reference, o.public_law, o.amount, o.open,
  o.due_date, o.issue_date, o.language, o.payer_kind, o.abroad, o.protected, o.natural_person,
  o.payer_kind IN ('person', 'foreign_person') AS consumer, o.payer_kind = 'state_unit' AS state_unit,
  coalesce(b.codes, '') AS block_codes, b.review_date AS block_review_date,
  coalesce(b.codes ~ ('[' || %(reminders)s || ']'), false) AS reminders_stopped,
  coalesce(b.codes ~ ('[' || %(interest)s || ']'), false) AS interest_stopped,
  coalesce(b.codes ~ ('[' || %(agency)s || ']'), false) AS agency_stopped,
  coalesce(b.codes ~ ('[' || %(legal)s || ']'), false) AS legal_stopped,
  coalesce(b.codes ~ ('[' || %(write_off)s || ']'), false) AS write_off_stopped,
  coalesce(r.reminders, 0) AS reminders, r.last_date AS last_reminder_date, r.last_due AS last_reminder_due,
  coalesce(k.open, 0) AS costs_open, k.last_day AS last_cost_date,
  p.last_day AS last_payment_date, d.until_date AS deferred_until,
  s.case_id, s.kind AS case_kind, s.procedure AS case_procedure, s.state AS case_state, s.state_date AS case_state_date,
  s.state_detail AS case_state_detail, s.case_id IS NOT NULL AND NOT s.over AS in_case,
  o.judged_date, coalesce(w.waiting, false) AS write_off_proposed, w.kept_until, w.kept_day,
  m.limitation_date, o.interrupted_date, m.limitation_date < %(on)s AS expired,
  CASE m.limitation_date WHEN l.principal_date THEN 'principal' WHEN o.final_date THEN 'final'
    WHEN o.title_date THEN 'title' ELSE CASE WHEN o.public_law THEN 'public_law'
    WHEN o.own_date > o.general_date THEN 'interrupted'
    ELSE 'general' END END AS limitation_kind
FROM claims_dated o
LEFT JOIN claims_lapsing l ON l.claim_id = o.id
CROSS JOIN LATERAL (SELECT least(o.own_date, o.final_date, o.title_date, l.principal_date) AS limitation_date) m
LEFT JOIN claims_blocked b ON b.id = o.id
LEFT JOIN reminded r ON r.claim_id = o.id
LEFT JOIN costs k ON k.claim_id = o.id
LEFT JOIN paid p ON p.claim_id = o.id
LEFT JOIN deferred d ON d.claim_id = o.id
LEFT JOIN in_case s ON s.claim_id = o.id
LEFT JOIN proposed w ON w.claim_id = o.id
