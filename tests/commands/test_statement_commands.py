"""Statement lines by command: run, list, propose, try, approve, end, memo and correction; the report on coverage."""

from collections.abc import Callable
from typing import Any

from cast import ALWAYS, DAY, HARBOUR, inside, unit
from expenditure.statement_tables import FEES, WAGES, Told, balances_of
from income.tables import read
from reskontra.registers.models import OfficeAbroad

Command = Callable[..., tuple[int, Any]]
IN_HARBOUR = ("--unit", HARBOUR, "--on", DAY.isoformat())
TABLE = """
    on 2026-03-16
    line A -100.00 batch PALKAT-1 day 2026-01-15
    line B -100.00 batch PALKAT-2 day 2026-02-15
    line C -100.00 batch PALKAT-3 day 2026-03-15
    line D -7.00 who Provkiosken
"""


def test_a_recurrent_debit_is_reported_proposed_tried_approved_and_posted_by_command(
    command: Command,
) -> None:
    """EX 10-a"""
    books = Told(read(TABLE), unit()).tell()
    code, told = command("report", "coverage", *IN_HARBOUR)
    (found,) = told["coverage"]
    assert (code, found["field"], found["pattern"], found["times"], found["amount"]) == (
        0, "payment_information_id", "PALKAT-*", 3, "300.00",
    )  # fmt: skip
    words = (str(found["line"]), "--account", WAGES, "--name", "Wages", "--since", "2026-01-01")
    code, tried = command("statement", "try", *words[:3], *IN_HARBOUR)
    assert (code, tried["hits"], tried["otherwise"]) == (0, 3, 0)
    code, told = command("statement", "propose", *words, *IN_HARBOUR, "--as", "kirsi")
    assert (code, told["pattern"]) == (0, "PALKAT-*")
    rule = str(told["rule"])
    assert command("statement", "approve", rule, *IN_HARBOUR, "--as", "kirsi")[0] == 3
    assert command("statement", "approve", rule, *IN_HARBOUR, "--as", "petra") == (0, {"rule": told["rule"]})
    assert command("statement", "try", rule, *IN_HARBOUR)[1]["new"] == 3
    code, planned = command("run", "statement-posting", *IN_HARBOUR, "--plan")
    assert (code, planned["findings"]) == (0, [])
    code, done = command("run", "statement-posting", *IN_HARBOUR, "--apply", str(planned["run"]))
    assert (code, done["vouchers"], {one["outcome"] for one in done["decisions"]}) == (
        0,
        3,
        {"RULE", "NO_RULE"},
    )
    assert command("report", "coverage", *IN_HARBOUR)[1]["coverage"] == []
    assert command("statement", "end", rule, "--last", "2026-03-31", *IN_HARBOUR)[1]["last"] == "2026-03-31"
    assert command("statement", "rules", *IN_HARBOUR)[1][0]["posted"] == 3
    (left,) = command("statement", "lines", *IN_HARBOUR)[1]
    assert left["line"] == books.lines["D"]


def test_a_line_is_posted_and_corrected_by_hand_by_command(command: Command) -> None:
    """EX 7-a, EX 10-a"""
    books = Told(read(TABLE), unit()).tell()
    line = str(books.lines["D"])
    memo = (
        "statement",
        "memo",
        line,
        "--account",
        WAGES,
        "--reason",
        "paid locally",
        "--kind",
        "office_abroad",
    )
    assert command(*memo, *IN_HARBOUR)[1]["refused"] == "statement.memo_says_where"
    assert command(*memo, "--place", "Bryssel", *IN_HARBOUR)[1]["refused"] == "statement.memo_office_unknown"
    with inside(books.where):
        OfficeAbroad.objects.create(
            unit=books.where, code="BRY", name="Bryssel", country="BE", captures=False, validity=ALWAYS
        )
    assert command(*memo, "--place", "Bryssel", *IN_HARBOUR)[0] == 0
    assert command(*memo, "--place", "Bryssel", *IN_HARBOUR)[1]["refused"] == "statement.posted_already"
    assert command("statement", "correct", line, "--account", FEES, "--reason", "a fee", *IN_HARBOUR)[0] == 0
    assert (
        command("statement", "correct", "999999999", "--account", FEES, "--reason", "x", *IN_HARBOUR)[0] == 2
    )
    found = balances_of(books.where)
    assert (found.get(WAGES), found[FEES]) == (None, 7)
    code, told = command("explain", f"L{line}", *IN_HARBOUR)
    assert (code, told["subject"], told["counterparty"]) == (0, "statement_line", "Provkiosken")
    assert [(one["by"], one["corrects"], one["reason"]) for one in told["postings"]] == [
        ("memo", False, "Bryssel: paid locally"), ("memo", True, "a fee"),
    ]  # fmt: skip
    assert [one["inputs"]["why"] for one in told["decisions"]] == ["Bryssel: paid locally", "a fee"]
    for language, words in (("sv", "rättelse"), ("fi", "oikaisu"), ("en", "correction")):
        assert words in command("explain", f"L{line}", *IN_HARBOUR, "--lang", language, text=True)[1]
