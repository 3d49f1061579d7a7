"""The steps of cases, taken in order, and the blocks that hold their claims: whatever has the case."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from reskontra.claims.models import Block, Case, CaseEvent
from reskontra.database.rows import rows
from reskontra.exchange.models import OutboxFile
from reskontra.registers.models import Person
from reskontra.registers.policy import CENTRE, roles_of
from reskontra.runs.models import Run
from reskontra.runs.run import Acting

# Money that comes in and sums that change move no case on.
UNMOVED = ("collected", "changed")


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
class Owed:
    """A claim of a case, euro: what is ``open`` of it, and what whoever has the case still ``expected`` to collect."""

    claim: int
    reference: str
    open: Decimal
    expected: Decimal


def owed_in(case: Case) -> list[Owed]:
    """The claims of ``case`` with what is open and expected of each. Called inside ``working_in``."""
    return [Owed(**one) for one in rows(_OWED, {"unit": case.unit_id, "case": case.pk})]


_OWED = """
SELECT t.claim_id AS claim, c.reference, c.amount - coalesce(s.amount, 0) AS open, t.expected
FROM claims_case_told t JOIN claims_claim c ON c.id = t.claim_id
LEFT JOIN LATERAL (SELECT sum(amount) AS amount FROM claims_claim_settlement WHERE claim_id = c.id) s ON true
WHERE t.unit_id = %(unit)s AND t.case_id = %(case)s ORDER BY c.id
"""
