"""Cases by command: from the run to the report and back, the unit's acts, and two who act at once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections

from cast import HARBOUR, inside
from income.legal_tables import at_noon, told
from income.money import balance
from income.test_enforcement_reports import outcomes, report, row, share, take
from reskontra.database.rows import one_row
from reskontra.income.legal.enforcement_actions import stop
from reskontra.runs.run import RunRefused

Command = Callable[..., tuple[int, Any]]
DAY = ("--on", "2026-06-01")
IN_HARBOUR = ("--unit", HARBOUR, *DAY)
OPEN_ITEMS = (
    "SELECT (SELECT sum(amount) FROM claims_claim WHERE unit_id = %s)"
    " - (SELECT sum(amount) FROM claims_claim_settlement WHERE unit_id = %s)"
)
TABLE = "on 2026-06-01\nclaim A bruk 100.00\nclaim B berlin 60.00\nreminded A\nreminded B\ncost A 5.00"


def _report(tmp_path: Path, *rows: str, identity: str = "R1") -> str:
    file = tmp_path / f"{identity}.xml"
    file.write_bytes(report(*rows, identity=identity))
    return str(file)


def test_a_case_goes_from_the_fork_to_its_end(command: Command, tmp_path: Path) -> None:
    """OC 6.2-a, OC 6.2.2-a, OC 6.5-a"""
    street = told(TABLE)
    code, forked = command("run", "collection", *IN_HARBOUR)
    assert code == 0
    assert {one["outcome"] for one in forked["decisions"]} == {"TO_ENFORCEMENT", "TO_ENFORCEMENT_ABROAD"}
    code, planned = command("run", "enforcement", *IN_HARBOUR, "--plan")
    assert (code, planned["state"], planned["sent"]) == (0, "planned", [])
    code, applied = command("run", "enforcement", *IN_HARBOUR, "--apply", str(planned["run"]))
    assert (code, applied["applications"], applied["digest"]) == (0, 2, planned["digest"])
    (sent,) = applied["sent"]
    assert sent["state"] == "sent"
    assert Path(sent["path"]) == Path(settings.OUT) / "enforcement" / sent["name"]
    a, b = street.case("A").number, street.case("B").number
    file = _report(
        tmp_path,
        row("Collected", a, share(street.claims["A"].reference, "100.00", "1.45", "98.55"), id="m1"),
        row("Obstacle", b, "<Certificate>lack_of_means</Certificate>", id="m2"),
    )
    code, taken = command("import", file, *IN_HARBOUR)
    assert (code, taken["taken"], taken["fees"]) == (0, 2, "1.45")
    code, again = command("import", file, *IN_HARBOUR)
    assert (code, again["taken"], again["known"], again["fees"]) == (0, 0, 2, "0.00")
    code, decided = command("run", "obstacles", *IN_HARBOUR)
    assert [one["outcome"] for one in decided["decisions"]] == ["ABROAD_UNIT_DECIDES"]
    code, tasks = command("case", *IN_HARBOUR)
    assert (code, [(one["case"], one["kind"]) for one in tasks]) == (1, [(b, "decide_abroad")])
    with inside(street.where):
        assert one_row(OPEN_ITEMS, [street.where.pk] * 2)[0] == balance(street.where, "receivable")


def test_the_unit_acts_by_command_and_sees_what_happened(command: Command) -> None:
    """OC 6.2-a"""
    street = told(TABLE + "\nenforced A")
    case = str(street.case("A").number)
    at = at_noon(street)
    with inside(street.where, "kirsi", at) as acting:
        stop(acting, street.case("A"), "asked for")
    code, refused = command("case", case, *IN_HARBOUR, "--resume", "--reason", "decided", "--as", "cecilia")
    assert (code, refused["refused"]) == (3, "not_allowed")
    code, refused = command("case", "99", *IN_HARBOUR)
    assert (code, refused["refused"]) == (2, "nothing_found")
    code, shown = command("case", case, *IN_HARBOUR, "--as", "kirsi")
    assert (code, [one["kind"] for one in shown["steps"]]) == (0, ["applied", "stopped"])
    assert shown["claims"][0]["costs"] == "5.00"
    for language, word in (("sv", "stoppad"), ("fi", "keskeytetty"), ("en", "stopped")):
        code, text = command("case", case, *IN_HARBOUR, "--lang", language, text=True)
        assert code == 0
        assert word in text


def test_of_two_who_stop_a_case_at_once_one_is_told_that_it_is_stopped(command: Command) -> None:
    """OC 6.2-a: one step, one message"""
    street = told(TABLE + "\nenforced A")
    case, at = street.case("A"), at_noon(street)
    barrier = threading.Barrier(4)

    def act(_: int) -> str:
        try:
            barrier.wait(30)
            with inside(street.where, "kirsi", at) as acting:
                stop(acting, case, "at once")
            return "done"
        except RunRefused as refused:
            return refused.key
        finally:
            for alias in ("default", "owner"):
                connections[alias].close()

    with ThreadPoolExecutor(4) as threads:
        told_of = sorted(threads.map(act, range(4)))
    assert told_of == ["case.not_possible"] * 3 + ["done"]
    assert street.steps("A") == ["applied", "stopped"]


def test_a_report_taken_in_twice_at_once_settles_its_fee_once(command: Command, tmp_path: Path) -> None:
    """OC 6.2-a"""
    street = told(TABLE + "\nenforced A")
    data = report(
        row(
            "Collected",
            street.case("A").number,
            share(street.claims["A"].reference, "100.00", "1.45", "98.55"),
        )
    )
    barrier = threading.Barrier(3)

    def bring(_: int) -> str:
        try:
            barrier.wait(30)
            return outcomes(take(street, data))[0][0]
        finally:
            for alias in ("default", "owner"):
                connections[alias].close()

    with ThreadPoolExecutor(3) as threads:
        told_of = sorted(threads.map(bring, range(3)))
    assert told_of == ["known", "known", "taken"]
    assert street.steps("A") == ["applied", "collected"]
