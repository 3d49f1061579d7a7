-- Purchases by card (EX 4): a coding is the whole purchase, an organisation's card never goes through the travel system, and
-- what is charged is so on an invoice of the card company. The triggers come after those that hold references.

CREATE OR REPLACE FUNCTION purchases_card_codings_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (
    SELECT FROM purchases_cardcoding c JOIN purchases_cardpurchase p ON p.id = c.purchase_id
    WHERE c.id IN (SELECT coding_id FROM fresh_rows)
      AND p.amount <> (SELECT sum(l.amount) FROM purchases_cardcodingline l WHERE l.coding_id = c.id)) THEN
    PERFORM reskontra_refuse('a_card_coding_is_the_whole_purchase', TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION purchases_card_codings_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER the_card_coding_holds AFTER INSERT ON purchases_cardcodingline
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION purchases_card_codings_hold();

CREATE OR REPLACE FUNCTION purchases_charged_cards_stay() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM fresh_rows fresh JOIN purchases_cardcharge c ON c.purchase_id = fresh.purchase_id) THEN
    PERFORM reskontra_refuse('a_card_purchase_that_is_charged_is_coded_no_more', TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION purchases_charged_cards_stay() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER what_is_charged_stays AFTER INSERT ON purchases_cardcoding
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION purchases_charged_cards_stay();

CREATE OR REPLACE FUNCTION purchases_card_transfers_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM fresh_rows fresh JOIN purchases_cardpurchase p ON p.id = fresh.purchase_id
             WHERE p.amount <> fresh.amount) THEN
    PERFORM reskontra_refuse('a_card_transfer_is_of_the_whole_purchase', TG_TABLE_NAME);
  END IF;
  IF EXISTS (
    SELECT FROM fresh_rows fresh JOIN purchases_cardpurchase p ON p.id = fresh.purchase_id
    JOIN purchases_cardstatement s ON s.id = p.statement_id
    WHERE NOT EXISTS (
      SELECT FROM registers_paymentcard c JOIN registers_cardagreement a ON a.id = c.agreement_id
      WHERE c.unit_id = p.unit_id AND a.company_id = s.company_id AND c.digits = p.digits AND a.way = 'travel'
        AND c.validity @> p.day AND a.validity @> p.day)) THEN
    PERFORM reskontra_refuse('only_a_card_of_the_travel_system_is_settled_there', TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION purchases_card_transfers_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER the_card_transfer_holds AFTER INSERT ON purchases_cardtransfer
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION purchases_card_transfers_hold();

CREATE OR REPLACE FUNCTION purchases_card_charges_hold() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM fresh_rows fresh JOIN purchases_cardpurchase p ON p.id = fresh.purchase_id
             WHERE p.amount <> fresh.amount) THEN
    PERFORM reskontra_refuse('a_card_charge_is_of_the_whole_purchase', TG_TABLE_NAME);
  END IF;
  IF EXISTS (
    SELECT FROM fresh_rows fresh JOIN purchases_cardpurchase p ON p.id = fresh.purchase_id
    JOIN purchases_cardstatement s ON s.id = p.statement_id
    LEFT JOIN LATERAL (SELECT f.supplier_id FROM purchases_invoicesupplier f WHERE f.invoice_id = fresh.invoice_id
                       ORDER BY f.id DESC LIMIT 1) supplier ON true
    WHERE supplier.supplier_id IS DISTINCT FROM s.company_id) THEN
    PERFORM reskontra_refuse('a_card_charge_stands_on_the_companys_own_invoice', TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION purchases_card_charges_hold() OWNER TO reskontra_check;

CREATE OR REPLACE TRIGGER the_card_charge_holds AFTER INSERT ON purchases_cardcharge
  REFERENCING NEW TABLE AS fresh_rows FOR EACH STATEMENT EXECUTE FUNCTION purchases_card_charges_hold();
