"""Cases told as a history, and listed where somebody has to do something."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from reskontra.claims.models import Case
from reskontra.database.rows import rows
from reskontra.kernel.blocks import stopped_by
from reskontra.kernel.clauses import clause
from reskontra.registers.models import Unit
from reskontra.registers.unit_terms import terms_of


@dataclass(frozen=True)
class History:
    """A case with its claims and steps, as people and machines ask for it; amounts in euro."""

    case: Case
    debtor: str
    claims: Sequence[dict[str, Any]]
    steps: Sequence[dict[str, Any]]

    def as_json(self) -> dict[str, Any]:
        """The contract of ``reskontra case --json``."""
        case = self.case
        return {
            "case": case.number,
            "kind": case.kind,
            "procedure": case.procedure or None,
            "public_law": case.public_law,
            "opened": case.opened_date.isoformat(),
            "debtor": self.debtor,
            "court": case.court or None,
            "claims": [_plain(one) for one in self.claims],
            "steps": [_plain(one) for one in self.steps],
        }


def history(unit: Unit, case: Case) -> History:
    """What is asked in ``case`` and everything that happened in it, in order. Called inside ``working_in``."""
    claims = rows(
        "SELECT c.reference, cc.principal, cc.costs, c.amount - coalesce((SELECT sum(s.amount)"
        "   FROM claims_claim_settlement s WHERE s.claim_id = c.id), 0) AS open, c.due_date, cc.interest_from,"
        " cc.interest_pauses, cc.interest_ground, cc.provision"
        " FROM claims_caseclaim cc JOIN claims_claim c ON c.id = cc.claim_id"
        " WHERE cc.unit_id = %s AND cc.case_id = %s ORDER BY c.reference",
        [unit.pk, case.pk],
    )
    steps = rows(
        "SELECT e.position, e.kind, e.day, e.amount, e.detail, nullif(e.digest, '') AS digest, f.name AS batch,"
        " p.name AS person FROM claims_caseevent e LEFT JOIN exchange_outboxfile f ON f.id = e.file_id"
        " LEFT JOIN registers_person p ON p.id = e.person_id"
        " WHERE e.unit_id = %s AND e.case_id = %s ORDER BY e.position",
        [unit.pk, case.pk],
    )
    return History(case, case.debtor.number, claims, steps)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    def told(value: Any) -> Any:
        return format(value, ".2f") if isinstance(value, Decimal) else value

    return {
        key: value.isoformat() if isinstance(value, date) else told(value)
        for key, value in row.items()
        if value is not None
    }


@dataclass(frozen=True)
class Task:
    """A case that waits for somebody: what is to be done, by whom, since when, by which clause; euro."""

    case: int
    kind: str
    party: str
    since: date
    amount: Decimal
    clause: str


_TASKS = """
WITH newest AS (
  SELECT DISTINCT ON (k.id) k.id, k.unit_id, k.number, k.kind AS case_kind, k.procedure, e.kind, e.detail, k.debtor_id,
    coalesce(e.day, k.opened_date) AS day, d.country <> 'FI' AS abroad, e.digest
  FROM claims_case k JOIN registers_customer d ON d.id = k.debtor_id
  LEFT JOIN claims_caseevent e ON e.case_id = k.id AND e.kind NOT IN ('collected', 'changed') AND e.day <= %(on)s
  WHERE k.unit_id = %(unit)s AND k.opened_date <= %(on)s
  ORDER BY k.id, e.position DESC),
standing AS (
  SELECT n.*, open.amount AS open
  FROM newest n CROSS JOIN LATERAL (
    SELECT coalesce(sum(c.amount - coalesce(s.amount, 0)), 0) AS amount
    FROM claims_caseclaim cc JOIN claims_claim c ON c.id = cc.claim_id
    LEFT JOIN LATERAL (SELECT sum(amount) AS amount FROM claims_claim_settlement WHERE claim_id = c.id) s ON true
    WHERE cc.case_id = n.id) open
  WHERE coalesce(n.kind NOT IN ('closed', 'judged', 'withdrawn', 'returned', 'passive_ended'), true)),
