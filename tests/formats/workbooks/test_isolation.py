"""A child process reads what comes from outside; its death is a finding, not ours."""

import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from hostile import CORPUS
from workbook_cast import csv_file, request, request_file

from hanging import ends
from reskontra.documents.findings import Refused
from reskontra.formats.workbooks import isolation
from reskontra.formats.workbooks.billing import read_billing
from reskontra.formats.workbooks.customers import read_customers
from reskontra.formats.workbooks.isolation import read_in_child

CUSTOMERS = [
    ["number", "kind", "name", "personal_code", "birth_date"],
    ["1", "person", "A B", "010190-900P", "1.1.1990"],
]


@pytest.mark.parametrize(
    "data",
    [
        request_file(request("sv"), {"Antal rader": 3, "Kontrollsumma": 22.5}),
        csv_file(request("fi")),
        csv_file([*request("fi"), ["x", *[""] * 8, "010190-900P", *[""] * 3]]),
        json.dumps(read_billing(request_file(request("en")), "x").as_json()).encode(),
        request_file(request("sv")[:1]),
    ],
    ids=["workbook", "csv", "faulty", "json", "no rows"],
)
def test_a_child_gives_the_same_document(data: bytes) -> None:
    assert read_in_child("billing", data, "x") == read_billing(data, "x")


def test_a_child_gives_the_same_customers() -> None:
    data = request_file(CUSTOMERS)
    assert read_in_child("customers", data, "x") == read_customers(data, "x")


@pytest.mark.parametrize("name", ["nothing", "macros", "formula", "two cells in opposite corners"])
def test_a_child_refuses_with_the_same_findings(name: str) -> None:
    data = CORPUS[name][1]()
    with pytest.raises(Refused) as alone:
        read_billing(data, "x")
    with pytest.raises(Refused) as in_child:
        read_in_child("billing", data, "x")
    assert in_child.value.findings == alone.value.findings


def _child(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    monkeypatch.setattr(isolation, "_command", lambda kind, name: [sys.executable, "-c", program])


DEATHS = {
    "killed": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "aborted": "import os; os.abort()",
    "an error": "raise SystemExit(3)",
    "silence": "pass",
    "no JSON": "print('hello')",
    "a pickle": "import pickle, sys; sys.stdout.buffer.write(pickle.dumps({'head': {}}) + b'\\n')",
    "a line without an end": "print('{}', end='')",
    "half an answer": "print('{\"rows\": [[1, 0, {}]]}')",
    "a count that is wrong": 'print(\'{"head": {"findings": []}}\'); print(\'{"end": {"rows": 1}}\')',
    "unknown fields": 'print(\'{"orders": [{"row": 1, "key": "x", "lines": [], "evil": 1}]}\')',
    "numbers for texts": 'print(\'{"orders": [{"row": 1, "key": 5, "lines": []}]}\')',
    "texts for numbers": 'print(\'{"rows": [["1", 0, {}]]}\')',
    "no dictionary": "print('[]')",
    "an answer and then death": 'print(\'{"head": {"findings": []}}\', flush=True); raise SystemExit(1)',
}


@pytest.mark.parametrize("death", DEATHS)
def test_a_child_that_dies_or_lies_makes_the_file_unreadable(
    death: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _child(monkeypatch, DEATHS[death])
    with pytest.raises(Refused) as refusal:
        read_in_child("billing", b"x", "x")
    (finding,) = refusal.value.findings
    assert (finding.rule, finding.clause) == ("unreadable", "OC 3.9-c")
    assert finding.detail["reason"]


def test_a_child_that_hangs_is_ended_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    _child(monkeypatch, "import time; time.sleep(60)")
    monkeypatch.setattr(isolation, "_WALL_SECONDS", 0.3)
    with ends():
        with pytest.raises(Refused) as refusal:
            read_in_child("billing", b"x", "x")
        assert refusal.value.findings[0].detail == {"reason": "time"}


def test_no_child_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []
    ordinary = subprocess.Popen

    def start(*given: object, **named: object) -> subprocess.Popen[bytes]:
        started.append(ordinary(*given, **named))  # type: ignore[call-overload]
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", start)
    _child(monkeypatch, "print('hello', flush=True); import time; time.sleep(60)")
    with pytest.raises(Refused):
        read_in_child("billing", b"x", "x")
    assert [child.returncode is not None for child in started] == [True]


@pytest.mark.skipif(os.name != "posix", reason="limits of memory and time are a POSIX matter")
@pytest.mark.parametrize(
    ("misdeed", "held"),
    [
        ("try:\n bytearray(3_000_000_000)\nexcept MemoryError:\n print('held')", "held"),
        (
            "try:\n open('made-by-the-child', 'wb').write(b'x' * 100_000)\nexcept OSError:\n print('held')",
            "held",
        ),
        (
            "import resource; print('held' if resource.getrlimit(resource.RLIMIT_CPU)[1] == 60 else 'free')",
            "held",
        ),
    ],
)
def test_a_child_is_held_to_its_limits(misdeed: str, held: str, tmp_path: object) -> None:
    program = (
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"from reskontra.formats.child import limit\nlimit()\n{misdeed}"
    )
    source = os.pathsep.join(sys.path)
    answer = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        cwd=str(tmp_path),
        env={"PYTHONPATH": source},
        check=False,
    )
    assert answer.stdout.decode().strip() == held


def test_a_child_has_none_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    _child(monkeypatch, "import os, sys; sys.exit(0 if 'DATABASE_URL' not in os.environ else 9)")
    with pytest.raises(Refused) as refusal:
        read_in_child("billing", b"x", "x")
    assert refusal.value.findings[0].detail == {"reason": "answer"}


def test_twenty_thousand_rows_are_read_by_a_child(request_of_rows: Callable[[int], bytes]) -> None:
    read = read_in_child("billing", request_of_rows(20_000), "x")
    assert (len(read.rows), read.counted_rows, len(read.orders)) == (20_000, 20_000, 5_000)


@pytest.fixture
def request_of_rows() -> Callable[[int], bytes]:
    def made(count: int) -> bytes:
        rows = [
            ["1", "Z001", f"10{number}", "2026-03-15", f"DV-{number}", "", "", "T-10", 1, "st", 9.5, "N", f"r {number}"]
            if number % 4 == 0
            else ["0", "", "", "", "", "", "", "T-20", 2, "st", 3.25, "", f"rad {number}"]
            for number in range(count)
        ]  # fmt: skip
        return request_file([request("sv")[0], *rows])

    return made
