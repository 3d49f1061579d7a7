"""A real PostgreSQL for every test that asks for it: a migrated template, cloned for the test.

The server is the embedded one, in a folder of its own, unless ``DATABASE_URL`` names another. Each test that uses
``database`` finds a copy of the migrated template as it was made and works as the app role, committing for real.
"""

import gc
import hashlib
import json
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from hypothesis import HealthCheck

ROOT = Path(__file__).resolve().parents[1]
os.environ["DJANGO_SETTINGS_MODULE"] = "reskontra.settings"
os.environ["RESKONTRA_HOME"] = tempfile.mkdtemp(prefix="reskontra-tests-")
warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")

import django  # noqa: E402
from xdist.scheduler import LoadScopeScheduling  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402

from pristine import Pristine, a_copy, disconnect  # noqa: E402
from reskontra.commands import main  # noqa: E402
from reskontra.database import connect, server  # noqa: E402

TEMPLATE = "reskontra_template"


# Thousands of tests leave little that hangs together; to look for it all the time is a tenth of their time.
gc.set_threshold(50_000, 20, 100)

# How long an example takes is the machine's affair; what takes too long is measured by ``make bench``.
hypothesis.settings.register_profile("ours", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis.settings.load_profile("ours")


class OneStage(LoadScopeScheduling):  # type: ignore[misc]
    """Files go to workers whole, and all that look at the demonstration to one of them, where it is played once."""

    def _split_scope(self, nodeid: str) -> str:
        return "tests/demo" if nodeid.startswith("tests/demo/") else str(super()._split_scope(nodeid))


# What takes long and is few: it goes first, so that no worker is left with it at the end.
SLOW = (
    "tests/demo/",
    "tests/faults/",
    "browser",
    "tests/commands/test_commands",
    "test_two_years",
    "properties",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow files before quick ones; within both everything stays in its order."""
    items.sort(key=lambda one: not any(name in one.nodeid.partition("::")[0] for name in SLOW))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneStage:
    """How tests are shared out among workers."""
    return OneStage(config, log)


def _stamp() -> str:
    """What the template is made of: migrations and safety; a change of either makes a new template."""
    digest = hashlib.sha256()
    for source in sorted((ROOT / "src" / "reskontra").rglob("*")):
        if source.suffix in {".py", ".sql"} and (
            "migrations" in source.parts
            or source.name in {"models.py", "facts.py", "safety.sql"}
            or {"database", "models", "safety"} & set(source.parts)
        ):
            digest.update(source.read_bytes())
    return digest.hexdigest()[:12]


@pytest.fixture(scope="session")
def postgres() -> server.Server:
    """The test server, kept between runs of the tests; nothing in it outlives a crash, so it need not sync."""
    folder = ROOT / "var" / "test-pg"
    folder.parent.mkdir(exist_ok=True)
    running = server.start(folder)
    if running.embedded:
        with server.connected(running.admin_address(), autocommit=True) as admin:
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                admin.execute(f"ALTER SYSTEM SET {setting} = off")
            _tables_in_memory(admin, folder)
            admin.execute("SELECT pg_reload_conf()")
    return running


_MEMORY = Path("/dev/shm")
_ENOUGH = 1 << 30  # bytes that must be free there


def _tables_in_memory(admin: psycopg.Connection[Any], folder: Path) -> None:
    """Temporary tables go to a file system in memory where the machine has one with room.

    A run makes dozens of them, three files each, and a journalling file system looks through everything lately deleted
    before it gives out a new file: that was a quarter of the processor time of all tests.
    """
    if not _MEMORY.is_dir() or shutil.disk_usage(_MEMORY).free < _ENOUGH:
        admin.execute("ALTER SYSTEM RESET temp_tablespaces")
        return
    [identifier] = admin.execute("SELECT system_identifier FROM pg_control_system()").fetchone() or ("",)
    where = _MEMORY / f"reskontra-tests-{identifier}"
    admin.execute("SELECT pg_advisory_lock(hashtext('reskontra tables in memory'))")  # one worker makes it
    made = admin.execute("SELECT FROM pg_tablespace WHERE spcname = 'in_memory'").fetchone()
    if made and not where.exists():  # the machine was started anew
        admin.execute("DROP TABLESPACE in_memory")
    if not where.exists():
        where.mkdir(mode=0o700)
        shutil.chown(where, folder.stat().st_uid)
        admin.execute(f"CREATE TABLESPACE in_memory LOCATION '{where}'")
        admin.execute("GRANT CREATE ON TABLESPACE in_memory TO PUBLIC")
    admin.execute("ALTER SYSTEM SET temp_tablespaces = in_memory")
    admin.execute("SELECT pg_advisory_unlock(hashtext('reskontra tables in memory'))")


@pytest.fixture(scope="session")
def template(postgres: server.Server) -> str:
    """The migrated database that every test copies."""
    name = f"{TEMPLATE}_{_stamp()}"
    with server.connected(postgres.admin_address(), autocommit=True) as admin:
        admin.execute("SELECT pg_advisory_lock(hashtext('reskontra template'))")  # one worker makes it
        if not server.database_exists(postgres, name):
            connect.prepare(postgres, f"{name}_new")
            disconnect()
            admin.execute(f"ALTER DATABASE {name}_new RENAME TO {name}")
    return name


@pytest.fixture(scope="session")
def copies(postgres: server.Server) -> Iterator[dict[str, Pristine]]:
    """The databases that tests work in, by the template that they are copies of."""
    made: dict[str, Pristine] = {}
    yield made
    for one in made.values():
        one.drop()


@pytest.fixture
def database(postgres: server.Server, template: str, copies: dict[str, Pristine]) -> Iterator[server.Server]:
    """A fresh migrated database, and Django connected to it as the app role."""
    yield from a_copy(postgres, template, copies)


@pytest.fixture
def command(
    database: server.Server,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Callable[..., tuple[int, Any]]:
    """``command("run", "orders", ...)``: its exit code and its JSON; without ``--json`` its text.

    The server is running and the copy is prepared, so both steps are left out; all else is as people run it.
    """
    monkeypatch.setattr(server, "start", lambda folder=None: database)
    monkeypatch.setattr(connect, "prepare", lambda running, name=None: None)
    monkeypatch.setattr(settings, "OUT", tmp_path / "out")
    monkeypatch.delenv("RESKONTRA_AS", raising=False)

    def run(*words: str, text: bool = False) -> tuple[int, Any]:
        capsys.readouterr()
        code = main([*words, *(() if text else ("--json",))])
        printed = capsys.readouterr().out
        return code, printed if text else json.loads(printed)

    return run