told AS (
  SELECT id, number, day, open, CASE
    WHEN open <= 0 THEN CASE WHEN kind IS DISTINCT FROM 'obstacle' THEN 'case_paid' END
    WHEN case_kind = 'court' THEN CASE
      WHEN procedure = 'limited' THEN CASE
        WHEN EXISTS (SELECT FROM claims_caseevent e WHERE e.case_id = standing.id AND e.kind = 'contested')
          THEN 'dispute'
        WHEN EXISTS ({blocked} AND b.code = ANY (%(legal)s)) THEN 'case_blocked' END
      WHEN kind IS NULL THEN 'dossier_missing'
      WHEN kind <> 'dossier' THEN NULL
      WHEN (SELECT count(*) FROM claims_casesignature s
            WHERE s.unit_id = standing.unit_id AND s.case_id = standing.id AND s.digest = standing.digest) < 2
        THEN 'sign_dossier'
      ELSE 'file_dossier' END
    WHEN kind = 'stopped' THEN 'case_is_stopped'
    WHEN case_kind = 'agency' THEN CASE WHEN EXISTS ({blocked} AND b.code = ANY (%(agency)s)) THEN 'case_blocked' END
    WHEN kind = 'obstacle' AND abroad THEN 'decide_abroad'
    WHEN kind = 'obstacle' AND NOT EXISTS (
      SELECT FROM claims_block b JOIN claims_caseclaim cc ON cc.claim_id = b.claim_id
      WHERE b.unit_id = standing.unit_id AND cc.case_id = standing.id AND b.code IN ('D', 'E') AND b.from_date >= day)
      THEN 'obstacle_waits'
    WHEN kind = 'passive' AND (detail ->> 'until')::date < %(on)s THEN 'passive_is_over'
    WHEN kind = 'abroad' THEN 'collect_abroad'
    WHEN kind = 'applied' AND day + %(days)s < %(on)s AND NOT EXISTS (
      SELECT FROM claims_caseevent e WHERE e.case_id = standing.id AND e.kind = 'collected' AND e.day <= %(on)s)
      THEN 'receipt_missing' END AS task
  FROM standing)
SELECT number, task, day, open AS amount FROM told WHERE task IS NOT NULL ORDER BY day, number
""".replace(
    "{blocked}",
    # A block in force on a claim of the case that something is open of, or on its debtor.
    """SELECT FROM claims_block_now b
      WHERE b.unit_id = standing.unit_id
        AND (b.customer_id = standing.debtor_id OR b.claim_id IN (
          SELECT cc.claim_id FROM claims_caseclaim cc WHERE cc.case_id = standing.id))
        AND b.from_date <= %(on)s AND (b.until_date IS NULL OR b.until_date >= %(on)s)
        AND (b.lifted_date IS NULL OR b.lifted_date > %(on)s)""",
)
_WHOSE = {
    "case_paid": ("unit", "OC 6.2-a"),
    "case_blocked": ("unit", "OC 6.2-a"),
    "case_is_stopped": ("unit", "OC 6.2-a"),
    "dispute": ("unit", "OC 6.2.6-a"),
    "dossier_missing": ("unit", "OC 6.2.4-a"),
    "sign_dossier": ("unit", "OC 6.2-b"),
    "file_dossier": ("unit", "OC 6.2.4-a"),
    "decide_abroad": ("unit", "OC 6.5-a"),
    "collect_abroad": ("unit", "OC 6.5-a"),
    "obstacle_waits": ("centre", "OC 6.3-a"),
    "passive_is_over": ("centre", "OC 6.3-a"),
    "receipt_missing": ("centre", "OC 6.2-a"),
}


@clause("OC 6.2-a", "OC 6.2-b", "OC 6.2.4-a", "OC 6.2.6-a", "OC 6.3-a", "OC 6.5-a")
def case_tasks(unit: Unit, on: date) -> list[Task]:
    """Cases that wait on ``on`` for the unit or the centre, oldest first: with the authority, a court or an agency.

    One of which nothing is open waits to be ended, whatever else it waited for; one at a court or an agency whose claim
    is blocked or complained of waits for the unit to stop it or take it back (ADR 0043). Called inside ``working_in``.
    """
    values = {
        "unit": unit.pk,
        "on": on,
        "days": terms_of(unit, on).case_receipt_days,
        "legal": list(stopped_by("legal")),
        "agency": list(stopped_by("agency")),
    }
    return [
        Task(
            one["number"],
            one["task"],
            _WHOSE[one["task"]][0],
            one["day"],
            one["amount"],
            _WHOSE[one["task"]][1],
        )
        for one in rows(_TASKS, values)
    ]
