"""The vocabulary of payments: all that something is left of, with what points from each to claims."""

from datetime import date

from django.db import connection

from reskontra.database.scripts import statements
from reskontra.registers.models import Unit

_TABLES = (
    "payments_open, payments_left, payments_unpointed, pointed, named, told_shares, pointers, credits_waiting,"
    " claims_pointed_at,"
    " payer_names, payer_customers, payer_claims, pointing, left_over_share, shares, claims_lost, shared_out,"
    " reversals,"
    " taken_back, reversals_told, back_pointers, takable, payments_in_hand"
)


def take_payments_in_hand(unit: Unit, on: date) -> None:
    """Fill the temporary table ``payments_in_hand``, and ``shares`` behind it, until the transaction ends.

    What the bank booked after ``on`` is among them, and waits: on that day the money had not come.

    A payment's neighbours are all payments that point at the same claims, so the scope is always the whole unit:
    whoever asks about one payment asks it among them.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {_TABLES}")
        for statement in statements("reskontra.claims", "in_hand.sql"):
            cursor.execute(statement, {"unit": unit.pk, "code": unit.code, "on": on})


def take_open_claims(unit: Unit) -> None:
    """Fill the temporary table ``open_claims`` until the transaction ends: claims and what is open of each."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS open_claims")
        for statement in statements("reskontra.claims", "open.sql"):
            cursor.execute(statement, {"unit": unit.pk})
