"""What waits for the unit's decision: proposals that are neither posted nor refused, and claims that it keeps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from reskontra.database.rows import rows
from reskontra.registers.models import Unit


@dataclass(frozen=True)
class Waiting:
    """A proposal that waits: its claim, customer, ground, euro, digest and evidence, and for whom it waits."""

    proposal: int
    claim: int
    reference: str
    customer: str
    due_date: date
    amount: Decimal
    ground: str
    clause: str
    digest: str
    evidence: Mapping[str, Any]
    proposed_date: date
    standing: str

    def as_json(self) -> dict[str, Any]:
        """Plain values; ``amount`` stays a Decimal until it is written."""
        return {
            **self.__dict__,
            "due_date": self.due_date.isoformat(),
            "proposed_date": self.proposed_date.isoformat(),
        }


_WAITING = """
SELECT p.id AS proposal, c.id AS claim, c.reference, payer.name AS customer, c.due_date, p.amount, p.ground, p.clause,
  p.digest, p.evidence, p.proposed_date,
  CASE WHEN bool_or(a.act = 'approve') THEN 'WRITE_OFF' WHEN bool_or(a.act = 'review') THEN 'WAITS_FOR_APPROVAL'
       ELSE 'WAITS_FOR_REVIEW' END AS standing
FROM claims_writeoffproposal p
JOIN claims_claim c ON c.id = p.claim_id
JOIN registers_customer payer ON payer.id = c.payer_id
LEFT JOIN claims_writeoffapproval a ON a.proposal_id = p.id AND a.digest = p.digest
WHERE p.unit_id = %(unit)s
  AND NOT EXISTS (SELECT FROM claims_writeoffrefusal r WHERE r.proposal_id = p.id)
  AND NOT EXISTS (SELECT FROM claims_writeoff w WHERE w.proposal_id = p.id)
  AND (%(ground)s = '' OR p.ground = %(ground)s)
GROUP BY p.id, c.id, payer.id
ORDER BY p.id
"""


def waiting_proposals(unit: Unit, most: int = 1000, *, ground: str = "", standing: str = "") -> list[Waiting]:
    """At most ``most`` proposals of ``unit`` that wait, the oldest first. Called inside ``working_in``.

    Of one ``ground``, and for one of ``standing``, where they are given.
    """
    values = {"unit": unit.pk, "ground": ground, "standing": standing, "most": most}
    return [Waiting(**row) for row in rows(_LISTED, values)]


_LISTED = f"""
SELECT * FROM ({_WAITING}) told WHERE %(standing)s = '' OR told.standing = %(standing)s
ORDER BY told.proposal LIMIT %(most)s
"""


@dataclass(frozen=True)
class Group:
    """Proposals that wait for the same, on one ground: how many, euro, and ``digest`` of which they are."""

    standing: str
    ground: str
    count: int
    amount: Decimal
    digest: str


def waiting_groups(unit: Unit) -> list[Group]:
    """The proposals of ``unit`` that wait, by what they wait for and by ground. Called inside ``working_in``."""
    return [Group(**row) for row in rows(_GROUPS, {"unit": unit.pk, "ground": ""})]


_GROUPS = f"""
SELECT standing, ground, count(*) AS count, sum(amount) AS amount,
  encode(sha256(convert_to(string_agg(proposal || ' ' || digest, ',' ORDER BY proposal), 'UTF8')), 'hex') AS digest
FROM ({_WAITING}) told GROUP BY standing, ground ORDER BY standing, ground
"""
