"""``python -m bench``: seconds, peak memory and the ratio to the raw limit of the machine, measured in one run.

The raw limit of a run is its finished rows written by COPY into the same tables with the same constraints and
triggers; the raw limit of files is their finished bytes written to disk.
"""

import argparse
import json
import os
import shutil
import warnings
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reskontra.settings")
os.environ.setdefault("RESKONTRA_HOME", "var/bench/home")
warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402

from bench import raw  # noqa: E402
from bench.documents import messages  # noqa: E402
from bench.measure import Measured, measured  # noqa: E402
from bench.orders import make_world  # noqa: E402
from bench.payments import make_claims, notification  # noqa: E402
from reskontra.database import connect, server  # noqa: E402
from reskontra.database.session import working_in  # noqa: E402
from reskontra.documents.findings import Finding  # noqa: E402
from reskontra.documents.invoice import Invoice  # noqa: E402
from reskontra.exchange import archive  # noqa: E402
from reskontra.exchange.inbox import receive  # noqa: E402
from reskontra.exchange.reading import read_documents  # noqa: E402
from reskontra.exchange.writing import finvoice_batch  # noqa: E402
from reskontra.income.allocation.run import AllocationRun  # noqa: E402
from reskontra.income.bank_material.intake import take_in_bank_material  # noqa: E402
from reskontra.income.delivery.run import DeliveryRun  # noqa: E402
from reskontra.income.invoicing.run import InvoicingRun  # noqa: E402
from reskontra.income.order_handling.run import OrdersRun  # noqa: E402
from reskontra.registers.models import Person, Unit  # noqa: E402
from reskontra.runs.run import Acting, Result, Room, apply  # noqa: E402

DAY = date(2026, 3, 16)
WORLD, RUN, RAW = "bench_world", "bench_run", "bench_raw"


