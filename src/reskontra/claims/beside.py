"""What is owed beside capital: late interest and costs, to which what a payment is too much may go (OC 6.1.3-b)."""

from collections.abc import Mapping
from typing import Any

from django.db import connection

from reskontra.claims.interest import take_interest
from reskontra.database.rows import one_row
from reskontra.database.scripts import statements
from reskontra.kernel.blocks import stopped_by
from reskontra.kernel.terms import Terms
from reskontra.registers.models import Unit

_TABLES = "beyond_claims, interest_scope, interest_lines, balance_to_come, interest_owed, beside"
_NONE = (
    "CREATE TEMP TABLE interest_lines (claim_id bigint, from_date date, to_date date, days int, principal numeric,"
    " kind text, amount numeric) ON COMMIT DROP"
)


def take_beside(unit: Unit, terms: Terms) -> None:
    """Fill the temporary table ``beside`` until the transaction ends: interest and cost, in euro, by payment and claim.

    One row for every payment in hand and claim of which it is more than the claim leaves open, where the claim had been
    reminded. Called after ``take_payments_in_hand``. Raises ``MissingTerm`` when a rate is not known for a day on which
    interest ran.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {_TABLES}")
    _execute("beyond.sql", {"unit": unit.pk, "on": terms.on, "interest_blocks": stopped_by("interest")})
    # Interest has terms of its own: they are asked for, and frozen with the run, only where interest is counted.
    if one_row("SELECT EXISTS (SELECT FROM interest_scope)")[0]:
        take_interest(unit)
    else:
        with connection.cursor() as cursor:
            cursor.execute(_NONE)
    _execute("beside.sql", {})


def _execute(name: str, values: Mapping[str, Any]) -> None:
    with connection.cursor() as cursor:
        for statement in statements("reskontra.claims", name):
            cursor.execute(statement, values)
