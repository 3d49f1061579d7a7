"""The desk in a web server of its own: it finds its database, keeps its key, and stops when told to."""

import os
import re
import signal
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from socket import socket

import pytest
from django.db import connections
from psycopg.conninfo import make_conninfo

from reskontra.database import server

PROGRAM = """
import os
import sys
os.environ["DJANGO_SETTINGS_MODULE"] = "reskontra.settings"
import django
from reskontra.desk.serving import serve
if __name__ == "__main__":
    django.setup()
    from reskontra.database import connect, server
    connect.connect(server.start())  # as the command does: settings and connections are there already
    serve("127.0.0.1", int(sys.argv[1]))
"""


@pytest.fixture
def port() -> int:
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
        return number


@pytest.fixture
def served(database: server.Server, tmp_path: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """The desk in a process group of its own, on the test's database."""
    program = tmp_path / "served.py"
    program.write_text(PROGRAM)
    environment = {
        **os.environ,
        "RESKONTRA_HOME": str(tmp_path / "home"),
        "DATABASE_URL": make_conninfo(**database.admin),
        "RESKONTRA_DATABASE": connections["default"].settings_dict["NAME"],
    }
    environment.pop("RESKONTRA_SERVING", None)
    running = subprocess.Popen(
        [sys.executable, "-u", str(program), str(port)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    yield running
    if running.poll() is None:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()


def answer(address: str, seconds: float = 20) -> str:
    """The page at ``address``, once the server is there."""
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as page:
                return str(page.read().decode())
        except (urllib.error.URLError, TimeoutError):  # a busy machine answers late
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def test_it_says_its_address_serves_and_stops_at_ctrl_c(
    served: "subprocess.Popen[str]", port: int, tmp_path: Path
) -> None:
    assert served.stdout is not None
    assert served.stdout.readline() == f"http://127.0.0.1:{port}/\n"
    assert answer(f"http://127.0.0.1:{port}/healthz") == "ok"
    page = answer(f"http://127.0.0.1:{port}/")
    assert "csrfmiddlewaretoken" in page
    style = re.findall(r'rel="stylesheet" href="([^"]+)"', page)
    assert "--paper" in answer(f"http://127.0.0.1:{port}{style[0]}")
    key = tmp_path / "home" / "keys" / "secret"  # the process that serves has made it, and signs with it
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    os.killpg(served.pid, signal.SIGINT)  # a terminal sends Ctrl+C to the whole group
    assert served.wait(timeout=10) == 0
    assert "Traceback" not in served.stdout.read()
