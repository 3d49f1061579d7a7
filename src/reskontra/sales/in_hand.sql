-- The orders in hand: every open order of the scope with all that a rule may ask of it.
-- Open: the newest version of its number, not invoiced and not withdrawn. Parameters: unit, orders (array or NULL: all
-- open).
CREATE TEMP TABLE scope ON COMMIT DROP AS
SELECT o.id
FROM sales_order o
WHERE o.unit_id = %(unit)s
  AND (%(orders)s::bigint[] IS NULL OR o.id = ANY (%(orders)s::bigint[]))
  AND NOT EXISTS (SELECT FROM sales_order newer
                  WHERE newer.unit_id = o.unit_id AND newer.number = o.number AND newer.version > o.version)
  AND NOT EXISTS (SELECT FROM sales_invoicedorder done WHERE done.unit_id = o.unit_id AND done.number = o.number)
  AND NOT EXISTS (SELECT FROM sales_orderstop gone
                  WHERE gone.unit_id = o.unit_id AND gone.order_id = o.id AND gone.act = 'withdraw');

ANALYZE scope (id);

-- What the credits of the scope correct: the invoice, by its number with the unit's code before it.
CREATE TEMP TABLE credits_in_hand ON COMMIT DROP AS
SELECT o.id AS order_id, o.service_date, i.id AS original_id, i.payer_id, i.supply_date, i.total
FROM scope
JOIN sales_order o ON o.id = scope.id AND o.unit_id = %(unit)s AND o.credit
JOIN sales_invoice i ON i.unit_id = o.unit_id AND NOT i.credit
  AND i.number = CASE WHEN o.reference_invoice ~ '^[0-9]{11,15}$' AND left(o.reference_invoice, -9) = %(code)s
                      THEN right(o.reference_invoice, 9)::bigint END;

ANALYZE credits_in_hand;

-- What the originals charged less the credits before, by category and rate of VAT.
CREATE TEMP TABLE left_to_credit ON COMMIT DROP AS
WITH originals AS (SELECT DISTINCT original_id FROM credits_in_hand),
about AS (
  SELECT original_id, original_id AS invoice_id FROM originals
  UNION ALL
  SELECT c.original_id, c.id FROM originals JOIN sales_invoice c ON c.original_id = originals.original_id
  WHERE c.unit_id = %(unit)s AND c.credit
)
SELECT about.original_id, l.vat_category, l.vat_percent, sum(l.net) AS net
FROM about JOIN sales_invoiceline l ON l.invoice_id = about.invoice_id AND l.unit_id = %(unit)s
GROUP BY 1, 2, 3;

-- A credit carries the VAT that was charged (Act 1501/1993 s 78): that of its original's line of the same item.
-- Where the original has the item at several rates, the rate of the credit's own date, else that of the newest supply.
CREATE TEMP TABLE charged_before ON COMMIT DROP AS
SELECT DISTINCT ON (c.order_id, l.item_id) c.order_id, l.item_id, l.vat_category, l.vat_percent
FROM credits_in_hand c
JOIN sales_invoiceline l ON l.invoice_id = c.original_id AND l.unit_id = %(unit)s
JOIN sales_order o ON o.id = l.order_id AND o.unit_id = %(unit)s
ORDER BY c.order_id, l.item_id, o.service_date = c.service_date DESC, o.service_date DESC, l.position;

ANALYZE charged_before;

-- Price by pricing date, VAT by date of supply, a credit's by what it corrects; posting from the order where it gives one,
-- else from the price list.
CREATE TEMP TABLE lines_in_hand ON COMMIT DROP AS
SELECT l.order_id, l.position, l.row, o.number AS order_number, i.id AS item_id, l.item_code,
  l.quantity, coalesce(nullif(l.measure, ''), i.measure) AS measure,
  coalesce(l.unit_price, p.price) AS unit_price, p.price AS list_price,
  round(l.quantity * coalesce(l.unit_price, p.price), 2) AS net,
  i.vat_class, coalesce(before.vat_category, v.category) AS vat_category,
  coalesce(before.vat_percent, v.percent) AS vat_percent, coalesce(c.supply_date, o.service_date) AS vat_date,
  c.original_id IS NOT NULL AND before.item_id IS NULL AS not_charged_before,
  i.public_law,
  CASE o.language WHEN 'sv' THEN i.legal_basis_sv WHEN 'fi' THEN i.legal_basis_fi ELSE i.legal_basis_en END <> '' AS has_basis,
  p.id IS NOT NULL AS listed,
  p.price IS NOT NULL AND l.unit_price IS NOT NULL AND l.unit_price <> p.price AS off_list,
  coalesce(nullif(l.account, ''), p.account) AS account,
  coalesce(nullif(l.budget_account, ''), p.budget_account, '') AS budget_account,
  coalesce(nullif(l.operating_unit, ''), p.operating_unit, '') AS operating_unit,
  coalesce(nullif(l.project, ''), p.project, '') AS project,
  coalesce(nullif(l.function, ''), p.function, '') AS function,
  coalesce(nullif(l.product, ''), p.product, '') AS product,
  coalesce(nullif(l.area, ''), p.area, '') AS area,
  l.tracking1, l.tracking2,
  l.account <> '' AND NOT EXISTS (SELECT FROM registers_account a
    WHERE a.code = l.account AND a.kind = 'income' AND a.validity @> o.service_date) AS unknown_account,
  concat(l.budget_account, l.operating_unit, l.project, l.function, l.product, l.area) <> '' AND
  EXISTS (SELECT FROM (VALUES ('budget_account', l.budget_account), ('operating_unit', l.operating_unit),
                              ('project', l.project), ('function', l.function), ('product', l.product),
                              ('area', l.area)) AS given (dimension, code)
          WHERE given.code <> '' AND NOT EXISTS (SELECT FROM registers_dimensionvalue d
            WHERE d.dimension = given.dimension AND d.code = given.code AND d.validity @> o.service_date
              AND (d.in_unit_id IS NULL OR d.in_unit_id = o.unit_id))) AS unknown_dimension
