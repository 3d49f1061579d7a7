"""``reskontra run letters`` and ``reskontra letter``: what people and machines are told, and the PDF."""

import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cast import CUSTOMERS, DAY, FOREST, HARBOUR, unit
from income.letter_tables import a_letter
from reskontra.commands import main

IN_HARBOUR = ("--unit", HARBOUR, "--on", DAY.isoformat())
Command = Callable[..., tuple[int, Any]]


def test_a_letter_is_told_and_written_before_and_after_it_is_sent(command: Command, tmp_path: Path) -> None:
    """OC 3.4-a, OC 3.6-a: the run hands its batches over; the copy is what was sent."""
    a_letter(unit(), "aino", "reminder", "105.00")
    number, before, after = f"{HARBOUR}L00000001", tmp_path / "before.pdf", tmp_path / "after.pdf"
    code, told = command("letter", number, *IN_HARBOUR, "--pdf", str(before))
    assert code == 0
    assert (told["number"], told["kind"], told["customer"], told["amount"]) == (
        number,
        "reminder",
        "Koe Aino",
        "105.00",
    )
    assert (told["sent"], told["channel"], told["batch"]) == (False, None, None)
    code, sent = command("run", "letters", *IN_HARBOUR)
    assert (code, sent["documents"], [one["state"] for one in sent["sent"]]) == (0, 1, ["sent"])
    assert Path(sent["sent"][0]["path"]).parent.name == "letters-print"
    code, told = command("letter", number, *IN_HARBOUR, "--pdf", str(after))
    assert (told["sent"], told["channel"], told["clause"]) == (True, "PAPER", "OC 3.1-a")
    assert told["digest"] == told["files"][0]["digest"] == hashlib.sha256(after.read_bytes()).hexdigest()
    assert before.read_bytes() == after.read_bytes()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("sv", ("Brevets", "betalningspåminnelse", "inte sänt ännu", "sänt 16.3.2026")),
        ("fi", ("Kirjeen", "maksumuistutus", "ei vielä lähetetty", "lähetetty 16.3.2026")),
        ("en", ("Letter", "reminder", "not sent yet", "sent on 16 Mar 2026")),
    ],
)
def test_a_person_reads_it_in_three_languages(
    command: Command, language: str, words: tuple[str, ...]
) -> None:
    """OC 3.6-a"""
    a_letter(unit(), "berit", "reminder", "55.50")
    show = ("letter", f"{HARBOUR}L00000001", *IN_HARBOUR, "--lang", language)
    code, shown = command(*show, text=True)
    assert code == 0
    assert "Prov Berit" in shown
    assert words[1] in shown
    assert words[2] in shown
    command("run", "letters", *IN_HARBOUR)
    _, shown = command(*show, text=True)
    assert words[3] in shown


def test_the_pdf_goes_to_standard_output_and_nothing_else_does(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OC 3.6-a"""
    a_letter(unit(), "aino", "reminder", "105.00")

    class Binary(io.StringIO):
        buffer = io.BytesIO()

    monkeypatch.setattr("sys.stdout", Binary())
    assert main(["letter", f"{HARBOUR}L00000001", *IN_HARBOUR, "--pdf", "-"]) == 0
    assert Binary.buffer.getvalue().startswith(b"%PDF-")
    assert Binary.buffer.getvalue().rstrip().endswith(b"%%EOF")


def test_what_is_left_out_is_told_and_the_run_is_done_in_part(command: Command) -> None:
    """OC 2.2-f: exit 1; the code itself is not repeated."""
    code_of = str(CUSTOMERS["aino"]["code"])
    a_letter(unit(), "aino", "reminder", "10.00", paragraphs=(f"Gäller {code_of}",))
    code, shown = command("run", "letters", *IN_HARBOUR, "--lang", "sv", text=True)
    assert code == 1
    assert f"{HARBOUR}L00000001" in shown
    assert code_of not in shown


def test_a_letter_of_another_unit_or_of_nobody_is_not_found(command: Command) -> None:
    a_letter(unit(), "aino", "reminder", "105.00")
    for number, where in ((f"{HARBOUR}L00000001", FOREST), (f"{HARBOUR}L00000009", HARBOUR), ("1", HARBOUR)):
        code, _ = command("letter", number, "--unit", where, "--on", DAY.isoformat(), text=True)
        assert code == 2


def test_only_who_may_send_sends(command: Command) -> None:
    """OC 1.2-a"""
    a_letter(unit(), "aino", "reminder", "105.00")
    code, _ = command("run", "letters", *IN_HARBOUR, "--as", "maria", text=True)
    assert code == 3
