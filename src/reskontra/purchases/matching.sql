-- The invoices that matching decides, and what orders, receipts and contracts say of them. Parameters: unit, on, only (ids,
-- or null for all), first and last (days of arrival of a replay, or null), charges (pattern of words for freight and the
-- like). What a match takes changes the state of its order while the run goes on: the state stands in tables of its own.
-- All amounts are euro without VAT; a credit is negative.

-- Procurement that is not returned and not payable yet; and payables whose order had a receipt corrected after the match. A
-- replay takes whatever came in its days as it was at its moment: ``moments`` has the run that looked at each, and when.
CREATE TEMP TABLE scope_of_matching ON COMMIT DROP AS
SELECT i.*, p.id AS payable_id, h.id AS match_id, coalesce(m.at, 'infinity') AS at, m.run_id AS at_run_id
FROM purchases_purchaseinvoice i
LEFT JOIN moments m ON m.invoice_id = i.id
LEFT JOIN purchases_payable p ON p.invoice_id = i.id
LEFT JOIN purchases_invoicereturn r ON r.invoice_id = i.id
LEFT JOIN purchases_match_held h ON h.invoice_id = i.id
WHERE i.unit_id = %(unit)s AND i.stream = 'procurement' AND r.id IS NULL
  AND (%(only)s::bigint[] IS NULL OR i.id = ANY (%(only)s::bigint[]))
  AND CASE WHEN %(first)s::date IS NULL THEN p.id IS NULL OR EXISTS (
        SELECT FROM purchases_match m
        JOIN purchases_purchaseorderline l ON l.order_id = m.order_id
        JOIN purchases_receipt c ON c.line_id = l.id AND c.net < 0 AND c.given_at > m.given_at
        WHERE m.id = h.id)
      ELSE i.kind IN ('invoice', 'credit') AND i.received_date BETWEEN %(first)s::date AND %(last)s::date END;

CREATE UNIQUE INDEX ON scope_of_matching (id);

ANALYZE scope_of_matching;

-- The numbers that each of them tells, with what they name. What a person said last takes the place of what the file said, but
-- not in a replay.
-- Tables of their own: their sizes are known to the planner.
CREATE TEMP TABLE numbers_told ON COMMIT DROP AS
WITH said AS (
  SELECT n.*, s.at, max(n.id) FILTER (WHERE n.person_id IS NOT NULL) OVER (PARTITION BY n.invoice_id) AS corrected
  FROM purchases_invoiceidentifier n JOIN scope_of_matching s ON s.id = n.invoice_id
  WHERE %(first)s::date IS NULL OR n.person_id IS NULL)
SELECT said.invoice_id, count(DISTINCT value) FILTER (WHERE kind <> 'posting') AS numbers,
  max(value) FILTER (WHERE kind <> 'posting') AS number, bool_or(kind = 'posting') AS posting,
  NOT bool_or(right_field) FILTER (WHERE kind <> 'posting') AS wrong_field,
  count(DISTINCT value) FILTER (WHERE kind = 'order' AND o.id IS NOT NULL OR kind = 'contract' AND c.number IS NOT NULL) AS known,
  max(o.id) AS order_id
FROM said
LEFT JOIN purchases_purchaseorder o ON said.kind = 'order' AND o.unit_id = said.unit_id AND o.number = said.value
  AND (%(first)s::date IS NULL OR EXISTS (SELECT FROM runs_run u WHERE u.id = o.run_id AND u.applied_at <= said.at))
LEFT JOIN (SELECT k.number, min(u.applied_at) AS known_from
           FROM purchases_contract k JOIN runs_run u ON u.id = k.run_id WHERE k.unit_id = %(unit)s GROUP BY 1) c
  ON c.number = said.value AND said.kind = 'contract' AND (%(first)s::date IS NULL OR c.known_from <= said.at)
WHERE said.corrected IS NULL OR said.id = said.corrected GROUP BY 1;

