"""Payment time and limitation by command: asked, proposed, granted, followed, withdrawn; an act that interrupts."""

from collections.abc import Callable
from datetime import date
from typing import Any

from cast import HARBOUR, customer, inside, unit
from income.money import claims_issued
from reskontra.claims.models import Claim, Deferral, DeferralEnd, DeferralRefusal, Interruption

Command = Callable[..., tuple[int, Any]]


def _in_harbour(day: str, who: str = "kirsi") -> tuple[str, ...]:
    return ("--unit", HARBOUR, "--on", day, "--as", who)


def _claim(law: str = "public", day: date = date(2026, 3, 16)) -> Claim:
    return claims_issued(unit(), {"A": ("aino", "100.00", law)}, day)["A"]


def _asked(command: Command) -> str:
    code, told = command(
        "deferral", "ask", customer("aino").number, "--until", "2026-09-01", "--message", "please",
        *_in_harbour("2026-04-20"),
    )  # fmt: skip
    assert code == 0
    return str(told["request"])


def test_time_is_asked_for_proposed_granted_and_broken_by_command(command: Command) -> None:
    """OC 6.1.1-a"""
    claim, request = _claim(), _asked(command)
    grant = (
        "deferral", "grant", request, "--claim", claim.reference, "--first", "2026-05-15", "--count", "3",
        *_in_harbour("2026-04-20"),
    )  # fmt: skip
    plan = [
        {"due_date": "2026-05-15", "amount": "33.33"}, {"due_date": "2026-06-15", "amount": "33.33"},
        {"due_date": "2026-07-15", "amount": "33.34"},
    ]  # fmt: skip
    assert command(*grant, "--plan") == (0, {"instalments": plan})
    _, shown = command("deferral", "show", *_in_harbour("2026-04-20"))
    assert (len(shown["requests"]), shown["agreements"]) == (1, [])
    code, told = command(*grant)
    assert (code, told["instalments"], told["number"], told["on"]) == (0, plan, 1, "2026-04-20")
    assert command(*grant)[1]["refused"] == "deferral.request_answered"
    _, shown = command("deferral", "show", "1", *_in_harbour("2026-06-01"))
    [agreement] = shown["agreements"]
    assert (agreement["state"], agreement["agreed"], agreement["paid"], agreement["next_due"]) == (
        "running", "100.00", "0.00", "2026-06-15",
    )  # fmt: skip
    code, ran = command("run", "deferrals", *_in_harbour("2026-06-01"))
    assert (code, ran["decisions"][0]["outcome"], ran["ended"]) == (0, "BROKEN", 1)
    assert (
        command("deferral", "show", "1", *_in_harbour("2026-06-01"))[1]["agreements"][0]["state"] == "broken"
    )


def test_a_request_is_refused_and_an_agreement_withdrawn_by_command(command: Command) -> None:
    """OC 6.1.1-a"""
    claim, request = _claim(), _asked(command)
    code, _ = command("deferral", "refuse", request, "--reason", "no ground", *_in_harbour("2026-04-21"))
    assert code == 0
    second = _asked(command)
    command(
        "deferral", "grant", second, "--claim", claim.reference, "--first", "2026-05-15", "--monthly", "60",
        *_in_harbour("2026-04-21"),
    )  # fmt: skip
    withdraw = ("deferral", "withdraw", "1", "--reason", "agreed anew", *_in_harbour("2026-04-22"))
    code, told = command(*withdraw)
    assert (code, told["ended"]) == (0, 1)
    code, told = command(*withdraw)
    assert (code, told["refused"]) == (2, "deferral.ended_already")
    with inside(unit()):
        assert DeferralRefusal.objects.get(unit=unit()).reason == "no ground"
        assert DeferralEnd.objects.get(unit=unit()).day == date(2026, 4, 22)


def test_a_refusal_is_told_in_words_with_what_to_do(command: Command) -> None:
    """OC 6.1.1-a: longer than a year without a ground; the person has no right; nobody by that number."""
    claim, request = _claim(), _asked(command)
    grant = (
        "deferral",
        "grant",
        request,
        "--claim",
        claim.reference,
        "--first",
        "2027-05-14",
        "--count",
        "1",
    )
    code, said = command(*grant, *_in_harbour("2026-04-20"), "--lang", "sv", text=True)
    assert code == 2
    assert "längre än vad som får beviljas utan grund" in said
    assert command(*grant, *_in_harbour("2026-04-20", "maria"))[0] == 3
    assert command("deferral", "show", "77", *_in_harbour("2026-04-20"))[1]["refused"] == "nothing_found"
    with inside(unit()):
        assert not Deferral.objects.filter(unit=unit()).exists()


def test_people_read_the_plan_and_the_agreement_in_their_language(command: Command) -> None:
    claim, request = _claim(), _asked(command)
    code, said = command(
        "deferral", "grant", request, "--claim", claim.reference, "--first", "2026-05-15", "--count", "2",
        *_in_harbour("2026-04-20"), "--lang", "fi", text=True,
    )  # fmt: skip
    assert code == 0
    assert "15.6.2026" in said
    assert "Maksuaika 15.6.2026 asti on myönnetty: sopimus 1, kirje 1." in said
    _, said = command("deferral", "show", *_in_harbour("2026-04-20"), "--lang", "fi", text=True)
    assert "Maksuaikasopimukset" in said
    assert "voimassa" in said


def test_an_act_that_interrupts_is_recorded_by_command(command: Command) -> None:
    """OC 5.1-c"""
    claim = _claim("private", date(2024, 2, 8))
    words = ("interrupt", claim.reference, "--act", "acknowledgement", "--note", "e-mail")
    code, told = command(*words, "--day", "2027-02-28", *_in_harbour("2027-03-05"))
    assert (code, told["limitation_date"]) == (0, "2030-02-28")
    code, told = command(*words, "--day", "2030-03-01", *_in_harbour("2030-03-05"))
    assert (code, told["refused"]) == (2, "limitation.expired_before")
    code, said = command(*words, "--day", "2028-02-01", *_in_harbour("2028-02-01"), "--lang", "sv", text=True)
    assert (code, "lever till och med 1.2.2031" in said) == (0, True)
    assert command("interrupt", "1234", *words[2:], "--day", "2027-02-28", *_in_harbour("2027-03-05"))[0] == 2
    with inside(unit()):
        assert Interruption.objects.filter(unit=unit()).count() == 2


def test_limitation_runs_by_command(command: Command) -> None:
    """OC 5.1-c"""
    _claim("private", date(2024, 2, 8))
    code, told = command("run", "limitation", *_in_harbour("2027-03-01"), "--plan")
    assert (code, [(one["outcome"], one["clause"], one["amount"]) for one in told["decisions"]]) == (
        0, [("EXPIRED", "OC 5.1-c", "100.00")],
    )  # fmt: skip
