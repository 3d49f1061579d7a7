"""``python -m reskontra.database.migrations``: write migrations for changed models, against a database of its own."""

import os
import sys
from collections.abc import Sequence
from typing import Any


def folded(operations: Sequence[Any]) -> list[Any]:
    """The operations of one migration, with what stands in a new table written where the table is created.

    Django writes columns that point at later tables, constraints and indexes apart, and builds every model that hangs
    together with theirs anew for each: a hundred of them take a minute. A new table may name a later one, as keys
    between tables are made when all of them are there; so all new tables are created in one operation.
    """
    from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel

    from reskontra.database.operations import CreateTables

    tables: dict[str, Any] = {}
    others: list[Any] = []
    for one in operations:
        if isinstance(one, CreateModel):
            tables[one.name_lower] = one
        elif isinstance(one, AddField | AddConstraint | AddIndex) and one.model_name_lower in tables:
            [tables[one.model_name_lower]] = tables[one.model_name_lower].reduce(one, "")
        else:
            others.append(one)
    return [*([CreateTables(list(tables.values()))] if tables else []), *others]


def main() -> None:
    """Compare the models with their migrations and write what is missing."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reskontra.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.core.management.commands.makemigrations import Command
    from django.db.migrations.autodetector import MigrationAutodetector

    from reskontra.database import connect, server

    class Folding(MigrationAutodetector):
        def _optimize_migrations(self) -> None:
            super()._optimize_migrations()  # type: ignore[misc]
            for migration in (one for app in self.migrations.values() for one in app):  # type: ignore[attr-defined]
                migration.operations = folded(migration.operations)

    class Written(Command):
        autodetector = Folding

    running = server.start()
    name = "reskontra_migrations"
    server.drop_database(running, name)
    server.create_database(running, name)
    connect.connect(running, name)
    labels = ("registers", "runs", "ledger", "exchange", "bank", "sales", "claims", "purchases")
    call_command(Written(), *labels, *sys.argv[1:], skip_checks=True)


if __name__ == "__main__":
    main()
