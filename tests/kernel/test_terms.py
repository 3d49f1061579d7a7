"""Dated terms: the values of the day, a unit's own, and everything that stops instead of guessing."""

import json
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reskontra.kernel.clauses import UnknownClause, register
from reskontra.kernel.terms import (
    MissingTerm,
    TermNotAllowed,
    TermsDefect,
    UnknownTerm,
    all_terms,
    read_terms,
    terms_on,
)
from reskontra.kernel.texts import LANGUAGES

DAY = date(2024, 3, 1)


# --- what the guideline sets ---


@pytest.mark.parametrize(
    ("clause", "key", "value"),
    [
        ("OC 3.10-a", "smallest_invoice_amount", Decimal("10.00")),
        ("OC 3.11-a", "payment_term_standard", 21),
        ("OC 3.11-a", "payment_term_other_eu", 30),
        ("OC 3.11-a", "payment_term_paper_outside_europe", 60),
        ("OC 3.11-a", "payment_term_between_units", 21),
        ("OC 3.5.3-b", "case_reference_characters", 24),
        ("OC 6.1.3-a", "collection_cost", Decimal("5.00")),
        ("OC 3.2-d", "attachment_count_limit", 10),
        ("OC 3.2-d", "attachment_size_limit", 1),
        ("OC 3.2-d", "attachment_kinds", ("pdf", "jpeg", "png")),
        ("OC 3.2-a", "order_type_ordinary", "Z001"),
        ("OC 3.2-a", "order_type_credit", "Z002"),
        ("OC 3.1-a", "invoice_operator_code", "FI28768767"),
        ("OC 3.6.1-a", "peppol_operator_code", "EUPEPPOL"),
    ],
)
def test_the_terms_of_the_day_have_the_value_and_the_type_of_their_unit(
    clause: str, key: str, value: object
) -> None:
    found = getattr(terms_on(DAY), key)
    assert found == value
    assert type(found) is type(value)
    assert all_terms()[key].clause == clause


@pytest.mark.parametrize(
    ("clause", "key", "language", "said"),
    [
        ("OC 3.5-a", "default_legal_basis", "sv", "Lag om grunderna för avgifter till staten (150/1992)"),
        ("OC 3.5-a", "default_legal_basis", "fi", "Valtion maksuperustelaki (150/1992)"),
        ("OC 4.1-a", "request_to_use_reference", "fi", "viitenumero"),
        ("OC 4.1-a", "request_to_use_reference", "sv", "referensnumret"),
        ("OC 3.6-d", "einvoice_information", "en", "e-invoice"),
        ("OC 6.1.5-a", "late_interest_text", "sv", "räntelagen"),
        ("OC 6.1.5-a", "late_interest_text", "de", "Interest Act"),
    ],
)
def test_the_text_terms_speak_the_customers_language(clause: str, key: str, language: str, said: str) -> None:
    assert said in terms_on(DAY).text(key, language)
    assert all_terms()[key].clause == clause


def test_the_collection_cost_is_named_with_its_amount() -> None:  # OC 6.1.3-a
    for language in LANGUAGES:
        assert "5,00 €" in terms_on(DAY).text("collection_cost_notice", language, amount="5,00 €")


def test_a_text_with_a_place_left_open_is_not_given_out() -> None:
    with pytest.raises(TermsDefect, match="not filled: amount"):
        terms_on(DAY).text("collection_cost_notice", "sv")


def test_the_operator_is_known_for_the_days_of_its_contract() -> None:  # OC 3.1-a
    for day in (date(2019, 10, 1), date(2027, 11, 30)):
        assert terms_on(day).invoice_operator_code == "FI28768767"
    for day in (date(2019, 9, 30), date(2027, 12, 1)):
        with pytest.raises(MissingTerm):
            _ = terms_on(day).invoice_operator_code


def test_what_was_not_read_in_a_source_says_so() -> None:
    unsourced = {key for key, term in all_terms().items() if not all(one.sourced for one in term.periods)}
    assert {"order_type_credit", "invoice_operator_address"} <= unsourced
    assert {"smallest_invoice_amount", "payment_term_standard", "collection_cost"} & unsourced == set()


def test_every_term_says_what_it_is_in_three_languages_and_cites_a_clause() -> None:
    for term in all_terms().values():
        assert set(term.about) == set(LANGUAGES), term.key
        assert term.clause in register(), term.key


# --- what is not known stops ---


