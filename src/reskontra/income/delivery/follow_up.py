"""The worklist of delivery: what is missing, refused, late, contradicted, or could not be sent at all (OC 3.9-d)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from reskontra.database.scripts import script
from reskontra.documents.findings import Finding
from reskontra.income.delivery.rules import (
    REFUSED_BY_OWN_CHECKS,
    PassedOver,
    decide_follow_up,
    told_passed_over,
)
from reskontra.income.delivery.run import ROOM, decide_invoices
from reskontra.kernel.clauses import clause
from reskontra.registers.models import Unit
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.run import Acting

_MOST = 1000


@dataclass(frozen=True)
class Followed:
    """One invoice on its way, or one that could not leave: where it stands and by which clause.

    ``attempt`` is the delivery that this is about; ``reason`` are the operator's words. Of an invoice that could
    not leave, ``passed_over`` says which channels were tried and ``findings`` what our own checks found wrong.
    Amount in euro.
    """

    invoice: int
    number: str
    amount: Decimal
    attempt: int
    channel: str
    outcome: str
    standing: str
    clause: str
    batch: str = ""
    sent_at: datetime | None = None
    reason: str = ""
    passed_over: Sequence[PassedOver] = ()
    findings: Sequence[Finding] = ()

    @property
    def running(self) -> int:
        """The number without the unit's code."""
        return int(self.number[-9:])

    def as_json(self) -> dict[str, Any]:
        """The contract of ``reskontra deliveries --json``."""
        return {
            "invoice": self.number,
            "amount": format(self.amount, ".2f"),
            "attempt": self.attempt,
            "channel": self.channel or None,
            "outcome": self.outcome,
            "standing": self.standing,
            "clause": self.clause,
            "batch": self.batch or None,
            "sent_at": self.sent_at.isoformat() if self.sent_at else None,
            "reason": self.reason or None,
            "passed_over": [
                {"channel": one.channel, "why": one.why, "clause": one.clause} for one in self.passed_over
            ],
            "findings": [one.as_json() for one in self.findings],
        }


@clause("OC 3.9-d")
def worklist(acting: Acting, at: datetime, most: int = _MOST) -> list[Followed]:
    """What a person has to settle in the unit at the moment ``at``, by number; at most ``most`` of each kind.

    First the deliveries whose answers are missing, refused, late or contradicting, then the invoices that no
    channel could take or our own checks refused. Called inside ``working_in``.
    """
    return [*follow_up(acting.unit, at, standing="REVIEW", most=most), *not_sent(acting, most=most)]


def follow_up(
    unit: Unit,
    at: datetime,
    invoices: Sequence[int] | None = None,
    standing: str | None = None,
    most: int = _MOST,
) -> list[Followed]:
    """Where the newest delivery of each invoice stands at the moment ``at``; ``invoices`` narrows to these ids.

    Called inside ``working_in``. The terms are those of the day of ``at``.
    """
    rule = decide_follow_up(terms_of(unit, timezone.localdate(at)))
    values: dict[str, Any] = {
        "unit": unit.pk,
        "at": at,
        "invoices": None if invoices is None else list(invoices),
    }
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS deliveries_in_hand")
        cursor.execute(script(ROOM, "follow_up.sql"), values)
        cursor.execute(
            "SELECT id, %(code)s || lpad(number::text, 9, '0'), amount, attempt, channel, outcome, standing, clause,"
            f" batch, sent_at, reason FROM ({rule.select('deliveries_in_hand', 'decided.*')}) followed"
            " WHERE %(standing)s::text IS NULL OR standing = %(standing)s ORDER BY number LIMIT %(most)s",
            {"code": unit.code, "standing": standing, "most": most},
        )
        return [
            Followed(id, number, amount, attempt, channel, outcome, stands, clause_id, batch, sent_at, reason)
            for (id, number, amount, attempt, channel, outcome, stands, clause_id, batch, sent_at, reason)
            in cursor.fetchall()
        ]  # fmt: skip


# What the delivery run of the day would leave, and what it would try although the newest run was refused by our own
# checks: until a run gets through, the invoice waits for a person.
_NOT_SENT = """
SELECT d.id, %(code)s || lpad(d.number::text, 9, '0'), d.amount, d.attempt, d.skipped,
  CASE WHEN d.standing = 'LEFT' THEN d.outcome ELSE said.outcome END,
  CASE WHEN d.standing = 'LEFT' THEN d.standing ELSE said.standing END,
  CASE WHEN d.standing = 'LEFT' THEN d.clause ELSE said.clause END,
  CASE WHEN d.standing = 'LEFT' THEN NULL ELSE said.inputs -> 'findings' END::text
FROM decided d
LEFT JOIN (SELECT DISTINCT ON (invoice_id) invoice_id, outcome, standing, clause, inputs FROM sales_invoicedecision
           WHERE unit_id = %(unit)s ORDER BY invoice_id, run_id DESC) said
  ON said.invoice_id = d.id AND (said.inputs ->> 'attempt')::int = d.attempt AND said.outcome = %(refused)s
WHERE d.standing = 'LEFT' OR said.outcome IS NOT NULL
ORDER BY d.number LIMIT %(most)s
"""


def not_sent(acting: Acting, invoices: Sequence[int] | None = None, most: int = _MOST) -> list[Followed]:
    """The invoices that cannot leave: those that the delivery run of the day would leave, each with the channels
    that were passed over, and those whose documents our own checks refused in the newest run."""
    decide_invoices(acting.unit, acting.day, invoices)
    values: dict[str, Any] = {
        "unit": acting.unit.pk,
        "code": acting.unit.code,
        "refused": REFUSED_BY_OWN_CHECKS.name,
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(_NOT_SENT, values)
        return [
            Followed(
                id,
                number,
                amount,
                attempt,
                "",
                outcome,
                stands,
                clause_id,
                passed_over=told_passed_over(skipped),
                findings=[Finding(**one) for one in json.loads(findings or "[]")],
            )
            for id, number, amount, attempt, skipped, outcome, stands, clause_id, findings in cursor.fetchall()
        ]
