"""What happens when people and runs do the same thing at the same moment."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connections, transaction

from database import working_day as day
from database.cast import an_order, move_in
from database.conftest import Street
from database.house import House, constraint_of, insert, work_in
from reskontra.database import server
from reskontra.database.session import working_in
from reskontra.exchange.models import InboxFile
from reskontra.exchange.outbox import NotHeld, decide_held
from reskontra.insight.invariants import broken
from reskontra.ledger.numbers import take_numbers
from reskontra.registers.models import Person, Unit
from reskontra.sales.models import BillingRequest, Invoice, InvoicedOrder, Order

RACES = 200


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Do all of it at the same moment, each in a thread of its own with Django connections of its own.

    Gives back results, and exceptions in the place of results.
    """
    barrier = threading.Barrier(len(works))

    def work(job: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return job()
        except Exception as problem:
            return problem
        finally:
            for alias in ("default", "owner"):
                connections[alias].close()

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(work, works))


# Two acts of one person ---------------------------------------------------------------------------------


def _give(app: psycopg.Connection[Any], house: House, row: dict[str, Any]) -> str:
    """One act in a transaction of its own; what refused it, or nothing."""
    try:
        with app.transaction():
            work_in(app, house.unit)
            insert(app, "sales_orderapproval", row)
    except psycopg.errors.IntegrityError as refused:
        return constraint_of(refused)
    return ""


def _race(street: Street, orders: list[dict[str, Any]], persons: tuple[int, int]) -> list[tuple[str, str]]:
    """For every order a review and an approval at the same moment; what each was answered."""
    house = street.own
    address = street.postgres.address(server.APP, street.database)
    barrier = threading.Barrier(2)

    def act(name: str, person: int) -> list[str]:
        told = []
        with psycopg.connect(**address, autocommit=True) as app:
            for order in orders:
                row = house.row(
                    "sales_orderapproval",
                    order_id=order["id"],
                    digest=order["digest"],
                    act=name,
                    person_id=person,
                )
                barrier.wait(30)
                told.append(_give(app, house, row))
        return told

    with ThreadPoolExecutor(2) as threads:
        reviews = threads.submit(act, "review", persons[0])
        approvals = threads.submit(act, "approve", persons[1])
        return list(zip(reviews.result(), approvals.result(), strict=True))


def _orders(street: Street, count: int) -> list[dict[str, Any]]:
    made = [an_order(street.own, "REVIEW") for _ in range(count)]
    street.admin.commit()
    return made


def _both_acts(street: Street) -> int:
    """Orders on which one person both reviewed and approved."""
    found = street.admin.execute(
        "SELECT count(*) FROM (SELECT FROM sales_orderapproval GROUP BY order_id, person_id HAVING count(*) > 1) twice"
    ).fetchone()
    street.admin.commit()
    assert found is not None
    return int(found[0])


def test_one_person_never_both_reviews_and_approves(street: Street) -> None:
    """E4, P35: at READ COMMITTED an application check let 1 454 of 1 500 through; the database lets none."""
    person = street.own.of("registers_person")
    answers = _race(street, _orders(street, RACES), (person, person))
    assert [pair for pair in answers if pair == ("", "")] == []
    assert _both_acts(street) == 0
    told = {answer for pair in answers for answer in pair}
    assert told <= {"", "an_approval_follows_a_review", "reviewer_is_not_approver"}


@pytest.fixture
def without_the_order_of_acts(street: Street) -> Any:
    """The rule that an approval follows a review is asleep: the keys alone must hold."""
    trigger = "an_approval_follows_a_review"
    street.admin.execute(f"ALTER TABLE sales_orderapproval DISABLE TRIGGER {trigger}")
    street.admin.commit()
    yield
    street.admin.execute(f"ALTER TABLE sales_orderapproval ENABLE TRIGGER {trigger}")
    street.admin.commit()


def test_the_key_alone_keeps_reviewer_and_approver_apart(
    street: Street, without_the_order_of_acts: None
) -> None:
    """Of every pair of one person's acts exactly one succeeds, and the key by its name refuses the other."""
    person = street.own.of("registers_person")
    answers = _race(street, _orders(street, RACES), (person, person))
    assert {tuple(sorted(pair)) for pair in answers} == {("", "reviewer_is_not_approver")}
    assert _both_acts(street) == 0