def test_a_day_without_a_period_stops_with_key_day_and_what_to_do() -> None:
    with pytest.raises(MissingTerm) as stopped:
        _ = terms_on(date(2023, 12, 31)).smallest_invoice_amount
    assert (stopped.value.key, stopped.value.day) == ("smallest_invoice_amount", date(2023, 12, 31))
    assert not stopped.value.known
    for language, day, deed in [
        ("sv", "31.12.2023", "Lägg till en period"),
        ("fi", "31.12.2023", "Lisää"),
        ("en", "31 Dec 2023", "Add a period"),
    ]:
        said = stopped.value.said(language)
        for part in ("smallest_invoice_amount", "OC 3.10-a", day, deed):
            assert part in said


def test_an_empty_value_stops_and_never_becomes_nothing() -> None:
    with pytest.raises(MissingTerm, match="not known for 1 Mar 2024") as stopped:
        _ = terms_on(DAY).invoice_operator_address
    assert stopped.value.known


def test_a_term_that_nobody_asks_for_may_be_missing() -> None:
    assert terms_on(date(1999, 1, 1)).used() == {}


def test_a_missing_text_stops_too() -> None:
    with pytest.raises(MissingTerm):
        terms_on(date(2023, 12, 31)).text("default_legal_basis", "sv")


def test_a_key_that_no_term_has_is_a_defect_with_a_hint() -> None:
    with pytest.raises(UnknownTerm, match="did you mean smallest_invoice_amount"):
        _ = terms_on(DAY).smallest_invoice_amout
    with pytest.raises(UnknownTerm):
        terms_on(DAY, {"no_such_term": "1"})
    assert not hasattr(terms_on(DAY), "no_such_term")


def test_texts_are_asked_for_as_texts_and_values_as_values() -> None:
    with pytest.raises(UnknownTerm, match="is a text"):
        _ = terms_on(DAY).default_legal_basis
    with pytest.raises(UnknownTerm, match="is not a text"):
        terms_on(DAY).text("collection_cost", "sv")


# --- a unit's own ---


@pytest.mark.parametrize(
    ("key", "own", "value"),
    [
        ("smallest_invoice_amount", "25.00", Decimal("25.00")),
        ("smallest_invoice_amount", "5", Decimal("5")),
        ("payment_term_standard", "30", 30),
        ("payment_term_other_eu", "30", 30),
        ("payment_term_other_eu", "14", 14),
        ("attachment_count_limit", "3", 3),
    ],
)
def test_a_unit_may_set_its_own_where_the_clause_lets_it(key: str, own: str, value: object) -> None:
    assert getattr(terms_on(DAY, {key: own}), key) == value


@pytest.mark.parametrize(
    ("key", "own", "reason"),
    [
        ("payment_term_other_eu", "31", "only_lower"),
        ("attachment_count_limit", "11", "only_lower"),
        ("payment_term_between_units", "14", "fixed"),
        ("case_reference_characters", "24", "fixed"),
        ("invoice_operator_code", "OTHER", "fixed"),
        ("smallest_invoice_amount", "ten", "not_a_value"),
        ("smallest_invoice_amount", "-1.00", "not_a_value"),
        ("smallest_invoice_amount", "1e3", "not_a_value"),
        ("smallest_invoice_amount", "NaN", "not_a_value"),
        ("smallest_invoice_amount", "10,00", "not_a_value"),
        ("smallest_invoice_amount", "10.005", "not_a_value"),
        ("smallest_invoice_amount", "", "not_a_value"),
        ("smallest_invoice_amount", "٢٥", "not_a_value"),
        ("payment_term_standard", "21.5", "not_a_value"),
        ("match_wrong_field", "perhaps", "not_one_of"),
        ("match_unagreed_charge", "Yes", "not_one_of"),
        ("payee_no_match", "no", "not_one_of"),
        ("late_interest_text", "", "not_a_value"),
        ("late_interest_text", "a brace {", "not_a_value"),
        ("late_interest_text", "{amount}", "not_a_value"),
        ("collection_cost_notice", "{amount.real}", "not_a_value"),
        ("collection_cost_notice", "{amount!r}", "not_a_value"),
        ("collection_cost_notice", "{0}", "not_a_value"),
    ],
)
def test_a_unit_may_not_loosen_or_misspell_a_term(key: str, own: str, reason: str) -> None:
    with pytest.raises(TermNotAllowed) as refused:
        terms_on(DAY, {key: own})
    assert (refused.value.key, refused.value.own, refused.value.reason) == (key, own, reason)
    for language in LANGUAGES:
        assert key in refused.value.said(language)
        assert own in refused.value.said(language)


