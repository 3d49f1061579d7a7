"""What runs of reminders and of interest are about, claim by claim, as planned and as applied (S41, S44).

Called inside ``working_in``. Lists are read by key. A plan is read from what its room has just decided in the same
transaction; an applied run from its decisions and the facts that it wrote.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from reskontra.database.rows import rows
from reskontra.kernel.clauses import clause
from reskontra.runs.models import Run


@dataclass(frozen=True)
class ReminderLine:
    """A claim that a run of reminders decided about: euro ``open``, and what the reminder adds to it as ``cost``.

    ``ordinal``, ``cost`` and ``cost_why`` are of a reminder that goes out, else none; ``letter`` is its number once it
    is written, ``channel`` how it left. ``left_out`` is why a person left the claim out, ``blocks`` the codes in force.
    """

    id: int
    payer: int
    reference: str
    customer: str
    customer_number: str
    due_date: date
    open: Decimal
    ordinal: int | None
    cost: Decimal | None
    cost_why: str | None
    language: str
    blocks: str
    left_out: str | None
    left_out_by: str | None
    left_out_at: datetime | None
    letter: int | None
    channel: str | None


@clause("OC 6.1.2-c", "OC 6.1.3-a")
def reminders_told(run: Run, outcome: str, after: int | None, most: int = 50) -> list[ReminderLine]:
    """At most ``most`` claims that ``run`` gave ``outcome``, from behind the claim ``after``."""
    told = _PLANNED if run.state == "planned" else _REMINDED
    return [ReminderLine(**row) for row in rows(told, _values(run, outcome, after, most))]


_PLANNED = """
SELECT k.id, k.payer_id AS payer, k.reference, c.name AS customer, c.number AS customer_number, k.due_date, d.open,
  CASE WHEN d.standing = 'READY' THEN d.reminders + 1 END AS ordinal,
  CASE WHEN d.standing = 'READY' THEN d.cost END AS cost, d.cost_outcome AS cost_why, d.language,
  d.block_codes AS blocks, d.left_out, who.name AS left_out_by, apart.given_at AS left_out_at, NULL::bigint AS letter,
  NULL AS channel
FROM decided d
JOIN claims_claim k ON k.id = d.id AND k.unit_id = d.unit_id
JOIN registers_customer c ON c.id = k.payer_id
LEFT JOIN claims_left_out apart ON apart.claim_id = k.id AND apart.rule = %(rule)s AND apart.day = %(on)s
LEFT JOIN registers_person who ON who.id = apart.person_id
WHERE d.unit_id = %(unit)s AND d.outcome = %(outcome)s AND (%(after)s::bigint IS NULL OR k.id > %(after)s::bigint)
ORDER BY k.id LIMIT %(most)s
"""
_REMINDED = """
SELECT k.id, k.payer_id AS payer, k.reference, c.name AS customer, c.number AS customer_number, k.due_date,
  d.amount AS open, r.ordinal,
  CASE WHEN r.id IS NOT NULL THEN coalesce(cost.amount, 0) END AS cost, d.inputs ->> 'cost_why' AS cost_why,
  coalesce(l.language, i.language, n.language) AS language, coalesce(d.inputs ->> 'blocks', '') AS blocks,
  d.inputs ->> 'left_out' AS left_out, who.name AS left_out_by, apart.given_at AS left_out_at, l.number AS letter,
  sent.channel
FROM claims_claimdecision d
JOIN claims_claim k ON k.id = d.claim_id AND k.unit_id = d.unit_id
JOIN registers_customer c ON c.id = k.payer_id
LEFT JOIN sales_invoice i ON i.id = k.invoice_id
LEFT JOIN claims_interestinvoice n ON n.id = k.interest_invoice_id
LEFT JOIN claims_reminder r ON r.claim_id = k.id AND r.run_id = d.run_id
LEFT JOIN claims_cost cost ON cost.reminder_id = r.id
LEFT JOIN claims_letter l ON l.id = r.letter_id
LEFT JOIN claims_letterdelivery sent ON sent.letter_id = l.id
LEFT JOIN claims_left_out apart ON apart.claim_id = k.id AND apart.rule = %(rule)s AND apart.day = %(on)s
LEFT JOIN registers_person who ON who.id = apart.person_id
WHERE d.unit_id = %(unit)s AND d.run_id = %(run)s AND d.rule = %(rule)s AND d.outcome = %(outcome)s
  AND (%(after)s::bigint IS NULL OR k.id > %(after)s::bigint)
