"""What is still to be explained between statements, lists and books, account by account (OC 4.1-b)."""

from typing import Any

from reskontra.database.rows import rows
from reskontra.income.bank_material.staging import statements
from reskontra.registers.models import Unit


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


def _rows(name: str, unit: Unit) -> list[dict[str, Any]]:
    (statement,) = statements(name)
    return rows(statement, {"unit": unit.pk})
