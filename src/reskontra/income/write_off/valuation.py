"""Valuation at the end of a period (OC 5.1-a): every open claim at its nominal value, at most its probable value."""

from django.db import connection

from reskontra.database.rows import one_row, rows
from reskontra.income.write_off.rules import VALUED, decide_values
from reskontra.income.write_off.run import take_write_offs_in_hand
from reskontra.kernel.terms import Terms
from reskontra.runs.models import Run
from reskontra.runs.run import Acting, Applied, Control


class ValuationRun:
    """Value the unit's open claims on the run's day. Nothing is posted: the list is for the accrual voucher."""

    name = "valuation"
    lock = "settlement"

    def decide(self, run: Run, terms: Terms) -> None:
        """Give every open claim the first ground that holds, and by its percentage what it is probably worth."""
        take_write_offs_in_hand(run.unit, terms)
        percents = {outcome.name: getattr(terms, f"valuation_{name}") for name, outcome in VALUED.items()}
        worth = " ".join(f"WHEN '{name}' THEN {percent}" for name, percent in percents.items())
        query = decide_values().select(
            "write_offs_in_hand", "decided.id, decided.unit_id, decided.open, decided.due_date"
        )
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS decided")
            # Rounded down: a value that is in doubt is not rounded up.
            cursor.execute(
                "CREATE TEMP TABLE decided ON COMMIT DROP AS SELECT valued.*,"
                f" floor(open * CASE outcome {worth} END) / 100 AS amount FROM ({query}) valued"
            )

    def record(self, run: Run) -> None:
        """The valuation row is the decision: it names ground and value."""

    def set_aside(self, run: Run) -> None:
        """What has changed since the plan is valued as it is now."""

    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        """Write the list, and tell it by ground and by age."""
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO claims_valuation (unit_id, run_id, claim_id, open, probable, ground)"
                " SELECT unit_id, %s, id, open, amount, outcome FROM decided ORDER BY id",
                [run.pk],
            )
        asked, nominal, probable = one_row(
            "SELECT (SELECT coalesce(sum(open), 0) FROM decided), coalesce(sum(open), 0), coalesce(sum(probable), 0)"
            " FROM claims_valuation WHERE run_id = %s",
            [run.pk],
        )
        return Applied(
            [Control("open claims = valued claims", format(asked, ".2f"), format(nominal, ".2f"))],
            facts={
                "nominal": format(nominal, ".2f"),
                "probable": format(probable, ".2f"),
                "ageing": [
                    {**row, "open": format(row["open"], ".2f"), "probable": format(row["probable"], ".2f")}
                    for row in rows(_AGEING, {"run": run.pk, "on": run.on_date})
                ],
            },
        )


_AGEING = """
SELECT CASE WHEN age <= 0 THEN 'not_due' WHEN age <= 14 THEN '1-14' WHEN age <= 30 THEN '15-30'
            WHEN age <= 60 THEN '31-60' WHEN age <= 90 THEN '61-90' WHEN age <= 180 THEN '91-180'
            WHEN age <= 365 THEN '181-365' ELSE 'over_year' END AS bucket,
  ground, count(*) AS count, sum(open) AS open, sum(probable) AS probable
FROM (SELECT v.*, %(on)s::date - c.due_date AS age FROM claims_valuation v JOIN claims_claim c ON c.id = v.claim_id
      WHERE v.run_id = %(run)s) aged
GROUP BY 1, 2 ORDER BY min(age), ground
"""
