"""What the system says: every key in three languages, the same places to fill, and a glossary that holds."""

import tomllib
from importlib.resources import files
from string import Formatter

import pytest

from reskontra.kernel.texts import LANGUAGES, UnknownText, text, texts

FILES = sorted(entry.name for entry in files("reskontra.texts").iterdir() if entry.name.endswith(".toml"))

# The glossary of the screens: a term never drifts.
CHECKED = [
    ("unit", "bokföringsenhet", "kirjanpitoyksikkö", "accounting unit"),
    ("billing_request", "faktureringsbegäran", "laskutuspyyntö", "billing request"),
    ("sales_order", "försäljningsorder", "myyntitilaus", "sales order"),
    ("review", "sakgranskning", "asiatarkastus", "review"),
    ("approval", "godkännande", "hyväksyminen", "approval"),
    ("receivables_ledger", "försäljningsreskontra", "myyntireskontra", "receivables ledger"),
    ("allocation", "allokering", "kohdistus", "allocation"),
    ("payment_reminder", "betalningspåminnelse", "maksumuistutus", "payment reminder"),
    ("late_interest", "dröjsmålsränta", "viivästyskorko", "late-payment interest"),
    ("extension", "betalningstid", "maksuaika", "extension of time"),
    ("enforcement", "utsökning", "ulosotto", "enforcement"),
    ("passive_register", "passivregister", "passiivirekisteri", "passive register"),
    ("write_off", "avskrivning från konton", "tileistäpoisto", "write-off"),
    ("matching", "inriktning", "täsmäytys", "matching"),
    ("goods_receipt", "mottagningskvittens", "vastaanottokuittaus", "goods receipt"),
    ("posting_reference", "konteringsreferens", "tiliöintiviite", "posting reference"),
    ("address_protection", "spärrmarkering", "turvakielto", "address protection"),
    ("payment_prohibition", "betalningsförbud", "maksukielto", "payment prohibition"),
    ("voucher", "verifikat", "tosite", "voucher"),
]


def test_there_is_a_glossary_among_the_files() -> None:
    assert "glossary.toml" in FILES


@pytest.mark.parametrize("name", FILES)
def test_every_key_has_the_three_languages_and_nothing_else(name: str) -> None:
    wrong = [
        key
        for key, sentence in _read(name).items()
        if set(sentence) != set(LANGUAGES)
        or not all(isinstance(said, str) and said == said.strip() != "" for said in sentence.values())
    ]
    assert wrong == []


@pytest.mark.parametrize("name", FILES)
def test_the_languages_of_a_key_have_the_same_places_to_fill(name: str) -> None:
    differing = {
        key: {language: sorted(_places(said)) for language, said in sentence.items()}
        for key, sentence in _read(name).items()
        if len({frozenset(_places(said)) for said in sentence.values()}) > 1
    }
    assert differing == {}


def test_no_key_stands_in_two_files() -> None:
    keys = [key for name in FILES for key in _read(name)]
    assert sorted(keys) == sorted(set(keys))
    assert set(keys) == set(texts())


@pytest.mark.parametrize(("name", "sv", "fi", "en"), CHECKED)
def test_the_checked_terms_hold(name: str, sv: str, fi: str, en: str) -> None:
    assert texts()[f"term.{name}"] == {"sv": sv, "fi": fi, "en": en}


def test_glossary_terms_are_plain_words_of_one_meaning_each() -> None:
    terms = {key: one for key, one in texts().items() if key.startswith("term.")}
    assert len(terms) > 90
    for language in LANGUAGES:
        words = [one[language] for one in terms.values()]
        assert not [word for word in words if "{" in word or word.endswith(".")]
    # English tells the terms apart; Swedish and Finnish may use one word for two of them.
    assert len({one["en"] for one in terms.values()}) == len(terms)


def test_a_text_is_filled_and_an_unknown_key_is_refused() -> None:
    assert text("term.invoice", "fi") == "lasku"
    assert text("term.invoice", "de") == "invoice"
    said = text("terms.own_fixed", "sv", about="Avgift", key="fee", clause="OC 6.1.3-a", own="4.00")
    assert said == "Avgift (fee) är lika för alla enheter enligt OC 6.1.3-a. Ta bort det egna värdet 4.00."
    with pytest.raises(UnknownText):
        text("term.no_such_term", "sv")


def _read(name: str) -> dict[str, dict[str, str]]:
    return tomllib.loads((files("reskontra.texts") / name).read_text("utf-8"))


def _places(said: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(said) if name is not None}
