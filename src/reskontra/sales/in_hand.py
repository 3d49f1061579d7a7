"""The vocabulary of orders: all open orders of a scope, with their lines priced, for the rules to decide on."""

from collections.abc import Sequence

from django.db import connection

from reskontra.database.scripts import statements
from reskontra.registers.models import Unit

_STATEMENTS = statements("reskontra.sales", "in_hand.sql")


class MissingVatRate(LookupError):
    """An item's VAT class has no rate on the date of supply. The run stops; a rate is never guessed."""

    def __init__(self, vat_class: str, day: str, item: str) -> None:
        super().__init__(f"no VAT rate for class {vat_class} on {day} (item {item})")
        self.vat_class, self.day, self.item = vat_class, day, item


def take_in_hand(unit: Unit, orders: Sequence[int] | None = None) -> None:
    """Fill the temporary tables ``orders_in_hand`` and ``lines_in_hand`` until the transaction ends.

    ``orders`` narrows the scope to these ids; None takes every open order of the unit. Raises
    ``MissingVatRate`` when an item's class has no rate on the date of supply.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "DROP TABLE IF EXISTS scope, credits_in_hand, left_to_credit, charged_before, lines_in_hand, taken_back,"
            " credits_told, orders_in_hand"
        )
        for statement in _STATEMENTS:
            cursor.execute(
                statement,
                {"unit": unit.pk, "code": unit.code, "orders": None if orders is None else list(orders)},
            )
        cursor.execute(
            "SELECT vat_class, vat_date, item_code FROM lines_in_hand"
            " WHERE vat_class IS NOT NULL AND vat_percent IS NULL ORDER BY 2, 1 LIMIT 1"
        )
        if missing := cursor.fetchone():
            raise MissingVatRate(missing[0], missing[1].isoformat(), missing[2])
