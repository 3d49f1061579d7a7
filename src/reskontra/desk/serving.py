"""The desk on an address: one process of a small web server, stopped by Ctrl+C."""

import multiprocessing
import os
from collections.abc import Callable
from typing import Any

THREADS = 4


def serve(host: str = "127.0.0.1", port: int = 8000, say: Callable[[str], None] = print) -> None:
    """Serve the desk on ``http://host:port/`` until Ctrl+C or SIGTERM; ``say`` is told the address.

    The database must be prepared. Static files are found where they lie, nothing is collected. The caller's
    main module must be importable without effects, because the server starts its process anew.
    """
    # The process that serves signs sessions with the kept key. It must read the settings itself: a copy of this
    # process would sign with the key that every reader of our code knows.
    os.environ["RESKONTRA_SERVING"] = "1"
    multiprocessing.set_start_method("spawn", force=True)
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from reskontra.database.connect import KEPT  # reads the settings: only now are they those of who serves

    say(f"http://{host}:{port}/")
    Granian(
        "reskontra.desk.serving:serving_process",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        blocking_threads_idle_timeout=KEPT,
        websockets=False,
        log_level=LogLevels.warning,
        workers_kill_timeout=10,
    ).serve()


def serving_process() -> Callable[..., Any]:
    """The application, in the process that serves it; called there by the web server.

    A terminal sends Ctrl+C to every process of its group. The one that serves stands in a group of its own and
    is stopped by its parent only: stopped by both at once, it may wait for itself for ever.
    """
    if hasattr(os, "setpgrp"):
        os.setpgrp()
    from reskontra.desk.wsgi import application

    return application
