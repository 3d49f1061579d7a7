"""What a reminder or an interest run is about, as its lists show it (S41, S44): lines, and what may be done."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reskontra.claims.models.exclusions import RULES
from reskontra.desk.access import Place
from reskontra.income.delivery.foreseen import ToBeWritten, foreseen_channels
from reskontra.income.interest import rules as interest_rules
from reskontra.income.interest.run import InterestRun, PaymentTimeInterestRun
from reskontra.income.reminders import rules as reminder_rules
from reskontra.income.reminders.run import ReminderRun
from reskontra.insight.collection_plans import (
    InterestLine,
    ReminderLine,
    interest_told,
    reminders_told,
)
from reskontra.runs.models import Run
from reskontra.runs.run import Room

# The runs whose lists these are, each with the room that may be asked about a few claims only.
ROOMS: Mapping[str, Callable[[list[int]], Room]] = {
    "reminders": ReminderRun,
    "interest": InterestRun,
    "payment_time": PaymentTimeInterestRun,
}
assert set(ROOMS) == set(RULES)
_LEFT_OUT = {reminder_rules.REMINDER_LEFT_OUT.name, interest_rules.LEFT_OUT.name}


@dataclass(frozen=True)
class Listed:
    """The lines of one outcome: ``told`` names the columns; ``act`` is what the person may do with them, or nothing."""

    told: str
    rows: Sequence[Any]
    goes_on: bool
    left_out: bool
    act: str


def listed(
    place: Place, run: Run, outcome: str, standing: str, after: int | None, most: int, *, may: bool
) -> Listed:
    """At most ``most`` lines of ``outcome``, from behind the claim ``after``. Called inside ``working_in``.

    Of a plan, its room has decided in this transaction.
    """
    reminders = run.name == "reminders"
    goes_on = standing == "READY" and outcome != interest_rules.CREDIT_INTEREST.name
    left_out = outcome in _LEFT_OUT
    rows: Sequence[ReminderLine] | Sequence[InterestLine]
    if reminders:
        rows = reminders_told(run, outcome, after, most)
        if run.state == "planned" and goes_on:
            rows = _with_channels(place, run, rows)
    else:
        rows = interest_told(run, outcome, after, most)
    acts = may and run.state == "planned"
    act = "leave_out" if acts and goes_on else "take_back" if acts and left_out else ""
    return Listed("reminders" if reminders else "interest", rows, standing == "READY", left_out, act)


def _with_channels(place: Place, run: Run, rows: Sequence[ReminderLine]) -> list[ReminderLine]:
    """The lines with the channel by which each reminder would leave."""
    letters = [ToBeWritten(one.id, one.payer, "reminder", one.open + (one.cost or 0)) for one in rows]
    channels = foreseen_channels(place.unit, run.on_date, letters)
    return [replace(one, channel=channels.get(one.id)) for one in rows]