CREATE UNIQUE INDEX ON numbers_told (invoice_id);

ANALYZE numbers_told;

-- The newest version of each contract; in a replay each from when it was known.
CREATE TEMP TABLE newest_contracts ON COMMIT DROP AS
SELECT * FROM (
  SELECT c.*, u.applied_at AS known_from, lead(u.applied_at) OVER (PARTITION BY c.number ORDER BY c.version) AS known_until,
    lead(c.id) OVER (PARTITION BY c.number ORDER BY c.version) AS next_id
  FROM purchases_contract c JOIN runs_run u ON u.id = c.run_id
  WHERE c.unit_id = %(unit)s AND c.number IN (SELECT number FROM numbers_told)) versions
WHERE %(first)s::date IS NOT NULL OR next_id IS NULL;

CREATE UNIQUE INDEX ON newest_contracts (number, version);

ANALYZE newest_contracts;

-- What intake doubted and no later fact has settled. Supplier, currency and kind are asked anew by the rules of matching: a
-- supplier may have been named since.
CREATE TEMP TABLE doubts ON COMMIT DROP AS
SELECT told.invoice_id, told.outcome
FROM (SELECT DISTINCT ON (d.invoice_id) d.invoice_id, d.outcome, d.standing
      FROM purchases_purchasedecision d JOIN scope_of_matching s ON s.id = d.invoice_id
      WHERE d.rule = 'intake' ORDER BY d.invoice_id, d.run_id DESC) told
WHERE told.standing IN ('REVIEW', 'WAITING')
  AND told.outcome NOT IN ('SUPPLIER_UNKNOWN', 'OTHER_CURRENCY', 'REMINDER_RECEIVED');

CREATE UNIQUE INDEX ON doubts (invoice_id);

ANALYZE doubts;

CREATE TEMP TABLE invoices_to_match ON COMMIT DROP AS
SELECT s.id, s.unit_id, s.at, s.at_run_id, s.kind, s.net, s.vat, s.total, s.currency, s.received_date,
  coalesce(s.issue_date, s.received_date) AS issue_day, coalesce(s.supply_date, s.issue_date, s.received_date) AS day,
  CASE WHEN %(first)s::date IS NULL THEN s.payable_id END AS payable_id,
  CASE WHEN %(first)s::date IS NULL THEN s.match_id END AS match_id,
  supplier.supplier_id, coalesce(n.numbers, 0) AS numbers, coalesce(n.known, 0) AS known, n.number,
  coalesce(n.posting, false) AS posting, coalesce(n.wrong_field, false) AS wrong_field,
  s.number_key <> '' AND EXISTS (
    SELECT FROM purchases_purchaseinvoice twin LEFT JOIN purchases_invoicereturn r ON r.invoice_id = twin.id
    WHERE twin.unit_id = s.unit_id AND twin.seller_key = s.seller_key AND twin.number_key = s.number_key
      AND twin.id < s.id AND twin.kind = s.kind AND twin.issue_date IS NOT DISTINCT FROM s.issue_date
      AND twin.total IS NOT DISTINCT FROM s.total AND (r.id IS NULL OR r.given_at > s.at)) AS duplicate,
  coalesce(s.net, 0) = 0 OR s.vat IS NULL OR s.total IS NULL OR s.issue_date IS NULL OR s.payable <> s.total
    OR (s.kind = 'credit') <> (s.net < 0)
    OR doubt.invoice_id IS NOT NULL
    OR EXISTS (SELECT FROM purchases_invoicefinding f WHERE f.invoice_id = s.id AND f.severity = 'error') AS incomplete,
  doubt.outcome AS doubt,
  o.id AS order_id, c.id AS contract_id, coalesce(o.supplier_id, c.supplier_id) AS agreed_supplier_id,
  coalesce(o.currency, c.currency) AS agreed_currency,
  EXISTS (SELECT FROM purchases_purchaseorderend e WHERE e.order_id = o.id AND e.day <= s.received_date AND e.given_at <= s.at)
    AS closed,
  c.id IS NOT NULL AND (coalesce(s.supply_date, s.issue_date, s.received_date) < c.valid_from
    OR coalesce(s.supply_date, s.issue_date, s.received_date) > c.valid_until
    OR EXISTS (SELECT FROM purchases_contractend e WHERE e.unit_id = c.unit_id AND e.number = c.number AND e.given_at <= s.at
               AND e.day <= coalesce(s.supply_date, s.issue_date, s.received_date))) AS expired,
  c.plan, c.total_limit, c.period_limit, c.period, period.from_date AS period_from, period.until_date AS period_until,
  CASE WHEN period.from_date IS NOT NULL THEN period.net
       WHEN EXISTS (SELECT FROM purchases_contractperiod t WHERE t.contract_id = c.id) THEN 0 END AS told_limit,
  coalesce(c.confirm, false) AS confirm
