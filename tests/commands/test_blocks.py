"""Blocks, complaints and reminders by command."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from cast import HARBOUR, inside, unit
from income.reminder_tables import a_late_claim, statement_until
from reskontra.claims.models import Block, Claim
from reskontra.commands.connection import today
from reskontra.income.reminders.actions import block
from reskontra.kernel.texts import text

Command = Callable[..., tuple[int, Any]]


def _claim(due_days_ago: int = 30) -> Claim:
    where = unit(HARBOUR)
    with inside(where):
        statement_until(where, today())
        return a_late_claim(where, "bruk", "100.00", today() - timedelta(days=due_days_ago))


def test_a_claim_is_blocked_and_the_block_is_lifted_by_command(command: Command) -> None:
    """OC 6.1.2-a"""
    claim, review = _claim(), today() + timedelta(days=30)
    at = ("--unit", HARBOUR)
    code, told = command(
        "block", claim.reference, "A", *at, "--reason", "asked to wait", "--review", review.isoformat()
    )
    assert (code, told["code"], told["stops"]) == (0, "A", ["agency", "legal", "reminders"])
    code, told = command("run", "reminders", *at)
    assert (code, told["reminders"], told["decisions"][0]["outcome"]) == (0, 0, "REMINDERS_BLOCKED")
    assert command("block", *at, "--on", review.isoformat())[0] == 1
    later = (review + timedelta(days=30)).isoformat()
    extended = ("block", claim.reference, "A", *at, "--extend", "--reason", "they talk", "--review", later)
    assert command(*extended)[1]["review"] == later
    assert command(*extended, "--until", later)[1]["refused"] == "an_extension_shortens_no_block"
    assert command("block", *at, "--on", review.isoformat()) == (0, [])
    assert command("block", *at, "--on", later)[0] == 1
    code, told = command("block", claim.reference, "A", *at, "--lift", "--reason", "no longer")
    assert (code, told["next_step"]) == (0, f"SEND_FIRST_REMINDER {today().isoformat()}")
    code, told = command("block", claim.reference, "A", *at, "--lift", "--reason", "again")
    assert (code, told["refused"]) == (2, "reminders.no_such_block")
    assert command("block", *at, "--on", review.isoformat()) == (0, [])
    code, told = command("run", "reminders", *at)
    assert (code, told["reminders"]) == (0, 1)


def test_what_cannot_be_blocked_is_refused_in_words(command: Command) -> None:
    """OC 6.1.2-a: an unknown code, no reason, an unknown claim, somebody without the right."""
    claim = _claim()
    at = ("--unit", HARBOUR, "--review", (today() + timedelta(days=1)).isoformat())
    told = [
        command("block", claim.reference, "X", *at, "--reason", "test"),
        command("block", claim.reference, "A", *at),
        command("block", "123", "A", *at, "--reason", "test"),
        command("block", claim.reference, "A", *at, "--reason", "test", "--as", "maria"),
    ]
    assert [(code, answer["refused"]) for code, answer in told] == [
        (2, "a_block_has_a_known_code"), (2, "a_block_has_a_reason"), (2, "nothing_found"), (3, "not_allowed"),
    ]  # fmt: skip
    with inside(unit(HARBOUR)):
        assert not Block.objects.exists()


def test_a_complaint_is_recorded_and_answered_by_command(command: Command) -> None:
    """OC 6.1.2-b"""
    claim, at = _claim(), ("--unit", HARBOUR)
    received = (today() - timedelta(days=2)).isoformat()
    code, told = command("complaint", claim.reference, *at, "--message", "not ours", "--received", received)
    assert (code, told["party"]) == (0, "centre")
    code, told = command("complaint", *at)
    assert (code, told[0]["reference"], told[0]["days"]) == (1, claim.reference, 2)
    assert command("complaint", claim.reference, *at, "--answer", "rejected", "--message", "yours")[0] == 3
    by_unit = (*at, "--as", "kirsi", "--answer", "rejected", "--message", "yours")
    code, told = command("complaint", claim.reference, *by_unit)
    assert (code, told["credit_to_be_made"]) == (0, False)
    assert told["steps"] == [{"outcome": "SEND_FIRST_REMINDER", "day": today().isoformat()}]
    code, told = command("complaint", claim.reference, *by_unit)
    assert (code, told["refused"]) == (2, "reminders.no_such_complaint")
    assert command("complaint", *at) == (0, [])


def test_a_second_reminder_is_told_with_its_day_in_words(command: Command) -> None:
    """OC 6.1.2-a: the day after which the second reminder goes."""
    claim, at = _claim(), ("--unit", HARBOUR)
    assert command("run", "reminders", *at)[0] == 0
    command("block", claim.reference, "O", *at, "--reason", "test", "--review", today().isoformat())
    code, said = command("block", claim.reference, "O", *at, "--lift", "--reason", "done", text=True)
    assert code == 0
    assert "second reminder" in said
    assert claim.reference in said


def test_reminders_are_refused_in_words_before_the_bank_material_is_in(command: Command) -> None:
    """OC 6.1.2-c"""
    code, told = command("run", "reminders", "--unit", HARBOUR, "--on", date(2026, 3, 16).isoformat())
    assert (code, told["refused"]) == (2, "reminders.bank_material_missing")
    assert "2026-03-13" in told["message"]


def test_a_reason_that_a_run_left_is_told_in_words(command: Command) -> None:
    """OC 6.1.2-a: in the reader's language, never by its name for machines; what a person wrote stands as it is."""
    claim = _claim()
    where, review = unit(HARBOUR), today()
    with inside(where) as acting:
        for code, reason in (("E", "CASE_NOT_ABROAD"), ("A", "testfall")):
            block(acting, claim, code, reason, review)
    for language in ("sv", "fi", "en"):
        _, shown = command("block", "--unit", HARBOUR, "--lang", language, text=True)
        assert "CASE_NOT_ABROAD" not in shown
        assert "testfall" in shown
        assert text("outcome.CASE_NOT_ABROAD", language).split()[0].capitalize() in shown
