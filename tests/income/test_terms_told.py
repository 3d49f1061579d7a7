"""Dated terms as people read them: a label and a value in words, never the name of a code."""

import re

import pytest

from reskontra.insight.words import told_term
from reskontra.kernel.terms import all_terms
from reskontra.kernel.texts import text

LANGUAGES = ("sv", "fi", "en")
# Codes of a standard or a register: they are read as they stand.
_OF_A_REGISTER = re.compile(r"Z00[12]|FI[0-9]{8}|EUPEPPOL|100|XB|pain\.001\.001\.09")


def _yes_or_no(language: str) -> set[str]:
    return {text("term.yes", language), text("term.no", language)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_term_has_a_label_and_its_value_is_told_in_words(language: str) -> None:
    for key, term in all_terms().items():
        for period in term.periods:
            label, value = told_term(key, period.value, language)
            assert label == term.about[language] != key
            if term.unit == "code" and period.value and not _OF_A_REGISTER.fullmatch(period.value):
                assert value != period.value or value in _yes_or_no(language), (key, value)
                assert "_" not in value


@pytest.mark.parametrize(("key", "value", "language", "expected"), [
    ("overpayment_refunded_over", "10.00", "sv", "10,00\N{NO-BREAK SPACE}€"),
    ("overpayment_refunded_over", "10.00", "en", "€10.00"),
    ("late_interest_ground", "section_4", "sv", "räntelagen 4 §"),
    ("late_interest_surcharge", "7.0", "fi", "7,0 %"),
    ("refund_inquiry_days", "21", "en", "21 days"),
    ("agency_in_use", "no", "sv", "nej"),
])  # fmt: skip
def test_a_value_is_written_as_its_measure_asks(key: str, value: str, language: str, expected: str) -> None:
    assert told_term(key, value, language)[1] == expected


def test_a_term_of_another_version_is_told_as_it_stands() -> None:
    assert told_term("no_such_term", "7", "sv") == ("no_such_term", "7")
