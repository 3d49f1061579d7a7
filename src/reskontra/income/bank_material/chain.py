"""Whether the statements of an account follow each other, and what is still to be explained (OC 4.1-b)."""

from collections.abc import Iterable
from typing import Any

from reskontra.database.rows import rows
from reskontra.documents.findings import Finding
from reskontra.income.bank_material.staging import statements
from reskontra.kernel.clauses import clause
from reskontra.registers.models import Unit

_CLAUSE = "OC 4.1-b"


@clause("OC 4.1-b")
def chain_gaps(unit: Unit, accounts: Iterable[int] | None = None) -> list[Finding]:
    """Every statement that does not go on where the one before it ended, on ``accounts`` (ids) or on all.

    A warning for each: the statement, what it begins with, and what came before. Called inside ``working_in``.
    """
    found = []
    for row in _rows("chain.sql", unit, accounts=list(accounts) if accounts is not None else None):
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


def in_transit(unit: Unit) -> list[dict[str, Any]]:
    """Days on which an account's statements and payment lists differ: ``iban``, ``day``, ``statement`` and ``lists``.

    ``statement`` is what statements book as payments and sums of payments, ``lists`` the payments of the day that
    are known; both and their ``difference`` in euro. Called inside ``working_in``.
    """
    return _rows("in_transit.sql", unit)


def accounts_in_hand(unit: Unit) -> list[dict[str, Any]]:
    """Every bank account of the unit with its purpose, the latest statement day and its closing balance, euro."""
    return _rows("accounts.sql", unit)


def assertions_that_fail(unit: Unit) -> list[dict[str, Any]]:
    """Days on which the books do not show what the bank stated: ledger ``account``, ``day``, ``stated``, ``books``.

    Where several bank accounts share a ledger account, the latest statement of each counts. Amounts in euro.
    Called inside ``working_in``.
    """
    return _rows("assertions.sql", unit)


def _rows(name: str, unit: Unit, **values: Any) -> list[dict[str, Any]]:
    (statement,) = statements(name)
    return rows(statement, {"unit": unit.pk, **values})


def _written(value: object) -> str:
    return "" if value is None else str(value)
