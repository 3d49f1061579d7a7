"""What waits in cases and of payment time, for the start page."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from django.urls import reverse

from reskontra.desk.access import Place
from reskontra.desk.case_pages import RIGHT_OF_TASK
from reskontra.desk.task import Task
from reskontra.income.deferral.lists import requests_waiting
from reskontra.income.legal.events import case_tasks
from reskontra.insight.cases import claims_waiting

# Tasks of cases come together by what they take of a person.
_KINDS: Mapping[str, frozenset[str]] = {
    "case_decide": frozenset({"decide_case"}),
    "case_sign": frozenset({"sign_summons"}),
    "case_handle": frozenset({"handle_case", "run_obstacles"}),
}
_MOST = 1000


def legal_tasks(place: Place) -> Iterator[Task]:
    """Cases, claims that wait for a word, and requests for time: only what there is. Inside ``working_in``."""
    code = place.unit.code
    address = reverse("cases", args=[code])
    tasks = case_tasks(place.unit, place.on)
    for name, rights in _KINDS.items():
        some = [one for one in tasks if RIGHT_OF_TASK[one.kind] in rights]
        if some:
            mine = any(place.may(RIGHT_OF_TASK[one.kind]) for one in some)
            amount = sum((one.amount for one in some), Decimal(0))
            yield Task(name, len(some), amount, f"{address}#tasks", mine)
    if waiting := claims_waiting(place.unit, place.on, _MOST):
        amount = sum((one.open for one in waiting), Decimal(0))
        mine = place.may("handle_case")
        yield Task("case_words", len(waiting), amount, f"{address}#words", mine)
    if requests := requests_waiting(place.unit):
        mine = place.may("grant_time")
        yield Task("time_requests", len(requests), None, reverse("payment-time", args=[code]), mine)
