"""Matching by command: the run, what if, and the reports."""

from collections.abc import Callable
from typing import Any

from cast import unit
from expenditure.matching_tables import Purchases
from income.tables import read

Command = Callable[..., tuple[int, Any]]
_DAYS = ("--unit", "4210", "--on", "2026-03-16")


def test_matching_is_run_replayed_and_reported(command: Command) -> None:
    """EX 1-a, EX 3.1-a"""
    Purchases(
        read("""
    on 2026-03-16
    order   V11 kontor
    line    V11 1 100.00
    receipt V11 1 100.00
    invoice A kontor 104.00 V11
    invoice B kontor 10.00
    """),
        unit(),
    ).tell()
    code, told = command(
        "replay", "matching", *_DAYS, "--term", "order_tolerance_up=3", "--from", "2026-03-01"
    )
    assert code == 0
    assert (told["invoices"], told["rate_before"], told["rate_after"]) == (2, "50.00", "0.00")
    code, told = command("run", "matching", *_DAYS)
    assert (code, told["payables"], {one["outcome"] for one in told["decisions"]}) == (
        0, 1, {"AUTO_APPROVED", "NO_IDENTIFIER"},
    )  # fmt: skip
    code, told = command("report", "mismatches", *_DAYS)
    assert (code, [one["reason"] for one in told["mismatches"]]) == (0, ["NO_IDENTIFIER"])
    code, told = command("report", "automation", *_DAYS)
    assert (code, told["automation"][0]["automatic_rate"]) == (0, "50.00")
    for language, word in (("sv", "Mål"), ("fi", "Tavoite"), ("en", "Target")):
        code, shown = command("report", "automation", *_DAYS, "--lang", language, text=True)
        assert code == 0
        assert word in shown
    assert command("replay", "matching", *_DAYS, "--term", "order_tolerance_up=3", text=True)[0] == 0
    code, told = command("replay", "matching", *_DAYS, "--term", "order_tolerance_up=much")
    assert (code, told["refused"]) == (2, "term_not_allowed")
    code, told = command("replay", "matching", *_DAYS, "--term", "match_wrong_field=perhaps")
    assert (code, told["refused"]) == (2, "term_not_allowed")
    assert "yes, no" in str(told)
    for language, word in (("sv", "parameter foo"), ("fi", "Parametria foo"), ("en", "no term foo")):
        code, told = command("replay", "matching", *_DAYS, "--term", "foo=1", "--lang", language)
        assert (code, told["refused"]) == (2, "replay.unknown_term")
        assert word in str(told)