@given(own=st.integers(0, 90))
def test_what_may_only_be_lower_is_never_higher(own: int) -> None:
    limit = terms_on(DAY).payment_term_other_eu
    try:
        found = terms_on(DAY, {"payment_term_other_eu": str(own)}).payment_term_other_eu
    except TermNotAllowed:
        assert own > limit
    else:
        assert found == own <= limit


def test_an_own_text_replaces_one_language_or_all() -> None:  # OC 3.5-a: the special act instead
    one = terms_on(DAY, {"default_legal_basis.sv": "Speciallagen"})
    assert one.text("default_legal_basis", "sv") == "Speciallagen"
    assert one.text("default_legal_basis", "fi") == "Valtion maksuperustelaki (150/1992)"
    every = terms_on(DAY, {"default_legal_basis": "Act 1/2000"})
    assert [every.text("default_legal_basis", language) for language in LANGUAGES] == ["Act 1/2000"] * 3


def test_an_own_value_for_a_language_belongs_to_texts_only() -> None:
    for place in ("collection_cost.sv", "default_legal_basis.de"):
        with pytest.raises(UnknownTerm):
            terms_on(DAY, {place: "1.00"})


def test_an_own_value_does_not_stand_in_for_an_unknown_limit() -> None:
    terms = terms_on(date(2023, 12, 31), {"payment_term_other_eu": "14"})
    with pytest.raises(MissingTerm):
        _ = terms.payment_term_other_eu


# --- what a run freezes ---


def test_the_terms_used_are_kept_and_those_not_asked_for_are_not() -> None:
    terms = terms_on(DAY, {"smallest_invoice_amount": "25.00", "payment_term_standard": "14"})
    _ = terms.smallest_invoice_amount, terms.collection_cost
    terms.text("late_interest_text", "sv")
    used = terms.used()
    assert list(used) == ["collection_cost", "late_interest_text.sv", "smallest_invoice_amount"]
    assert used["collection_cost"] == {
        "value": "5.00",
        "valid_from": "2024-01-01",
        "source": "OC 6.1.3",
        "sourced": True,
        "own": False,
        "clause": "OC 6.1.3-a",
    }
    own = used["smallest_invoice_amount"]
    assert (own["value"], own["own"], own["valid_from"]) == ("25.00", True, None)


def test_frozen_terms_are_json_and_no_way_back_into_the_view() -> None:
    terms = terms_on(DAY)
    _ = terms.payment_term_standard
    frozen = terms.as_json()
    assert json.loads(json.dumps(frozen)) == frozen
    assert frozen["on"] == "2024-03-01"
    frozen["terms"]["payment_term_standard"]["value"] = "99"
    assert terms.used()["payment_term_standard"]["value"] == "21"


def test_the_view_of_a_day_does_not_change() -> None:
    own = {"smallest_invoice_amount": "25.00"}
    terms = terms_on(DAY, own)
    own["smallest_invoice_amount"] = "1.00"
    assert terms.smallest_invoice_amount == Decimal("25.00")
    with pytest.raises(AttributeError):
        terms.on = date(2030, 1, 1)  # type: ignore[misc]


def test_views_do_not_share_what_they_used() -> None:
    first, second = terms_on(DAY), terms_on(DAY)
    _ = first.collection_cost
    assert second.used() == {}


# --- the file ---

ABOUT = 'about = {sv = "s", fi = "f", en = "e"}\n'
HEAD = f'[fee]\nunit = "euro"\nclause = "OC 6.1.3-a"\ntighten = "no"\n{ABOUT}'
TEXT = HEAD.replace("euro", "text")


def _values(*rows: str) -> str:
    return f"values = [{', '.join('{' + row + '}' for row in rows)}]\n"


def _value(value: str, start: str, end: str = "") -> str:
    last = f", to = {end}" if end else ""
    return f'value = "{value}", from = {start}{last}, source = "s", sourced = true'


def test_periods_that_follow_each_other_are_read_in_order_of_time() -> None:
    source = HEAD + _values(_value("6.00", "2025-01-01"), _value("5.00", "2024-01-01", "2024-12-31"))
    fee = read_terms(source)["fee"]
    assert [one.value for one in fee.periods] == ["5.00", "6.00"]
    assert fee.on(date(2024, 12, 31)).value == "5.00"
    assert fee.on(date(2025, 1, 1)).value == "6.00"


