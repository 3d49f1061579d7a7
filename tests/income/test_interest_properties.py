"""The interest of sets is the plain calculation, stretch by stretch, on any history of claims (OC 6.1.5)."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cast import inside, new_unit, set_term
from income.interest_tables import (
    History,
    asked_again,
    invoiced,
    lines_of,
    paid,
    undone,
    written_off,
)
from income.tables import read
from reskontra.claims.interest import late_curves, payment_time_curves, take_interest, take_interest_until
from reskontra.claims.models import Claim
from reskontra.kernel.days import due_date
from reskontra.kernel.interest import DAY_COUNTS, Movement, Stretch, accrued, stretches
from reskontra.registers.models import Unit

pytestmark = pytest.mark.usefixtures("database")

_codes = count(660_001)
_first, _last = date(2023, 1, 2), date(2026, 8, 31)
_days = st.dates(_first, _last)
_cents = st.integers(1, 2_000_00).map(lambda cents: Decimal(cents) / 100)
_event = st.tuples(
    st.sampled_from(["paid", "paid and undone", "credited", "written", "written and undone"]), _cents, _days
)
_history = st.fixed_dictionaries(
    {
        "who": st.sampled_from(["bruk", "aino"]),
        "principal": _cents,
        "due": st.dates(_first, date(2026, 6, 1)).map(lambda day: due_date(day, 0)),
        "events": st.lists(_event, max_size=4),
        "deferred": st.one_of(st.none(), st.tuples(_days, st.integers(1, 300), st.integers(0, 300))),
        "waived": st.one_of(st.none(), st.integers(1, 500)),
    }
)
_few = settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)


@dataclass
class _Told:
    """A history as it was told into a unit, and as the plain calculation takes it."""

    claim: Claim
    consumer: bool
    movements: list[Movement]
    deferred: list[tuple[date, date]]
    waived_until: date | None


def _tell(where: Unit, history: History, name: str, told: dict[str, Any]) -> _Told:
    claim = invoiced(where, told["who"], format(told["principal"], ".2f"), told["due"])
    history.claims[name] = claim
    found = _Told(claim, told["who"] == "aino", [], [], None)
    left, to_credit = claim.amount, claim.amount
    for kind, wished, day in told["events"]:
        amount = min(wished, to_credit if kind == "credited" else left)
        if amount <= 0:
            continue
        money = format(amount, ".2f")
        if kind == "credited":
            invoiced(where, "", f"-{money}", day, original=claim)
            found.movements.append(Movement(None, amount))
            to_credit -= amount
        elif kind.startswith("paid"):
            settled = paid(where, claim, money, day)
            if kind.endswith("undone"):
                undone(where, settled)
        else:
            given_up = written_off(where, claim, money, day)
            if kind.endswith("undone"):
                asked_again(where, given_up, day + timedelta(days=40))
        if kind in ("paid", "written"):
            found.movements.append(Movement(day, amount))
            left -= amount
    if told["deferred"]:
        since, length, ended = told["deferred"]
        until, end = since + timedelta(days=length), since + timedelta(days=ended)
        history._deferred(name, since.isoformat(), until.isoformat(), "ended", end.isoformat(), "broken")
        found.deferred.append((since, min(until, end)))
    if told["waived"]:
        found.waived_until = claim.due_date + timedelta(days=told["waived"])
        history._waived(name, found.waived_until.isoformat())
    return found


@given(
    histories=st.lists(_history, min_size=4, max_size=8),
    ground=st.sampled_from(["section_4", "section_4a"]),
    day_count=st.sampled_from(DAY_COUNTS),
    own=st.integers(0, 40).map(lambda quarters: format(Decimal(quarters) / 4, ".2f")),
)
@_few
def test_the_rule_over_sets_is_the_plain_calculation(
    histories: list[dict[str, Any]], ground: str, day_count: str, own: str
) -> None:
    """OC 6.1.5-a, OC 6.1.5-b, OC 6.1.1-a: every stretch, and every total to the cent."""
    where = new_unit(str(next(_codes)))
    set_term(where, "late_interest_ground", ground)
    set_term(where, "interest_day_count", day_count)
    history = History(read("on 2026-08-31"), where)
    history._rate("2026-07-01", own)
    told = {str(place): _tell(where, history, str(place), one) for place, one in enumerate(histories)}
    with inside(where), connection.cursor() as cursor:
        take_interest_until(where, _last)
        found = lines_of(history.claims)
        expected = {name: _plain(where, one, ground, day_count) for name, one in told.items()}
        assert found == {name: [_as_row(one) for one in some] for name, some in expected.items()}
        cursor.execute("SELECT claim_id, kind, accrued, asked FROM interest_sums")
        for claim, kind, whole, asked in cursor.fetchall():
            (name,) = (name for name, one in told.items() if one.claim.pk == claim)
            assert (whole, asked) == (
                accrued(expected[name], kind),
                accrued(expected[name], kind, waived=False),
            )


def _plain(where: Unit, one: _Told, ground: str, day_count: str) -> list[Stretch]:
    return stretches(
        one.claim.amount, one.claim.due_date, _last, one.movements,
        late=late_curves(where, ground, consumer=one.consumer), payment_time=payment_time_curves(where),
        deferred=one.deferred, waived_until=one.waived_until, day_count=day_count,
    )  # fmt: skip


def _as_row(one: Stretch) -> tuple[Any, ...]:
    return one.first, one.last, one.principal, one.percent, one.year_days, one.kind, one.waived


def test_a_narrowed_scope_tells_the_same_as_the_whole() -> None:
    """OC 6.1.5-b: one claim asked for alone, and among others."""
    where = new_unit(str(next(_codes)))
    claims = [invoiced(where, "bruk", f"{amount}.00", date(2025, 3, 3)) for amount in (100, 200, 300)]
    with inside(where), connection.cursor() as cursor:
        take_interest_until(where, date(2025, 12, 1))
        cursor.execute("SELECT * FROM interest_lines WHERE claim_id = %s ORDER BY position", [claims[1].pk])
        among = cursor.fetchall()
        cursor.execute("DELETE FROM interest_scope WHERE claim_id <> %s", [claims[1].pk])
        take_interest(where)
        cursor.execute("SELECT * FROM interest_lines ORDER BY position")
        assert cursor.fetchall() == among != []
