-- What the enforcement run decides about: claims that the fork sends to enforcement, bundled into applications, and
-- claims of cases that the authority has. Parameters: unit, on, the caps on costs consumer_cap and other_cap (null: none),
-- default_sv, default_fi, act_sv and act_fi (legal bases), given (a provision that a person named, or null), and courts
-- (jsonb: the courts' names by key and language).

-- The judgment that a claim was given in, the newest one; one that names its claims may have dismissed the others. Its
-- court is named in the language of the application: Swedish or Finnish.
CREATE TEMP TABLE judgments ON COMMIT DROP AS
SELECT DISTINCT ON (cc.claim_id) cc.claim_id, k.id AS case_id,
  nullif(btrim(concat_ws(' ', nullif(named.court, ''), e.detail ->> 'number')), coalesce(named.court, '')) AS title
FROM claims_caseclaim cc JOIN claims_case k ON k.id = cc.case_id
JOIN registers_customer debtor ON debtor.id = k.debtor_id
CROSS JOIN LATERAL (SELECT coalesce(
  %(courts)s::jsonb -> k.court ->> CASE debtor.language WHEN 'sv' THEN 'sv' ELSE 'fi' END, k.court) AS court) named
JOIN claims_caseevent e ON e.case_id = k.id AND e.kind = 'judged' AND e.day <= %(on)s
  AND (NOT e.detail ? 'claims' OR e.detail -> 'claims' @> to_jsonb(cc.claim_id))
WHERE cc.unit_id = %(unit)s ORDER BY cc.claim_id, e.day DESC, k.id DESC;

-- The legal bases of what a public-law claim bills: what the order said, what the item says, the general act. Where the
-- basis stood in an enclosed decision only, nobody but a person can name it. Interest rests on what it is interest of.
CREATE TEMP TABLE provisions ON COMMIT DROP AS
WITH billed AS (
  SELECT f.id, f.language, f.invoice_id FROM forked f
  WHERE f.outcome IN ('TO_ENFORCEMENT', 'TO_ENFORCEMENT_ABROAD') AND f.public_law AND f.invoice_id IS NOT NULL
  UNION
  SELECT f.id, f.language, principal.invoice_id
  FROM forked f JOIN claims_interestcharge charge ON charge.invoice_id = f.interest_invoice_id
  JOIN claims_claim principal ON principal.id = charge.claim_id
  WHERE f.outcome IN ('TO_ENFORCEMENT', 'TO_ENFORCEMENT_ABROAD') AND f.public_law),
bases AS (
  SELECT DISTINCT b.id, b.language,
    coalesce(nullif(o.charge_basis_text, ''),
      nullif(CASE b.language WHEN 'sv' THEN item.legal_basis_sv ELSE item.legal_basis_fi END, ''),
      CASE WHEN NOT EXISTS (SELECT FROM jsonb_array_elements(o.attachments) file WHERE (file ->> 'basis')::boolean)
           THEN CASE b.language WHEN 'sv' THEN %(default_sv)s ELSE %(default_fi)s END END) AS basis
  FROM billed b JOIN sales_invoiceline l ON l.invoice_id = b.invoice_id
  JOIN sales_order o ON o.id = l.order_id JOIN registers_item item ON item.id = l.item_id AND item.public_law)
SELECT id, CASE WHEN bool_and(basis IS NOT NULL)
  THEN string_agg(basis, '; ' ORDER BY basis) || '; ' || max(CASE language WHEN 'sv' THEN %(act_sv)s ELSE %(act_fi)s END)
  END AS provision
FROM bases GROUP BY id;

-- Claims of cases that the authority has, with what it was told last and what it has collected since.
CREATE TEMP TABLE enforced ON COMMIT DROP AS
SELECT told.claim_id AS id, s.case_id, s.number AS case_number, s.procedure,
  c.amount - coalesce(settled.amount, 0) AS open, told.principal AS told_principal, told.expected,
  coalesce((SELECT e.kind = 'stopped' FROM claims_caseevent e WHERE e.case_id = s.case_id AND e.day <= %(on)s
            AND e.kind IN ('stopped', 'resumed') ORDER BY e.position DESC LIMIT 1), false) AS stopped,
  coalesce(h.legal_stopped, false) AS blocked, coalesce(h.block_codes, '') AS codes, coalesce(h.costs_open, 0) AS costs_open,
  coalesce(h.consumer, false) AS consumer
FROM cases_standing s
JOIN claims_case_told told ON told.case_id = s.case_id AND told.unit_id = %(unit)s
JOIN claims_claim c ON c.id = told.claim_id
LEFT JOIN (SELECT claim_id, sum(amount) AS amount FROM claims_claim_settlement WHERE unit_id = %(unit)s GROUP BY 1) settled
  ON settled.claim_id = c.id
LEFT JOIN claims_in_hand h ON h.id = c.id
WHERE s.kind = 'enforcement' AND s.state IN ('applied', 'received', 'registered', 'resumed', 'stopped');

CREATE TEMP TABLE enforcement_subjects ON COMMIT DROP AS
SELECT f.id, f.unit_id, f.open AS amount, f.open, false AS live, f.payer_id, f.public_law, f.kind AS claim_kind, f.reference,
  f.invoice_id, f.interest_invoice_id, f.language, f.due_date, NULL::bigint AS case_id, NULL::bigint AS case_number,
  j.case_id AS follows,
  CASE WHEN length(p.provision) <= 350 THEN p.provision END AS provision,
  CASE WHEN j.case_id IS NOT NULL THEN f.costs_open
       ELSE least(f.costs_open, CASE WHEN f.consumer THEN %(consumer_cap)s ELSE %(other_cap)s END::numeric) END AS costs,
  coalesce(t.interest_from, f.due_date + 1) AS interest_from, coalesce(t.pauses, '[]') AS interest_pauses, f.consumer,
  payer.business_id <> '' OR payer.personal_code_sealed IS NOT NULL
    OR payer.country <> 'FI' AND payer.street <> '' AND payer.town <> '' AS identified,
  NULL::numeric AS told_principal, NULL::numeric AS expected, NULL::numeric AS case_open, NULL::numeric AS case_expected,
  false AS stopped, false AS case_blocked, false AS case_changed, '' AS codes,
  dense_rank() OVER application_order AS bundle, sum(f.open) OVER application AS bundle_open
FROM forked f
JOIN registers_customer payer ON payer.id = f.payer_id
LEFT JOIN judgments j ON j.claim_id = f.id AND NOT f.public_law
CROSS JOIN LATERAL (
  SELECT coalesce(%(given)s, CASE WHEN f.public_law THEN (SELECT provision FROM provisions WHERE provisions.id = f.id)
                                  ELSE j.title END) AS provision) p
LEFT JOIN interest_told t ON t.claim_id = f.id
WHERE f.outcome IN ('TO_ENFORCEMENT', 'TO_ENFORCEMENT_ABROAD', 'TO_ENFORCEMENT_AFTER_JUDGMENT')
-- Public-law claims of one debtor, one provision and one due date go together; after a judgment, the claims of it.
WINDOW application AS (PARTITION BY f.payer_id, f.public_law, j.case_id, p.provision,
                         CASE WHEN f.public_law THEN f.due_date END),
  application_order AS (ORDER BY f.payer_id, f.public_law, j.case_id, p.provision,
                          CASE WHEN f.public_law THEN f.due_date END);

INSERT INTO enforcement_subjects
SELECT e.id, c.unit_id, e.open, e.open, true, c.payer_id, c.public_law, c.kind, c.reference, c.invoice_id,
  c.interest_invoice_id, '', c.due_date, e.case_id, e.case_number, NULL, NULL,
  CASE WHEN NOT c.public_law THEN e.costs_open
       ELSE least(e.costs_open, CASE WHEN e.consumer THEN %(consumer_cap)s ELSE %(other_cap)s END::numeric) END,
  NULL, NULL, e.consumer, true, e.told_principal, e.expected, sum(e.open) OVER of_case, sum(e.expected) OVER of_case,
  e.stopped, bool_or(e.blocked) OVER of_case, bool_or(e.open < e.expected) OVER of_case,
  max(e.codes) OVER of_case, NULL, NULL
FROM enforced e JOIN claims_claim c ON c.id = e.id
WINDOW of_case AS (PARTITION BY e.case_id);

ANALYZE enforcement_subjects (id)