def main() -> None:
    """Measure every job at the size asked for and write ``var/bench/results.json``."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--size", type=int, default=100_000, help="number of invoices, three lines each")
    size = parser.parse_args().size
    folder = Path("var/bench")
    folder.mkdir(parents=True, exist_ok=True)
    results = Bench(size, folder).run()
    (folder / "results.json").write_text(json.dumps(results, indent=2) + "\n")


class Bench:
    """One run of all jobs on a world of its own."""

    def __init__(self, size: int, folder: Path) -> None:
        self.size, self.folder = size, folder
        self.postgres = server.start()
        self.results: list[dict[str, Any]] = []

    def run(self) -> list[dict[str, Any]]:
        """Every job, told as it is done."""
        self._make_world()
        kept = self.folder / "raw"
        print(
            f"{'job':<22}{'items':>9}{'seconds':>10}{'per second':>12}{'limit s':>9}{'ratio':>7}{'peak MB':>9}"
        )
        for job, room, tables in (
            ("orders run", OrdersRun(), ("sales_orderdecision",)),
            ("invoice run", InvoicingRun(), raw.TABLES),
        ):
            done = self._room(room)
            raw.keep_rows(self.postgres, RUN, done.result.run.pk, kept, tables)
            self._tell(job, self.size, done, self._limit(kept, tables))
            self._go_on_from_here()
        self._documents(min(self.size, 20_000))
        delivery = self._room(DeliveryRun())
        written = archive.path_of(delivery.result.files[-1]["digest"])
        self._tell("delivery run", self.size, delivery, self._write_bytes(written))
        written.unlink()
        self._payments(self.size, 5 * self.size, kept)
        for name in (WORLD, RUN, RAW):
            self._drop(name)
        shutil.rmtree(kept)
        return self.results

    def _payments(self, count: int, claims: int, kept: Path) -> None:
        """A bank's file of ``count`` payments to ``claims`` open claims: read, taken in, allocated."""
        _disconnect()
        self._prepare(lambda admin: make_claims(admin, claims))
        data = "".join(notification(count, claims, DAY)).encode()
        read = measured(lambda: read_documents(data, "bench.xml"))
        self._tell("payments read", count, read, self._write(data))
        unit, person = Unit.objects.get(), Person.objects.get()
        acting = Acting(person, unit, datetime.now(UTC))

        def take_in() -> Any:
            with working_in([unit.pk], person.pk, "bench"):
                received = receive(acting, data, "bench.xml", "import")
                return take_in_bank_material(acting, received, read.result, DAY)

        self._settle()
        taken = measured(take_in)
        self._tell("payments taken in", count, taken, self._write(data))
        _disconnect()
        self._go_on_from_here()
        done = self._room(AllocationRun())
        raw.keep_rows(self.postgres, RUN, done.result.run.pk, kept, raw.SETTLEMENTS)
        self._tell("allocation run", count, done, self._limit(kept, raw.SETTLEMENTS))

    def _make_world(self) -> None:
        self._prepare(lambda admin: make_world(admin, self.size))

    def _prepare(self, make: Callable[[Any], object]) -> None:
        for name in (WORLD, RUN, RAW):
            server.drop_database(self.postgres, name)
        connect.prepare(self.postgres, WORLD)
        with server.connected(self.postgres.admin_address(WORLD)) as admin:
            make(admin)
        _disconnect()
        server.create_database(self.postgres, RUN, WORLD)
        connect.connect(self.postgres, RUN)

    def _room(self, room: Room) -> Measured:
        self._settle()
        unit, person = Unit.objects.get(), Person.objects.get()
        acting = Acting(person, unit, datetime.now(UTC))

        def step() -> Result:
            with working_in([unit.pk], person.pk, "bench"):
                return apply(room, acting, DAY)

        return measured(step)

    def _limit(self, kept: Path, tables: Sequence[str]) -> Measured:
        """The finished rows by COPY, in a copy of the world as it was before the run."""
        _disconnect()
        self._drop(RAW)
        server.create_database(self.postgres, RAW, WORLD)
        self._settle()
        return measured(lambda: raw.copy_rows(self.postgres, RAW, kept, tables))

    def _go_on_from_here(self) -> None:
        """What this run left is the world of the next one."""
        self._drop(WORLD)
        server.create_database(self.postgres, WORLD, RUN)
        connect.connect(self.postgres, RUN)

    def _documents(self, count: int) -> None:
        """The writer alone, on one core: own checks and bytes to a file, from documents in memory."""
        documents = list(messages(count))
        target = self.folder / "documents"

        def step() -> None:
            with target.open("wb") as file:
                for message in finvoice_batch(documents, _no_rejection, file.write, None):
                    file.write(message)
                file.flush()
                os.fsync(file.fileno())

        done = measured(step)
        self._tell("finvoice documents", count, done, self._write_bytes(target))
        target.unlink()

    def _write_bytes(self, written: Path) -> Measured:
        return self._write(written.read_bytes())

    def _write(self, data: bytes) -> Measured:
        target = self.folder / "bytes"

        def step() -> None:
            with target.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())

        result = measured(step)
        target.unlink()
        return result

    def _drop(self, name: str) -> None:
        server.drop_database(self.postgres, name)

    def _settle(self) -> None:
        """Begin each measurement with clean buffers on disk."""
        with server.connected(self.postgres.admin_address(), autocommit=True) as admin:
            admin.execute("CHECKPOINT")

    def _tell(self, job: str, items: int, done: Measured, limit: Measured) -> None:
        ratio = done.seconds / limit.seconds
        self.results.append(
            {
                "job": job,
                "items": items,
                "seconds": round(done.seconds, 3),
                "limit_seconds": round(limit.seconds, 3),
                "ratio": round(ratio, 2),
                "peak_mb": round(done.peak_mb),
            }
        )
        print(
            f"{job:<22}{items:>9}{done.seconds:>10.2f}{items / done.seconds:>12.0f}{limit.seconds:>9.2f}"
            f"{ratio:>7.2f}{done.peak_mb:>9.0f}"
        )


def _no_rejection(invoice: Invoice, findings: list[Finding]) -> None:
    raise AssertionError(f"{invoice.number}: {findings}")


def _disconnect() -> None:
    for alias in ("default", "owner"):
        connections[alias].close()


if __name__ == "__main__":
    settings.OUT = Path("var/bench/out")
    main()
