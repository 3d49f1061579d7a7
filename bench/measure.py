"""Seconds and peak memory of a step: this process and the database's backends that work for it."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psutil


@dataclass
class Measured:
    """What a step took: wall-clock seconds, and the peak of private memory in MB (shared memory left out)."""

    seconds: float
    peak_mb: float
    result: Any


def measured(step: Callable[[], Any]) -> Measured:
    """Run ``step`` while sampling memory four times a second, in a way that costs next to nothing."""
    peak, done = [0.0], threading.Event()

    def sample() -> None:
        processes, ticks = _processes(), 0
        while not done.wait(0.25):
            ticks += 1
            if ticks % 8 == 0:
                processes = _processes()
            peak[0] = max(peak[0], _private_mb(processes))

    watcher = threading.Thread(target=sample, daemon=True)
    watcher.start()
    started = time.perf_counter()
    try:
        result = step()
    finally:
        seconds = time.perf_counter() - started
        done.set()
        watcher.join()
    return Measured(seconds, max(peak[0], _private_mb(_processes())), result)


def _processes() -> list[psutil.Process]:
    """This process and every server process of PostgreSQL."""
    backends = [p for p in psutil.process_iter(["name"]) if (p.info["name"] or "").startswith("postgres")]
    return [psutil.Process(), *backends]


def _private_mb(processes: list[psutil.Process]) -> float:
    total = 0
    for process in processes:
        with suppress(psutil.Error):
            memory = process.memory_info()
            total += memory.rss - getattr(memory, "shared", 0)
    return total / 1e6
