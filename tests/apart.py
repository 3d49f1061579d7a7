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


def asked_alone(
    room: Callable[[list[int]], Room], where: Unit, on: date, subjects: Mapping[str, int]
) -> dict[str, tuple[str, str]]:
    """Outcome and clause of every subject (id by name), each planned by a run that is narrowed to it; nothing stays."""
    found = {}
    with inside(where) as acting, connection.cursor() as cursor:
        for name, subject in subjects.items():
            before = transaction.savepoint()
            plan(room([subject]), acting, on)
            cursor.execute("SELECT outcome, clause FROM decided WHERE id = %s", [subject])
            found[name] = cursor.fetchone()
            transaction.savepoint_rollback(before)
    return found
