"""From an invoice that is matched or approved to a payable with its voucher: the only way into the payables ledger."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import connection

from reskontra.database.rows import one_row, rows
from reskontra.database.scripts import statements
from reskontra.kernel.clauses import clause
from reskontra.ledger.numbers import take_numbers
from reskontra.registers.posting import posting_account
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.models import Run
from reskontra.runs.run import Control, lock

_PACKAGE = "reskontra.purchases"


@clause("EX 2.1-a", "EX 2.2-a")
def post_payables(run: Run, invoices: Sequence[int] | None) -> int:
    """Make payables of ``invoices`` (ids), or of every invoice that is ready; gives back how many were made.

    Ready is what has a coding and a supplier, is not returned and not payable yet, and was matched by a run (and
    confirmed where the contract asks for it) or approved by its newest coding. Each gets a voucher of its kind, XK with
    an order and XL with a contract, dated on the day of ``run``; numbers are taken last. The payable is due on the
    invoice's due date, never before. Called inside a run's transaction.
    """
    lock(run.unit, "matching")  # who ends a match meanwhile waits, or is waited for
    values: dict[str, Any] = {
        "unit": run.unit.pk,
        "run": run.pk,
        "on": run.on_date,
        "year": run.on_date.year,
        "days": terms_of(run.unit, run.on_date).purchase_due_days,
        "invoices": None if invoices is None else list(invoices),
        "procurement": posting_account("payable_procurement", run.on_date),
        "other": posting_account("payable_other", run.on_date),
        "vat_account": posting_account("vat_on_purchases", run.on_date),
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "DROP TABLE IF EXISTS invoices_to_post, matches_to_post, new_payable, numbered_payable"
        )
        for statement in statements(_PACKAGE, "posting.sql"):
            cursor.execute(statement, values)
        counts = rows("SELECT kind, count(*) AS count FROM new_payable GROUP BY 1 ORDER BY 1")
        values["kinds"] = [one["kind"] for one in counts]
        values["firsts"] = [
            take_numbers(run.unit, f"voucher {one['kind']}", one["count"], run.on_date.year) for one in counts
        ]
        for statement in statements(_PACKAGE, "posting_facts.sql") if counts else ():
            cursor.execute(statement, values)
    return int(sum(one["count"] for one in counts))


def payable_controls(run: Run) -> list[Control]:
    """That the payables of ``run`` are its entries on their accounts, and that each has a voucher."""
    payables, amount, vouchers, booked = one_row(_CONTROLS, {"run": run.pk, "unit": run.unit.pk})
    return [
        Control("payable accounts = payables", _money(amount), _money(booked)),
        Control("vouchers of payables", str(payables), str(vouchers)),
    ]


_CONTROLS = """
SELECT count(*), coalesce(sum(p.amount), 0), count(v.id), coalesce(-sum(e.amount), 0)
FROM purchases_payable p
LEFT JOIN ledger_voucher v ON v.id = p.voucher_id AND v.run_id = %(run)s
LEFT JOIN ledger_entry e ON e.voucher_id = v.id AND e.account = p.account
WHERE p.run_id = %(run)s AND p.unit_id = %(unit)s
"""


def _money(amount: Decimal) -> str:
    return format(amount, ".2f")
