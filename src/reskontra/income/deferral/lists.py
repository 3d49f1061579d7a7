"""What people look at about payment time: requests that wait for an answer, and agreements with what came of them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from reskontra.claims.collection import take_claims_in_hand
from reskontra.claims.models import Deferral
from reskontra.database.rows import rows
from reskontra.income.deferral.rules import decide_grant
from reskontra.kernel.clauses import clause
from reskontra.registers.models import Customer, Unit
from reskontra.registers.unit_terms import terms_of


@dataclass(frozen=True)
class Request:
    """A request that nobody has answered yet; ``number`` names it."""

    number: int
    customer: str
    asked: date
    until: date
    message: str

    def as_json(self) -> dict[str, Any]:
        """Days in ISO form."""
        return {
            "request": self.number,
            "customer": self.customer,
            "asked": self.asked.isoformat(),
            "until": self.until.isoformat(),
            "message": self.message,
        }


@dataclass(frozen=True)
class Agreement:
    """An agreement: its days, what was agreed and what came since (euro), and ``state``: running, kept, …"""

    number: int
    customer: str
    from_date: date
    until: date
    principal: Decimal
    paid: Decimal
    next_due: date | None
    state: str
    claims: tuple[str, ...]
    letter: int

    def as_json(self) -> dict[str, Any]:
        """Amounts with two decimals, days in ISO form, claims by their references."""
        return {
            "agreement": self.number,
            "customer": self.customer,
            "from": self.from_date.isoformat(),
            "until": self.until.isoformat(),
            "agreed": f"{self.principal:.2f}",
            "paid": f"{self.paid:.2f}",
            "next_due": self.next_due and self.next_due.isoformat(),
            "state": self.state,
            "claims": list(self.claims),
            "letter": self.letter,
        }


@dataclass(frozen=True)
class Grantable:
    """An open claim of a customer, and what the rule says of time for it today: ``standing`` READY when it may be.

    Euro; ``limitation`` is the last day on which the claim lives.
    """

    reference: str
    due_date: date
    open: Decimal
    public_law: bool
    limitation: date
    outcome: str
    standing: str


@clause("OC 6.1.1-a")
def claims_to_ask_about(unit: Unit, customer: Customer, on: date) -> list[Grantable]:
    """The open claims of ``customer``, the oldest first, each with whether time can be granted for it.

    How long the time is to be is not known yet, so what is too long is told when it is granted. Called inside
    ``working_in``.
    """
    terms = terms_of(unit, on)
    take_claims_in_hand(unit, terms)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS claims_to_ask_about")
        cursor.execute(_TO_ASK_ABOUT, {"unit": unit.pk, "customer": customer.pk})
    named = ("reference", "due_date", "open", "public_law", "limitation_date AS limitation")
    columns = ", ".join(f"decided.{name}" for name in named)
    query = decide_grant(terms).select("claims_to_ask_about", columns)
    found = rows(f"SELECT * FROM ({query}) told ORDER BY due_date, reference")
    names = Grantable.__dataclass_fields__
    return [Grantable(**{name: one[name] for name in names}) for one in found]


@dataclass(frozen=True)
class InstalmentLine:
    """An instalment and how it stands: euro, and paid, partly, late, coming or unpaid (the agreement is over)."""

    position: int
    due_date: date
    amount: Decimal
    paid: Decimal
    state: str


def instalments_of(deferral: Deferral, on: date, paid: Decimal, *, over: bool) -> list[InstalmentLine]:
    """The instalments of ``deferral``, as ``paid`` euro pays them one after the other; the day they are due counts."""
    lines, left = [], paid
    for one in deferral.instalments.order_by("position"):
        part = min(left, one.amount)
        left -= part
        state = (
            "paid"
            if part == one.amount
            else "unpaid"
            if over
            else "late"
            if one.due_date < on
            else "partly"
            if part
            else "coming"
        )
        lines.append(InstalmentLine(one.position, one.due_date, one.amount, part, state))
    return lines


def requests_waiting(unit: Unit) -> list[Request]:
    """Requests without an answer, the oldest first. Called inside ``working_in``."""
    return [Request(**one) for one in rows(_WAITING, {"unit": unit.pk})]


def agreements(unit: Unit, on: date, number: int | None = None) -> list[Agreement]:
    """Agreements of the unit as they stand on ``on``, the newest first; one of them by its number."""
    found = rows(_AGREEMENTS, {"unit": unit.pk, "on": on, "number": number})
    return [Agreement(**{**one, "claims": tuple(one["claims"])}) for one in found]


# What ``decide_grant`` asks about, but for the length of the time.
_TO_ASK_ABOUT = """
CREATE TEMP TABLE claims_to_ask_about ON COMMIT DROP AS
SELECT h.id, h.unit_id, h.reference, h.due_date, h.open, h.public_law, h.limitation_date, h.payer_id,
  h.payer_id AS customer_id, h.expired, h.in_case, 0 AS days, false AS grounded,
  EXISTS (SELECT FROM claims_deferralclaim dc WHERE dc.claim_id = h.id
          AND NOT EXISTS (SELECT FROM claims_deferralend e WHERE e.deferral_id = dc.deferral_id)) AS deferred
FROM claims_in_hand h WHERE h.unit_id = %(unit)s AND h.payer_id = %(customer)s
"""
_WAITING = """
SELECT r.id AS number, c.name AS customer, r.requested_date AS asked, r.wished_until AS until, r.message
FROM claims_deferralrequest r JOIN registers_customer c ON c.id = r.customer_id
WHERE r.unit_id = %(unit)s AND NOT EXISTS (SELECT FROM claims_deferral d WHERE d.request_id = r.id)
  AND NOT EXISTS (SELECT FROM claims_deferralrefusal n WHERE n.request_id = r.id)
ORDER BY r.requested_date, r.id
"""
_AGREEMENTS = """
SELECT d.number, c.name AS customer, d.from_date, d.until_date AS until, owed.principal, coalesce(came.paid, 0) AS paid,
  CASE WHEN e.id IS NULL THEN (SELECT min(i.due_date) FROM claims_instalment i
                               WHERE i.deferral_id = d.id AND i.due_date >= %(on)s) END AS next_due,
  coalesce(e.outcome, 'running') AS state, owed.claims, l.number AS letter
FROM claims_deferral d
JOIN registers_customer c ON c.id = d.customer_id
JOIN claims_letter l ON l.id = d.letter_id
CROSS JOIN LATERAL (SELECT sum(dc.principal) AS principal,
                      array_agg(k.reference ORDER BY k.due_date, k.reference) AS claims
                    FROM claims_deferralclaim dc JOIN claims_claim k ON k.id = dc.claim_id
                    WHERE dc.deferral_id = d.id) owed
LEFT JOIN LATERAL (SELECT sum(a.amount) AS paid
                   FROM claims_deferralclaim dc JOIN claims_allocation a ON a.claim_id = dc.claim_id
                   JOIN bank_payment p ON p.id = a.payment_id AND p.booking_date >= d.from_date
                   WHERE dc.deferral_id = d.id) came ON true
LEFT JOIN claims_deferralend e ON e.deferral_id = d.id AND e.day <= %(on)s
WHERE d.unit_id = %(unit)s AND (%(number)s::bigint IS NULL OR d.number = %(number)s)
ORDER BY d.number DESC
"""
