"""The interest calculator, and the interest runs by command."""

from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cast import DAY, HARBOUR, unit
from income.interest_tables import History
from income.tables import read
from reskontra.commands import COMMANDS, _parser, main, values
from reskontra.kernel.texts import text

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


WORDS = ("--principal", "1000", "--due", "2025-03-03", "--until", "2025-04-02")


def test_a_rate_that_is_known_is_not_replaced(command: Command) -> None:
    """OC 6.1.5-b"""
    code, told = command("interest", *WORDS, "--reference-rate", "2025-01-01:9")
    assert (code, told["refused"]) == (2, "interest.rate_is_known")


def test_a_surcharge_of_zero_is_one_and_only_a_special_act_has_its_own(command: Command) -> None:
    """OC 6.1.5-a: 30 days at the reference rate of 3.5 alone; section 4 has the surcharge of the act."""
    code, told = command("interest", *WORDS, "--ground", "special_act", "--surcharge", "0")
    assert (code, told["total"]) == (0, "2.88")
    code, told = command("interest", *WORDS, "--surcharge", "5")
    assert (code, told["refused"]) == (2, "interest.surcharge_of_special_act")


def test_a_last_day_at_the_end_of_all_days_is_one_without_a_rate(command: Command) -> None:
    """OC 6.1.5-b"""
    code, told = command("interest", *WORDS[:-1], "9999-12-31")
    assert (code, told["refused"]) == (2, "missing_term")
    code, told = command("interest", *WORDS[:2], "--due", "9999-12-31", "--until", "9999-12-31")
    assert (code, told["total"]) == (0, "0.00")


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        (("--payment", "yesterday:5"), "payment"),
        (("--payment", "2025-03-13"), "payment"),
        (("--payment", "2025-03-13:-50"), "payment"),
        (("--payment", "2025-03-13:0"), "payment"),
        (("--principal", "-5"), "sum"),
        (("--principal", "0"), "sum"),
        (("--principal", "100.005"), "sum"),
        (("--principal", "abc"), "sum"),
        (("--surcharge", "-20"), "rate"),
        (("--reference-rate", "2026-07-01:-1"), "rate_of_day"),
        (("--until", "soon"), "day"),
    ],
)
@pytest.mark.parametrize("language", ["sv", "fi", "en"])
def test_what_cannot_be_read_is_refused_in_the_readers_words(
    capsys: pytest.CaptureFixture[str], wrong: tuple[str, str], rule: str, language: str
) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["interest", *WORDS, *wrong, "--lang", language])
    told = capsys.readouterr().err
    assert refused.value.code == 2
    assert text(f"argument.{rule}", language, written=wrong[1]) in " ".join(told.split())


def test_the_language_of_the_environment_is_used_where_none_is_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESKONTRA_LANG", "fi")
    with pytest.raises(SystemExit):
        main(["interest", *WORDS, "--until", "soon"])
    assert text("argument.day", "fi", written="soon") in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["interest", *WORDS, "--until", "soon", "--lang=sv"])
    assert text("argument.day", "sv", written="soon") in capsys.readouterr().err


def test_a_ground_that_there_is_not_is_refused(calculate: Calculate) -> None:
    with pytest.raises(SystemExit) as refused:
        calculate(*WORDS, "--ground", "x")
    assert refused.value.code == 2


def test_no_command_refuses_a_value_by_the_name_of_a_function() -> None:
    """What argparse itself says of a wrong value names our function; ``commands.values`` says it in words."""
    spoken = {value for name, value in vars(values).items() if name.endswith("_argument")} | {Path}
    for name in COMMANDS:
        for parser in _parsers(_parser(name)):
            for action in parser._actions:
                assert action.type is None or action.type in spoken or action.choices, (name, action.dest)


def _parsers(parser: ArgumentParser) -> Iterator[ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, _SubParsersAction):
            for one in action.choices.values():
                yield from _parsers(one)


@pytest.mark.usefixtures("database")
def test_interest_is_waived_by_command_and_the_claim_tells_it(command: Command) -> None:
    """OC 6.1.5-a: up to and with the day, with the reason; the next run credits what was charged."""
    told = History(
        read("""
    on 2026-03-16
    claim    A bruk 1000.00 due 2026-01-05
    paid     A 1000.00 2026-03-02
    charged  2026-03-10
    """),
        unit(),
    ).tell()
    reference = told.claims["A"].reference
    words = ("waive", reference, "--unit", HARBOUR, "--on", DAY.isoformat())
    code, refused = command(*words, "--until", "2026-01-05", "--reason", "our own delay")
    assert (code, refused["refused"]) == (2, "interest.none_has_run")
    code, refused = command(*words, "--until", "2026-03-02", "--reason", "x" * 351)
    assert (code, refused["refused"]) == (2, "interest.waiver_too_long")
    code, refused = command(*words, "--until", "2026-03-02", "--reason", "x", "--as", "maria")
    assert (code, refused["refused"]) == (3, "not_allowed")
    code, done = command(*words, "--until", "2026-03-02", "--reason", "our own delay")
    assert (code, done) == (
        0,
        {"claim": reference, "until": "2026-03-02", "reason": "our own delay"},
    )
    code, story = command("claim", reference, "--unit", HARBOUR, "--on", DAY.isoformat())
    assert code == 0
    assert ("interest_waived", "our own delay") in {
        (one["kind"], (one.get("detail") or {}).get("reason")) for one in story["events"]
    }
    assert told.decided(DAY)["A"][:2] == ("CREDIT_INTEREST", "-14.58")


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