ORDER BY k.id LIMIT %(most)s
"""


@dataclass(frozen=True)
class Stretch:
    """Days with one principal (euro) and one rate (percent a year); ``amount`` is unrounded."""

    from_date: date
    to_date: date
    days: int
    principal: Decimal
    percent: Decimal
    amount: Decimal


@dataclass(frozen=True)
class InterestLine:
    """A claim that a run of interest decided about, euro: ``amount`` is charged or credited by it.

    ``accrued`` is the interest of all ``stretches`` before what was charged, paid or waived; ``customer_total`` what
    the customer owes in such interest in all; ``letter`` the number of the letter once it is written.
    """

    id: int
    reference: str
    customer: str
    customer_number: str
    due_date: date
    amount: Decimal
    accrued: Decimal
    customer_total: Decimal
    left_out: str | None
    left_out_by: str | None
    left_out_at: datetime | None
    letter: int | None
    stretches: Sequence[Stretch] = ()

    @property
    def principal(self) -> Decimal | None:
        """The principal at the beginning; None without stretches."""
        return self.stretches[0].principal if self.stretches else None

    @property
    def first(self) -> date | None:
        """The first day of interest; None without stretches."""
        return self.stretches[0].from_date if self.stretches else None

    @property
    def last(self) -> date | None:
        """The last day of interest; None without stretches."""
        return self.stretches[-1].to_date if self.stretches else None

    @property
    def parted(self) -> bool:
        """Whether the principal or the rate changed on the way."""
        return len(self.stretches) > 1

    @property
    def days(self) -> int:
        """On how many days interest ran."""
        return sum(one.days for one in self.stretches)

    @property
    def rates(self) -> list[Decimal]:
        """The rates, percent a year, each once and in order of time."""
        return list(dict.fromkeys(one.percent for one in self.stretches))


@clause("OC 6.1.5-a", "OC 6.1.5-b", "OC 6.1.1-a")
def interest_told(run: Run, outcome: str, after: int | None, most: int = 50) -> list[InterestLine]:
    """At most ``most`` claims that a ``run`` of interest gave ``outcome``, from behind the claim ``after``."""
    values = _values(run, outcome, after, most)
    planned = run.state == "planned"
    found = rows(_TO_CHARGE if planned else _CHARGED, values)
    values["claims"] = [one["id"] for one in found]
    lines = rows(_STRETCHES if planned else _STRETCHES_KEPT, values)
    stretches = {
        claim: [Stretch(**{key: value for key, value in line.items() if key != "claim"}) for line in some]
        for claim, some in groupby(lines, key=lambda line: line["claim"])
    }
    return [InterestLine(**one, stretches=stretches.get(one["id"], ())) for one in found]


_TO_CHARGE = """
SELECT k.id, k.reference, c.name AS customer, c.number AS customer_number, k.due_date, d.amount, d.accrued,
  d.customer_total, d.left_out, who.name AS left_out_by, apart.given_at AS left_out_at, NULL::bigint AS letter
FROM decided d
JOIN claims_claim k ON k.id = d.id AND k.unit_id = d.unit_id
JOIN registers_customer c ON c.id = k.payer_id
LEFT JOIN claims_left_out apart ON apart.claim_id = k.id AND apart.rule = %(rule)s AND apart.day = %(on)s
LEFT JOIN registers_person who ON who.id = apart.person_id
WHERE d.unit_id = %(unit)s AND d.outcome = %(outcome)s AND (%(after)s::bigint IS NULL OR k.id > %(after)s::bigint)
ORDER BY k.id LIMIT %(most)s
"""
_CHARGED = """
SELECT k.id, k.reference, c.name AS customer, c.number AS customer_number, k.due_date, d.amount,
  (d.inputs ->> 'accrued')::numeric AS accrued, coalesce((d.inputs ->> 'customer_total')::numeric, 0) AS customer_total,
  d.inputs ->> 'left_out' AS left_out, who.name AS left_out_by, apart.given_at AS left_out_at,
  (SELECT l.number FROM claims_interestcharge ch
   JOIN claims_interestinvoice n ON n.id = ch.invoice_id AND n.run_id = d.run_id
   JOIN claims_letter l ON l.id = n.letter_id WHERE ch.claim_id = k.id ORDER BY l.id LIMIT 1) AS letter
FROM claims_claimdecision d
JOIN claims_claim k ON k.id = d.claim_id AND k.unit_id = d.unit_id
JOIN registers_customer c ON c.id = k.payer_id
LEFT JOIN claims_left_out apart ON apart.claim_id = k.id AND apart.rule = %(rule)s AND apart.day = %(on)s
LEFT JOIN registers_person who ON who.id = apart.person_id
WHERE d.unit_id = %(unit)s AND d.run_id = %(run)s AND d.rule = %(rule)s AND d.outcome = %(outcome)s
  AND (%(after)s::bigint IS NULL OR k.id > %(after)s::bigint)
ORDER BY k.id LIMIT %(most)s
"""
# interest_lines tells principals and days; what was waived is not asked for, so no letter tells it.
_STRETCHES = """
SELECT l.claim_id AS claim, l.from_date, l.to_date, l.days, l.principal, l.percent, l.amount
FROM interest_lines l WHERE l.claim_id = ANY (%(claims)s) AND l.kind = %(kind)s AND NOT l.waived
ORDER BY l.claim_id, l.position
"""
_STRETCHES_KEPT = """
SELECT ch.claim_id AS claim, l.from_date, l.to_date, l.days, l.principal, l.percent, l.amount
FROM claims_interestcharge ch
JOIN claims_interestinvoice n ON n.id = ch.invoice_id AND n.run_id = %(run)s
JOIN claims_interestline l ON l.charge_id = ch.id
WHERE ch.claim_id = ANY (%(claims)s) AND ch.unit_id = %(unit)s
ORDER BY ch.claim_id, ch.id, l.position
"""


def _values(run: Run, outcome: str, after: int | None, most: int) -> dict[str, Any]:
    return {
        "unit": run.unit_id,
        "run": run.pk,
        "rule": run.name,
        "on": run.on_date,
        "outcome": outcome,
        "after": after,
        "most": most,
        "kind": "payment_time" if run.name == "payment_time" else "late",
    }
