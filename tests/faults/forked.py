"""Commands in processes of their own, which may be killed: forked from a server that has the program loaded."""

import multiprocessing
import os
from collections.abc import Callable, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from django.conf import settings
from django.db import connections
from psycopg.conninfo import make_conninfo

from faults.child import Death, command
from reskontra.database import server

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["faults.child"])
# The server of forks finds the tests by the environment: it is not given our path.
os.environ["PYTHONPATH"] = os.pathsep.join(
    [str(Path(__file__).resolve().parents[1]), os.environ.get("PYTHONPATH", "")]
)


def started(
    postgres: server.Server,
    database: str,
    home: Path,
    argv: Sequence[str],
    death: Death | None = None,
    counts: Path | None = None,
    fault: str = "",
) -> ForkServerProcess:
    """A process that runs ``reskontra ARGV`` on ``database``, and dies as told; ``fault`` is planted in it."""
    url = make_conninfo(**postgres.admin_address())
    process = _forks.Process(
        target=command, args=(url, database, str(home), argv, death, str(counts or ""), fault)
    )
    process.start()
    return process


def ended(process: ForkServerProcess) -> int:
    """Wait for the process; its exit code, which is negative when it was killed."""
    process.join(60)
    assert process.exitcode is not None
    return int(process.exitcode)


def killable(postgres: server.Server, argv: Sequence[str]) -> Callable[[Death | None], int]:
    """``do(death)`` runs ``argv`` on the database of this test, and dies as told or not at all; the exit code."""
    database = connections["default"].settings_dict["NAME"]
    return lambda death: ended(started(postgres, database, settings.HOME, argv, death))
