"""The vocabulary of collection: every open claim with its reminders, blocks, cases and clock, on a day."""

from datetime import date
from typing import Any

from django.db import connection

from reskontra.database.scripts import statements
from reskontra.kernel.blocks import WORK, stopped_by
from reskontra.kernel.terms import Terms
from reskontra.registers.models import Unit

_STANDING = "blocks_in_force, cases_standing"
_TABLES = (
    f"{_STANDING}, claims_open, claims_principals, claims_payments, claims_judged, claims_interrupted, claims_lapsing,"
    " claims_blocked"
)


def take_claims_in_hand(unit: Unit, terms: Terms) -> None:
    """Prepare the temporary view ``claims_in_hand`` for the day of ``terms`` until the transaction ends.

    One row for every claim of ``unit`` that something is open of; its columns stand in ``collection.sql``. It is read
    before anything is written: some columns would tell of what was written since, others not. The claim
    lives up to and with ``limitation_date``; ``expired`` after it. ``limitation_kind`` is the period that decides:
    ``public_law``, ``general``, ``interrupted``, ``final``, ``title``, or ``principal`` for interest.
    ``blocks_in_force`` and ``cases_standing`` stay behind it.
    """
    values: dict[str, Any] = {
        "unit": unit.pk,
        "on": terms.on,
        **{work: stopped_by(work) for work in WORK},
        "limitation_general": terms.limitation_general,
        "limitation_after_judgment": terms.limitation_after_judgment,
        "limitation_after_withdrawal": terms.limitation_after_withdrawal,
        "limitation_public_law": terms.limitation_public_law,
        "limitation_final": terms.limitation_final,
        "limitation_title": terms.limitation_title,
    }
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {_TABLES} CASCADE")
        for statement in statements("reskontra.claims", "collection.sql"):
            cursor.execute(statement, values)


def take_standing(unit: Unit, on: date) -> None:
    """Fill only ``blocks_in_force`` and ``cases_standing``: for whoever asks about claims that nothing is open of."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {_STANDING} CASCADE")
        for statement in statements("reskontra.claims", "collection.sql")[:4]:
            cursor.execute(statement, {"unit": unit.pk, "on": on})
