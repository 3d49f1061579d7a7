"""The desk as a WSGI application. In a web server's own process it finds its database before it serves."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reskontra.settings")

from django.core.wsgi import get_wsgi_application
from django.db import connections

from reskontra.database import connect, server
from reskontra.database.safety import unsafe


class NotSafeToServe(Exception):
    """The database does not keep the units apart through this login; nothing is served (D9)."""


def ready() -> None:
    """Connect unless somebody has; raises ``DatabaseUnavailable`` and ``NotSafeToServe``."""
    if not connections["default"].settings_dict["NAME"]:
        connect.connect(server.start())
    if problems := unsafe():
        raise NotSafeToServe("; ".join(problems))
    connections["default"].close()


application = get_wsgi_application()
ready()