FROM scope
JOIN sales_order o ON o.id = scope.id AND o.unit_id = %(unit)s
JOIN sales_orderline l ON l.order_id = o.id AND l.unit_id = o.unit_id
LEFT JOIN registers_item i ON i.code = l.item_code
LEFT JOIN registers_pricelistentry p ON p.unit_id = o.unit_id AND p.item_id = i.id
  AND p.approved_at IS NOT NULL AND p.validity @> o.pricing_date
LEFT JOIN credits_in_hand c ON c.order_id = o.id
LEFT JOIN charged_before before ON before.order_id = o.id AND before.item_id = i.id
LEFT JOIN registers_vatrate v ON v.vat_class = i.vat_class AND v.validity @> coalesce(c.supply_date, o.service_date);

ANALYZE lines_in_hand (order_id);

-- What each credit takes back of each category and rate of VAT, beside what the credits before it left of that. It may
-- take back no more of any; what the VAT comes to may differ by a cent a rate, for each credit rounds for itself.
CREATE TEMP TABLE taken_back ON COMMIT DROP AS
SELECT c.order_id, o.number, c.original_id, l.vat_category, l.vat_percent, sum(l.net) AS net,
  sum(l.net) + round(sum(l.net) * l.vat_percent / 100, 2) AS gross, coalesce(rest.net, 0) AS left_net
FROM credits_in_hand c
JOIN sales_order o ON o.id = c.order_id AND o.unit_id = %(unit)s
JOIN lines_in_hand l ON l.order_id = c.order_id
LEFT JOIN left_to_credit rest ON rest.original_id = c.original_id AND rest.vat_category = l.vat_category
  AND rest.vat_percent = l.vat_percent
GROUP BY 1, 2, 3, 4, 5, rest.net;

CREATE TEMP TABLE credits_told ON COMMIT DROP AS
SELECT c.order_id, c.original_id, c.payer_id, c.total + coalesce(before.total, 0) AS left_total, taken.gross,
  taken.slack, taken.beyond
FROM credits_in_hand c
JOIN (SELECT order_id, sum(gross) AS gross, 0.01 * count(*) AS slack, bool_or(left_net + net < 0) AS beyond
      FROM taken_back GROUP BY 1) taken ON taken.order_id = c.order_id
LEFT JOIN (SELECT original_id, sum(i.total) AS total FROM (SELECT DISTINCT original_id FROM credits_in_hand) o
           JOIN sales_invoice i USING (original_id) WHERE i.unit_id = %(unit)s AND i.credit
           GROUP BY 1) before ON before.original_id = c.original_id;

ANALYZE credits_told;

