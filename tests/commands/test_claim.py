"""``reskontra claim`` and ``reskontra explain`` of a claim, and an archive that has lost what was sent."""

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cast import DAY, FOREST, HARBOUR, inside, unit
from income.letter_tables import a_letter
from income.money import a_claim, write_off
from reskontra import expenditure, income
from reskontra.exchange.archive import path_of
from reskontra.exchange.models import OutboxFile
from reskontra.insight.words import FOR_MACHINES, told_inputs
from reskontra.kernel.money import format_amount
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
    for room in (income, expenditure):
        for source in Path(str(room.__file__)).parent.rglob("*.py"):
            written = source.read_text("utf-8")
            kept = re.findall(r'^_INPUTS = f?"""(.*?)"""', written, re.DOTALL | re.MULTILINE)
            kept += re.findall(r"jsonb_build_object(\([^;]*?\)) AS inputs", written)
            for one in kept:
                found |= dict.fromkeys(re.findall(r"(?:\(|,\s+)'([a-z_]+)',", one), source.name)
    assert len(found) > 100
    assert {"net", "row_date", "meant_for", "withheld", "still_on_its_way", "came_back"} <= set(found)
    wordless = {key for key in found if f"input.{key}" not in texts()}
    assert wordless - FOR_MACHINES == {"payee_digest"}, "a digest tells two plans apart, and people nothing"


@pytest.mark.parametrize("language", ["sv", "fi", "en"])
def test_codes_and_parts_that_a_decision_rested_on_are_told_in_words(language: str) -> None:
    """EX 1.2.1-a, EX 3-a, EX 8-a, EX 10-a"""
    kept = {
        "step": "approve", "meant_for": "UNIT", "level": "header", "stream": "other", "transit": "suppliers",
        "verification": "none", "address": "not_payable", "intake": "CONTENT_MISSING", "cause": "NOT_RECEIVED",
        "found_by": "business_id",
    }  # fmt: skip
    told = told_inputs({**kept, "coding": "0" * 64, "payee": "0" * 32, "match": 7}, language)
    assert len(told) == len(kept), "digests and ids are for machines"
    assert not [(label, value) for label, value in told if value in kept.values()]
    [(_, withheld)] = told_inputs({"withheld": {"1": "10.00", "2": "2.50"}}, language)
    assert withheld == format_amount(Decimal("12.50"), language)


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