FROM scope_of_matching s
LEFT JOIN numbers_told n ON n.invoice_id = s.id
LEFT JOIN doubts doubt ON doubt.invoice_id = s.id
LEFT JOIN LATERAL (SELECT f.supplier_id FROM purchases_invoicesupplier f WHERE f.invoice_id = s.id
                     AND (%(first)s::date IS NULL OR f.person_id IS NULL AND f.given_at <= s.at)
                   ORDER BY f.id DESC LIMIT 1) supplier ON true
LEFT JOIN purchases_purchaseorder o ON o.id = n.order_id AND n.numbers = 1
LEFT JOIN newest_contracts c ON c.number = n.number AND n.numbers = 1
  AND (%(first)s::date IS NULL OR c.known_from <= s.at AND (c.next_id IS NULL OR s.at < c.known_until))
LEFT JOIN LATERAL (SELECT t.from_date, t.until_date, t.net FROM purchases_contractperiod t
                   WHERE t.contract_id = c.id AND coalesce(s.issue_date, s.received_date) BETWEEN t.from_date AND t.until_date
                   ORDER BY t.position LIMIT 1) period ON true;

CREATE UNIQUE INDEX ON invoices_to_match (id);

ANALYZE invoices_to_match;

-- In a replay the lines of its order as each invoice met them: the newest change and the receipts known at its moment.
CREATE TEMP TABLE lines_met ON COMMIT DROP AS
SELECT t.id AS invoice_id, t.order_id, l.id, coalesce(c.text, l.text) AS text, coalesce(c.net, l.net) AS net,
  CASE WHEN c.id IS NULL THEN l.vat_percent ELSE c.vat_percent END AS vat_percent, coalesce(c.account, l.account) AS account,
  coalesce(r.net, 0) AS received
FROM invoices_to_match t
JOIN purchases_purchaseorderline l ON l.order_id = t.order_id
LEFT JOIN LATERAL (SELECT c.* FROM purchases_purchaseorderlinechange c WHERE c.line_id = l.id AND c.given_at <= t.at
                   ORDER BY c.id DESC LIMIT 1) c ON true
LEFT JOIN LATERAL (SELECT sum(r.net) AS net FROM purchases_receipt r WHERE r.line_id = l.id AND r.given_at <= t.at) r ON true
WHERE %(first)s::date IS NOT NULL;

CREATE INDEX ON lines_met (invoice_id);

ANALYZE lines_met;

-- The rows of invoices with an order or a contract, and the order's line that each of them goes to: the one that a person
-- linked it to (not in a replay), else the one that it names by its place, or by an item that the order has on one line only. A charge is a row that names none and was not agreed: by its word (``by_word``),
-- or beside rows that name theirs. An order agrees to charges by a line of its own, a contract by its name. Rows are compared
-- line by line where all but the charges known by their word name a line.
CREATE TEMP TABLE rows_to_match ON COMMIT DROP AS
WITH items AS (
  SELECT l.order_id, l.item, min(l.id) AS id FROM purchases_purchaseorderline l
  WHERE l.item <> '' AND l.order_id IN (SELECT order_id FROM invoices_to_match)
  GROUP BY 1, 2 HAVING count(*) = 1),
