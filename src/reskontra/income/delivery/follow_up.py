"""The worklist of delivery: what is missing, refused, late, contradicted, or could not be sent at all (OC 3.9-d)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from reskontra.database.scripts import script
from reskontra.income.delivery.rules import PassedOver, decide_follow_up, told_passed_over
from reskontra.income.delivery.run import ROOM, decide_invoices
from reskontra.kernel.clauses import clause
from reskontra.registers.models import Unit
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.run import Acting

_MOST = 1000


@dataclass(frozen=True)
class Followed:
    """One invoice on its way, or one that could not leave: where it stands and by which clause.

    ``attempt`` is the delivery that this is about; ``reason`` are the operator's words; ``passed_over`` says of
    an invoice that could not leave which channels were tried. Amount in euro.
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
        }


@clause("OC 3.9-d")
def worklist(acting: Acting, at: datetime, most: int = _MOST) -> list[Followed]:
    """What a person has to settle in the unit at the moment ``at``, by number; at most ``most`` of each kind.

    First the deliveries whose answers are missing, refused, late or contradicting, then the invoices that no
    channel could take. Called inside ``working_in``.
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


def not_sent(acting: Acting, invoices: Sequence[int] | None = None, most: int = _MOST) -> list[Followed]:
    """The invoices that the delivery run of the day would leave, each with the channels that were passed over."""
    decide_invoices(acting.unit, acting.day, invoices)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, %s || lpad(number::text, 9, '0'), amount, attempt, outcome, standing, clause, skipped"
            " FROM decided WHERE standing = 'LEFT' ORDER BY number LIMIT %s",
            [acting.unit.code, most],
        )
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
            )
            for id, number, amount, attempt, outcome, stands, clause_id, skipped in cursor.fetchall()
        ]
