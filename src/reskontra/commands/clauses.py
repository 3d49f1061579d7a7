"""Print how far the guidelines are built, chapter by chapter."""

from argparse import ArgumentParser, Namespace

from reskontra.commands.output import as_json, table
from reskontra.kernel.clauses import STATUSES, coverage, register


def add_arguments(parser: ArgumentParser) -> None:
    """One clause to look at, or nothing for the coverage of all."""
    parser.add_argument("clause", nargs="?", help="a clause id such as 'OC 3.2.1-a'")
    parser.add_argument("--all", action="store_true", help="every requirement with its status and place")


def handle(arguments: Namespace) -> int:
    """The coverage, or the clauses asked for."""
    language = arguments.lang
    if arguments.clause or arguments.all:
        found = [
            entry
            for entry in register().values()
            if arguments.all or entry.id == arguments.clause or entry.chapter == arguments.clause
        ]
        if arguments.json:
            as_json(
                [
                    {
                        "id": entry.id,
                        "title": dict(entry.title),
                        "strength": entry.strength,
                        "status": entry.status,
                        "where": list(entry.where),
                        "note": entry.note,
                    }
                    for entry in found
                ]
            )
        else:
            rows = [(e.id, e.title[language], e.status or "", ", ".join(e.where)) for e in found]
            table("", ("clause", "title", "status", "where"), rows)
        return 0 if found else 2
    return _coverage(arguments)


def _coverage(arguments: Namespace) -> int:
    language = arguments.lang
    rows = coverage()
    if arguments.json:
        as_json(
            {
                "requirements": sum(row.total for row in rows),
                "by_status": {status: sum(row.counts[status] for row in rows) for status in STATUSES},
                "chapters": [
                    {
                        "document": row.document,
                        "chapter": row.chapter,
                        "title": row.title[language],
                        "counts": dict(row.counts),
                    }
                    for row in rows
                ],
            }
        )
        return 0
    shown = [(row.chapter, row.title[language], *(row.counts[s] or "" for s in STATUSES)) for row in rows]
    shown.append(("", "", *(sum(row.counts[s] for row in rows) for s in STATUSES)))
    table("", ("chapter", "title", *STATUSES), shown, right=range(2, 2 + len(STATUSES)))
    return 0
