"""Keys to the interface for other systems: make one (its secret is shown once), end one, list them."""

from argparse import SUPPRESS, ArgumentParser, Namespace
from datetime import date
from typing import Any

from django.utils import timezone

from reskontra.commands.connection import (
    UnknownPerson,
    acting,
    add_person,
    as_of,
    open_database,
)
from reskontra.commands.output import as_json, out, say, table
from reskontra.commands.values import day_argument
from reskontra.kernel.days import format_date
from reskontra.kernel.texts import LANGUAGES, text
from reskontra.registers.api_keys import end_key, keys_of, new_key
from reskontra.registers.models import ApiKey, Person
from reskontra.registers.models.api_keys import SCOPES

_COLUMNS = ("prefix", "name", "person", "scopes", "until", "ended")


def add_arguments(parser: ArgumentParser) -> None:
    """What to do, with which key, of which unit."""
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    for name, words in (("new", "make a key"), ("end", "end a key"), ("list", "the unit's keys")):
        act = acts.add_parser(name, help=words)
        act.add_argument("--unit", required=True, metavar="CODE", help="code of the accounting unit")
        add_person(act)
        act.add_argument("--json", action="store_true", default=SUPPRESS)
        act.add_argument("--lang", choices=LANGUAGES, default=SUPPRESS)
        if name == "new":
            act.add_argument(
                "--for", dest="holder", required=True, metavar="NAME", help="whose rights it has"
            )
            act.add_argument("--name", required=True, help="which system uses it")
            act.add_argument("--scopes", nargs="+", choices=SCOPES, required=True, help="what it opens")
            act.add_argument(
                "--until", type=day_argument, required=True, metavar="DATE", help="last day, YYYY-MM-DD"
            )
        if name == "end":
            act.add_argument("prefix", help="how the key begins")


def handle(arguments: Namespace) -> int:
    """Do it and tell the key; a secret is told this once."""
    open_database()
    if arguments.act == "list":
        with acting(arguments, "see") as person:
            keys = [_told(one) for one in keys_of(person.unit)]
        if arguments.json:
            as_json({"unit": arguments.unit, "keys": keys})
        else:
            _show(keys, arguments.lang)
        return 0
    with acting(arguments, "keep_api_keys") as person:
        working = as_of(person, arguments.on)
        if arguments.act == "end":
            told = _told(end_key(person.unit, person.person, arguments.prefix, working.at))
        else:
            holder = Person.objects.filter(username=arguments.holder).first()
            if holder is None:
                raise UnknownPerson(arguments.holder)
            key, secret = new_key(
                person.unit,
                person.person,
                holder,
                arguments.name,
                arguments.scopes,
                arguments.until,
                working.at,
            )
            told = {**_told(key), "secret": secret}
    if arguments.json:
        as_json(told)
    else:
        say(arguments, f"api_key.{arguments.act}", prefix=told["prefix"], name=told["name"])
        if "secret" in told:
            out.print(told["secret"], markup=False)
    return 0


def _told(key: ApiKey) -> dict[str, Any]:
    last = timezone.localtime(key.expires_at)
    return {
        "prefix": key.prefix,
        "name": key.name,
        "person": key.person.username,
        "scopes": key.scopes.split(),
        "until": date.fromordinal(last.date().toordinal() - 1).isoformat(),
        "ended": timezone.localdate(key.ended_at).isoformat() if key.ended_at else None,
    }


def _show(keys: list[dict[str, Any]], language: str) -> None:
    rows = [
        (
            one["prefix"], one["name"], one["person"], " ".join(one["scopes"]),
            format_date(date.fromisoformat(one["until"]), language),
            format_date(date.fromisoformat(one["ended"]), language) if one["ended"] else "",
        )
        for one in keys
    ]  # fmt: skip
    table(
        text("api_key.list", language),
        tuple(text(f"api_key.column_{name}", language) for name in _COLUMNS),
        rows,
    )
