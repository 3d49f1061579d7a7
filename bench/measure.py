"""Time and peak memory of a step: this process and the database's backends that work for it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

import psutil

from reskontra.database.server import Server, connected


@dataclass
class Measured:
    """What a step took: wall-clock and processor seconds, the peak of private memory in MB (without shared memory)."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    result: Any


def measured(postgres: Server, step: Callable[[], Any]) -> Measured:
    """Run ``step`` while sampling memory four times a second, in a way that costs next to nothing."""
    peak, done, server = [0.0], threading.Event(), _server(postgres)

    def sample() -> None:
        processes, ticks = list(_processes(server)), 0
        while not done.wait(0.25):
            ticks += 1
            if ticks % 8 == 0:
                processes = list(_processes(server))
            peak[0] = max(peak[0], _private_mb(processes))

    watcher = threading.Thread(target=sample, daemon=True)
    watcher.start()
    cpu, started = _cpu_seconds(server), time.perf_counter()
    try:
        result = step()
    finally:
        seconds = time.perf_counter() - started
        cpu = _cpu_seconds(server) - cpu
        done.set()
        watcher.join()
    return Measured(seconds, cpu, max(peak[0], _private_mb(list(_processes(server)))), result)


@cache
def _server_of(pid: int) -> psutil.Process | None:
    with suppress(psutil.Error):
        return psutil.Process(pid).parent()
    return None


def _server(postgres: Server) -> psutil.Process | None:
    """The process that our backends are children of; None where the server is on another machine."""
    if not postgres.embedded:
        return None
    with connected(postgres.admin_address()) as admin:
        return _server_of(admin.info.backend_pid)


def _processes(server: psutil.Process | None) -> Iterator[psutil.Process]:
    """This process and every process of the server."""
    yield psutil.Process()
    if server:
        yield server
        with suppress(psutil.Error):
            yield from server.children()


def _private_mb(processes: list[psutil.Process]) -> float:
    total = 0
    for process in processes:
        with suppress(psutil.Error):
            memory = process.memory_info()
            total += memory.rss - getattr(memory, "shared", 0)
    return total / 1e6


def _cpu_seconds(server: psutil.Process | None) -> float:
    """Spent so far by this process and the server's, those that have ended too: their parent keeps the sum."""
    total = 0.0
    for process in _processes(server):
        with suppress(psutil.Error):
            spent = process.cpu_times()
            total += spent.user + spent.system
            if process == server:
                total += spent.children_user + spent.children_system
    return total
