"""Approved and matched invoices become payables, each with its voucher (EX 2.1-a, 2.2-a)."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from reskontra.database.rows import rows
from reskontra.database.scripts import statements
from reskontra.kernel.clauses import clause
from reskontra.ledger.numbers import take_numbers
from reskontra.registers.posting import posting_account
from reskontra.runs.models import Run


@clause("EX 2.1-a", "EX 2.2-a")
def post_payables(run: Run, invoices: Sequence[int] | None) -> int:
    """Post every invoice that is matched or approved, of ``invoices`` (ids) or of the whole unit; how many there were.

    Called inside ``working_in`` by a run that holds the lock. Raises ``MissingPostingAccount``.
    """
    values: dict[str, Any] = {
        "unit": run.unit.pk,
        "run": run.pk,
        "on": run.on_date,
        "year": run.on_date.year,
        "ids": None if invoices is None else list(invoices),
        "procurement": posting_account("payable_procurement", run.on_date),
        "other": posting_account("payable_other", run.on_date),
        "vat": posting_account("vat_on_purchases", run.on_date),
    }
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS new_payable, payable_numbers")
        for statement in statements("reskontra.purchases", "posting.sql"):
            cursor.execute(statement, values)
        counted = rows("SELECT voucher_type, count(*) AS count FROM new_payable GROUP BY 1 ORDER BY 1")
        cursor.execute("CREATE TEMP TABLE payable_numbers (voucher_type text, first bigint) ON COMMIT DROP")
        for one in counted:
            first = take_numbers(run.unit, f"voucher {one['voucher_type']}", one["count"], run.on_date.year)
            cursor.execute("INSERT INTO payable_numbers VALUES (%s, %s)", [one["voucher_type"], first])
        if counted:
            for statement in statements("reskontra.purchases", "payables.sql"):
                cursor.execute(statement, values)
    return sum(one["count"] for one in counted)
