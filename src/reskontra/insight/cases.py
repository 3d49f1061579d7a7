"""Cases of collection as a list: where each stands, since when, and what is asked and open of it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reskontra.database.rows import rows
from reskontra.registers.models import Unit


@dataclass(frozen=True)
class CaseLine:
    """One case: ``step`` is the newest that moved it, on ``day``; euro asked for, and open of its claims."""

    id: int
    number: int
    kind: str
    procedure: str
    debtor: str
    debtor_number: str
    opened_date: date
    step: str | None
    day: date
    asked: Decimal
    open: Decimal


def cases_listed(unit: Unit, before: int | None = None, most: int = 50) -> list[CaseLine]:
    """At most ``most`` cases of ``unit``, newest first, from behind the case ``before``. Inside ``working_in``."""
    return [CaseLine(**row) for row in rows(_CASES, {"unit": unit.pk, "before": before, "most": most})]


_CASES = """
SELECT k.id, k.number, k.kind, k.procedure, debtor.name AS debtor, debtor.number AS debtor_number, k.opened_date,
  newest.kind AS step, coalesce(newest.day, k.opened_date) AS day, sums.asked, sums.open
FROM claims_case k
JOIN registers_customer debtor ON debtor.id = k.debtor_id
LEFT JOIN LATERAL (SELECT e.kind, e.day FROM claims_caseevent e
  WHERE e.unit_id = k.unit_id AND e.case_id = k.id AND e.kind NOT IN ('collected', 'changed')
  ORDER BY e.position DESC LIMIT 1) newest ON true
CROSS JOIN LATERAL (
  SELECT coalesce(sum(cc.principal + cc.costs), 0) AS asked,
    coalesce(sum(c.amount - coalesce(settled.amount, 0)), 0) AS open
  FROM claims_caseclaim cc JOIN claims_claim c ON c.id = cc.claim_id
  LEFT JOIN LATERAL (
    SELECT sum(s.amount) AS amount FROM claims_claim_settlement s WHERE s.claim_id = c.id) settled ON true
  WHERE cc.unit_id = k.unit_id AND cc.case_id = k.id) sums
WHERE k.unit_id = %(unit)s AND (%(before)s::bigint IS NULL OR k.id < %(before)s::bigint)
ORDER BY k.id DESC LIMIT %(most)s
"""