def test_a_gap_between_periods_stops() -> None:
    source = HEAD + _values(_value("5.00", "2024-01-01", "2024-06-30"), _value("6.00", "2025-01-01"))
    with pytest.raises(MissingTerm):
        read_terms(source)["fee"].on(date(2024, 7, 1))


@given(
    spans=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 10)), min_size=1, max_size=5),
)
def test_two_values_for_one_day_are_refused_and_only_they(spans: list[tuple[int, int]]) -> None:
    start = date(2024, 1, 1)
    days = [{begin + step for step in range(length + 1)} for begin, length in spans]
    rows = [
        _value(f"{number}.00", str(start + timedelta(begin)), str(start + timedelta(begin + length)))
        for number, (begin, length) in enumerate(spans)
    ]
    if sum(map(len, days)) > len(set().union(*days)):
        with pytest.raises(TermsDefect, match="overlap"):
            read_terms(HEAD + _values(*rows))
        return
    fee = read_terms(HEAD + _values(*rows))["fee"]
    for number, covered in enumerate(days):
        assert {fee.on(start + timedelta(day)).value for day in covered} == {f"{number}.00"}


@pytest.mark.parametrize(
    ("defect", "source"),
    [
        ("overlap at 2024-06-01", HEAD + _values(_value("5.00", "2024-01-01"), _value("6.00", "2024-06-01"))),
        ("unknown unit 'mark'", HEAD.replace("euro", "mark") + _values(_value("5.00", "2024-01-01"))),
        ("tighten is 'looser'", HEAD.replace('"no"', '"looser"') + _values(_value("5.00", "2024-01-01"))),
        ("'5,00' is not euro", HEAD + _values(_value("5,00", "2024-01-01"))),
        ("ends before it begins", HEAD + _values(_value("5.00", "2024-02-01", "2024-01-01"))),
        ("about lacks a language", HEAD.replace('"f"', '""') + _values(_value("5.00", "2024-01-01"))),
        ("no values", HEAD),
        ("has no source", HEAD + _values('value = "5.00", from = 2024-01-01, sourced = true')),
        (
            "does not say whether it is sourced",
            HEAD + _values('value = "5.00", from = 2024-01-01, source = "s"'),
        ),
        ("a period needs days", HEAD + _values('value = "5.00", source = "s", sourced = true')),
        (
            "is not written as a text",
            HEAD + _values('value = 5.00, from = 2024-01-01, source = "s", sourced = true'),
        ),
        (
            "not a name that a term can have",
            HEAD.replace("[fee]", "[used]") + _values(_value("5.00", "2024-01-01")),
        ),
        (
            "only a number can be lower",
            TEXT.replace('"no"', '"lower"')
            + _values('value_sv = "s", value_fi = "f", value_en = "e", from = 2024-01-01, source = "s"'),
        ),
        (
            "lacks a language",
            TEXT + _values('value_sv = "s", value_fi = "f", from = 2024-01-01, source = "s", sourced = true'),
        ),
        (
            "placeholders of 2024-01-01 differ",
            TEXT
            + _values(
                'value_sv = "{a}", value_fi = "{b}", value_en = "{a}", from = 2024-01-01, '
                'source = "s", sourced = true'
            ),
        ),
        ("a text has value_sv", TEXT + _values(_value("5.00", "2024-01-01"))),
        (
            "only a text has a value for each",
            HEAD + _values(f'{_value("5.00", "2024-01-01")}, value_sv = "s"'),
        ),
    ],
)
def test_a_file_that_contradicts_itself_is_refused(defect: str, source: str) -> None:
    with pytest.raises(TermsDefect, match=re.escape(defect)):
        read_terms(source)


def test_a_term_without_a_clause_of_the_register_is_refused() -> None:
    source = HEAD.replace("OC 6.1.3-a", "OC 6.1.3-z") + _values(_value("5.00", "2024-01-01"))
    with pytest.raises(UnknownClause):
        read_terms(source)


def test_a_higher_only_term_refuses_what_is_lower(monkeypatch: pytest.MonkeyPatch) -> None:
    source = HEAD.replace('"no"', '"higher"') + _values(_value("5.00", "2024-01-01"))
    found = read_terms(source)
    monkeypatch.setattr("reskontra.kernel.terms.all_terms", lambda: found)
    for own in ("5.00", "6.00"):
        view: Any = terms_on(DAY, {"fee": own})
        assert view.fee == Decimal(own)
    with pytest.raises(TermNotAllowed, match=re.escape("at least 5.00 euro")):
        terms_on(DAY, {"fee": "4.99"})
