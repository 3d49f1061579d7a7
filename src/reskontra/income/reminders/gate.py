"""The gate before reminders: what was paid must be known before anybody is asked again (OC 6.1.2-c)."""

from datetime import date, timedelta

from reskontra.database.rows import rows
from reskontra.kernel.clauses import clause
from reskontra.kernel.days import is_bank_day
from reskontra.registers.models import Unit
from reskontra.runs.run import RunRefused

# A statement says until when it tells; a list without its days tells until the newest payment that is known.
_NEWEST = """
SELECT a.iban, greatest(
  (SELECT max(m.to_date) FROM bank_material m WHERE m.unit_id = a.unit_id AND m.account_id = a.id),
  (SELECT max(p.booking_date) FROM bank_payment p WHERE p.unit_id = a.unit_id AND p.account_id = a.id)) AS newest
FROM registers_unitaccount a
WHERE a.unit_id = %(unit)s AND a.purpose = 'income' AND a.validity @> %(on)s::date
ORDER BY a.iban
"""


@clause("OC 6.1.2-c")
def require_bank_material(unit: Unit, on: date, lag: int) -> None:
    """Every income account of ``unit`` has bank material up to ``lag`` bank days before ``on``, or later.

    Raises ``RunRefused`` with the first account that has not, the day that is missing and what is known; also for a
    unit without an income account on ``on``.
    """
    asked = bank_days_before(on, lag)
    accounts = rows(_NEWEST, {"unit": unit.pk, "on": on})
    if not accounts:
        raise RunRefused("reminders.no_income_account", unit=unit.code)
    for account in accounts:
        if account["newest"] is None or account["newest"] < asked:
            newest = account["newest"].isoformat() if account["newest"] else "–"
            raise RunRefused(
                "reminders.bank_material_missing",
                account=account["iban"],
                day=asked.isoformat(),
                newest=newest,
            )


def bank_days_before(on: date, count: int) -> date:
    """The bank day that lies ``count`` bank days before ``on``; ``on`` itself for none."""
    day = on
    while count > 0:
        day -= timedelta(days=1)
        count -= is_bank_day(day)
    return day
