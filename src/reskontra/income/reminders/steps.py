"""Where collection goes on with a claim: the step that the rule of reminders comes to, and on which day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from reskontra.database.rows import rows
from reskontra.income.reminders.rules import (
    FIRST_RUNNING,
    JUST_DUE,
    NOT_YET_DUE,
    REMINDER_LEFT_OUT,
    SEND_FIRST_REMINDER,
    SEND_SECOND_REMINDER,
)
from reskontra.income.reminders.run import decide_claims
from reskontra.kernel.clauses import clause
from reskontra.kernel.days import format_date
from reskontra.kernel.texts import text
from reskontra.registers.models import Unit
from reskontra.registers.unit_terms import terms_of

NOTHING_OPEN = "NOTHING_OPEN"  # nothing is open of the claim any more


@dataclass(frozen=True)
class NextStep:
    """The step of one claim (its id): an outcome of the rule, or ``NOTHING_OPEN``, and the day on which it may come."""

    claim: int
    outcome: str
    day: date

    def __str__(self) -> str:
        return f"{self.outcome} {self.day.isoformat()}"

    def said(self, language: str) -> str:
        """For people: ``second reminder 29.4.2026``."""
        return text("reminders.step", language, what=text(f"outcome.{self.outcome}", language),
                    day=format_date(self.day, language))  # fmt: skip


@clause("OC 6.1.2-a")
def next_steps(unit: Unit, day: date, claims: Sequence[int]) -> list[NextStep]:
    """What the rule of reminders says of ``claims`` (ids) on ``day``, the earliest step first.

    A claim that only waits for its day is told with that day. Called inside ``working_in``.
    """
    terms = terms_of(unit, day)
    decide_claims(unit, terms, claims)
    wait = timedelta(days=terms.reminder_wait_days)
    decided = {
        row["id"]: row
        for row in rows("SELECT id, outcome, due_date, reminders, last_reminder_due FROM decided")
    }
    steps = [
        _step(claim, decided[claim], day, wait) if claim in decided else NextStep(claim, NOTHING_OPEN, day)
        for claim in claims
    ]
    return sorted(steps, key=lambda step: (step.day, step.claim))


def _step(claim: int, row: dict[str, Any], day: date, wait: timedelta) -> NextStep:
    """A reminder goes out when its days have passed, and not before the day after what it waits for has fallen due."""
    tomorrow = timedelta(days=1)
    match row["outcome"]:
        case NOT_YET_DUE.name | JUST_DUE.name:
            return NextStep(claim, SEND_FIRST_REMINDER.name, row["due_date"] + max(wait, tomorrow))
        case FIRST_RUNNING.name:
            return NextStep(claim, SEND_SECOND_REMINDER.name, row["last_reminder_due"] + max(wait, tomorrow))
        case REMINDER_LEFT_OUT.name:
            following = SEND_SECOND_REMINDER if row["reminders"] else SEND_FIRST_REMINDER
            return NextStep(claim, following.name, day + tomorrow)
        case outcome:
            return NextStep(claim, outcome, day)
