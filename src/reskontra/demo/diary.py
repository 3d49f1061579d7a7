"""What is told of the demonstration: the day and the weeks after it, step by step, and who did what when."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, Q

from reskontra.database.session import working_in
from reskontra.registers.models import Person, RoleAssignment, Unit
from reskontra.runs.run import Acting

DAY = date(2026, 3, 16)


@dataclass
class Day:
    """What happened: the funnel by step, what came of each file, what to look at, and all of it for machines.

    ``money`` tells of the weeks after: deliveries, bank files, payments and what became of them; ``purchases`` of
    the purchase side in the same weeks; ``later`` of the
    months and years in which the rest is collected to its end.
    """

    folder: Path
    files: list[dict[str, Any]] = field(default_factory=list)
    runs: list[dict[str, Any]] = field(default_factory=list)
    acts: list[dict[str, Any]] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    look_at: list[dict[str, Any]] = field(default_factory=list)
    funnel: list[dict[str, Any]] = field(default_factory=list)
    money: dict[str, Any] = field(default_factory=dict)
    purchases: dict[str, Any] = field(default_factory=dict)
    later: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def summary(self) -> dict[str, Any]:
        """The day with stable keys, as in ``summary.json``."""
        return {
            "day": DAY.isoformat(),
            "seconds": round(self.seconds, 1),
            "funnel": self.funnel,
            "files": self.files,
            "runs": self.runs,
            "acts": self.acts,
            "sent": self.sent,
            "money": self.money,
            "purchases": self.purchases,
            "later": self.later,
            "look_at": self.look_at,
        }


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    """An instant of the demonstration, by the clock in Finland."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(settings.TIME_ZONE))


def person_with(unit: Unit, *roles: str) -> Person:
    """The first person with one of the roles in the unit, else in all units."""
    held = RoleAssignment.objects.filter(
        Q(in_unit=unit) | Q(in_unit__isnull=True), role__in=roles, validity__contains=DAY
    )
    found = held.select_related("person").order_by(F("in_unit").asc(nulls_last=True), "person_id").first()
    assert found is not None, f"nobody is {roles} in {unit.code}"
    return found.person


@contextmanager
def session(unit: Unit, on: date, role: str, hour: int = 10) -> Iterator[Acting]:
    """A session of whoever has the role in the unit, at that hour of the day."""
    person = person_with(unit, role)
    with working_in([unit.pk], person.pk, "demo"):
        yield Acting(person, unit, moment(on, hour))
