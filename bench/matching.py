"""A world of purchase invoices with their orders, receipts and contracts: what the matching run meets.

The rows are written by a superuser with triggers asleep, as from a restore: they are the world, not what is measured.
"""

from datetime import date
from typing import Any

from bench.orders import make_registers

# Of a hundred invoices: 70 name an order that was received, ten of them row by row; 15 a contract, five of them with a
# schedule; 3 were not received, 4 are above tolerance, 3 name no number, 2 an unknown one, 3 stand in a wrong field.
_SUPPLIERS = """
INSERT INTO registers_supplier (number, kind, name, sort_key, language, business_id, technical_id, vat_id, foreign_id,
  partner_code, street, postcode, town, country, address_lines, email, einvoice_address, blocked)
SELECT 'B' || n, 'foreign_company', 'Bench ' || n, 'bench ' || n, 'sv',
  '', '', '', '', '', '', '', '', 'SE', '', '', '', ''
FROM generate_series(1, 1000) n
"""
_ACCOUNTS = """
INSERT INTO registers_account (code, name_sv, name_fi, name_en, kind, sourced, source, validity)
SELECT code, code, code, code, 'expense', false, '', '[2020-01-01,)' FROM unnest(ARRAY['40000000', '43000000']) code
"""
_MIXED = """
CREATE TEMP TABLE mixed ON COMMIT DROP AS
SELECT n, n %% 100 AS place, 100 + n %% 900 AS net, s.id AS supplier_id
FROM generate_series(1, %(invoices)s) n JOIN registers_supplier s ON s.number = 'B' || (1 + n %% 1000)
"""
_ORDERS = """
INSERT INTO purchases_purchaseorder (id, unit_id, run_id, number, supplier_id, ordered_date, currency)
SELECT n, %(unit)s, %(run)s, 'V1' || n, supplier_id, %(day)s::date - 20, 'EUR' FROM mixed WHERE place < 85 ORDER BY n
"""
_ORDER_LINES = """
INSERT INTO purchases_purchaseorderline (id, unit_id, order_id, position, item, text, quantity, measure, price, net,
  vat_percent, account, budget_account, operating_unit, project, function, product, area, tracking1, tracking2)
SELECT 2 * n + line - 2, %(unit)s, n, line, 'ITEM' || line, 'line', 1, 'kpl', net, net, 25.5, '40000000',
  '', '', '', '', '', '', '', ''
FROM mixed CROSS JOIN generate_series(1, 2) line WHERE place < 85 ORDER BY n, line
"""
_RECEIPTS = """
INSERT INTO purchases_receipt (unit_id, person_id, given_at, line_id, received_date, receiver, quantity, net, told_as)
SELECT l.unit_id, %(person)s, now(), l.id, %(day)s::date - 5, 'bench', 1, l.net, ''
FROM purchases_purchaseorderline l JOIN mixed ON n = l.order_id WHERE place NOT BETWEEN 70 AND 72 ORDER BY l.id
"""
_CONTRACTS = """
INSERT INTO purchases_contract (id, unit_id, run_id, number, version, supplier_id, name, valid_from, plan, period,
  confirm, currency)
SELECT n, %(unit)s, %(run)s, 'VSK1' || n, 1, supplier_id, 'bench', %(day)s::date - 100,
  CASE WHEN place < 95 THEN 'budget' ELSE 'schedule' END, '', false, 'EUR'
FROM mixed WHERE place >= 85 ORDER BY n
"""
_CONTRACT_LINES = """
INSERT INTO purchases_contractline (unit_id, contract_id, position, share, account, budget_account, operating_unit,
  project, function, product, area, tracking1, tracking2)
SELECT %(unit)s, n, line, 50, '43000000', '', '', 'P' || line, '', '', '', '', ''
FROM mixed CROSS JOIN generate_series(1, 2) line WHERE place >= 85 ORDER BY n, line
"""
_CONTRACT_ROWS = """
INSERT INTO purchases_contractrow (unit_id, contract_id, position, expected_date, net)
SELECT %(unit)s, n, month, %(day)s::date + 30 * (month - 6), 2 * net
FROM mixed CROSS JOIN generate_series(1, 12) month WHERE place >= 95 ORDER BY n, month
"""
_INVOICES = """
INSERT INTO purchases_purchaseinvoice (id, unit_id, run_id, file_id, position, format, channel, received_date,
  receiving_address, stream, voucher_type, kind, number, number_key, issue_date, due_date, currency, net, vat, total,
  seller_name, seller_key, seller_business_id, seller_vat_id, iban, reference, message, original_number,
  sender_reference, sender_system, attachments)
SELECT n, %(unit)s, %(run)s, 1, n, 'finvoice', 'einvoice', %(day)s::date, '', 'procurement', 'XA', 'invoice',
  n::text, n::text,
  %(day)s::date - 2, %(day)s::date + 20, 'EUR', told, round(told * 0.255, 2), told + round(told * 0.255, 2), 'bench',
  's' || supplier_id, '', '', '', '', '', '', '', '', '[]'
FROM (SELECT *, 2 * net + CASE WHEN place BETWEEN 73 AND 76 THEN 20 ELSE 0 END AS told FROM mixed) m ORDER BY m.n
"""
_ROWS = """
INSERT INTO purchases_purchaseinvoiceline (unit_id, invoice_id, position, item, text, quantity, measure, net,
  vat_category, vat_percent, order_line, accounting)
SELECT i.unit_id, i.id, line, '', 'line', 1, 'kpl', i.net / 2, 'S', 25.5,
  CASE WHEN place < 10 THEN line::text ELSE '' END, ''
FROM purchases_purchaseinvoice i JOIN mixed ON n = i.id CROSS JOIN generate_series(1, 2) line ORDER BY i.id, line
"""
_VAT = """
INSERT INTO purchases_purchasevat (unit_id, invoice_id, position, category, percent, base, amount)
SELECT unit_id, id, 1, 'S', 25.5, net, vat FROM purchases_purchaseinvoice ORDER BY id
"""
_NUMBERS = """
INSERT INTO purchases_invoiceidentifier (unit_id, run_id, given_at, invoice_id, kind, value, field, right_field)
SELECT %(unit)s, %(run)s, now(), n, CASE WHEN place < 85 THEN 'order' ELSE 'contract' END,
  CASE WHEN place IN (80, 81) THEN 'V1UNKNOWN' || n WHEN place < 85 THEN 'V1' || n ELSE 'VSK1' || n END,
  'OrderIdentifier',
  place NOT BETWEEN 82 AND 84
FROM mixed WHERE place NOT BETWEEN 77 AND 79 ORDER BY n
"""
_FOUND = """
INSERT INTO purchases_invoicesupplier (unit_id, run_id, given_at, invoice_id, supplier_id)
SELECT %(unit)s, %(run)s, now(), n, supplier_id FROM mixed ORDER BY n
"""
MATCHED_OF_HUNDRED = 85
_WORLD = (
    _ACCOUNTS, _SUPPLIERS, _MIXED, _ORDERS, _ORDER_LINES, _RECEIPTS, _CONTRACTS, _CONTRACT_LINES, _CONTRACT_ROWS,
    _INVOICES, _ROWS, _VAT, _NUMBERS, _FOUND,
)  # fmt: skip
# What the matching run writes, in an order in which every reference finds its target.
TABLES = (
    "purchases_purchasedecision",
    "purchases_match",
    "purchases_matchline",
    "purchases_coding",
    "purchases_codingline",
    "ledger_voucher",
    "ledger_entry",
    "purchases_payable",
)


def make_purchases(admin: Any, invoices: int, day: date) -> None:
    """``invoices`` purchase invoices that arrived on ``day``, with what they are matched to."""
    unit, person = make_registers(admin, 1)
    run = admin.execute(
        "INSERT INTO runs_run (unit_id, name, on_date, state, person_id, planned_at, applied_at, terms, outcomes,"
        " digest) VALUES (%s, 'intake', %s, 'applied', %s, now(), now(), '{}', '[]', '') RETURNING id",
        (unit, day, person),
    ).fetchone()[0]
    values = {"unit": unit, "run": run, "person": person, "day": day, "invoices": invoices}
    admin.execute("SET LOCAL session_replication_role = replica")
    for statement in _WORLD:
        admin.execute(statement, values)
    admin.execute("SET LOCAL session_replication_role = origin")
    admin.execute("ANALYZE")