agreed AS (
  SELECT DISTINCT order_id, NULL::bigint AS invoice_id FROM purchases_order_line_now
  WHERE order_id IN (SELECT order_id FROM invoices_to_match) AND text ~* %(charges)s AND %(first)s::date IS NULL
  UNION
  SELECT order_id, invoice_id FROM lines_met WHERE text ~* %(charges)s),
told AS (
  SELECT t.id AS invoice_id, t.net AS invoice_net, r.position, r.net, r.quantity, r.vat_percent, r.text,
    coalesce(linked.order_line_id, named.id, item.id) AS order_line_id,
    agreed.order_id IS NOT NULL OR coalesce(c.name ~* %(charges)s, false) AS charge_agreed
  FROM invoices_to_match t
  JOIN purchases_purchaseinvoiceline r ON r.invoice_id = t.id AND coalesce(r.net, 0) <> 0
  LEFT JOIN purchases_row_link_held linked ON linked.row_id = r.id AND linked.order_id = t.order_id AND %(first)s::date IS NULL
  LEFT JOIN purchases_purchaseorderline named
    ON named.order_id = t.order_id AND named.position::text = ltrim(r.order_line, '0')
  LEFT JOIN items item ON item.order_id = t.order_id AND item.item = r.item AND r.order_line = ''
  LEFT JOIN agreed ON agreed.order_id = t.order_id AND (agreed.invoice_id IS NULL OR agreed.invoice_id = t.id)
  LEFT JOIN newest_contracts c ON c.id = t.contract_id
  WHERE t.order_id IS NOT NULL OR t.contract_id IS NOT NULL),
known AS (
  SELECT *, order_line_id IS NULL AND NOT charge_agreed AND sign(net) = sign(invoice_net) AND text ~* %(charges)s AS by_word
  FROM told)
SELECT invoice_id, position, net, quantity, vat_percent, text, order_line_id, by_word,
  bool_and(order_line_id IS NOT NULL OR by_word) OVER whole AND bool_or(order_line_id IS NOT NULL) OVER whole
    AND sum(net) OVER whole = invoice_net AS by_line,
  net > 0 AND (by_word OR order_line_id IS NULL AND NOT charge_agreed AND bool_or(order_line_id IS NOT NULL) OVER whole) AS charge
FROM known WINDOW whole AS (PARTITION BY invoice_id);

ANALYZE rows_to_match;

-- The lines of their orders: received and invoiced so far. In a replay these and what follows are set anew for each turn.
CREATE TEMP TABLE lines_in_hand ON COMMIT DROP AS
SELECT l.id, l.order_id, l.position, l.net, l.vat_percent, coalesce(r.net, 0) AS received, coalesce(i.net, 0) AS invoiced,
  l.account <> '' AND a.id IS NOT NULL AS coded
FROM purchases_order_line_now l
LEFT JOIN registers_account a ON a.code = l.account AND a.validity @> %(on)s::date
LEFT JOIN (SELECT line_id, sum(net) AS net FROM purchases_receipt WHERE unit_id = %(unit)s GROUP BY 1) r ON r.line_id = l.id
LEFT JOIN (SELECT t.order_line_id, sum(t.net) AS net
           FROM purchases_matchline t JOIN purchases_match_held m ON m.id = t.match_id
           WHERE t.unit_id = %(unit)s AND t.order_line_id IS NOT NULL
           GROUP BY 1) i ON i.order_line_id = l.id
WHERE l.order_id IN (SELECT order_id FROM invoices_to_match UNION
  SELECT m.order_id FROM purchases_match m JOIN invoices_to_match t ON t.match_id = m.id);

CREATE UNIQUE INDEX ON lines_in_hand (id);

ANALYZE lines_in_hand;

