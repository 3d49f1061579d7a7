"""``python -m bench``: time, peak memory and the ratio to the raw limit of the machine, measured in one run.

The raw limit of a run is its finished rows written by COPY into the same tables with the same constraints and
triggers; the raw limit of files is their finished bytes written to disk. A calculation that writes nothing has none.
Processor seconds tell more than seconds where others use the machine.
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

from bench import matching, raw, statement_lines  # noqa: E402
from bench.collection import make_collection, make_late_claims  # noqa: E402
from bench.documents import messages  # noqa: E402
from bench.measure import Measured, measured  # noqa: E402
from bench.orders import make_world  # noqa: E402
from bench.outgoing import make_payables, release_as_somebody_else  # noqa: E402
from bench.payments import make_claims, notification  # noqa: E402
from bench.purchases import PER_FILE, files_of, finvoice_file, make_purchases  # noqa: E402
from reskontra.claims.interest import take_interest_until  # noqa: E402
from reskontra.database import connect, server  # noqa: E402
from reskontra.database.session import working_in  # noqa: E402
from reskontra.documents.findings import Finding  # noqa: E402
from reskontra.documents.invoice import Invoice  # noqa: E402
from reskontra.exchange import archive  # noqa: E402
from reskontra.exchange.inbox import receive  # noqa: E402
from reskontra.exchange.reading import read_documents  # noqa: E402
from reskontra.exchange.writing import finvoice_batch  # noqa: E402
from reskontra.expenditure.intake.files import take_in_invoices  # noqa: E402
from reskontra.expenditure.intake.run import inbox_kind  # noqa: E402
from reskontra.expenditure.matching.run import MatchingRun  # noqa: E402
from reskontra.expenditure.payment.run import PaymentRun  # noqa: E402
from reskontra.expenditure.statement_posting.run import StatementPostingRun  # noqa: E402
from reskontra.income.allocation.run import AllocationRun  # noqa: E402
from reskontra.income.bank_material.intake import take_in_bank_material  # noqa: E402
from reskontra.income.delivery.run import DeliveryRun  # noqa: E402
from reskontra.income.invoicing.run import InvoicingRun  # noqa: E402
from reskontra.income.order_handling.run import OrdersRun  # noqa: E402
from reskontra.income.reminders.run import ReminderRun  # noqa: E402
from reskontra.kernel.terms import Terms  # noqa: E402
from reskontra.registers.models import Person, Unit  # noqa: E402
from reskontra.runs.models import Run  # noqa: E402
from reskontra.runs.run import Acting, Applied, Room, apply, plan  # noqa: E402

DAY = date(2026, 3, 16)
EMPTY, WORLD, RUN, RAW = "bench_empty", "bench_world", "bench_run", "bench_raw"
PARTS = (
    "invoices",
    "payments",
    "collection",
    "interest",
    "purchases",
    "matching",
    "outgoing",
    "statement_lines",
)


def main() -> None:
    """Measure every job at the size asked for and write ``var/bench/results.json``."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--size", type=int, default=100_000, help="number of invoices, three lines each")
    parser.add_argument("--only", choices=PARTS, action="append", help="these parts instead of all")
    asked = parser.parse_args()
    folder = Path("var/bench")
    folder.mkdir(parents=True, exist_ok=True)
    results = Bench(asked.size, folder).run(asked.only or PARTS)
    (folder / "results.json").write_text(json.dumps(results, indent=2) + "\n")


