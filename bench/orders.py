"""A world of ready orders of any size, made in the database: customers, a price list, orders with three lines each."""

from csv import DictReader
from importlib.resources import files
from typing import Any

UNIT = "3990"


def make_world(admin: Any, orders: int) -> int:
    """Fill the database with one unit and ``orders`` ready orders of three lines; returns the unit's id.

    Every order has a customer and a case reference of its own, so that every order becomes one invoice.
    ``admin`` is a superuser's connection: the constraints and triggers of the tables all hold.
    """
    customers = max(orders // 3, 1)
    unit, person = make_registers(admin, customers)
    run = admin.execute
    intake = run(
        "INSERT INTO runs_run (unit_id, name, on_date, state, person_id, planned_at, applied_at, terms, outcomes,"
        " digest) VALUES (%s, 'orders', '2026-03-16', 'applied', %s, now(), now(), '{}', '[]', '') RETURNING id",
        (unit, person),
    ).fetchone()[0]
    run(
        "INSERT INTO sales_order (unit_id, run_id, number, version, key, digest, source, order_type, credit,"
        " reference_invoice, customer_id, payer_id, language, service_date, pricing_date, case_reference,"
        " order_number, agreement, accounting, site, tax_country, header_text, charge_basis_text, attachments,"
        " lines_count, form)"
        " SELECT %(unit)s, %(run)s, n, 1, 'k' || n, encode(sha256(n::text::bytea), 'hex'), 'workbook', 'Z001', false,"
        " '', c.id, c.id, 'sv', '2026-03-10', '2026-03-10', 'CASE-' || n, '', '', '', '', '', '', '', '[]', 3, '{}'"
        " FROM generate_series(1, %(orders)s) n JOIN registers_customer c"
        " ON c.number = (500000 + 1 + mod(n, %(customers)s))::text ORDER BY n",
        {"unit": unit, "run": intake, "orders": orders, "customers": customers},
    )
    run(
        "INSERT INTO sales_orderline (order_id, position, unit_id, row, item_code, quantity, measure, unit_price,"
        " item_text, line_text, account, budget_account, operating_unit, project, function, product, area, tracking1,"
        " tracking2) SELECT o.id, p, o.unit_id, NULL, 'B' || 1 + (o.number + p) % 60, 1 + o.number % 7, '', NULL, '',"
        " '', '', '', '', '', '', '', '', '', '' FROM sales_order o CROSS JOIN generate_series(1, 3) p"
        " ORDER BY o.id, p"
    )
    run("ANALYZE")
    return int(unit)


def make_registers(admin: Any, customers: int) -> tuple[int, int]:
    """One unit with an account, its price list and ``customers`` companies; returns the ids of unit and person."""
    run = admin.execute
    unit = run(
        "INSERT INTO registers_unit (code, name_sv, name_fi, name_en, branch, business_id, vat_id, edi_code,"
        " partner_code, street, postcode, town, email, phone) VALUES (%s, 'Mätverket', 'Mittausvirasto',"
        " 'Measurement Agency', 'Mätning', '9900018-1', 'FI99000181', '003799000181', '3990', 'Provgatan 1', '00100',"
        " 'Helsingfors', 'faktura@example.fi', '') RETURNING id",
        (UNIT,),
    ).fetchone()[0]
    person = run(
        "INSERT INTO registers_person (username, name, email, language, is_active, password)"
        " VALUES ('bench', 'Bench', '', 'en', true, '') RETURNING id"
    ).fetchone()[0]
    run("SELECT set_config('reskontra.units', %s, false)", (str(unit),))
    run(
        "INSERT INTO registers_unitaccount (unit_id, iban, bic, purpose, account, validity)"
        " VALUES (%s, 'FI2112345600000785', 'NDEAFIHH', 'income', '19500000', '[2020-01-01,)')",
        (unit,),
    )
    run(
        "INSERT INTO registers_customer (number, kind, name, name2, sort_key, language, business_id, vat_id,"
        " partner_code, street, postcode, town, country, email, einvoice_address, einvoice_operator, protected,"
        " safe_address) SELECT (500000 + n)::text, 'foreign_company', 'Mätbolaget Ab ' || n, '',"
        " 'mz3tbolaget0ab0' || regexp_replace(translate(n::text, '0123456789', 'abcdefghij'), '(.)', '1\\1', 'g'),"
        " 'sv',"
        " '', '', '', 'Storgatan ' || n, '00200', 'Helsingfors', 'FI', '', '0037' || lpad(n::text, 8, '0'),"
        " 'NDEAFIHH', false, false FROM generate_series(1, %s) n",
        (customers,),
    )
    run(
        "INSERT INTO registers_item (code, name_sv, name_fi, name_en, meaning_key, measure, public_law, vat_class,"
        " legal_basis_sv, legal_basis_fi, legal_basis_en) SELECT 'B' || n, 'Prestation ' || n, 'Suorite ' || n,"
        " 'Service ' || n, 'service ' || n, 'st', false,"
        " CASE n % 3 WHEN 0 THEN 'reduced_2' WHEN 1 THEN 'standard' ELSE 'reduced_1' END,"
        " 'Lag (150/1992)', 'Laki (150/1992)', 'Act (150/1992)' FROM generate_series(1, 60) n"
    )
    run(
        "INSERT INTO registers_pricelistentry (unit_id, item_id, price, account, budget_account, operating_unit,"
        " project, function, product, area, validity, approved_by_id, approved_at)"
        " SELECT %s, id, 20 + mod(id, 17), '30000000', '12.39.10', '3990100000', '', '', 'P1', '', '[2025-01-01,)', %s,"
        " now() FROM registers_item",
        (unit, person),
    )
    accounts = (
        (files("reskontra.registers") / "data" / "posting_accounts.csv").read_text("utf-8").splitlines()
    )
    for account in DictReader(accounts, delimiter=";"):
        run(
            "INSERT INTO registers_postingaccount (event, account, validity, clause)"
            " VALUES (%s, %s, '[2020-01-01,)', %s)",
            (account["event"], account["account"], account["clause"]),
        )
    for vat_class, category, percent in (
        ("standard", "S", "25.5"),
        ("reduced_1", "S", "13.5"),
        ("reduced_2", "S", "10"),
    ):
        run(
            "INSERT INTO registers_vatrate (vat_class, category, percent, validity, reason_sv, reason_fi, reason_en,"
            " source, sourced) VALUES (%s, %s, %s, '[2026-01-01,)', '',"
            " '', '', 'bench', false)",
            (vat_class, category, percent),
        )
    return int(unit), int(person)
