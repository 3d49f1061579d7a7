"""Worlds of payables of any size: each of a supplier of its own with an approved account, due today.

The rows are written by a superuser with triggers asleep, as from a restore: they are the world, not what is measured.
"""

from datetime import date
from typing import Any

from django.utils import timezone

from bench.orders import make_registers
from reskontra.purchases.models import PaymentRelease
from reskontra.registers.models import Person
from reskontra.runs.models import Run

_STEPS = (
    "UPDATE registers_unitaccount SET purpose = 'expenditure', account = '19500000' WHERE unit_id = %(unit)s",
    "INSERT INTO registers_person SELECT (jsonb_populate_record(p, jsonb_build_object('id', 1000000, 'username',"
    " 'releaser'))).* FROM registers_person p WHERE id = %(person)s",
    "INSERT INTO registers_supplier (id, number, kind, name, sort_key, language, business_id, technical_id, vat_id,"
    " foreign_id, partner_code, street, postcode, town, country, address_lines, email, einvoice_address, blocked)"
    " SELECT n, 'S' || n, 'foreign_company', 'Supplier ' || n, 'supplier', 'en', '', '', '', '', '', '', '', '', 'FI',"
    " '', '', '', '' FROM generate_series(1, %(count)s) n",
    "INSERT INTO registers_supplieraccount (supplier_id, iban, bic, source, verification, verified_at,"
    " verified_by_id, verified_name, told_by_id, told_at, approved_by_id, approved_at)"
    " SELECT n, 'FI' || lpad((98 - mod(((99000000000000 + n)::text || '151800')::numeric, 97))::text, 2, '0')"
    " || 99000000000000 + n, 'PROVFIHH', 'supplier', 'match', %(day)s, %(person)s, '', %(person)s, now(), 1000000,"
    " now()"
    " FROM generate_series(1, %(count)s) n",
    "INSERT INTO runs_run (id, unit_id, name, on_date, state, person_id, planned_at, applied_at, terms, outcomes,"
    " digest) VALUES (1000000, %(unit)s, 'circulation', %(day)s, 'applied', %(person)s, now(), now(), '{}', '[]', '')",
    "INSERT INTO purchases_purchaseinvoice (id, unit_id, run_id, file_id, position, format, channel, received_date,"
    " receiving_address, stream, voucher_type, kind, number, number_key, currency, seller_name, seller_key,"
    " seller_business_id, seller_vat_id, iban, reference, message, original_number, sender_reference,"
    " sender_system, attachments)"
    " SELECT n, %(unit)s, 1000000, 1, n, 'finvoice', 'einvoice', %(day)s, '', 'procurement', 'XA', 'invoice',"
    " 'L' || n, n, 'EUR', '', '', '', '', '', CASE WHEN n %% 2 = 0 THEN sales_reference('3990', n) ELSE '' END,"
    " '', '', '', '', '[]'"
    " FROM generate_series(1, %(count)s) n",
    "INSERT INTO purchases_payable (id, unit_id, run_id, invoice_id, voucher_id, supplier_id, account, amount,"
    " due_date,"
    " automatic) SELECT n, %(unit)s, 1000000, n, 1, n, '25700100', 10 + n %% 100, %(day)s, true"
    " FROM generate_series(1, %(count)s) n",
)


def make_payables(admin: Any, count: int, day: date) -> None:
    """``count`` payables of one unit, every second with a reference; the ceilings let them all go."""
    unit, person = make_registers(admin, 1)
    values = {"unit": unit, "person": person, "count": count, "day": day}
    admin.execute("SET session_replication_role = replica")
    for step in _STEPS:
        admin.execute(step, values)
    admin.execute(
        "INSERT INTO registers_unitterm (unit_id, key, value, validity, source)"
        " VALUES (%s, 'payment_run_ceiling', '9999999999.00', '[2020-01-01,)', 'bench')",
        [unit],
    )
    admin.execute("SET session_replication_role = DEFAULT")
    admin.execute("ANALYZE")


def release_as_somebody_else(run: Run) -> None:
    """The release of a planned run. Called inside ``working_in``."""
    PaymentRelease.objects.create(
        unit=run.unit, run=run, digest=run.digest, act="approve", person=Person.objects.get(username="releaser"),
        given_at=timezone.now(),
    )  # fmt: skip
