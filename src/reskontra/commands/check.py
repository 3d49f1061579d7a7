"""Check that the system is in order: database, roles, row-level security, keys, texts, clauses."""

from argparse import ArgumentParser, Namespace

from django.conf import settings
from django.db import connection

from reskontra.commands.output import as_json, out
from reskontra.database import connect, server
from reskontra.database.safety import our_models, unsafe
from reskontra.database.tables import InUnit
from reskontra.insight.invariants import INVARIANTS, broken
from reskontra.kernel.clauses import register
from reskontra.kernel.terms import all_terms
from reskontra.kernel.texts import texts
from reskontra.registers.keys import key_ring
from reskontra.registers.models import Unit


def add_arguments(parser: ArgumentParser) -> None:
    """Whether the books are checked as well: every invariant over every unit."""
    parser.add_argument("--books", action="store_true", help="also ask what must always be true of the books")


def handle(arguments: Namespace) -> int:
    """Exit 0 when everything is in order, 5 otherwise."""
    running = server.start()
    connect.prepare(running)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_setting('server_version')")
        role, version = cursor.fetchone()
    problems = unsafe()
    if arguments.books and not problems:
        units = list(Unit.objects.values_list("pk", flat=True))
        problems = [f"{found.name}: {found.rows[:3]}" for found in broken(units)]
    unit_tables = sum(issubclass(model, InUnit) for model in our_models())
    unsourced = [key for key, term in all_terms().items() if not all(p.sourced for p in term.periods)]
    facts = {
        "postgresql": version,
        "embedded": running.embedded,
        "role": role,
        "unit_tables_with_policy": unit_tables if not problems else None,
        "clauses": len(register()),
        "terms": len(all_terms()),
        "terms_to_confirm": unsourced,
        "texts": len(texts()),
        "keys": len(key_ring().names),
        "books": len(INVARIANTS) if arguments.books else None,
        "schemas": str(settings.SCHEMAS) if settings.SCHEMAS else None,
        "problems": problems,
    }
    if arguments.json:
        as_json(facts)
    else:
        where = "embedded" if running.embedded else "by DATABASE_URL"
        out.print(f"✔ PostgreSQL {version} ({where})")
        for problem in problems:
            out.print(f"✖ {problem}", markup=False)
        if arguments.books and not problems:
            out.print(f"✔ books: {len(INVARIANTS)} invariants hold in every unit")
        if not problems:
            out.print(f"✔ role {role}: no superuser, no bypass, owns nothing")
            out.print(f"✔ row-level security forced on {unit_tables} of {unit_tables} unit tables")
        out.print(
            f"✔ {len(register())} clauses, {len(all_terms())} terms, {len(texts())} texts in three languages"
        )
        if unsourced:
            out.print(f"! terms to confirm before production: {', '.join(unsourced)}", markup=False)
        out.print(f"✔ keys of personal codes: {len(key_ring().names)}")
    return 5 if problems else 0
