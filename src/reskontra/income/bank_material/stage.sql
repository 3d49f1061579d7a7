-- The lines of one file as they were read, before anything is decided.
DROP TABLE IF EXISTS line_in_hand, payment_line, known_line, easy_line, hard_group, id_in_hand,
  cut_id, id_class, hard_line, hard_known, known_payment, group_in_hand, paired,
  spare, left_over, matched, decided, new_voucher, new_movement;

CREATE TEMP TABLE line_in_hand (
  id integer NOT NULL, material integer NOT NULL, position integer NOT NULL, account_id bigint NOT NULL,
  purpose text NOT NULL, told text NOT NULL, booking_date date, value_date date, amount numeric(15,2) NOT NULL,
  currency text NOT NULL, transaction_code text NOT NULL, summary boolean NOT NULL, takes_back boolean NOT NULL,
  reversal boolean NOT NULL, reference text NOT NULL, reference_holds boolean NOT NULL, message text NOT NULL,
  counterparty text NOT NULL, name_key text NOT NULL, counterparty_account text NOT NULL,
  ultimate_debtor text NOT NULL, end_to_end_id text NOT NULL, instruction_id text NOT NULL,
  payment_information_id text NOT NULL, archive_id text NOT NULL, parts jsonb
) ON COMMIT DROP
