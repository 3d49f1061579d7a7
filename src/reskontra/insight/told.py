"""The purchase invoices of some days, with what became of each: what every analysis of expenditure counts."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection

from reskontra.database.scripts import statements
from reskontra.kernel.clauses import clause
from reskontra.registers.models import Unit


@clause("EX 1-a", "EX 1.1-a")
def take_purchases(units: Sequence[Unit], first: date, last: date) -> None:
    """Fill the temporary table ``purchases_told`` with what came to ``units`` on the days from ``first`` to ``last``.

    Called inside ``working_in`` of all the units.
    """
    values: dict[str, Any] = {"units": [unit.pk for unit in units], "first": first, "last": last}
    with connection.cursor() as cursor:
        for statement in statements("reskontra.insight", "purchases_told.sql"):
            cursor.execute(statement, values)