def test_the_race_finds_the_missing_key(street: Street, without_the_order_of_acts: None) -> None:
    """P40: with the key taken away the same race lets one person do both."""
    key = "reviewer_is_not_approver"
    street.admin.execute(f"ALTER TABLE sales_orderapproval DROP CONSTRAINT {key}")
    street.admin.commit()
    person = street.own.of("registers_person")
    orders = _orders(street, 20)
    try:
        _race(street, orders, (person, person))
        assert _both_acts(street) == 20
    finally:
        ids = [order["id"] for order in orders]
        street.admin.execute("SET session_replication_role = replica")
        street.admin.execute("DELETE FROM sales_orderapproval WHERE order_id = ANY (%s)", (ids,))
        street.admin.execute("SET session_replication_role = origin")
        street.admin.execute(
            f"ALTER TABLE sales_orderapproval ADD CONSTRAINT {key} UNIQUE (unit_id, order_id, person_id)"
        )
        street.admin.commit()


def test_two_reviewers_at_once_give_one_review(street: Street) -> None:
    """An act is given once, whoever gives it."""
    first, second = street.own.of("registers_person"), street.own.add("registers_person")["id"]
    orders = _orders(street, 40)
    house, address = street.own, street.postgres.address(server.APP, street.database)
    with ExitStack() as stack:
        apps = [stack.enter_context(psycopg.connect(**address, autocommit=True)) for _ in range(2)]
        for order in orders:
            rows = [
                house.row(
                    "sales_orderapproval", order_id=order["id"], digest=order["digest"], person_id=person
                )
                for person in (first, second)
            ]
            told = at_once(*(partial(_give, app, house, row) for app, row in zip(apps, rows, strict=True)))
            assert sorted(told) == ["", "an_act_is_given_once"]


# Numbers --------------------------------------------------------------------------------------------


class TakenBack(Exception):
    """A run that fails after it took its numbers."""