class Bench:
    """One run of all jobs on a world of its own."""

    def __init__(self, size: int, folder: Path) -> None:
        self.size, self.folder = size, folder
        self.postgres = server.start()
        self.results: list[dict[str, Any]] = []

    def run(self, parts: Sequence[str] = PARTS) -> list[dict[str, Any]]:
        """Every job of ``parts``, told as it is done."""
        kept = self.folder / "raw"
        print(
            f"{'job':<28}{'items':>9}{'seconds':>10}{'cpu s':>8}{'per second':>12}{'limit s':>9}{'ratio':>7}"
            f"{'peak MB':>9}"
        )
        self._drop(EMPTY)
        connect.prepare(self.postgres, EMPTY)
        _disconnect()
        for part, jobs in (
            ("invoices", lambda: self._invoices(kept)),
            ("payments", lambda: self._payments(self.size, 5 * self.size, kept)),
            ("collection", lambda: self._collection(10 * self.size, kept)),
            ("interest", lambda: self._interest(2 * self.size)),
            ("purchases", lambda: self._purchases(self.size)),
            ("matching", lambda: self._matching(self.size, kept)),
            ("outgoing", lambda: self._outgoing(self.size)),
            ("statement_lines", lambda: self._statement_lines(self.size, kept)),
        ):
            if part in parts:
                jobs()
        _disconnect()
        for name in (RUN, RAW, WORLD, EMPTY):
            self._drop(name)
        shutil.rmtree(kept, ignore_errors=True)
        return self.results

    def _invoices(self, kept: Path) -> None:
        """``size`` orders of three lines become invoices and leave as Finvoice."""
        self._prepare(lambda admin: make_world(admin, self.size))
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

    def _collection(self, claims: int, kept: Path) -> None:
        """``claims`` open claims are decided; the tenth of them that is ripe is reminded by letter, as was planned."""
        self._prepare(lambda admin: make_collection(admin, claims, DAY))
        decided = self._measured(lambda acting: plan(ReminderRun(), acting, DAY))
        run = decided.result.run
        count = sum(one.count for one in decided.result.counts)
        raw.keep_rows(self.postgres, RUN, run.pk, kept, raw.CLAIM_DECISIONS)
        self._tell("collection: claims decided", count, decided, self._limit(kept, raw.CLAIM_DECISIONS))
        connect.connect(self.postgres, RUN)
        room = _Reminders(self.postgres)
        done = self._measured(lambda acting: apply(room, acting, DAY, run))
        letters = done.result.facts["reminders"]
        raw.keep_rows(self.postgres, RUN, run.pk, kept, raw.REMINDERS)
        limit = self._limit(kept, raw.REMINDERS)
        self._tell("reminder letters", letters, room.written, limit)
        self._tell("reminder run", letters, done, limit)

    def _purchases(self, count: int) -> None:
        """``count`` Finvoice invoices of suppliers are read, then received, read, decided and stored, file by file."""
        self._prepare(make_purchases)
        unit, person = Unit.objects.get(), Person.objects.get(username="bench")
        acting = Acting(person, unit, datetime.now(UTC))
        sample = finvoice_file(1, min(count, PER_FILE), unit.edi_code)
        self._settle()
        read = measured(self.postgres, lambda: read_documents(sample, "bench.xml"))
        self._tell("purchase invoices read", len(read.result), read)
        files = list(files_of(count, unit.edi_code))

        def take_in() -> int:
            taken = 0
            for name, data in files:
                with working_in([unit.pk], person.pk, "bench"):
                    received = receive(acting, data, name, inbox_kind("einvoice"))
                    taken += len(take_in_invoices(acting, received, data, DAY).invoices)
            return taken

        self._settle()
        taken = measured(self.postgres, take_in)
        if taken.result != count:
            raise AssertionError(f"{taken.result} invoices taken in of {count}")
        self._tell("purchase invoices stored", count, taken, self._write(b"".join(data for _, data in files)))
        _disconnect()

    def _statement_lines(self, lines: int, kept: Path) -> None:
        """``lines`` statement lines are posted by rules and by payments of our own."""
        self._prepare(lambda admin: statement_lines.make_statement(admin, lines, DAY))
        done = self._room(StatementPostingRun())
        posted = done.result.facts["vouchers"]
        expected = sum(1 for n in range(1, lines + 1) if n % 100 < statement_lines.POSTED_OF_HUNDRED)
        if posted != expected:
            raise AssertionError(f"{posted} lines posted of {expected}")
        raw.keep_rows(self.postgres, RUN, done.result.run.pk, kept, statement_lines.TABLES)
        self._tell("statement lines posted", lines, done, self._limit(kept, statement_lines.TABLES))

    def _matching(self, invoices: int, kept: Path) -> None:
        """``invoices`` purchase invoices find their order or contract; most become payable, with their vouchers."""
        self._prepare(lambda admin: matching.make_purchases(admin, invoices, DAY))
        done = self._room(MatchingRun())
        made, expected = done.result.facts["payables"], invoices * matching.MATCHED_OF_HUNDRED // 100
        if made != expected:
            raise AssertionError(f"{made} payables of {expected}")
        raw.keep_rows(self.postgres, RUN, done.result.run.pk, kept, matching.TABLES)
        self._tell("purchase invoices matched", invoices, done, self._limit(kept, matching.TABLES))

    def _interest(self, claims: int) -> None:
        """Interest on ``claims`` claims over three periods of the reference rate, each with two part payments."""
        self._prepare(lambda admin: make_late_claims(admin, claims, DAY))
        done = self._measured(lambda acting: take_interest_until(acting.unit, DAY))
        if done.result != 5 * claims:
            raise AssertionError(f"{claims} claims have {done.result} stretches of interest")
        self._tell("interest accrued", claims, done)

    def _outgoing(self, count: int) -> None:
        """``count`` payables are decided, released, paid and written to pain.001."""
        self._prepare(lambda admin: make_payables(admin, count, DAY))
        planned = self._measured(lambda acting: plan(PaymentRun(), acting, DAY))
        run = planned.result.run
        self._tell("payments planned", count, planned)
        self._measured(lambda acting: release_as_somebody_else(run))
        done = self._measured(lambda acting: apply(PaymentRun(), acting, DAY, run))
        if done.result.facts["payments"] != count:
            raise AssertionError(f"{count} payables have {done.result.facts['payments']} payments")
        written = archive.path_of(done.result.files[0]["digest"])
        self._tell("payments to pain.001", count, done, self._write_bytes(written))
        written.unlink()

    def _payments(self, count: int, claims: int, kept: Path) -> None:
        """A bank's file of ``count`` payments to ``claims`` open claims: read, taken in, allocated."""
        self._prepare(lambda admin: make_claims(admin, claims))
        data = "".join(notification(count, claims, DAY)).encode()
        read = measured(self.postgres, lambda: read_documents(data, "bench.xml"))
        self._tell("payments read", count, read, self._write(data))
        unit, person = Unit.objects.get(), Person.objects.get(username="bench")
        acting = Acting(person, unit, datetime.now(UTC))

        def take_in() -> Any:
            with working_in([unit.pk], person.pk, "bench"):
                received = receive(acting, data, "bench.xml", "import")
                return take_in_bank_material(acting, received, read.result, DAY)

        self._settle()
        taken = measured(self.postgres, take_in)
        self._tell("payments taken in", count, taken, self._write(data))
        _disconnect()
        self._go_on_from_here()
        done = self._room(AllocationRun())
        raw.keep_rows(self.postgres, RUN, done.result.run.pk, kept, raw.SETTLEMENTS)
        self._tell("allocation run", count, done, self._limit(kept, raw.SETTLEMENTS))

    def _prepare(self, make: Callable[[Any], object]) -> None:
        _disconnect()
        for name in (WORLD, RUN, RAW):
            self._drop(name)
        server.create_database(self.postgres, WORLD, EMPTY)
        with server.connected(self.postgres.admin_address(WORLD)) as admin:
            make(admin)
        server.create_database(self.postgres, RUN, WORLD)
        connect.connect(self.postgres, RUN)

    def _room(self, room: Room) -> Measured:
        return self._measured(lambda acting: apply(room, acting, DAY))

    def _measured(self, work: Callable[[Acting], Any]) -> Measured:
        """``work`` of the only person of the only unit, as a command does it."""
        self._settle()
        unit, person = Unit.objects.get(), Person.objects.get(username="bench")
        acting = Acting(person, unit, datetime.now(UTC))

        def step() -> Any:
            with working_in([unit.pk], person.pk, "bench"):
                return work(acting)

        return measured(self.postgres, step)

    def _limit(self, kept: Path, tables: Sequence[str]) -> Measured:
        """The finished rows by COPY, in a copy of the world as it was before the run."""
        _disconnect()
        self._drop(RAW)
        server.create_database(self.postgres, RAW, WORLD)
        self._settle()
        return measured(self.postgres, lambda: raw.copy_rows(self.postgres, RAW, kept, tables))

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

        done = measured(self.postgres, step)
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

        result = measured(self.postgres, step)
        target.unlink()
        return result

    def _drop(self, name: str) -> None:
        server.drop_database(self.postgres, name)

    def _settle(self) -> None:
        """Begin each measurement with clean buffers on disk."""
        with server.connected(self.postgres.admin_address(), autocommit=True) as admin:
            admin.execute("CHECKPOINT")

    def _tell(self, job: str, items: int, done: Measured, limit: Measured | None = None) -> None:
        ratio = done.seconds / limit.seconds if limit else None
        self.results.append(
            {
                "job": job,
                "items": items,
                "seconds": round(done.seconds, 3),
                "cpu_seconds": round(done.cpu_seconds, 3),
                "limit_seconds": limit and round(limit.seconds, 3),
                "ratio": ratio and round(ratio, 2),
                "peak_mb": round(done.peak_mb),
            }
        )
        compared = f"{limit.seconds:>9.2f}{ratio:>7.2f}" if limit else f"{'–':>9}{'–':>7}"
        print(
            f"{job:<28}{items:>9}{done.seconds:>10.2f}{done.cpu_seconds:>8.2f}{items / done.seconds:>12.0f}{compared}"
            f"{done.peak_mb:>9.0f}",
            flush=True,
        )


class _Reminders(ReminderRun):
    """The reminder run, which tells what writing its letters, reminders and costs took."""

    def __init__(self, postgres: server.Server) -> None:
        super().__init__()
        self.postgres = postgres
        self.written: Measured

    def apply(self, run: Run, terms: Terms, acting: Acting) -> Applied:
        self.written = measured(self.postgres, lambda: super(_Reminders, self).apply(run, terms, acting))
        applied: Applied = self.written.result
        return applied


def _no_rejection(invoice: Invoice, findings: list[Finding]) -> None:
    raise AssertionError(f"{invoice.number}: {findings}")


def _disconnect() -> None:
    for alias in ("default", "owner"):
        connections[alias].close()


if __name__ == "__main__":
    settings.OUT = Path("var/bench/out")
    main()
