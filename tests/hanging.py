"""What may never end, and must: not how fast it is, which ``make bench`` measures, but that it comes back at all."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

A_MINUTE = 60


@contextmanager
def ends() -> Iterator[None]:
    """The block comes to its end; one that grows with the square of a hostile file would take hours."""

    def hangs(*_: object) -> NoReturn:
        raise AssertionError("it hangs")

    before = signal.signal(signal.SIGALRM, hangs)
    signal.alarm(A_MINUTE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
