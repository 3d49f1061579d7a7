"""Subjects apart from their neighbours: who is no neighbour must not change what is decided of them."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date

from django.db import connection, transaction

from cast import inside
from reskontra.registers.models import Unit
from reskontra.runs.run import Room, plan


def halves(groups: Iterable[Collection[str]]) -> list[frozenset[str]]:
    """Every second one of the groups of neighbours, and the others: in each half those of the other are gone."""
    told = [frozenset(group) for group in groups]
    return [frozenset().union(*half) for half in (told[::2], told[1::2]) if half]


def thirds(names: Iterable[str]) -> list[list[str]]:
    """Every third of the names: up to three are alone, of more nobody is with one of the two before or after it."""
    told = list(names)
    return [third for third in (told[::3], told[1::3], told[2::3]) if third]


def asked_apart(
    room: Callable[[list[int]], Room], where: Unit, on: date, subjects: Mapping[str, int]
) -> dict[str, tuple[str, str]]:
    """Outcome and clause of every subject (id by name), planned by runs that are narrowed to a third; nothing stays."""
    found = {}
    names = {subject: name for name, subject in subjects.items()}
    with inside(where) as acting, connection.cursor() as cursor:
        for third in thirds(subjects):
            before = transaction.savepoint()
            asked = [subjects[name] for name in third]
            plan(room(asked), acting, on)
            cursor.execute("SELECT id, outcome, clause FROM decided WHERE id = ANY(%s)", [asked])
            found |= {names[subject]: (outcome, clause) for subject, outcome, clause in cursor.fetchall()}
            transaction.savepoint_rollback(before)
    return found
