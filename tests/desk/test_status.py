"""The status page: what it counts, in how many queries, and what it says when there is nothing to count."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from desk_world import Facts, World
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reskontra.database.session import working_in
from reskontra.desk.status import (
    BATCH_STATES,
    RUNS_SHOWN,
    Batches,
    Invoices,
    batches_by_state,
    invoices_of_month,
    latest_runs,
    orders_by_state,
    requirements,
    status_of,
)
from reskontra.exchange.models import OutboxFile
from reskontra.exchange.outbox import state_of
from reskontra.kernel.clauses import coverage, register
from reskontra.kernel.texts import LANGUAGES, text
from reskontra.registers.models import Person

SignedIn = Callable[[Person], Client]
ISSUED = date(2026, 3, 2)

# What can have happened to a batch; two of them wait for two persons.
WAYS: tuple[tuple[str, ...], ...] = (
    (),
    ("intent",),
    ("intent", "sent"),
    ("intent", "sent", "receipted"),
    ("intent", "held"),
    ("intent", "held"),
    ("intent", "sent", "refused"),
)


def test_open_orders_are_counted_by_what_they_wait_for(busy: World) -> None:
    """OC 3.2.1-b: two persons let an order through. A new version replaces the old; invoiced is not open."""
    with working_in([busy.harbour.pk]):
        found = [(one.state, one.count, one.amount) for one in orders_by_state(busy.harbour)]
    assert found == [
        ("undecided", 1, None),
        ("returned", 1, Decimal("95.50")),
        ("review", 2, Decimal("310.00")),
        ("approval", 1, Decimal("-40.00")),
        ("ready", 3, Decimal("3500.00")),
    ]


def test_the_newest_decision_of_the_orders_rule_counts(world: World) -> None:
    facts = Facts(world, world.harbour, world.maria)
    first, second = facts.run(), facts.run()
    order = facts.order(first)
    facts.decided(order, first, "PRICE_MISSING", "RETURNED", "1.00")
    facts.decided(order, second, "READY", "READY", "2.00")
    with working_in([world.harbour.pk]):
        counts = {one.state: (one.count, one.amount) for one in orders_by_state(world.harbour) if one.count}
    assert counts == {"ready": (1, Decimal("2.00"))}


@pytest.mark.parametrize(("on", "counted"), [
    (date(2026, 1, 31),  0),
    (date(2026, 2, 1),   2),
    (date(2026, 2, 28),  2),
    (date(2026, 3, 1),   1),
    (date(2026, 12, 31), 1),
    (date(2027, 2, 1),   0),
])  # fmt: skip
def test_the_invoices_of_a_month_are_those_issued_in_it(world: World, on: date, counted: int) -> None:
    facts = Facts(world, world.harbour, world.maria)
    run = facts.run("invoicing")
    for day in (date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 1), date(2026, 12, 31)):
        facts.invoice(run, day, "100.00", "25.50")
    with working_in([world.harbour.pk]):
        found = invoices_of_month(world.harbour, on)
    sums = [counted, counted * Decimal(100), counted * Decimal("25.5"), counted * Decimal("125.5")]
    assert found == ([Invoices("invoice", *sums), Invoices("all", *sums)] if counted else [])


def test_batches_stand_where_the_outbox_says_that_they_stand(world: World) -> None:
    facts = Facts(world, world.harbour, world.maria)
    run = facts.run("delivery")
    for number, states in enumerate(WAYS):
        facts.batch(run, f"batch {number}", number + 1, f"{number}.50", *states)
    with working_in([world.harbour.pk]):
        expected: dict[str, list[OutboxFile]] = {}
        for file in OutboxFile.objects.filter(unit=world.harbour):
            expected.setdefault(state_of(file), []).append(file)
        found = batches_by_state(world.harbour)
    assert [one.state for one in found] == [state for state in BATCH_STATES if state in expected]
    assert {one.state: one for one in found} == {
        state: Batches(
            state,
            len(files),
            sum(file.documents for file in files),
            sum((file.amount for file in files), Decimal(0)),
            min(file.built_at for file in files),
        )
        for state, files in expected.items()
    }


def test_the_newest_runs_come_first_with_what_they_decided(world: World) -> None:
    facts = Facts(world, world.harbour, world.maria)
    for number in range(RUNS_SHOWN + 3):
        facts.run(
            "orders", [{"outcome": "READY", "clause": "OC 3.9-a", "count": number, "amount": f"{number}.10"}]
        )
    with working_in([world.harbour.pk]):
        lines = latest_runs(world.harbour)
    counts = [one.count for line in lines for one in line.outcomes]
    assert counts == list(range(RUNS_SHOWN + 2, 2, -1))
    assert [one.amount for line in lines for one in line.outcomes] == [
        count + Decimal("0.10") for count in counts
    ]


def test_every_requirement_is_counted_once() -> None:
    found = requirements(coverage())
    with_status = [clause for clause in register().values() if clause.status]
    assert sum(one.total for one in found) == len(with_status)
    assert sum(one.built for one in found) == sum(clause.built for clause in with_status)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_what_was_counted_in_the_readers_language(
    busy: World, signed_in: SignedIn, language: str
) -> None:
    Person.objects.filter(pk=busy.maria.pk).update(language=language)
    page = signed_in(busy.maria).get("/u/123/status").content.decode()
    for key in (
        "desk.status.title",
        "desk.orders.review",
        "term.reviewer",
    ):
        assert text(key, language) in page
    assert text("desk.status.held", language, count=1) in page
    outcome = text("outcome.LEGAL_BASIS_MISSING", language)
    assert outcome[0].upper() + outcome[1:] in page
    amount = {"sv": "123 456,70 €", "fi": "123 456,70 €", "en": "€123,456.70"}[language]
    assert amount.replace(" ", "\N{NO-BREAK SPACE}") in page
    assert "fakturering_20260302.xlsx" in page
    assert "reskontra_app" in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_unit_says_so_in_words(world: World, signed_in: SignedIn, language: str) -> None:
    Person.objects.filter(pk=world.olli.pk).update(language=language)
    page = signed_in(world.olli).get("/u/456/status").content.decode()
    for key in (
        "status.no_file",
        "status.no_run",
        "orders.empty",
        "invoices.empty",
        "outbox.empty",
        "runs.empty",
    ):
        assert text(f"desk.{key}", language) in page
    assert "desk.status.held" not in page


def test_more_facts_do_not_take_more_queries(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.maria)
    client.get("/u/123/status")
    with CaptureQueriesContext(connection) as few:
        client.get("/u/123/status")
    facts = Facts(world, world.harbour, world.maria)
    for number in range(12):
        run = facts.run("orders", [{"outcome": "READY", "clause": "OC 3.9-a", "count": 1, "amount": "1.00"}])
        facts.decided(facts.order(run), run, "READY", "READY", "1.00")
        facts.batch(run, f"batch {number}", 1, "1.00", "intent", "sent")
        facts.file(f"file {number}")
    with CaptureQueriesContext(connection) as many:
        client.get("/u/123/status")
    assert len(many) == len(few) <= 17, "\n".join(query["sql"][:110] for query in many)


def test_a_database_that_does_not_keep_the_units_apart_is_told_of(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reskontra.desk.status.unsafe", lambda: ["one", "two"])
    with working_in([world.harbour.pk]):
        assert status_of(world.harbour, ISSUED).system.problems == 2
