"""``reskontra claim`` and ``reskontra explain`` of a claim, and an archive that has lost what was sent."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cast import DAY, FOREST, HARBOUR, inside, unit
from income.letter_tables import a_letter
from income.money import a_claim, write_off
from reskontra import income
from reskontra.exchange.archive import path_of
from reskontra.exchange.models import OutboxFile
from reskontra.kernel.references import grouped
from reskontra.kernel.texts import text, texts

IN_HARBOUR = ("--unit", HARBOUR, "--on", DAY.isoformat())
Command = Callable[..., tuple[int, Any]]


@pytest.mark.usefixtures("database")
def test_a_claim_is_found_by_its_reference_and_by_the_number_of_its_invoice(command: Command) -> None:
    """OC 5.1-a"""
    reference = a_claim(unit(), "bruk", "100.00").reference
    code, told = command("claim", reference, *IN_HARBOUR)
    assert (code, told["reference"], told["invoice"], told["open"]) == (
        0,
        reference,
        reference[:-1],
        "100.00",
    )
    for written in (reference[:-1], grouped(reference)):
        assert command("claim", written, *IN_HARBOUR) == (0, told)
    for other in (f"{HARBOUR}999999999", f"{FOREST}000000001", "12"):
        code, told = command("claim", other, *IN_HARBOUR)
        assert (code, told["refused"]) == (2, "nothing_found")


@pytest.mark.parametrize("language", ["sv", "fi", "en"])
def test_a_decision_about_a_claim_tells_what_it_rested_on_in_three_languages(
    command: Command, language: str
) -> None:
    """OC 5.1-b"""
    claim = a_claim(unit(), "bruk", "100.00")
    write_off(unit(), claim, DAY)
    code, shown = command("explain", claim.reference, "--unit", HARBOUR, "--lang", language, text=True)
    assert code == 0
    for key in ("outcome.WRITE_OFF", "input.open", "input.proposal", "settlement.written_off"):
        assert text(key, language) in shown


def test_every_input_of_a_decision_has_its_words() -> None:
    """Otherwise nobody can be told why: the inputs that rooms keep are read where they are written."""
    found: dict[str, str] = {}
    for source in Path(str(income.__file__)).parent.rglob("*.py"):
        for kept in re.findall(
            r'^_INPUTS = f?"""(.*?)"""', source.read_text("utf-8"), re.DOTALL | re.MULTILINE
        ):
            found |= dict.fromkeys(re.findall(r"(?:\(|,\s+)'([a-z_]+)',", kept), source.name)
    assert len(found) > 60
    wordless = {key for key in found if f"input.{key}" not in texts()}
    assert wordless == {"payee_digest"}, "a digest tells two plans apart, and people nothing"


@pytest.mark.parametrize("language", ["sv", "fi", "en"])
def test_what_the_archive_has_lost_is_told_in_a_sentence(
    command: Command, tmp_path: Path, language: str
) -> None:
    """OC 3.9-d: neither a traceback nor a document that is not what was sent."""
    a_letter(unit(), "aino", "reminder", "105.00")
    command("run", "letters", *IN_HARBOUR)
    with inside(unit()):
        path_of(OutboxFile.objects.get(unit=unit()).digest).unlink()
    told = (
        "letter",
        f"{HARBOUR}L00000001",
        *IN_HARBOUR,
        "--pdf",
        str(tmp_path / "copy.pdf"),
        "--lang",
        language,
    )
    code, answer = command(*told)
    assert (code, answer["refused"], answer["message"]) == (
        5,
        "archive",
        text("desk.refused.archive", language),
    )
    code, shown = command(*told, text=True)
    assert code == 5
    assert text("desk.refused.archive", language)[:20] in shown
    assert not (tmp_path / "copy.pdf").exists()
