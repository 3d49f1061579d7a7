"""Every rule that the readers name has its sentence in three languages, and no sentence is without a rule."""

import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from reskontra.formats import workbooks

SOURCES = sorted(Path(workbooks.__file__).parent.glob("*.py"))
TEXTS = tomllib.loads(files("reskontra.texts").joinpath("findings_workbooks.toml").read_text("utf-8"))
# Placeholders that a finding always has, beside those in its detail.
OF_A_FINDING = {"value", "row", "column", "where"}
DETAILS = {
    "limit", "count", "most", "length", "first", "fields", "expected", "within", "nearest", "name", "told", "found",
    "reason",
}  # fmt: skip


def rules() -> set[str]:
    named = r'"((?:file|form)_[a-z_0-9]+|unreadable|counts_disagree|gross_prices_not_accepted)"'
    return {rule for source in SOURCES for rule in re.findall(named, source.read_text("utf-8"))}


def test_rules_and_sentences_are_the_same() -> None:
    assert rules() == {key.removeprefix("finding.") for key in TEXTS if key.startswith("finding.")}


@pytest.mark.parametrize("key", TEXTS)
def test_a_sentence_stands_in_three_languages_with_the_same_places_to_fill(key: str) -> None:
    sentences = TEXTS[key]
    assert set(sentences) == {"sv", "fi", "en"}
    places = [set(re.findall(r"\{(\w+)\}", sentence)) for sentence in sentences.values()]
    assert places[0] == places[1] == places[2]
    assert places[0] <= OF_A_FINDING | DETAILS
    if key.startswith("finding."):
        assert all(sentence.rstrip().endswith((".", ")")) for sentence in sentences.values())
