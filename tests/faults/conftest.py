"""Stages of a working day, each a database and a home folder that a test may copy and kill in."""

import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connections

from database import working_day as day
from faults.child import Death
from faults.forked import ended, started
from reskontra.database import connect, server
from reskontra.insight.invariants import broken
from reskontra.registers.keys import key_ring

UNIT = "3930"
STEPS = ("import", "orders", "invoicing", "delivery")
# What a step writes; a run row too, so that nothing at all may be left of a step that did not finish.
COUNTED = (
    "exchange_inboxfile", "sales_billingrequest", "sales_billingrow", "sales_order", "sales_orderline", "runs_run",
    "sales_orderdecision", "sales_invoice", "sales_invoiceline", "sales_invoicedorder", "ledger_voucher",
    "ledger_entry", "claims_claim", "runs_evidence", "exchange_outboxfile", "sales_invoicedelivery",
    "exchange_outboxevent", "exchange_fileanswer",
)  # fmt: skip


@dataclass
class World:
    """A database and the folders that belong to it."""

    postgres: server.Server
    database: str
    home: Path
    file: Path
    passed: dict[str, int] = field(default_factory=dict)  # by the clean run of the step that comes next
    takes: float = 0.0  # seconds, the same run
    made: list[str] = field(default_factory=list)

    def copy(self, name: str) -> "World":
        """The same world once more; the old copy of that name is gone."""
        database, home = f"{self.database}_{name}", self.home.with_name(f"{self.home.name}-{name}")
        server.drop_database(self.postgres, database)
        server.create_database(self.postgres, database, self.database)
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(self.home, home)
        if database not in self.made:
            self.made.append(database)
        return World(self.postgres, database, home, self.file)

    def drop(self) -> None:
        """Take the databases away."""
        for name in (*self.made, self.database):
            server.drop_database(self.postgres, name)

    def argv(self, step: str) -> Sequence[str]:
        """The command of a step."""
        where = ("--unit", UNIT, "--on", day.DAY.isoformat())
        if step == "import":
            return ("import", str(self.file), *where)
        return ("run", step, *where)

    def start(
        self, step: str, death: Death | None = None, counts: Path | None = None, fault: str = ""
    ) -> Any:
        """A process that does the step, and dies where it is told to; ``fault`` is planted in it."""
        return started(self.postgres, self.database, self.home, self.argv(step), death, counts, fault)

    def do(self, step: str) -> int:
        """Do the step to its end; the exit code."""
        return ended(self.start(step))

    def alone(self) -> None:
        """Wait until the database has noticed that the killed are gone."""
        with psycopg.connect(**self.postgres.admin_address(), autocommit=True) as admin:
            for _ in range(500):
                found = admin.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = %s", (self.database,)
                ).fetchone()
                if found == (0,):
                    return
                time.sleep(0.02)
        raise AssertionError("somebody is still at work in the database")

    def counts(self) -> dict[str, int]:
        """Rows by table."""
        query = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in COUNTED)
        with psycopg.connect(**self.postgres.admin_address(self.database)) as admin:
            return dict(admin.execute(query).fetchall())  # type: ignore[arg-type]

    def ask(self, query: str) -> list[Any]:
        """Rows, as the preparing login sees them."""
        with psycopg.connect(**self.postgres.admin_address(self.database)) as admin:
            return admin.execute(query).fetchall()  # type: ignore[arg-type]

    def broken(self) -> list[Any]:
        """The invariants that do not hold."""
        return in_world(self, lambda: broken([unit for (unit,) in self.ask("SELECT id FROM registers_unit")]))


def in_world(world: World, work: Callable[[], Any]) -> Any:
    """Do ``work`` in this process, connected to ``world``."""
    home, out = settings.HOME, settings.OUT
    settings.HOME, settings.OUT = world.home, world.home / "out"
    connect.connect(world.postgres, world.database)
    try:
        return work()
    finally:
        settings.HOME, settings.OUT = home, out
        for alias in ("default", "owner"):
            connections[alias].close()


@pytest.fixture(scope="module")
def stages(
    postgres: server.Server, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, World]]:
    """The world before each step, by the step; ``"evening"`` is after the last, done by nobody who was killed."""
    folder = tmp_path_factory.mktemp("stages")
    name = f"reskontra_stage_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    server.drop_database(postgres, name)
    server.create_database(postgres, name, template)
    file = day.write(folder / "in")[UNIT].path
    morning = World(postgres, name, folder / "home", file)
    morning.home.mkdir()
    key_ring.cache_clear()  # the keys of this world lie in its own home, where the killed find them
    in_world(morning, day.load_registers)
    key_ring.cache_clear()
    stages = {"import": morning}
    for step, following in zip(STEPS, (*STEPS[1:], "evening"), strict=True):
        world = stages[step].copy(following)
        told, started = folder / f"{step}.counts", time.perf_counter()
        process = world.start(step, counts=told)
        process.join(60)
        stages[step].takes = time.perf_counter() - started
        assert process.exitcode in (0, 1)
        for line in told.read_text().splitlines():
            place, count = line.split()
            stages[step].passed[place] = int(count)
        world.alone()
        if step == "orders":
            in_world(world, lambda: day.act_on_orders(UNIT))
        stages[following] = world
    yield stages
    for world in reversed(stages.values()):
        world.drop()
