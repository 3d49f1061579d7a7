"""The raw limit of a run: its finished rows, written by COPY into the same tables with the same constraints."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reskontra.database import server

# What the invoice run writes, in an order in which every reference finds its target.
TABLES = (
    "sales_orderdecision",
    "ledger_voucher",
    "sales_invoice",
    "sales_invoiceline",
    "sales_invoicedorder",
    "ledger_entry",
    "claims_claim",
)

# What the allocation run writes.
SETTLEMENTS = (
    "claims_paymentdecision",
    "ledger_voucher",
    "claims_allocation",
    "claims_overpayment",
    "claims_writeoff",
    "ledger_entry",
)

# What the plan of a rule about claims writes.
CLAIM_DECISIONS = ("claims_claimdecision",)

# What the reminder run writes when it is applied.
REMINDERS = ("claims_letter", "claims_reminder", "claims_cost")


def keep_rows(
    postgres: server.Server, database: str, run: int, folder: Path, tables: Sequence[str] = TABLES
) -> None:
    """Write the rows of ``run``, the only one of its kind in the database, to one file a table."""
    folder.mkdir(parents=True, exist_ok=True)
    with server.connected(postgres.admin_address(database)) as admin:
        for table in ("runs_run", *tables):
            of_run = f"WHERE run_id = {run}"
            where = {
                "runs_run": f"WHERE id = {run}",
                "purchases_matchline": f"WHERE match_id IN (SELECT id FROM purchases_match {of_run})",
                "purchases_codingline": f"WHERE coding_id IN (SELECT id FROM purchases_coding {of_run})",
                "ledger_entry": f"WHERE voucher_id IN (SELECT id FROM ledger_voucher {of_run})",
                **dict.fromkeys(_OF_A_RUN, of_run),
            }
            columns = ", ".join(_columns(admin, table))
            query = f"COPY (SELECT {columns} FROM {table} {where.get(table, '')}) TO STDOUT (FORMAT binary)"
            with (folder / table).open("wb") as file, admin.cursor().copy(query) as copy:
                for chunk in copy:
                    file.write(chunk)


_OF_A_RUN = (
    "sales_orderdecision", "ledger_voucher", "claims_paymentdecision", "claims_allocation", "claims_overpayment",
    "claims_writeoff", "claims_claimdecision", "claims_letter", "claims_reminder", "claims_cost",
    "purchases_purchasedecision", "purchases_match", "purchases_coding", "purchases_payable",
    "bank_linedecision", "bank_lineposting",
)  # fmt: skip


def _columns(admin: Any, table: str) -> list[str]:
    rows = admin.execute(
        "SELECT quote_ident(column_name) FROM information_schema.columns WHERE table_name = %s"
        " AND column_name <> 'created_xid' ORDER BY ordinal_position",
        (table,),
    )
    return [row[0] for row in rows]


def copy_rows(
    postgres: server.Server, database: str, folder: Path, tables: Sequence[str] = TABLES
) -> dict[str, float]:
    """COPY the kept rows in one transaction; seconds by table, ``commit`` last."""
    seconds: dict[str, float] = {}
    with server.connected(postgres.admin_address(database)) as admin:
        for table in ("runs_run", *tables):
            started = time.perf_counter()
            columns = ", ".join(_columns(admin, table))
            query = f"COPY {table} ({columns}) FROM STDIN (FORMAT binary)"
            with (folder / table).open("rb") as file, admin.cursor().copy(query) as copy:
                while chunk := file.read(1 << 20):
                    copy.write(chunk)
            seconds[table] = time.perf_counter() - started
        started = time.perf_counter()
        admin.commit()
        seconds["commit"] = time.perf_counter() - started
    return seconds
