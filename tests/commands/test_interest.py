"""The interest calculator, and the interest runs by command."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from cast import DAY, HARBOUR, unit
from income.interest_tables import History
from income.tables import read
from reskontra.commands import main

Command = Callable[..., tuple[int, Any]]
IN_HARBOUR = ("--unit", HARBOUR, "--on", DAY.isoformat())


@pytest.fixture
def calculate(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """``calculate(...)``: exit code and text of ``reskontra interest``; there is no database."""

    def run(*words: str) -> tuple[int, str]:
        capsys.readouterr()
        code = main(["interest", *words])
        return code, capsys.readouterr().out

    return run


Calculate = Callable[..., tuple[int, str]]


def test_the_calculator_prints_every_period_and_the_total(calculate: Calculate) -> None:
    """OC 6.1.5-b"""
    code, told = calculate(
        "--principal", "1000", "--due", "2023-12-29", "--until", "2024-01-31", "--lang", "sv"
    )
    assert code == 0
    first, second = (line.split() for line in told.splitlines()[1:3])
    assert (first[:3], first[-2:]) == (["30.12.2023", "31.12.2023", "2"], ["11", "0,6027"])
    assert (second[:3], second[-2:]) == (["1.1.2024", "31.1.2024", "31"], ["11,5", "9,7404"])
    assert told.splitlines()[-1] == "Ränta sammanlagt: 10,34\xa0€"


def test_the_calculator_takes_payments_grounds_and_day_counts(command: Command) -> None:
    """OC 6.1.5-a"""
    words = ("interest", "--principal", "1000", "--due", "2025-03-03", "--until", "2025-04-02")
    code, told = command(*words, "--payment", "2025-03-13:400", "--payment", "2025-03-23:100,50")
    assert code == 0
    assert [(one["principal"], one["days"]) for one in told["stretches"]] == [
        ("1000.00", 10), ("600.00", 10), ("499.50", 10),
    ]  # fmt: skip
    assert told["total"] == "6.04"
    assert command(*words, "--ground", "section_4a")[1]["total"] == "9.45"
    assert command(*words, "--ground", "special_act", "--surcharge", "5")[1]["total"] == "6.99"
    assert command(*words, "--day-count", "actual_360")[1]["total"] == "8.75"


def test_a_due_date_that_is_no_bank_day_is_told_to_move(calculate: Calculate) -> None:
    """OC 3.11-a"""
    code, told = calculate("--principal", "500", "--due", "2026-01-06", "--until", "2026-01-09")
    assert code == 0
    assert told.startswith(
        "The due date 6 Jan 2026 is no bank day: interest runs from the day after 7 Jan 2026."
    )


def test_a_missing_rate_says_what_to_enter_and_the_entered_one_is_used(
    command: Command, calculate: Calculate
) -> None:
    """OC 6.1.5-b"""
    words = ("--principal", "1000", "--due", "2026-06-01", "--until", "2026-07-01")
    code, told = calculate(*words)
    assert code == 2
    assert "reference_rate" in told
    assert "1 Jul 2026" in told
    assert command("interest", *words, "--reference-rate", "2026-07-01:4.0")[1]["total"] == "7.85"
    code, refused = command("interest", *words[:-1], "2027-01-01", "--reference-rate", "2026-07-01:4.0")
    assert (code, refused["refused"]) == (2, "missing_term")


def test_a_rate_that_is_known_is_not_replaced(command: Command) -> None:
    """OC 6.1.5-b"""
    words = ("interest", "--principal", "1000", "--due", "2025-03-03", "--until", "2025-04-02")
    assert command(*words, "--reference-rate", "2025-01-01:9")[1] == command(*words)[1]


@pytest.mark.parametrize(
    "wrong", [("--payment", "yesterday:5"), ("--payment", "2025-03-13"), ("--ground", "x")]
)
def test_what_cannot_be_read_is_refused(calculate: Calculate, wrong: tuple[str, str]) -> None:
    with pytest.raises(SystemExit) as refused:
        calculate("--principal", "1000", "--due", "2025-03-03", "--until", "2025-04-02", *wrong)
    assert refused.value.code == 2


@pytest.mark.usefixtures("database")
def test_interest_runs_are_planned_and_applied_by_command(command: Command) -> None:
    """OC 6.1.5-a, OC 6.1.1-a"""
    told = History(
        read("""
    on 2026-03-16
    claim    A bruk 1000.00 due 2026-01-05
    claim    B aino 1000.00 due 2025-09-01
    paid     A 1000.00 2026-03-02
    deferred B 2025-10-01 2026-01-30 ended 2025-10-31 broken
    """),
        unit(),
    ).tell()
    code, planned = command("run", "interest", *IN_HARBOUR, "--plan")
    assert (code, planned["state"], told.invoices()) == (0, "planned", [])
    code, applied = command("run", "interest", *IN_HARBOUR, "--apply", str(planned["run"]))
    assert (code, applied["digest"], applied["interest_invoices"]) == (0, planned["digest"], 1)
    code, again = command("run", "interest", *IN_HARBOUR, "--apply", str(planned["run"]))
    assert (code, again["refused"]) == (2, "run.already_applied")
    code, _ = command("run", "payment_time", *IN_HARBOUR)
    assert code == 0
    assert told.invoices() == [("bruk", "14.58", False), ("aino", "4.67", False)]
    assert told.decided(date(2026, 3, 17))["A"][0] == "INTEREST_CHARGED_BEFORE"