-- What was charged on their orders beside the lines: freight and the like, of which a credit may take back no more.
CREATE TEMP TABLE charges_in_hand ON COMMIT DROP AS
SELECT m.order_id, t.net
FROM purchases_matchline t JOIN purchases_match_held m ON m.id = t.match_id
WHERE t.unit_id = %(unit)s AND t.order_line_id IS NULL AND t.contract_row_id IS NULL
  AND m.order_id IN (SELECT order_id FROM invoices_to_match);

-- What was matched to the contracts in hand, whichever version it was: for their limits, and for their rows.
CREATE TEMP TABLE contract_use ON COMMIT DROP AS
SELECT c.number, coalesce(i.issue_date, i.received_date) AS issue_day, m.net
FROM purchases_match_held m
JOIN purchases_contract c ON c.id = m.contract_id
JOIN purchases_purchaseinvoice i ON i.id = m.invoice_id
WHERE m.unit_id = %(unit)s AND c.number IN (SELECT number FROM invoices_to_match WHERE contract_id IS NOT NULL);

ANALYZE contract_use;

-- The rows that schedules expect. A row of the same day and amount is the same row in every version; ``place`` tells equal
-- ones apart, and as many of them are taken as were invoiced and not credited in full.
CREATE TEMP TABLE schedule_in_hand ON COMMIT DROP AS
SELECT w.id, w.contract_id, c.number, w.expected_date, w.net, w.tolerance,
  row_number() OVER (PARTITION BY w.contract_id, w.expected_date, w.net ORDER BY w.position) AS place, coalesce(t.taken, 0) AS taken
FROM purchases_contractrow w
JOIN purchases_contract c ON c.id = w.contract_id
LEFT JOIN (SELECT c.number, w.expected_date, w.net,
             count(*) FILTER (WHERE l.net > 0) - count(*) FILTER (WHERE -l.net >= w.net) AS taken
           FROM purchases_matchline l
           JOIN purchases_match_held m ON m.id = l.match_id
           JOIN purchases_contractrow w ON w.id = l.contract_row_id
           JOIN purchases_contract c ON c.id = w.contract_id
           WHERE l.unit_id = %(unit)s
           GROUP BY 1, 2, 3) t ON t.number = c.number AND t.expected_date = w.expected_date AND t.net = w.net
WHERE w.contract_id IN (SELECT contract_id FROM invoices_to_match);

CREATE INDEX ON schedule_in_hand (contract_id);

ANALYZE schedule_in_hand;

-- Their order. Invoices of one order, schedule or limit that may not be enough for all go one after the other, the oldest
-- first: what one takes, the next does not find. All others are decided at once.
CREATE TEMP TABLE turns ON COMMIT DROP AS
WITH contested AS (
  SELECT t.number FROM invoices_to_match t
  WHERE t.match_id IS NULL AND t.contract_id IS NOT NULL
  GROUP BY t.number, t.contract_id
  HAVING bool_or(t.plan = 'schedule' OR t.net < 0) OR (bool_or(t.total_limit IS NOT NULL OR t.period_limit IS NOT NULL OR t.told_limit IS NOT NULL)
    AND (%(first)s::date IS NOT NULL OR sum(t.net) + coalesce((SELECT sum(u.net) FROM contract_use u WHERE u.number = t.number), 0)
      > least(min(t.total_limit), min(t.period_limit), min(t.told_limit)))))
SELECT id, CASE WHEN order_id IS NOT NULL OR number IN (SELECT number FROM contested)
  THEN row_number() OVER (PARTITION BY number ORDER BY at, at_run_id, issue_day, id) ELSE 1 END AS turn
FROM invoices_to_match WHERE match_id IS NULL AND (order_id IS NOT NULL OR contract_id IS NOT NULL)
UNION ALL
SELECT id, 1 FROM invoices_to_match WHERE match_id IS NULL AND order_id IS NULL AND contract_id IS NULL;

CREATE UNIQUE INDEX ON turns (id);

ANALYZE turns
