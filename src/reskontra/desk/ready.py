"""Before the desk serves anybody: a database, and one that keeps the units apart."""

import atexit
from multiprocessing.util import Finalize

from django.db import connections

from reskontra.database import connect, server
from reskontra.database.safety import unsafe


class NotSafeToServe(Exception):
    """The database does not keep the units apart through this login; nothing is served."""


def be_ready() -> None:
    """Connect, unless somebody in this process has; raises ``DatabaseUnavailable`` and ``NotSafeToServe``."""
    if not connections["default"].settings_dict["NAME"]:
        connect.connect(server.start(), online=True)
        # A web server's worker process ends without its exit handlers. The embedded database would run on: it
        # stops with the exit handler of its last user.
        Finalize(None, atexit._run_exitfuncs, exitpriority=0)
    if problems := unsafe():
        raise NotSafeToServe("; ".join(problems))
    connections["default"].close()
