"""Seconds and peak memory of a step: this process and the database's backends that work for it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psutil


@dataclass
class Measured:
    """What a step took: wall-clock seconds, and the peak of private memory in MB (shared buffers left out)."""

    seconds: float
    peak_mb: float
    result: Any


def measured(step: Callable[[], Any]) -> Measured:
    """Run ``step`` while sampling memory every 50 ms."""
    peak, done = [0.0], threading.Event()

    def sample() -> None:
        while not done.is_set():
            peak[0] = max(peak[0], _private_mb())
            done.wait(0.05)

    watcher = threading.Thread(target=sample, daemon=True)
    watcher.start()
    started = time.perf_counter()
    try:
        result = step()
    finally:
        seconds = time.perf_counter() - started
        done.set()
        watcher.join()
    return Measured(seconds, max(peak[0], _private_mb()), result)


def _private_mb() -> float:
    total = 0
    here = psutil.Process()
    backends = [p for p in psutil.process_iter(["name"]) if (p.info["name"] or "").startswith("postgres")]
    for process in [here, *backends]:
        try:
            memory = process.memory_full_info() if process is here else process.memory_info()
            total += getattr(memory, "uss", memory.rss - getattr(memory, "shared", 0))
        except psutil.Error:
            continue
    return total / 1e6
