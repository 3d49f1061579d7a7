"""``python -m reskontra.database.migrations``: write migrations for changed models, against a database of its own."""

import os
import sys


def main() -> None:
    """Compare the models with their migrations and write what is missing."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reskontra.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from reskontra.database import connect, server

    running = server.start()
    name = "reskontra_migrations"
    server.drop_database(running, name)
    server.create_database(running, name)
    connect.connect(running, name)
    labels = ("registers", "runs", "ledger", "exchange", "sales", "claims")
    call_command("makemigrations", *labels, *sys.argv[1:], skip_checks=True)


if __name__ == "__main__":
    main()
