"""``python -m reskontra.database.migrations``: write migrations for changed models, against a database of its own."""

import os
import sys
from collections.abc import Sequence
from typing import Any


def folded(operations: Sequence[Any]) -> list[Any]:
    """The operations of one migration, with constraints and indexes in the model that is created there.

    Django writes them apart and builds every model that hangs together with theirs anew for each: a hundred of them
    take a minute. What stands on a column that comes later stays where it is.
    """
    from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel

    later = {one.model_name_lower for one in operations if isinstance(one, AddField)}
    kept: list[Any] = []
    for one in operations:
        at = next(
            (
                place
                for place, made in enumerate(kept)
                if isinstance(one, AddConstraint | AddIndex)
                and isinstance(made, CreateModel)
                and made.name_lower == one.model_name_lower
                and made.name_lower not in later
            ),
            None,
        )
        if at is None:
            kept.append(one)
        else:
            [kept[at]] = kept[at].reduce(one, "")
    return kept


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
