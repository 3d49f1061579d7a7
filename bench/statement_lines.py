"""A statement of any number of lines, with what explains them: standing rules, and payment files of our own.

Of a hundred lines 60 are known by the beginning of a batch id, 20 by the counterparty, 15 are payments of our own and
5 are known to no rule.
"""

from datetime import date
from typing import Any

from bench.asleep import an_applied_run, write_asleep
from bench.orders import make_registers

# What the run that posts statements writes, in an order in which every reference finds its target.
TABLES = ("bank_linedecision", "ledger_voucher", "ledger_entry", "bank_lineposting")
POSTED_OF_HUNDRED = 95


def make_statement(admin: Any, lines: int, day: date) -> int:
    """One unit with a statement of ``lines`` debits of 10 euro, rules and payment files. Returns the unit's id."""
    unit, person = make_registers(admin, 10)
    run = an_applied_run(admin, unit, person, "bank", day)
    values = {"unit": unit, "run": run, "person": person, "lines": lines, "day": day}
    write_asleep(admin, _WORLD, values, ("bank_line", "purchases_supplierpayment"))
    return int(unit)


_WORLD = (
    "INSERT INTO registers_unitaccount (id, unit_id, iban, bic, purpose, account, validity) VALUES"
    " (900001, %(unit)s, 'FI1299999900000017', 'PROVFIHH', 'expenditure', '19600000', '[2010-01-01,)')",
    "INSERT INTO bank_material (id, unit_id, run_id, file_id, position, kind, source, account_id, identity, sequence,"
    " from_date, to_date, opening, closing, lines, total) VALUES (900001, %(unit)s, %(run)s, 1, 1, 'statement',"
    " 'camt.053', 900001, 'bench', '', %(day)s, %(day)s, 0, -10 * %(lines)s, %(lines)s, -10 * %(lines)s)",
    "INSERT INTO bank_line (id, unit_id, material_id, position, source, kind, booking_date, amount, currency,"
    " transaction_code, reference, message, counterparty, counterparty_account, ultimate_debtor, end_to_end_id,"
    " instruction_id, payment_information_id, archive_id, reversal, name_key)"
    " SELECT n, %(unit)s, 900001, n, 'camt.053', 'other', %(day)s, -10, 'EUR', '700', '', 'Bench ' || n,"
    " CASE WHEN mod(n, 100) BETWEEN 60 AND 79 THEN 'Provbolaget ' || mod(n, 20) ELSE '' END, '', '',"
    " CASE WHEN mod(n, 100) BETWEEN 80 AND 94 THEN 'E2E-' || n ELSE 'NOTPROVIDED' END, '',"
    " CASE WHEN mod(n, 100) < 60 THEN 'BATCH-' || chr(65 + mod(n, 20)) || '-' || n ELSE '' END, '', false, ''"
    " FROM generate_series(1, %(lines)s) n",
    "INSERT INTO purchases_paymentfile (id, unit_id, run_id, file_id, account_id, message_id, version, count, total,"
    " signature) SELECT n, %(unit)s, %(run)s, n, 900001, 'FILE-' || n, '001.001.09', 50, 500, ''"
    " FROM generate_series(0, %(lines)s / 50) n",
    "INSERT INTO purchases_supplierpayment (id, unit_id, run_id, voucher_id, file_id, pays, supplier_id, amount,"
    " payment_date, payee, iban, bic, reference, message, payment_information_id, end_to_end_id)"
    " SELECT n, %(unit)s, %(run)s, 1, n / 50, 'supplier', 1, 10, %(day)s, 'Bench', 'FI1299999900000017',"
    " '', '', '', 'FILE-' || n / 50, 'E2E-' || n FROM generate_series(1, %(lines)s) n"
    " WHERE mod(n, 100) BETWEEN 80 AND 94",
    "INSERT INTO registers_statementrule (unit_id, position, name, field, pattern, direction, account, budget_account,"
    " operating_unit, project, function, product, area, tracking1, tracking2, clause, validity, told_by_id,"
    " approved_by_id, approved_at)"
    " SELECT %(unit)s, n, 'rule ' || n, CASE WHEN n < 20 THEN 'payment_information_id' ELSE 'counterparty' END,"
    " CASE WHEN n < 20 THEN 'BATCH-' || chr(65 + n) || '-*' ELSE 'Provbolaget ' || n - 20 END, 'out', '45000000', '',"
    " '', '', '', '', '', '', '', 'EX 10-a', '[2010-01-01,)', %(person)s, %(person)s + 1, now()"
    " FROM generate_series(0, 39) n",
)
