"""Files from outside are read in a process of their own.

The child has no database, no secrets in its environment and a limit on memory and time. It answers in
lines of JSON, never in pickles: whoever takes over the child can send wrong values, which the checks of
the parent's document meet, but no code. A child that dies makes the file unreadable, not the program.
"""

import contextlib
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import reskontra

_MEMORY_BYTES = 1_000_000_000
_PROCESSOR_SECONDS = 60
_ANSWER_BYTES = 500_000_000
_LINE_BYTES = 64_000_000


class ChildDied(Exception):
    """The child did not end well, in time, or in answers of its language; the argument says which."""


def command(module: str, *arguments: str) -> list[str]:
    """The command that runs ``module`` of ours as a child."""
    # -P: the folder of the moment is no place to import from.
    return [sys.executable, "-P", "-m", module, *arguments]


def answers(given: list[str], data: Iterable[bytes], seconds: float) -> Iterator[Mapping[str, Any]]:
    """The lines of the child that ``given`` runs with ``data`` as its input, as they come.

    Raises ``ChildDied`` unless it ends well and within ``seconds``, after the lines that came before.
    """
    late = threading.Event()
    with (
        tempfile.TemporaryFile() as file,
        contextlib.ExitStack() as after,
    ):
        file.writelines(data)
        file.seek(0)
        child = subprocess.Popen(  # noqa: S603 - our own program, named by this interpreter
            given,
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": str(Path(reskontra.__file__).parent.parent), "PYTHONUTF8": "1"},
            cwd=tempfile.gettempdir(),
        )
        after.callback(_end, child)
        timer = threading.Timer(seconds, _stop, (child, late))
        timer.daemon = True
        timer.start()
        after.callback(timer.cancel)
        yield from _lines(child)
        code = child.wait()
        if late.is_set() or code:
            raise ChildDied("time" if late.is_set() else f"exit {code}")


def _stop(child: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    child.kill()


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.kill()
    if child.stdout is not None:
        child.stdout.close()
    child.wait()


def _lines(child: subprocess.Popen[bytes]) -> Iterator[Mapping[str, Any]]:
    if child.stdout is None:
        return
    total = 0
    while line := child.stdout.readline(_LINE_BYTES):
        total += len(line)
        if total > _ANSWER_BYTES or not line.endswith(b"\n"):
            raise ChildDied("answer")
        try:
            answer = json.loads(line)
        except ValueError as wrong:
            raise ChildDied("answer") from wrong
        if not isinstance(answer, dict):
            raise ChildDied("answer")
        yield answer


# --- the child's own side ------------------------------------------------------------------------------------------


def say(answer: Mapping[str, Any]) -> None:
    """One answer to the parent."""
    sys.stdout.buffer.write(json.dumps(answer, default=str, separators=(",", ":")).encode() + b"\n")


def limit() -> None:
    """Memory and processor time; a platform without such limits still has the parent's clock."""
    try:
        import resource
    except ImportError:
        return
    limits = (
        (resource.RLIMIT_AS, _MEMORY_BYTES),
        (resource.RLIMIT_CPU, _PROCESSOR_SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    )
    for what, most in limits:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))
