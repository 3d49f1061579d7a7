"""Point Django at the database: the app's login for everything, the owner's for migrations only."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from reskontra.database import server as servers
from reskontra.database.safety import apply_safety

# Seconds that a connection is kept for the next request: a new one reads the catalogue anew for every table it meets.
KEPT = 300


def connect(server: servers.Server, database: str | None = None, *, online: bool = False) -> None:
    """Make ``default`` the app role's and ``owner`` the owner role's connection to ``database``.

    ``online``: people wait for its answers, so no statement runs for long (``servers.ONLINE``), but for those that take
    the room to work (``session.room_to_work``), and each thread keeps its connection for a while. Nothing of a person
    stays in it: what a session sets ends with its transaction.
    """
    name = database or settings.DATABASE_NAME
    for alias, role in (("default", servers.APP), ("owner", servers.OWNER)):
        _point(alias, server.address(role, name))
    limits = " ".join(f"-c {setting}={value}" for setting, value in servers.ONLINE.items()) if online else ""
    connections["default"].settings_dict.update(
        OPTIONS={"options": limits} if limits else {},
        CONN_MAX_AGE=KEPT if online else 0,
        CONN_HEALTH_CHECKS=online,
    )


def _point(alias: str, address: dict[str, Any]) -> None:
    connections[alias].close()
    connections[alias].settings_dict.update(
        NAME=address["dbname"],
        USER=address["user"],
        PASSWORD=address["password"],
        HOST=address.get("host", ""),
        PORT=address.get("port", ""),
    )


def prepare(server: servers.Server, database: str | None = None) -> None:
    """Create the database if it is missing, migrate it and put every safety in force. Repeatable."""
    name = database or settings.DATABASE_NAME
    if not servers.database_exists(server, name):
        servers.create_database(server, name)
        with servers.connected(server.admin_address(name), autocommit=True) as admin:
            admin.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
            admin.execute(f"GRANT ALL ON SCHEMA public TO {servers.OWNER}")
            admin.execute(f"GRANT USAGE ON SCHEMA public TO {servers.APP}, {servers.READ}, {servers.CHECK}")
            admin.execute(f"GRANT CREATE ON SCHEMA public TO {servers.CHECK}")
    connect(server, name)
    call_command("migrate", database="owner", verbosity=0, interactive=False)
    apply_safety()
