"""Every rule that the forms of expenditure name has its sentence in three languages, and no sentence is without one."""

import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from reskontra.formats import workbooks

SOURCES = sorted(Path(workbooks.__file__).parent.glob("*.py"))
TEXTS = {
    key: sentences
    for name in ("payment_requests.toml", "purchase_files.toml")
    for key, sentences in tomllib.loads(files("reskontra.texts").joinpath(name).read_text("utf-8")).items()
}
OF_A_FINDING = {"value", "row", "column", "where"}
DETAILS = {"first", "sum", "amount", "reference", "counted", "prefix"}
NAMED = re.compile(r'"((?:(?:entry|value|payment|purchase)_|supplier_(?:bic|twice))[a-z_0-9]*)"')
# Names in the sources that are no rules: a kind of document and forms.
OTHER_NAMES = {"payment_request", "purchase_orders", "payment_term"}


def test_rules_and_sentences_are_the_same() -> None:
    named = {rule for source in SOURCES for rule in NAMED.findall(source.read_text("utf-8"))} - OTHER_NAMES
    assert named == {key.removeprefix("finding.") for key in TEXTS}


@pytest.mark.parametrize("key", TEXTS)
def test_a_sentence_stands_in_three_languages_with_the_same_places_to_fill(key: str) -> None:
    sentences = TEXTS[key]
    assert set(sentences) == {"sv", "fi", "en"}
    places = [set(re.findall(r"\{(\w+)\}", sentence)) for sentence in sentences.values()]
    assert places[0] == places[1] == places[2]
    assert places[0] <= OF_A_FINDING | DETAILS
    assert all(sentence.rstrip().endswith(".") for sentence in sentences.values())
