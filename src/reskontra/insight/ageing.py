"""Open claims by age and step, and as a list: who owes, how old it is, what stops it, when it expires (OC 5.1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from reskontra.claims.collection import take_claims_in_hand
from reskontra.database.rows import one_row, rows
from reskontra.insight.claims import Next, next_step
from reskontra.kernel.terms import Terms
from reskontra.registers.models import Unit
from reskontra.registers.unit_terms import terms_of

# Days overdue, up to and with; what is older than the last is more than a year late.
BUCKETS = (
    ("not_due", 0),
    ("1-14", 14),
    ("15-30", 30),
    ("31-60", 60),
    ("61-90", 90),
    ("91-180", 180),
    ("181-365", 365),
    ("over_year", None),
)
STEPS = ("open", "reminded", "reminded_twice", "blocked", "deferred", "agency", "court", "enforcement")
_BUCKET = (
    "CASE "
    + " ".join(
        f"WHEN %(on)s::date - h.due_date <= {days} THEN '{name}'"
        for name, days in BUCKETS
        if days is not None
    )
    + " ELSE 'over_year' END"
)
# What the next step is told from, beside what the list shows.
_STANDING = (
    "write_off_proposed", "in_case", "case_kind", "case_state", "deferred_until", "reminders_stopped",
    "block_review_date", "last_reminder_date", "last_reminder_due", "judged_date", "state_unit", "consumer",
)  # fmt: skip
_STEP = """CASE WHEN h.in_case THEN h.case_kind WHEN h.deferred_until IS NOT NULL THEN 'deferred'
  WHEN h.reminders_stopped THEN 'blocked' WHEN h.reminders = 2 THEN 'reminded_twice'
  WHEN h.reminders = 1 THEN 'reminded' ELSE 'open' END"""


@dataclass(frozen=True)
class Aged:
    """Open claims of one bucket, kind of law and step: how many, and how many euro."""

    bucket: str
    public_law: bool
    step: str
    count: int
    open: Decimal


@dataclass(frozen=True)
class OpenClaim:
    """One open claim as a row of a list; euro, days overdue, and the last day on which it lives."""

    id: int
    reference: str
    customer: str
    customer_number: str
    kind: str
    public_law: bool
    due_date: date
    amount: Decimal
    open: Decimal
    days: int
    bucket: str
    step: str
    reminders: int
    costs_open: Decimal
    block_codes: str
    limitation_date: date
    case_number: int | None
    standing: Mapping[str, Any]

    def next(self, terms: Terms) -> Next:
        """What comes next, and on which day at the earliest."""
        return next_step({**vars(self), **self.standing}, terms)


def take_open_claims(unit: Unit, on: date) -> None:
    """Prepare what ``ageing`` and ``open_claims`` read, for one page. Called inside ``working_in``."""
    take_claims_in_hand(unit, terms_of(unit, on))


def ageing(on: date) -> list[Aged]:
    """What is open by bucket, kind of law and step, after ``take_open_claims``."""
    found = rows(
        f"SELECT {_BUCKET} AS bucket, h.public_law, {_STEP} AS step, count(*) AS count, sum(h.open) AS open"
        " FROM claims_in_hand h GROUP BY 1, 2, 3",
        {"on": on},
    )
    order = [name for name, _ in BUCKETS]
    return sorted(
        (Aged(**row) for row in found), key=lambda one: (order.index(one.bucket), one.public_law, one.step)
    )


def open_claims(
    on: date,
    *,
    bucket: str | None = None,
    step: str | None = None,
    block: str | None = None,
    customers: Sequence[int] | None = None,
    only: int | None = None,
    after: tuple[date, int] | None = None,
    most: int = 50,
) -> list[OpenClaim]:
    """At most ``most`` open claims, the oldest first, from behind ``after`` (due date and id of the last one seen)."""
    values: dict[str, Any] = {
        "on": on,
        "bucket": bucket,
        "step": step,
        "block": block,
        "customers": None if customers is None else list(customers),
        "only": only,
        "due": after[0] if after else None,
        "id": after[1] if after else None,
        "most": most,
    }
    found = rows(_LIST, values)
    standing = [{name: row.pop(name) for name in _STANDING} for row in found]
    return [OpenClaim(**row, standing=told) for row, told in zip(found, standing, strict=True)]


def open_total() -> tuple[int, Decimal]:
    """How many claims are open, and how many euro, after ``take_open_claims``."""
    count, amount = one_row("SELECT count(*), coalesce(sum(open), 0) FROM claims_in_hand")
    return int(count), Decimal(amount)


_LIST = f"""
SELECT l.* FROM (
  SELECT h.id, h.reference, payer.name AS customer, payer.number AS customer_number, h.kind, h.public_law, h.due_date,
    h.amount, h.open, greatest(%(on)s::date - h.due_date, 0) AS days, {_BUCKET} AS bucket, {_STEP} AS step, h.reminders,
    h.costs_open, h.block_codes, h.limitation_date, k.number AS case_number,
    {", ".join(f"h.{name}" for name in _STANDING)}
  FROM claims_in_hand h
  JOIN registers_customer payer ON payer.id = h.payer_id
  LEFT JOIN claims_case k ON k.id = h.case_id AND h.in_case
  WHERE (%(only)s::bigint IS NULL OR h.id = %(only)s::bigint)
    AND (%(customers)s::bigint[] IS NULL OR h.payer_id = ANY (%(customers)s::bigint[]))
    AND (%(due)s::date IS NULL OR (h.due_date, h.id) > (%(due)s::date, %(id)s::bigint))
    AND (%(block)s::text IS NULL OR h.block_codes LIKE '%%' || %(block)s::text || '%%')
) l
WHERE (%(bucket)s::text IS NULL OR l.bucket = %(bucket)s::text) AND (%(step)s::text IS NULL OR l.step = %(step)s::text)
ORDER BY l.due_date, l.id LIMIT %(most)s
"""
