"""The vocabulary of interest: what has accrued on claims, stretch by stretch (OC 6.1.5)."""

import json
from datetime import date

from django.db import connection

from reskontra.database.rows import one_row
from reskontra.database.scripts import statements
from reskontra.kernel.terms import MissingTerm, Terms, all_terms
from reskontra.registers.models import Unit
from reskontra.registers.unit_terms import Stretch, history_of

_TABLES = "interest_balance, interest_deferred, interest_stretch, interest_lines"
_SURCHARGES = {
    "section_4": "late_interest_surcharge",
    "section_4a": "late_interest_surcharge_4a",
    "special_act": "late_interest_surcharge_special",
}


def take_interest(unit: Unit, terms: Terms) -> None:
    """Fill the temporary table ``interest_lines`` for the claims of ``interest_scope`` until the transaction ends.

    ``interest_scope (claim_id, until_date)`` is a temporary table of the caller's. ``interest_lines`` has claim_id,
    position, from_date, to_date, days, principal (euro), percent (a year), kind (``late`` or ``payment_time``) and
    amount (euro, unrounded). Raises ``MissingTerm`` when a rate is not known for a day that interest runs.
    """
    surcharge = _SURCHARGES[terms.late_interest_ground]
    values = {
        "unit": unit.pk,
        "rates": _told(history_of(unit, "reference_rate")),
        "surcharges": _told(history_of(unit, surcharge)),
        "payment_time": _told(history_of(unit, "payment_time_surcharge")),
        "day_count": terms.interest_day_count,
    }
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {_TABLES}")
        for statement in statements("reskontra.claims", "interest.sql"):
            cursor.execute(statement, values)
    _refuse_unknown(surcharge, values["rates"])


def _told(history: list[Stretch]) -> str:
    return json.dumps(
        [
            {
                "first": one.first.isoformat(),
                "last": one.last.isoformat() if one.last else None,
                "percent": one.value,
            }
            for one in history
        ]
    )


def _refuse_unknown(surcharge: str, rates: str) -> None:
    (day,) = one_row("SELECT min(from_date) FROM interest_lines WHERE percent IS NULL")
    if day is None:
        return
    known = any(
        date.fromisoformat(one["first"]) <= day
        and (not one["last"] or day <= date.fromisoformat(one["last"]))
        for one in json.loads(rates)
    )
    raise MissingTerm(all_terms()[surcharge if known else "reference_rate"], day, known=True)
