"""A hundred thousand statement lines, and what posting them by rules and by payments of our own takes.

``python -m bench.statement_lines --size 100000``: the world is one unit, 40 standing rules and payment files; of a
hundred lines 60 are known by the beginning of a batch id, 20 by the counterparty, 15 are payments of our own and 5 are
known to no rule.
"""

import argparse
import os
import warnings
from datetime import date
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reskontra.settings")
os.environ.setdefault("RESKONTRA_HOME", "var/bench/home")
warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")

import django  # noqa: E402

django.setup()

from bench import raw  # noqa: E402
from bench.__main__ import EMPTY, RAW, RUN, WORLD, Bench, _disconnect  # noqa: E402
from bench.orders import make_registers  # noqa: E402
from reskontra.database import connect  # noqa: E402
from reskontra.expenditure.statement_posting.run import StatementPostingRun  # noqa: E402

DAY = date(2026, 3, 16)
TABLES = ("bank_linedecision", "ledger_voucher", "ledger_entry", "bank_lineposting")


def make_statement(admin: Any, lines: int) -> int:
    """One unit with a statement of ``lines`` debits of 10 euro, rules and payment files. Returns the unit's id.

    Written by a superuser with triggers asleep, as from a restore: the world, not what is measured.
    """
    unit, person = make_registers(admin, 10)
    run = admin.execute(
        "INSERT INTO runs_run (unit_id, name, on_date, state, person_id, planned_at, applied_at, terms, outcomes,"
        " digest) VALUES (%s, 'bank', '2026-03-16', 'applied', %s, now(), now(), '{}', '[]', '') RETURNING id",
        (unit, person),
    ).fetchone()[0]
    admin.execute("SET LOCAL session_replication_role = replica")
    values = {"unit": unit, "run": run, "person": person, "lines": lines}
    for statement in _WORLD:
        admin.execute(statement, values)
    admin.execute("SET LOCAL session_replication_role = origin")
    for table, last in (("bank_line", lines), ("purchases_supplierpayment", lines)):
        admin.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", (table, last))
    admin.execute("ANALYZE")
    return int(unit)


_WORLD = (
    "INSERT INTO registers_unitaccount (id, unit_id, iban, bic, purpose, account, validity) VALUES"
    " (900001, %(unit)s, 'FI1299999900000017', 'PROVFIHH', 'expenditure', '19600000', '[2010-01-01,)')",
    "INSERT INTO bank_material (id, unit_id, run_id, file_id, position, kind, source, account_id, identity, sequence,"
    " from_date, to_date, opening, closing, lines, total) VALUES (900001, %(unit)s, %(run)s, 1, 1, 'statement',"
    " 'camt.053', 900001, 'bench', '', '2026-03-16', '2026-03-16', 0, -10 * %(lines)s, %(lines)s, -10 * %(lines)s)",
    "INSERT INTO bank_line (id, unit_id, material_id, position, source, kind, booking_date, amount, currency,"
    " transaction_code, reference, message, counterparty, counterparty_account, ultimate_debtor, end_to_end_id,"
    " instruction_id, payment_information_id, archive_id, reversal, name_key)"
    " SELECT n, %(unit)s, 900001, n, 'camt.053', 'other', '2026-03-16', -10, 'EUR', '700', '', 'Bench ' || n,"
    " CASE WHEN mod(n, 100) BETWEEN 60 AND 79 THEN 'Provbolaget ' || mod(n, 20) ELSE '' END, '', '',"
    " CASE WHEN mod(n, 100) BETWEEN 80 AND 94 THEN 'E2E-' || n ELSE 'NOTPROVIDED' END, '',"
    " CASE WHEN mod(n, 100) < 60 THEN 'BATCH-' || chr(65 + mod(n, 20)) || '-' || n ELSE '' END, '', false, ''"
    " FROM generate_series(1, %(lines)s) n",
    "INSERT INTO purchases_paymentfile (id, unit_id, run_id, file_id, account_id, message_id, version, count, total,"
    " signature) SELECT n, %(unit)s, %(run)s, n, 900001, 'FILE-' || n, '001.001.09', 50, 500, ''"
    " FROM generate_series(0, %(lines)s / 50) n",
    "INSERT INTO purchases_supplierpayment (id, unit_id, run_id, voucher_id, file_id, pays, supplier_id, amount,"
    " payment_date, payee, iban, bic, reference, message, payment_information_id, end_to_end_id)"
    " SELECT n, %(unit)s, %(run)s, 1, n / 50, 'supplier', 1, 10, '2026-03-16', 'Bench', 'FI1299999900000017',"
    " '', '', '', 'FILE-' || n / 50, 'E2E-' || n FROM generate_series(1, %(lines)s) n"
    " WHERE mod(n, 100) BETWEEN 80 AND 94",
    "INSERT INTO registers_statementrule (unit_id, position, name, field, pattern, direction, account, budget_account,"
    " operating_unit, project, function, clause, validity, told_by_id, approved_by_id, approved_at)"
    " SELECT %(unit)s, n, 'rule ' || n, CASE WHEN n < 20 THEN 'payment_information_id' ELSE 'counterparty' END,"
    " CASE WHEN n < 20 THEN 'BATCH-' || chr(65 + n) || '-*' ELSE 'Provbolaget ' || n - 20 END, 'out', '45000000', '',"
    " '', '', '', 'EX 10-a', '[2010-01-01,)', %(person)s, %(person)s + 1, now() FROM generate_series(0, 39) n",
)


def main() -> None:
    """Measure the run at the size asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench.statement_lines")
    parser.add_argument("--size", type=int, default=100_000, help="number of statement lines")
    bench = _Bench(parser.parse_args().size)
    bench.measure()


class _Bench(Bench):
    """The one job, on the worlds of the others."""

    def __init__(self, size: int) -> None:
        from pathlib import Path

        folder = Path("var/bench")
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(size, folder)

    def measure(self) -> None:
        kept = self.folder / "raw"
        self._drop(EMPTY)
        connect.prepare(self.postgres, EMPTY)
        self._prepare(lambda admin: make_statement(admin, self.size))
        done = self._room(StatementPostingRun())
        posted = done.result.facts["vouchers"]
        if posted != sum(1 for n in range(1, self.size + 1) if n % 100 < 95):
            raise AssertionError(f"{posted} lines posted of {self.size}")
        raw.keep_rows(self.postgres, RUN, done.result.run.pk, kept, TABLES)
        self._tell("statement lines posted", self.size, done, self._limit(kept, TABLES))
        _disconnect()
        for name in (RUN, RAW, WORLD, EMPTY):
            self._drop(name)


if __name__ == "__main__":
    main()
