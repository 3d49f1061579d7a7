"""``reskontra bank`` of payments that wait: the list, what one may be meant for, what was taken back; and ``read``."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cast import HARBOUR, inside, run, unit
from income.money import Purse, open_amount
from income.tables import read
from reskontra.income.allocation.run import AllocationRun
from reskontra.kernel.texts import text

IN_HARBOUR = ("--unit", HARBOUR, "--on", "2026-03-26")
Command = Callable[..., tuple[int, Any]]
KTL = Path(__file__).resolve().parents[1] / "formats" / "ktl" / "golden"


@pytest.mark.usefixtures("database")
def test_payments_that_wait_are_told_with_age_reason_and_candidates(command: Command) -> None:
    """OC 4.1-c: a credit that waits for its set-off lessens what is open, as in the run."""
    where = unit()
    purse = Purse(read("""
    on 2026-03-16
    claim   A bruk 100.00
    credit  X A 30.00
    claim   B bruk 70.00
    payment p 70.00 from "Provbruket Ab"
    payment s 70.00 day 2026-03-11 of B
    payment back -70.00 day 2026-03-12 from "SOMEBODY"
    """), where).tell()  # fmt: skip
    run(AllocationRun(), where)
    numbers = {name: f"P{one.pk}" for name, one in purse.payments.items()}
    code, told = command("bank", "--unallocated", *IN_HARBOUR)
    assert code == 1
    listed = {one["payment"]: one for one in told["unallocated"]}
    assert numbers["s"] not in listed
    back = listed[numbers["back"]]
    assert (back["rest"], back["age"], back["outcome"]) == ("-70.00", 14, "REVERSAL_UNKNOWN")
    for language in ("sv", "fi", "en"):
        _, shown = command("bank", "--unallocated", *IN_HARBOUR, "--lang", language, text=True)
        assert text("bank.unallocated", language) in shown
    code, told = command("bank", "--candidates", numbers["back"], *IN_HARBOUR)
    assert (code, [one["meant"] for one in told["candidates"]]) == (0, [numbers["s"]])

    refused = command("bank", "--takes-back", numbers["back"], numbers["s"], *IN_HARBOUR)
    assert (refused[0], refused[1]["reasons"][0]["rule"]) == (2, "take_back_without_reason")
    wrong = command("bank", "--takes-back", numbers["s"], numbers["back"], "--reason", "x", *IN_HARBOUR)
    assert (wrong[0], wrong[1]["reasons"][0]["rule"]) == (2, "takes_nothing_back")
    nobody = command("bank", "--takes-back", numbers["back"], "P999999", "--reason", "x", *IN_HARBOUR)
    assert (nobody[0], nobody[1]["refused"]) == (2, "nothing_found")
    code, told = command(
        "bank", "--takes-back", numbers["back"], numbers["s"], "--reason", "told", *IN_HARBOUR
    )
    assert (code, told["left"]) == (0, "0.00")
    with inside(where):
        assert open_amount(where, purse.claims["B"]) == 70
    undo = ("bank", "--undo", numbers["back"], *IN_HARBOUR)
    assert command(*undo)[1]["reasons"][0]["rule"] == "take_back_without_reason"
    code, told = command(*undo, "--reason", "another one")
    assert (code, told) == (1, {"payment": numbers["back"], "left": "-70.00"})
    with inside(where):
        assert open_amount(where, purse.claims["B"]) == 0
    assert command(*undo, "--reason", "once more")[1]["refused"] == "allocation.nothing_to_undo"


@pytest.mark.usefixtures("database")
def test_the_open_amount_of_a_candidate_is_that_of_the_run(command: Command) -> None:
    """OC 4.1-c: 100.00 less a credit of 30.00 that waits; paid without anything that points."""
    where = unit()
    purse = Purse(read("""
    on 2026-03-16
    claim   A bruk 100.00
    credit  X A 30.00
    claim   B bruk 70.00
    payment either 70.00 from "Provbruket Ab"
    """), where).tell()  # fmt: skip
    run(AllocationRun(), where)
    code, told = command("bank", "--candidates", f"P{purse.payments['either'].pk}", *IN_HARBOUR)
    found = {one["meant"]: one["open"] for one in told["candidates"]}
    assert code == 0
    assert found == {claim.reference[:-1]: "70.00" for claim in (purse.claims["A"], purse.claims["B"])}


@pytest.mark.parametrize("language", ["sv", "fi", "en"])
def test_a_list_is_read_in_the_readers_language(command: Command, language: str) -> None:
    """OC 4.1-b"""
    file = KTL / "payments.ktl"
    code, shown = command("read", str(file), "--lang", language, text=True)
    assert code == 0
    for name in ("day", "amount", "reference", "payer", "message"):
        assert text(f"read.column_{name}", language) in shown
