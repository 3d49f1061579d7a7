"""Worklists of blocks and complaints: blocks whose review day has come, and complaints without an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reskontra.database.rows import rows
from reskontra.kernel.clauses import clause
from reskontra.registers.models import Unit

# What a block holds: its claim, or all open claims of its customer.
_FOR_REVIEW = """
SELECT b.id AS block, b.code, b.from_date, b.until_date, b.review_date, b.reason, b.party,
  coalesce(c.reference, '') AS reference, held.number AS customer, held.name,
  coalesce((SELECT sum(owed.amount - coalesce((SELECT sum(s.amount) FROM claims_claim_settlement s
                                               WHERE s.claim_id = owed.id), 0))
            FROM claims_claim owed
            WHERE owed.unit_id = b.unit_id AND (owed.id = b.claim_id OR owed.payer_id = b.customer_id)), 0) AS open
FROM claims_block_now b
LEFT JOIN claims_claim c ON c.id = b.claim_id
JOIN registers_customer held ON held.id = coalesce(b.customer_id, c.payer_id)
WHERE b.unit_id = %(unit)s AND b.review_date <= %(on)s AND b.from_date <= %(on)s
  AND (b.until_date IS NULL OR b.until_date >= %(on)s) AND (b.lifted_date IS NULL OR b.lifted_date > %(on)s)
ORDER BY b.review_date, b.id
"""
_OPEN_COMPLAINTS = """
SELECT k.id AS complaint, c.reference, payer.number AS customer, payer.name, k.received_date, k.received_by,
  %(on)s::date - k.received_date AS days, k.message,
  c.amount - coalesce((SELECT sum(s.amount) FROM claims_claim_settlement s WHERE s.claim_id = c.id), 0) AS open
FROM claims_complaint k
JOIN claims_claim c ON c.id = k.claim_id
JOIN registers_customer payer ON payer.id = c.payer_id
LEFT JOIN claims_complaintanswer answer ON answer.complaint_id = k.id
WHERE k.unit_id = %(unit)s AND answer.id IS NULL AND k.received_date <= %(on)s
ORDER BY k.received_date, k.id
"""


@dataclass(frozen=True)
class BlockNow:
    """A block as it stands by its newest extension: ``until_date`` is its last day, None until it is lifted."""

    block: int
    customer_wide: bool
    code: str
    from_date: date
    until_date: date | None
    review_date: date
    reason: str


@clause("OC 6.1.2-a")
def blocks_of_claim(unit: Unit, claim: int, on: date) -> list[BlockNow]:
    """The blocks of a claim (id) and of its payer that hold on ``on`` or will, the oldest first."""
    return [BlockNow(**row) for row in rows(_OF_CLAIM, {"unit": unit.pk, "claim": claim, "on": on})]


def unlifted_blocks(blocks: Sequence[int], on: date) -> list[int]:
    """Those of ``blocks`` (ids) that nobody has lifted and whose last day is not before ``on``."""
    found = rows(
        "SELECT id FROM claims_block_now WHERE id = ANY (%s) AND lifted_date IS NULL"
        " AND (until_date IS NULL OR until_date >= %s)",
        [list(blocks), on],
    )
    return [one["id"] for one in found]


_OF_CLAIM = """
SELECT b.id AS block, b.customer_id IS NOT NULL AS customer_wide, b.code, b.from_date, b.until_date, b.review_date,
  b.reason
FROM claims_block_now b JOIN claims_claim c ON c.id = b.claim_id OR c.payer_id = b.customer_id
WHERE b.unit_id = %(unit)s AND c.unit_id = %(unit)s AND c.id = %(claim)s
  AND (b.until_date IS NULL OR b.until_date >= %(on)s) AND (b.lifted_date IS NULL OR b.lifted_date > %(on)s)
ORDER BY b.from_date, b.id
"""


@dataclass(frozen=True)
class BlockForReview:
    """A block in force to be looked at. ``open`` is what it holds back, euro; a customer's block has no reference."""

    block: int
    code: str
    from_date: date
    until_date: date | None
    review_date: date
    reason: str
    party: str
    reference: str
    customer: str
    name: str
    open: Decimal


@dataclass(frozen=True)
class OpenComplaint:
    """A complaint that the unit has not answered: ``days`` since it was received, ``open`` of the claim in euro."""

    complaint: int
    reference: str
    customer: str
    name: str
    received_date: date
    received_by: str
    days: int
    message: str
    open: Decimal


@clause("OC 6.1.2-a")
def blocks_for_review(unit: Unit, on: date) -> list[BlockForReview]:
    """The blocks of ``unit`` in force on ``on`` that should have been looked at by then, the oldest first."""
    return [BlockForReview(**row) for row in rows(_FOR_REVIEW, {"unit": unit.pk, "on": on})]


@clause("OC 6.1.2-b")
def open_complaints(unit: Unit, on: date) -> list[OpenComplaint]:
    """The complaints that are the task of ``unit`` on ``on``, the oldest first. Called inside ``working_in``."""
    return [OpenComplaint(**row) for row in rows(_OPEN_COMPLAINTS, {"unit": unit.pk, "on": on})]