def test_a_series_under_eight_threads_with_rollbacks_has_no_gap_and_no_double(
    database: server.Server,
) -> None:
    """E7: a sequence left 531 gaps; the counter row leaves none, whatever is rolled back."""
    with psycopg.connect(**database.admin_address(_name())) as admin:
        house = move_in(admin)
    unit = Unit.objects.get(pk=house.unit)
    taken: list[tuple[int, int]] = []
    rolled_back: list[int] = []

    def work(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(25):
            count = chance.choice((1, 1, 2, 7))
            try:
                with working_in([unit.pk]):
                    first = take_numbers(unit, "invoice", count)
                    if chance.random() < 0.2:
                        raise TakenBack
                taken.append((first, count))
            except TakenBack:
                rolled_back.append(first)

    assert [found for found in at_once(*(lambda s=s: work(s) for s in range(8))) if found] == []  # type: ignore[misc]
    numbers = Counter(number for first, count in taken for number in range(first, first + count))
    assert set(numbers.values()) == {1}
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    assert len(rolled_back) > 10


def test_series_of_other_units_and_years_go_their_own_way(database: server.Server) -> None:
    with psycopg.connect(**database.admin_address(_name())) as admin:
        units = [Unit(pk=move_in(admin).unit) for _ in range(2)]
    for unit in units:
        with working_in([unit.pk]):
            assert take_numbers(unit, "voucher SI", 3, 2026) == 1
            assert take_numbers(unit, "voucher SI", 1, 2026) == 4
            assert take_numbers(unit, "voucher SI", 1, 2027) == 1
            assert take_numbers(unit, "invoice", 1) == 1


def test_a_savepoint_that_is_rolled_back_gives_its_numbers_back(database: server.Server) -> None:
    with psycopg.connect(**database.admin_address(_name())) as admin:
        unit = Unit(pk=move_in(admin).unit)
    with working_in([unit.pk]):
        with transaction.atomic():
            assert take_numbers(unit, "invoice", 5) == 1
            transaction.set_rollback(True)
        assert take_numbers(unit, "invoice", 1) == 1


def _name() -> str:
    return str(connections["default"].settings_dict["NAME"])


# Runs and files at once -----------------------------------------------------------------------


@pytest.fixture
def unit(database: server.Server, tmp_path: Path, settings_out: None) -> Unit:
    """A demonstration unit with its registers."""
    day.load_registers()
    return Unit.objects.get(code="3930")


@pytest.fixture
def settings_out(tmp_path: Path) -> Any:
    from django.conf import settings

    before, settings.OUT = settings.OUT, tmp_path / "out"
    yield
    settings.OUT = before


def _count(model: Any, unit: Unit) -> int:
    with working_in([unit.pk]):
        return int(model.objects.filter(unit=unit).count())


def test_two_intakes_and_two_runs_at_once_do_everything_once(unit: Unit, tmp_path: Path) -> None:
    """The same file twice, then twice every run: one effect, numbers without gap, one batch for every invoice."""
    file = day.write(tmp_path / "in")[unit.code].path

    answers = at_once(*[lambda: day.take_in(unit.code, file)] * 2)
    taken = [a for a in answers if not isinstance(a, Exception) and a.count("accepted")]
    assert len(taken) == 1
    [other] = [a for a in answers if a not in taken]
    if isinstance(other, Exception):  # both looked before either had written: the key refuses the second
        assert "a_file_is_one_billing_request" in str(other)
    else:
        assert other.count("duplicate") == len(other.rows)
    assert _count(InboxFile, unit) == 1
    assert _count(BillingRequest, unit) == 1
    assert _count(Order, unit) == taken[0].count("accepted") or _count(Order, unit) > 0
    orders = _count(Order, unit)

    results = at_once(*[lambda: day.run(unit.code, "orders")] * 2)
    assert [r for r in results if isinstance(r, Exception)] == []

    results = at_once(*[lambda: day.run(unit.code, "invoicing")] * 3)
    assert [r for r in results if isinstance(r, Exception)] == []
    invoiced = sorted(r.facts.get("invoices", 0) for r in results)
    assert invoiced[:2] == [0, 0]
    assert invoiced[2] == _count(Invoice, unit) > 0
    assert _count(InvoicedOrder, unit) <= orders

    handed = at_once(*[lambda: day.deliver(unit.code)] * 3)
    assert [h for h in handed if isinstance(h, Exception)] == []
    assert broken([unit.pk]) == []
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert len(files) == len({path.name for path in files})
    sent = [h for many in handed for h in many if h.state == "sent"]
    assert {path.name for path in files} >= {h.file.name for h in sent}
    assert all(not path.name.endswith(".part") for path in files)


def test_a_held_batch_is_decided_once_by_whoever_comes_first(street: Street) -> None:
    """D19: two pairs of persons say opposite things at the same moment; one is heard, the other is told."""
    from reskontra.database import connect
    from reskontra.exchange.models import OutboxEvent, OutboxFile

    house = street.own
    persons = [house.of("registers_person"), house.add("registers_person")["id"]]
    batches = []
    for _ in range(15):
        batches.append(house.add("exchange_outboxfile")["id"])
        house.add("exchange_outboxevent", state="held")
    street.admin.commit()
    connect.connect(street.postgres, street.database)
    first, second = (Person(pk=person) for person in persons)

    def decide(batch: int, sent: bool) -> str:
        with working_in([house.unit]):
            decide_held(OutboxFile.objects.get(pk=batch), sent, first, second, day.at(15))
        return "heard"

    for batch in batches:
        told = at_once(lambda b=batch: decide(b, True), lambda b=batch: decide(b, False))  # type: ignore[misc]
        assert sorted(type(t).__name__ for t in told) == ["NotHeld", "str"], told
        assert any(isinstance(t, NotHeld) for t in told)
        with working_in([house.unit]):
            assert (
                OutboxEvent.objects.filter(file_id=batch).exclude(state__in=["intent", "held"]).count() == 1
            )
    for alias in ("default", "owner"):
        connections[alias].close()
