"""The vocabulary of circulation: every invoice that people work on, the step it needs and with whom it is, on a day."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import connection

from reskontra.database.rows import rows
from reskontra.database.scripts import statements
from reskontra.registers.models import Unit

# Who can solve which cause of a mismatch. What bears no number at all is nobody's riddle: it is coded.
OWNERS: Mapping[str, str] = {
    "DUPLICATE": "CENTRE",
    "INVOICE_INCOMPLETE": "CENTRE",
    "SUPPLIER_UNKNOWN": "SUPPLIER",
    "SUPPLIER_DIFFERS": "SUPPLIER",
    "CURRENCY_DIFFERS": "SUPPLIER",
    "UNKNOWN_NUMBER": "ORDER",
    "SEVERAL_NUMBERS": "ORDER",
    "WRONG_FIELD": "ORDER",
    "ORDER_CLOSED": "ORDER",
    "OVER_TOLERANCE_UP": "ORDER",
    "OVER_TOLERANCE_DOWN": "ORDER",
    "UNAGREED_CHARGE": "ORDER",
    "NOT_RECEIVED": "RECEIPT",
    "CONTRACT_EXPIRED": "CONTRACT",
    "LIMIT_EXCEEDED": "CONTRACT",
    "SCHEDULE_ROW_MISSING": "CONTRACT",
    "VAT_DIFFERS": "CODING",
    "CODING_MISSING": "CODING",
}

_TABLES = (
    "queues_open, mismatches, doubts, numbers_told, templates_open, circulating, invoices_in_circulation,"
    " reviewing_queues, circulation_people"
)


def take_circulation_in_hand(unit: Unit, on: date, invoices: Sequence[int] | None = None) -> None:
    """Fill ``invoices_in_circulation`` for the day ``on`` until the transaction ends; given ``invoices``, only these.

    One row for every invoice that is neither returned nor payable nor in the hands of matching: ``step`` is what it
    needs (solve, code, review, approve, pay), ``placed`` whether it is where it ought to be, ``queue_id`` and
    ``to_person_id`` its place. ``cause`` is what matching could not get past, ``owner`` who can solve it.
    """
    values: dict[str, Any] = {
        "unit": unit.pk,
        "on": on,
        "ids": None if invoices is None else list(invoices),
        "owners": json.dumps(OWNERS),
    }
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {_TABLES}")
        for statement in statements("reskontra.purchases", "circulation.sql"):
            cursor.execute(statement, values)


def take_people(unit: Unit, on: date, invoices: Sequence[int] | None = None) -> None:
    """Fill ``circulation_people`` too: each invoice's people on the day, substitutes in the place of who is away."""
    take_circulation_in_hand(unit, on, invoices)
    with connection.cursor() as cursor:
        for statement in statements("reskontra.purchases", "with_whom.sql"):
            cursor.execute(statement, {"unit": unit.pk, "on": on})


def people_of(unit: Unit, invoice: int, on: date) -> list[tuple[int, int | None]]:
    """Who has ``invoice`` on the day ``on``, by id, and instead of whom; empty when it circulates no more."""
    take_people(unit, on, [invoice])
    found = rows(
        "SELECT person_id, instead_of_id FROM circulation_people ORDER BY instead_of_id NULLS FIRST, 1"
    )
    return [(row["person_id"], row["instead_of_id"]) for row in found]


def taken_by(person: int) -> set[int]:
    """The invoices (ids) that are with somebody (an id), after ``take_people``; also instead of somebody away."""
    return {row["id"] for row in rows("SELECT id FROM circulation_people WHERE person_id = %s", [person])}
