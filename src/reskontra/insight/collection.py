"""How much waits for the next run of collection, as far as days, reminders and blocks tell it."""

from decimal import Decimal

from reskontra.database.rows import one_row
from reskontra.kernel.blocks import stopped_by
from reskontra.kernel.terms import Terms
from reskontra.registers.models import Unit


def due_for_reminder(unit: Unit, terms: Terms) -> tuple[int, Decimal]:
    """How many claims of ``unit``, and how many euro, are due for a reminder on the day of ``terms``.

    The rule of the run looks at more than days and blocks, so that some of these may wait. Inside ``working_in``.
    """
    values = {
        "unit": unit.pk,
        "on": terms.on,
        "wait": terms.reminder_wait_days,
        "codes": list(stopped_by("reminders")),
    }
    count, amount = one_row(_DUE, values)
    return int(count), Decimal(amount)


_DUE = """
SELECT count(*), coalesce(sum(open), 0) FROM (
  SELECT c.amount - coalesce((SELECT sum(s.amount) FROM claims_claim_settlement s WHERE s.claim_id = c.id), 0) AS open
  FROM claims_claim c
  WHERE c.unit_id = %(unit)s AND c.amount > 0 AND c.due_date < %(on)s AND c.due_date + %(wait)s <= %(on)s
    AND (SELECT count(*) FROM claims_reminder r WHERE r.claim_id = c.id) < 2
    AND NOT EXISTS (SELECT FROM claims_reminder r WHERE r.claim_id = c.id AND r.due_date + %(wait)s > %(on)s)
    AND NOT EXISTS (
      SELECT FROM claims_block_now b
      WHERE b.unit_id = c.unit_id AND (b.claim_id = c.id OR b.customer_id = c.payer_id) AND b.code = ANY (%(codes)s)
        AND b.from_date <= %(on)s AND (b.until_date IS NULL OR b.until_date >= %(on)s)
        AND (b.lifted_date IS NULL OR b.lifted_date > %(on)s))) late
WHERE open > 0
"""
