"""The machine that every run uses: plan → approve → apply → evidence, in one transaction each.

A room gives a ``Room``: how it decides its subjects and what it writes. The machine freezes the terms, counts
the decisions, compares the plan with what is true at apply, checks the controls and keeps the evidence.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol, runtime_checkable

from django.db import connection, transaction
from django.utils import timezone

from reskontra.database.session import room_to_work
from reskontra.kernel.terms import Terms
from reskontra.registers.models import Person, Unit
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.models import Evidence, Run


class RunRefused(Exception):
    """A run that may not go on; ``key`` is the text that says why, ``values`` fill it."""

    def __init__(self, key: str, **values: str | tuple[str, ...]) -> None:
        super().__init__(key)
        self.key, self.values = key, values


@dataclass(frozen=True)
class Acting:
    """Who acts, where and when. The clock is read on the roof and handed down."""

    person: Person
    unit: Unit
    at: datetime

    @property
    def day(self) -> date:
        """The day of ``at`` in Finland: rights and terms hold by day."""
        return timezone.localdate(self.at)


@dataclass(frozen=True)
class Count:
    """How many subjects a run gave one outcome, and their amount in euro."""

    outcome: str
    standing: str
    clause: str
    count: int
    amount: Decimal


@dataclass(frozen=True)
class Control:
    """A control total: what was expected and what came out. They agree, or nothing happened."""

    name: str
    expected: str
    actual: str


@dataclass
class Result:
    """What a run did: decisions by outcome, controls that held, files it left."""

    run: Run
    counts: Sequence[Count]
    controls: Sequence[Control] = ()
    files: Sequence[Mapping[str, Any]] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The contract of ``reskontra run … --json``."""
        return {
            "run": self.run.pk,
            "name": self.run.name,
            "unit": self.run.unit.code,
            "on": self.run.on_date.isoformat(),
            "state": self.run.state,
            "digest": self.run.digest,
            "decisions": [
                {
                    "outcome": count.outcome,
                    "standing": count.standing,
                    "clause": count.clause,
                    "count": count.count,
                    "amount": format(count.amount, ".2f"),
                }
                for count in self.counts
            ],
            "controls": [
                {"name": control.name, "expected": control.expected, "actual": control.actual, "ok": True}
                for control in self.controls
            ],
            "files": list(self.files),
            **self.facts,
        }


class Room(Protocol):
    """What a room brings to the machine."""

    name: str
    lock: str  # runs with the same lock in the same unit wait for each other

    def decide(self, run: Run, terms: Terms) -> None:
        """Decide every subject of the scope into the temporary table ``decided``."""

    def record(self, run: Run) -> None:
        """Store what was decided as decision facts of ``run``."""

    def set_aside(self, run: Run) -> None:
        """Mark in ``decided`` what is no longer as ``run`` planned it; it is left for the next run."""

    def apply(self, run: Run, terms: Terms, acting: Acting) -> "Applied":
        """Write the facts of what was decided; what cannot be written after all is marked so in ``decided``."""


@runtime_checkable
class Tells(Protocol):
    """A room that tells something besides its decisions, such as findings that stop nothing; in its plan too."""

    def told(self, run: Run) -> Mapping[str, Any]:
        """What there is to tell of ``run`` once it has decided, by stable keys."""


@dataclass(frozen=True)
class Applied:
    """What a room wrote: the control totals to check, files it left, and what else there is to tell."""

    controls: Sequence[Control] = ()
    files: Sequence[Mapping[str, Any]] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


def plan(room: Room, acting: Acting, on: date) -> Result:
    """Decide and keep the plan with its decisions, writing nothing else. Called inside ``working_in``."""
    room_to_work()
    terms = terms_of(acting.unit, on)
    run = _open(room, acting, on)
    room.decide(run, terms)
    room.record(run)
    counts = _counted()
    _freeze(run, terms, counts, "planned", acting.at)
    return Result(run, counts, facts=_told(room, run))


def apply(room: Room, acting: Acting, on: date, planned: Run | None = None) -> Result:
    """Decide under lock, write the facts and check the controls. Called inside ``working_in``.

    With ``planned`` only what is decided as the plan said is applied; what has changed since is set aside and
    counted as such. Raises ``RunRefused`` when a control does not hold; then nothing has happened.
    """
    lock(acting.unit, room.lock)
    room_to_work()
    terms = terms_of(acting.unit, on)
    # Under the lock the plan is read anew: somebody may have applied it since it was looked up.
    run = Run.objects.get(unit=acting.unit, pk=planned.pk) if planned else _open(room, acting, on)
    if run.state != "planned":
        raise RunRefused("run.already_applied", run=str(run.pk))
    room.decide(run, terms)
    if planned:
        room.set_aside(run)
    else:
        room.record(run)
    applied = room.apply(run, terms, acting)
    counts = _counted()
    _check(applied.controls)
    Evidence.objects.bulk_create(
        Evidence(unit=acting.unit, run=run, control=c.name, expected=c.expected, actual=c.actual)
        for c in applied.controls
    )
    _freeze(run, terms, counts, "applied", acting.at)
    facts = {**_told(room, run), **applied.facts}
    return Result(run, counts, applied.controls, applied.files, facts)


@contextmanager
def rehearsed(room: Room, acting: Acting, run: Run) -> Iterator[Applied]:
    """What ``room`` would write for ``run`` now, there to be read inside; afterwards nothing of it has happened.

    Called inside ``working_in``. ``run`` stays as it is. Raises what deciding and writing raise.
    """
    with transaction.atomic():
        lock(acting.unit, room.lock)
        terms = terms_of(acting.unit, run.on_date)
        room.decide(run, terms)
        try:
            yield room.apply(run, terms, acting)
        finally:
            transaction.set_rollback(True)


def _told(room: Room, run: Run) -> Mapping[str, Any]:
    return room.told(run) if isinstance(room, Tells) else {}


def _check(controls: Sequence[Control]) -> None:
    for control in controls:
        if control.expected != control.actual:
            raise RunRefused(
                "run.control_failed", name=control.name, expected=control.expected, actual=control.actual
            )


def _open(room: Room, acting: Acting, on: date) -> Run:
    return Run.objects.create(
        unit=acting.unit, name=room.name, on_date=on, person=acting.person, planned_at=acting.at
    )


def lock(unit: Unit, kind: str) -> None:
    """Wait for other work of this kind in the unit; the lock ends with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [unit.pk, kind])


def _digest() -> str:
    """SHA-256 over every subject and its outcome, in order: what somebody who saw the plan has seen."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT encode(sha256(convert_to(coalesce(string_agg(id || ' ' || outcome || ' ' || amount, ','"
            " ORDER BY id), ''), 'UTF8')), 'hex') FROM decided"
        )
        row = cursor.fetchone()
    assert row is not None
    return str(row[0])


def _freeze(run: Run, terms: Terms, counts: Sequence[Count], state: str, at: datetime) -> None:
    run.state = state
    run.terms = terms.as_json()
    run.digest = _digest()
    run.outcomes = [
        {"outcome": c.outcome, "clause": c.clause, "count": c.count, "amount": format(c.amount, ".2f")}
        for c in counts
    ]
    if state == "applied":
        run.applied_at = at
    run.save()


def _counted() -> list[Count]:
    """The decisions of the temporary table by outcome, with count and amount."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT outcome, standing, clause, count(*), coalesce(sum(amount), 0) FROM decided"
            " GROUP BY 1, 2, 3 ORDER BY standing, count(*) DESC, outcome"
        )
        return [Count(*row) for row in cursor.fetchall()]
