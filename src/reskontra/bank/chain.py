"""Whether the statements of an account follow each other: each begins with what the one before it ended with."""

from collections.abc import Iterable

from reskontra.database.rows import rows
from reskontra.database.scripts import statements
from reskontra.documents.findings import Finding
from reskontra.kernel.clauses import clause
from reskontra.registers.models import Unit

_CLAUSE = "OC 4.1-b"


@clause("OC 4.1-b", "EX 10-a")
def chain_gaps(unit: Unit, accounts: Iterable[int] | None = None) -> list[Finding]:
    """Every statement that does not go on where the one before it ended, on ``accounts`` (ids) or on all.

    A warning for each: the statement, what it begins with, and what came before. Called inside ``working_in``.
    """
    (statement,) = statements("reskontra.bank", "chain.sql")
    asked = {"unit": unit.pk, "accounts": list(accounts) if accounts is not None else None}
    found = []
    for row in rows(statement, asked):
        balances = row["difference"] is not None and row["difference"] != 0
        found.append(
            Finding(
                "statement_chain_broken" if balances else "statement_missing",
                "warning",
                _CLAUSE,
                value=row["sequence"] or None,
                detail={
                    "account": row["iban"],
                    "day": _written(row["to_date"]),
                    "before_day": _written(row["before_day"]),
                    "before": _written(row["before_number"]),
                    "closing": _written(row["before_closing"]),
                    "opening": _written(row["opening"]),
                    "difference": _written(row["difference"]),
                },
            )
        )
    return found


def _written(value: object) -> str:
    return "" if value is None else str(value)
