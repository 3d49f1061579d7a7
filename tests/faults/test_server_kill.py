"""The whole database is killed in the middle of a run: nothing acknowledged is lost, and the next run ends the work (P9, E8).

A server of its own, made by the commands themselves in a home of its own; only its processes are killed, by their ids.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

import reskontra.demo
from database import working_day as day

UNIT = "3930"
BOOKS = """
import json, os, warnings
warnings.filterwarnings("ignore")
os.environ["DJANGO_SETTINGS_MODULE"] = "reskontra.settings"
import django
django.setup()
from reskontra.commands.connection import open_database
open_database()
from reskontra.insight.invariants import broken
from reskontra.registers.models import Unit
print(json.dumps([problem.name for problem in broken(list(Unit.objects.values_list("pk", flat=True)))]))
"""


class Home:
    """An installation of its own: database, archive and folders, reached by the commands only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "RESKONTRA_OUT"}},
            "RESKONTRA_HOME": str(folder),
            "PYTHONPATH": os.pathsep.join(sys.path),
        }

    def start(self, *argv: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "reskontra.commands", *argv, "--json"],
            env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def run(self, *argv: str) -> Any:
        """A command to its end; what it tells."""
        process = self.start(*argv)
        told, wrong = process.communicate(timeout=120)
        assert process.returncode in (0, 1), told + wrong
        return json.loads(told)

    def broken(self) -> list[str]:
        """The invariants that do not hold."""
        done = subprocess.run(
            [sys.executable, "-c", BOOKS], env=self.environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return list(json.loads(done.stdout))

    def postmaster(self) -> psutil.Process | None:
        """The server's first process, when it runs."""
        try:
            return psutil.Process(int((self.folder / "pg" / "postmaster.pid").read_text().split()[0]))
        except (FileNotFoundError, psutil.NoSuchProcess, ValueError, IndexError):
            return None

    def kill_server(self) -> int:
        """SIGKILL to every process of this server at once; how many there were."""
        first = self.postmaster()
        assert first is not None
        processes = [first, *first.children(recursive=True)]
        for process in processes:
            try:
                process.send_signal(signal.SIGKILL)
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs(processes, timeout=10)
        return len(processes)

    def wait_for_writing(self, table: str, process: subprocess.Popen[str]) -> bool:
        """Until somebody has written into ``table`` and not yet committed; False when the process was faster."""
        where = {"user": "postgres", "host": str(self.folder / "pg"), "dbname": "reskontra"}
        watcher = None
        try:
            while process.poll() is None:
                try:
                    watcher = watcher or psycopg.connect(**where, autocommit=True)
                    found = watcher.execute(
                        "SELECT FROM pg_locks WHERE relation = to_regclass(%s) AND mode = 'RowExclusiveLock'", (table,)
                    ).fetchone()
                    if found is not None:
                        return True
                except psycopg.OperationalError:
                    watcher = None
                time.sleep(0.002)
        finally:
            if watcher is not None:
                watcher.close()
        return False


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    if os.name == "nt":
        pytest.skip("the server's processes are killed by signal")
    home = Home(tmp_path / "home")
    yield home
    if home.postmaster() is not None:
        home.kill_server()


def test_a_database_that_is_killed_in_the_middle_of_a_run_comes_back_whole(home: Home, tmp_path: Path) -> None:
    where = ("--unit", UNIT, "--on", day.DAY.isoformat())
    home.run("registers", str(Path(reskontra.demo.__file__).parent / "registers"))
    taken = home.run("import", str(day.write(tmp_path / "in")[UNIT].path), *where)
    assert taken["accepted"] > 0

    process = home.start("run", "invoicing", *where)
    in_the_middle = home.wait_for_writing("ledger_voucher", process)
    assert in_the_middle, process.communicate()
    assert home.kill_server() > 3
    process.communicate(timeout=60)
    assert process.returncode not in (0, 1)

    again = home.run("run", "invoicing", *where)
    assert again["invoices"] > 0
    assert again["controls"][5]["actual"].startswith("1-")  # the killed run left no gap
    assert home.broken() == []

    process = home.start("run", "delivery", *where)
    if home.wait_for_writing("exchange_outboxevent", process):
        home.kill_server()
    process.communicate(timeout=60)
    home.run("run", "delivery", *where)
    assert home.broken() == []

    batches = home.run("outbox", *where)
    assert [batch["documents"] for batch in batches if batch["name"].startswith("finvoice-3930")] == [again["invoices"]]
    assert {batch["state"] for batch in batches} <= {"sent", "held"}
    out = [path.name for path in (home.folder / "out").rglob("*") if path.is_file() and not path.name.startswith(".")]
    assert len(out) == len(set(out))
    assert set(out) <= {batch["name"] for batch in batches}
    assert {batch["name"] for batch in batches if batch["state"] == "sent"} <= set(out)
