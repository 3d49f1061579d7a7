"""The desk on an address: one process of a small web server, stopped by Ctrl+C."""

import os
from collections.abc import Callable

THREADS = 4


def serve(host: str = "127.0.0.1", port: int = 8000, say: Callable[[str], None] = print) -> None:
    """Serve the desk on ``http://host:port/`` until Ctrl+C or SIGTERM; ``say`` is told the address.

    The database must be prepared. Static files are found where they lie, nothing is collected. The caller's
    main module must be importable without effects, because the server starts its process anew.
    """
    # The process that serves signs sessions with the kept key, and it inherits this.
    os.environ["RESKONTRA_SERVING"] = "1"
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    say(f"http://{host}:{port}/")
    Granian(
        "reskontra.desk.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        websockets=False,
        log_level=LogLevels.warning,
        workers_kill_timeout=10,
    ).serve()
