"""The steps of cases: taken in order, told as a history, and listed where somebody has to do something."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from reskontra.claims.models import Block, Case, CaseEvent
from reskontra.database.rows import rows
from reskontra.exchange.models import OutboxFile
from reskontra.kernel.clauses import clause
from reskontra.registers.models import Person, Unit
from reskontra.registers.policy import CENTRE, roles_of
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.models import Run
from reskontra.runs.run import Acting


@dataclass(frozen=True)
class Step:
    """A step to be taken: of which case, what, on which day; ``told_as`` is the authority's own name for it."""

    case: int
    kind: str
    day: date
    amount: Decimal | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    told_as: str = ""


def take_steps(
    run: Run,
    acting: Acting,
    steps: Sequence[Step],
    *,
    digest: str = "",
    file: OutboxFile | None = None,
    person: Person | None = None,
) -> list[CaseEvent]:
    """Write ``steps`` behind what each case has; ``digest`` and ``file`` are of the document that tells them.

    The caller holds the lock of settlements, so that nobody else takes a place.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT case_id, max(position) FROM claims_caseevent WHERE unit_id = %s AND case_id = ANY (%s) GROUP BY 1",
            [run.unit_id, [step.case for step in steps]],
        )
        last: dict[int, int] = dict(cursor.fetchall())
    events = []
    for step in steps:
        last[step.case] = last.get(step.case, 0) + 1
        events.append(
            CaseEvent(
                unit_id=run.unit_id,
                run=run,
                person=person,
                given_at=acting.at,
                case_id=step.case,
                position=last[step.case],
                kind=step.kind,
                day=step.day,
                amount=step.amount,
                detail=step.detail,
                digest=digest,
                told_as=step.told_as,
                file=file,
            )
        )
    return CaseEvent.objects.bulk_create(events, batch_size=2000)


def block_claims(
    run: Run,
    acting: Acting,
    claims: Iterable[int],
    code: str,
    reason: str,
    *,
    review: date,
    until: date | None = None,
) -> list[Block]:
    """Block ``claims`` from the run's day on: in the unit's name when its own people act, else the centre's."""
    centre = roles_of(acting.person, acting.unit, acting.day) & CENTRE
    return Block.objects.bulk_create(
        (
            Block(
                unit_id=run.unit_id,
                run=run,
                given_at=acting.at,
                claim_id=claim,
                code=code,
                from_date=run.on_date,
                until_date=until,
                review_date=max(review, run.on_date),
                reason=reason,
                party="centre" if centre else "unit",
            )
            for claim in claims
        ),
        batch_size=2000,
    )


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
        " cc.interest_ground, cc.provision"
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
WITH standing AS (
  SELECT DISTINCT ON (k.id) k.id, k.unit_id, k.number, k.kind AS case_kind, k.procedure, e.kind, e.detail,
    coalesce(e.day, k.opened_date) AS day, d.country <> 'FI' AS abroad, e.digest
  FROM claims_case k JOIN registers_customer d ON d.id = k.debtor_id
  LEFT JOIN claims_caseevent e ON e.case_id = k.id AND e.kind NOT IN ('collected', 'changed') AND e.day <= %(on)s
  WHERE k.unit_id = %(unit)s AND k.kind IN ('enforcement', 'court') AND k.opened_date <= %(on)s
  ORDER BY k.id, e.position DESC),
told AS (
  SELECT id, number, day, CASE
    WHEN kind IN ('closed', 'judged', 'withdrawn', 'returned', 'passive_ended') THEN NULL
    WHEN case_kind = 'court' THEN CASE
      WHEN procedure = 'limited' THEN CASE WHEN EXISTS (
        SELECT FROM claims_caseevent e WHERE e.case_id = standing.id AND e.kind = 'contested') THEN 'dispute' END
      WHEN kind IS NULL THEN 'dossier_missing'
      WHEN kind <> 'dossier' THEN NULL
      WHEN (SELECT count(*) FROM claims_casesignature s
            WHERE s.unit_id = standing.unit_id AND s.case_id = standing.id AND s.digest = standing.digest) < 2
        THEN 'sign_dossier'
      ELSE 'file_dossier' END
    WHEN kind = 'stopped' THEN 'case_is_stopped'
    WHEN kind = 'obstacle' AND abroad THEN 'decide_abroad'
    WHEN kind = 'obstacle' AND NOT EXISTS (
      SELECT FROM claims_block b JOIN claims_caseclaim cc ON cc.claim_id = b.claim_id
      WHERE b.unit_id = standing.unit_id AND cc.case_id = standing.id AND b.code IN ('D', 'E') AND b.from_date >= day)
      THEN 'obstacle_waits'
    WHEN kind = 'passive' AND (detail ->> 'until')::date < %(on)s THEN 'passive_is_over'
    WHEN kind = 'abroad' THEN 'collect_abroad'
    WHEN kind = 'applied' AND day + %(days)s < %(on)s THEN 'receipt_missing' END AS task
  FROM standing)
SELECT t.number, t.task, t.day, open.amount
FROM told t CROSS JOIN LATERAL (
  SELECT coalesce(sum(c.amount - coalesce(s.amount, 0)), 0) AS amount
  FROM claims_caseclaim cc JOIN claims_claim c ON c.id = cc.claim_id
  LEFT JOIN LATERAL (SELECT sum(amount) AS amount FROM claims_claim_settlement WHERE claim_id = c.id) s ON true
  WHERE cc.case_id = t.id) open
WHERE t.task IS NOT NULL AND (open.amount > 0 OR t.task NOT IN ('obstacle_waits', 'passive_is_over'))
ORDER BY t.day, t.number
"""
_WHOSE = {
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
    """Cases of enforcement and at court that wait on ``on`` for the unit or the centre, oldest first.

    Called inside ``working_in``.
    """
    days = terms_of(unit, on).case_receipt_days
    return [
        Task(
            one["number"],
            one["task"],
            _WHOSE[one["task"]][0],
            one["day"],
            one["amount"],
            _WHOSE[one["task"]][1],
        )
        for one in rows(_TASKS, {"unit": unit.pk, "on": on, "days": days})
    ]
