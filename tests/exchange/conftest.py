"""An office with an archive, an inbox and an outbox of its own for every test; two units, two persons."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections

from database.conftest import Street, street
from reskontra.database import connect
from reskontra.database.session import working_in
from reskontra.exchange import archive
from reskontra.exchange.models import OutboxEvent, OutboxFile
from reskontra.registers.models import Person, Unit
from reskontra.runs.models import Run
from reskontra.runs.run import Acting

__all__ = ["street"]

AT = datetime(2026, 3, 16, 12, 0, tzinfo=UTC)


@dataclass
class Office:
    """A unit, its people, and the folders of the test."""

    unit: Unit
    other: Unit
    run: int
    first: Person
    second: Person
    home: Path
    out: Path
    names: int = 0

    def acting(self, unit: Unit | None = None) -> Acting:
        """The first person at work."""
        return Acting(self.first, unit or self.unit, AT)

    def batch(self, data: bytes = b"<Finvoice/>", channel: str = "finvoice") -> OutboxFile:
        """A sealed batch: its bytes in the archive, its row in the outbox."""
        self.names += 1
        stored = archive.store([data])
        with working_in([self.unit.pk]):
            return OutboxFile.objects.create(
                unit=self.unit,
                run=Run(pk=self.run),
                name=f"{channel}-{self.home.name}-{self.names}.xml",
                digest=stored.digest,
                size=stored.size,
                documents=1,
                amount=Decimal("1.00"),
                channel=channel,
                built_at=AT,
            )

    def states(self, file: OutboxFile) -> list[str]:
        """Everything that happened to the batch, in order."""
        with working_in([self.unit.pk]):
            events = OutboxEvent.objects.filter(unit=self.unit, file=file).order_by("id")
            return list(events.values_list("state", flat=True))

    def files(self) -> list[Path]:
        """What a receiver that polls the folder takes for files: what does not hide behind a dot."""
        return [path for path in self.out.rglob("*") if path.is_file() and not path.name.startswith(".")]


@pytest.fixture
def office(street: Street, tmp_path: Path) -> Iterator[Office]:
    """Django as the app role, and empty folders."""
    own, foreign = street.own, street.foreign
    second = own.add("registers_person")["id"]
    street.admin.commit()
    connect.connect(street.postgres, street.database)
    home, out = settings.HOME, settings.OUT
    settings.HOME, settings.OUT = tmp_path, tmp_path / "out"
    yield Office(
        Unit.objects.get(pk=own.unit),
        Unit.objects.get(pk=foreign.unit),
        own.of("runs_run"),
        Person.objects.get(pk=foreign.of("registers_person")),
        Person.objects.get(pk=second),
        tmp_path,
        tmp_path / "out",
    )
    settings.HOME, settings.OUT = home, out
    for alias in ("default", "owner"):
        connections[alias].close()
