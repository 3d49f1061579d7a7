"""Payments by command: set off, planned, applied, explained; killed anywhere, two at once, a plan that has aged."""

import signal
import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db import connections

from cast import DAY, HARBOUR, inside, run, unit
from faults.child import Death
from faults.forked import killable
from income.money import Purse, a_payment, balance
from income.tables import read
from reskontra.claims.models import Allocation, PaymentDecision
from reskontra.database import server
from reskontra.income.allocation.run import AllocationRun
from reskontra.insight.invariants import broken
from reskontra.kernel.texts import text

Command = Callable[..., tuple[int, Any]]
IN_HARBOUR = ("--unit", HARBOUR, "--on", DAY.isoformat())


def _purse() -> Purse:
    return Purse(
        read("""
    on 2026-03-16
    claim   A bruk 100.00
    claim   B paja 50.00
    credit  X B 20.00
    payment p 125.00 of A
    payment q  30.00 of B
    payment r  12.00
    """),
        unit(),
    ).tell()


def _outcomes(told: dict[str, Any]) -> dict[str, tuple[int, str]]:
    return {one["outcome"]: (one["count"], one["amount"]) for one in told["decisions"]}


DECIDED = {"OVERPAID_REFUND": (1, "125.00"), "PAID": (1, "30.00"), "NO_REFERENCE": (1, "12.00")}


def test_a_plan_decides_and_writes_nothing_and_is_applied_as_it_was_seen(command: Command) -> None:
    """OC 4.1-b"""
    purse = _purse()
    code, planned = command("run", "allocation", *IN_HARBOUR, "--plan")
    assert (code, planned["state"], _outcomes(planned)) == (0, "planned", DECIDED)
    with inside(purse.where):
        assert not Allocation.objects.filter(unit=purse.where).exists()
    code, applied = command("run", "allocation", *IN_HARBOUR, "--apply", str(planned["run"]))
    assert (code, applied["state"], applied["digest"]) == (0, "applied", planned["digest"])
    assert (applied["allocations"], applied["overpayments"], applied["waived"]) == (2, 1, 0)
    assert all(control["expected"] == control["actual"] for control in applied["controls"])


def test_credits_are_set_off_by_command(command: Command) -> None:
    """OC 3.2.1-a"""
    _purse()
    code, told = command("run", "set_off", *IN_HARBOUR)
    assert (code, _outcomes(told), told["allocations"]) == (0, {"SET_OFF": (1, "20.00")}, 1)


def test_what_has_changed_since_the_plan_is_set_aside(command: Command) -> None:
    """A payment that came since waits; one whose claim is open by another amount is not allocated on an old promise."""
    purse = _purse()
    _, planned = command("run", "allocation", *IN_HARBOUR, "--plan")
    a_payment(purse.where, "10.00", reference=purse.claims["A"].reference)
    code, applied = command("run", "allocation", *IN_HARBOUR, "--apply", str(planned["run"]))
    assert code == 0
    found = _outcomes(applied)
    assert found["PAID"] == (1, "30.00")
    assert found["CHANGED_SINCE_PLAN"][0] >= 1
    with inside(purse.where):
        assert broken([purse.where.pk]) == []
    assert run(AllocationRun(), purse.where).facts["allocations"] + applied["allocations"] >= 2


def test_a_payment_and_its_invoice_explain_themselves(command: Command) -> None:
    """OC 4.2-a"""
    purse = _purse()
    command("run", "allocation", *IN_HARBOUR)
    number = f"P{purse.payments['p'].pk}"
    code, told = command("explain", number, "--unit", HARBOUR)
    assert (code, told["subject"], told["rest"]) == (0, "payment", "0.00")
    assert told["decisions"][0]["clause"] == "OC 4.2-a"
    code, told = command("explain", purse.claims["A"].reference, "--unit", HARBOUR)
    assert [(one["kind"], one["payment"]) for one in told["claim"]["settlements"]] == [
        ("allocation", number), ("overpaid_refund", number),
    ]  # fmt: skip


def test_a_set_off_is_no_payment_on_either_invoice(command: Command) -> None:
    """OC 3.2.1-a: the invoice and its credit tell the same settlement, in three languages; nobody paid it."""
    purse = _purse()
    command("run", "set_off", *IN_HARBOUR)
    for claim, amount in (("B", "20.00"), ("X", "-20.00")):
        reference = purse.claims[claim].reference
        _, told = command("explain", reference, "--unit", HARBOUR)
        [found] = told["claim"]["settlements"]
        assert (found["kind"], found["amount"], found["payment"]) == ("set_off", amount, None)
        for language in ("sv", "fi", "en"):
            _, shown = command("explain", reference, "--unit", HARBOUR, "--lang", language, text=True)
            assert text("settlement.set_off", language) in shown
            assert f"  {text('settlement.allocation', language)}  " not in shown


def test_two_runs_at_once_allocate_once(database: server.Server) -> None:
    purse = _purse()
    together, done = threading.Barrier(2), []

    def allocate() -> None:
        try:
            together.wait(10)
            done.append(run(AllocationRun(), purse.where).facts.get("allocations", 0))
        finally:
            connections.close_all()

    both = [threading.Thread(target=allocate) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    assert sorted(done) == [0, 2]


def test_a_run_that_is_killed_anywhere_leaves_all_or_nothing(database: server.Server) -> None:
    """P8: SIGKILL at statements all along the way and on both sides of the commit; the next run ends the work."""
    purse = _purse()
    do = killable(database, ("run", "allocation", *IN_HARBOUR))
    for death in [*(Death("statement", place) for place in (15, 40, 55, 64)), Death("commit", 1)]:
        assert do(death) == -signal.SIGKILL, death
        with inside(purse.where):
            assert not PaymentDecision.objects.filter(unit=purse.where).exists(), death
            assert not Allocation.objects.filter(unit=purse.where).exists(), death
    assert do(None) == 0
    with inside(purse.where):
        assert balance(purse.where, "payments_unallocated") == Decimal("-12.00")
        assert Allocation.objects.filter(unit=purse.where).count() == 2
    assert broken([purse.where.pk]) == []
