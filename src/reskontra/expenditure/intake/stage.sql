-- The invoices of the files in hand as they were read, before anything is decided.
DROP TABLE IF EXISTS invoice_in_hand, row_in_hand, vat_in_hand, number_in_hand, finding_in_hand, coding_in_hand, address_in_hand,
  supplier_in_hand, met_before, subject_in_hand, decided;

CREATE TEMP TABLE invoice_in_hand (
  n integer NOT NULL, file_id bigint NOT NULL, position integer NOT NULL, format text NOT NULL, channel text NOT NULL,
  received_date date NOT NULL, receiving_address text NOT NULL, address text NOT NULL, kind text NOT NULL,
  number text NOT NULL, number_key text NOT NULL, issue_date date, due_date date, supply_date date,
  currency text NOT NULL, net numeric(15,2), vat numeric(15,2), total numeric(15,2), payable numeric(15,2),
  seller_name text NOT NULL, name_key text NOT NULL, seller_business_id text NOT NULL, business_id text NOT NULL,
  technical_id text NOT NULL, foreign_id text NOT NULL, seller_vat_id text NOT NULL, iban text NOT NULL, reference text NOT NULL,
  message text NOT NULL, original_number text NOT NULL, late_interest_percent numeric(5,2),
  sender_reference text NOT NULL, written_key text NOT NULL, contradicts boolean NOT NULL, errors integer NOT NULL,
  findings integer NOT NULL, attachments jsonb NOT NULL, asked boolean NOT NULL, told_type text NOT NULL,
  told_supplier text NOT NULL, sender_instalment integer, sender_system text NOT NULL, reviewer text NOT NULL,
  coded boolean NOT NULL
) ON COMMIT DROP;

CREATE TEMP TABLE row_in_hand (
  n integer NOT NULL, position integer NOT NULL, item text NOT NULL, text text NOT NULL, quantity numeric(19,6),
  measure text NOT NULL, price numeric(21,6), net numeric(15,2), vat numeric(15,2), vat_category text NOT NULL,
  vat_percent numeric(5,2), order_line text NOT NULL, accounting text NOT NULL
) ON COMMIT DROP;

CREATE TEMP TABLE vat_in_hand (
  n integer NOT NULL, position integer NOT NULL, category text NOT NULL, percent numeric(5,2), base numeric(15,2),
  amount numeric(15,2)
) ON COMMIT DROP;

CREATE TEMP TABLE number_in_hand (
  n integer NOT NULL, kind text NOT NULL, value text NOT NULL, field text NOT NULL, right_field boolean NOT NULL
) ON COMMIT DROP;

CREATE TEMP TABLE coding_in_hand (
  n integer NOT NULL, position integer NOT NULL, net numeric(15,2) NOT NULL, text text NOT NULL, account text NOT NULL,
  budget_account text NOT NULL, operating_unit text NOT NULL, project text NOT NULL, function text NOT NULL,
  product text NOT NULL, area text NOT NULL, tracking1 text NOT NULL, tracking2 text NOT NULL,
  authorisation text NOT NULL, reserve1 text NOT NULL, reserve2 text NOT NULL, joint_funding_unit text NOT NULL
) ON COMMIT DROP;

CREATE TEMP TABLE finding_in_hand (
  n integer NOT NULL, position integer NOT NULL, rule text NOT NULL, severity text NOT NULL, "row" integer,
  place text NOT NULL, value text NOT NULL, clause text NOT NULL, detail jsonb NOT NULL
) ON COMMIT DROP