CREATE TEMP TABLE orders_in_hand ON COMMIT DROP AS
SELECT o.id, o.unit_id, o.number, o.version, o.row, o.request_id, o.digest, o.source, o.credit, o.reference_invoice,
  o.customer_id, o.payer_id, o.bill_to_id, o.ship_to_id, o.language, o.service_date, o.pricing_date,
  o.case_reference, o.order_number, o.agreement, o.accounting, o.site, o.tax_country,
  coalesce(o.payment_term, agreed.payment_term) AS payment_term, o.charge_basis_text, o.attachments,
  payer.kind = 'state_unit' AS internal, payer.partner_code, payer.country,
  payer.einvoice_address <> '' AS has_einvoice,
  -- The recipient is the one whom the invoice reaches: who gets it for the payer, else the payer (OC 3.8).
  'state_unit' IN (payer.kind, recipient.kind) AND recipient.einvoice_address = '' AS state_unit_without_address,
  -- A customer of an own system is billed by what that very system sends, and by nobody else.
  coalesce(payer.own_system_id <> coalesce(sender.id, 0) OR customer.own_system_id <> coalesce(sender.id, 0)
    OR EXISTS (SELECT FROM registers_customer other WHERE other.id IN (o.bill_to_id, o.ship_to_id)
               AND other.own_system_id <> coalesce(sender.id, 0)), false) AS customer_of_own_system,
  recipient.protected AND NOT recipient.safe_address AND recipient.einvoice_address = '' AS protected_without_way,
  -- An invoice states the address of its recipient (EN 16931 BR-10); the unit's own stands for a protected payer's.
  (recipient.town = '' OR (recipient.street = '' AND (recipient.postcode = '' OR recipient.einvoice_address = '')))
    AND NOT (recipient.protected AND recipient.id = payer.id AND recipient.street = '') AS recipient_without_address,
  l.lines, l.last_line, coalesce(l.net, 0) AS amount, l.unlisted, l.unpriced, l.off_list_public, l.off_list_commercial,
  l.no_standard_price, l.without_basis, l.public_lines, l.commercial_lines, l.outside_vat, l.within_vat, l.below_zero, l.unknown_posting,
  original.original_id, original.payer_id AS original_payer_id, original.left_total, original.gross, original.slack,
  coalesce(original.beyond OR original.left_total + original.gross < -original.slack, false) AS exceeds_original,
  l.not_charged_before,
  EXISTS (SELECT FROM jsonb_array_elements(o.attachments) file WHERE (file ->> 'basis')::boolean) AS basis_attached,
  sent_back.order_id IS NOT NULL AS sent_back,
  coalesce(acts.reviewed, false) AS reviewed, coalesce(acts.approved, false) AS approved,
  latest.standing AS decided_standing, latest.amount AS decided_amount
FROM scope
JOIN sales_order o ON o.id = scope.id AND o.unit_id = %(unit)s
JOIN registers_customer payer ON payer.id = o.payer_id
JOIN registers_customer customer ON customer.id = o.customer_id
LEFT JOIN registers_customerinunit agreed ON agreed.unit_id = o.unit_id AND agreed.customer_id = o.payer_id
LEFT JOIN sales_billingrequest request ON request.id = o.request_id AND request.unit_id = o.unit_id
LEFT JOIN registers_ownsystem sender ON sender.unit_id = o.unit_id AND sender.sender = request.sender
JOIN registers_customer recipient ON recipient.id = coalesce(o.bill_to_id, o.payer_id)
JOIN (SELECT order_id, count(*) AS lines, max(position) AS last_line, sum(net) AS net,
        count(*) FILTER (WHERE NOT listed) AS unlisted,
        count(*) FILTER (WHERE listed AND unit_price IS NULL) AS unpriced,
        count(*) FILTER (WHERE off_list AND public_law) AS off_list_public,
        count(*) FILTER (WHERE off_list AND NOT public_law) AS off_list_commercial,
        count(*) FILTER (WHERE listed AND list_price IS NULL) AS no_standard_price,
        count(*) FILTER (WHERE listed AND NOT has_basis) AS without_basis,
        count(*) FILTER (WHERE public_law) AS public_lines,
        count(*) FILTER (WHERE NOT public_law) AS commercial_lines,
        count(*) FILTER (WHERE vat_category = 'O') AS outside_vat,
        count(*) FILTER (WHERE vat_category <> 'O') AS within_vat,
        count(*) FILTER (WHERE quantity < 0) AS below_zero,
        count(*) FILTER (WHERE unknown_account OR unknown_dimension) AS unknown_posting,
        count(*) FILTER (WHERE not_charged_before) AS not_charged_before
      FROM lines_in_hand GROUP BY order_id) l ON l.order_id = o.id
LEFT JOIN credits_told original ON original.order_id = o.id
LEFT JOIN (SELECT a.order_id, a.digest, bool_or(a.act = 'review') AS reviewed, bool_or(a.act = 'approve') AS approved
           FROM sales_orderapproval a WHERE a.unit_id = %(unit)s GROUP BY 1, 2) acts
  ON acts.order_id = o.id AND acts.digest = o.digest
LEFT JOIN sales_orderstop sent_back
  ON sent_back.unit_id = o.unit_id AND sent_back.order_id = o.id AND sent_back.act = 'return'
LEFT JOIN LATERAL (SELECT d.standing, d.amount FROM sales_orderdecision d
                   WHERE d.order_id = o.id AND d.rule = 'orders' ORDER BY d.run_id DESC LIMIT 1) latest ON true;

ANALYZE orders_in_hand (id);
