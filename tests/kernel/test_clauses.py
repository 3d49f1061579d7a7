"""The clause register: whole against the catalogue, sound in itself, and cited by code and tests."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from reskontra.kernel.clauses import (
    BUILT,
    STATUSES,
    ClauseRegisterDefect,
    UnknownClause,
    cite,
    cited,
    clause,
    coverage,
    documents,
    known,
    read_register,
    register,
)
from reskontra.kernel.terms import all_terms
from reskontra.kernel.texts import LANGUAGES

PROJECT = Path(__file__).resolve().parents[2]
PACKAGE = PROJECT / "src" / "reskontra"
CATALOGUE = PROJECT.parent / "shared" / "guideline" / "requirements.md"
SOURCES = {"OC": "001_0b287afab4c58373.txt", "EX": "002_e5d8a05bbf52481c.txt"}


# --- whole against the catalogue and the guidelines ---


def test_every_requirement_of_the_catalogue_is_in_the_register() -> None:
    asked = re.findall(r"^\| ((?:OC|EX|KI|X)[ -][^ |]+) \|", _beside(CATALOGUE), re.MULTILINE)
    assert len(asked) > 100
    requirements = {id for id, found in register().items() if found.status is not None}
    assert set(asked) - requirements == set()
    assert requirements - set(asked) == set()
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize("document", sorted(SOURCES))
def test_every_numbered_heading_of_a_guideline_is_a_chapter(document: str) -> None:
    source = _beside(CATALOGUE.parent / SOURCES[document])
    numbers = re.findall(r"^(\d{1,2}(?:\.[1-9]\d?)*) [A-ZÅÄÖ]", source, re.MULTILINE)
    headings = {f"{document} {number}" for number in numbers}
    chapters = {id for id, found in register().items() if found.chapter == id and found.document == document}
    assert len(headings) > 15
    assert headings - chapters == set()
    assert chapters - headings == {f"{document} P"}


# --- sound in itself ---


def test_the_documents_have_number_and_first_day() -> None:
    known_papers = {
        key: (paper.number, str(paper.valid_from), paper.superseded) for key, paper in documents().items()
    }
    assert known_papers == {
        "OC": ("VK/77796/00.00.00.01/2023", "2024-01-01", False),
        "EX": ("VK/7632/00.00.01.06.01/2020", "2020-06-26", True),
        "KI": ("", "2016-02-01", False),
        "X": ("", "None", False),
    }


def test_every_chapter_stands_before_its_requirements() -> None:
    order = {id: place for place, id in enumerate(register())}
    late = [id for id, found in register().items() if order[found.chapter] > order[id]]
    assert late == []


def test_no_two_requirements_have_the_same_title() -> None:
    for language in LANGUAGES:
        titles = [found.title[language] for found in register().values() if found.status is not None]
        assert sorted(titles) == sorted(set(titles)), language


def test_every_place_that_the_register_names_exists() -> None:
    assert [missing for found in register().values() for missing in _missing_places(found.where)] == []


def test_a_place_that_does_not_exist_is_found() -> None:
    there = ["kernel.clauses", "kernel.clauses:register", "guidelines", "guidelines.terms:collection_cost"]
    absent = ["kernel.absent", "kernel.clauses:absent", "guidelines.terms:absent"]
    assert list(_missing_places([*there, *absent])) == absent


# --- defects ---

DOCUMENT = (
    '[[document]]\nkey = "OC"\nnumber = "1"\ntitle = {sv = "s", fi = "f", en = "e"}\nfrom = 2024-01-01\n'
)
TITLE = 'title = {sv = "s", fi = "f", en = "e"}\n'
CHAPTER = f'[[clause]]\nid = "OC 3.1"\n{TITLE}strength = "law"\n'
REQUIREMENT = f'[[clause]]\nid = "OC 3.1-a"\n{TITLE}strength = "law"\n'
WHERE = 'where = ["sales.orders"]\n'


def test_a_small_register_is_read() -> None:
    papers, clauses = read_register(f'{DOCUMENT}{CHAPTER}{REQUIREMENT}status = "rule"\n{WHERE}')
    assert list(papers) == ["OC"]
    requirement = clauses["OC 3.1-a"]
    assert requirement.chapter == "OC 3.1"
    assert requirement.document == "OC"
    assert requirement.built
    assert requirement.where == ("sales.orders",)
    assert not clauses["OC 3.1"].built


@pytest.mark.parametrize(
    ("defect", "source"),
    [
        ("unknown status 'half built'", f'{CHAPTER}{REQUIREMENT}status = "half built"\n'),
        ("unknown status None", f"{CHAPTER}{REQUIREMENT}"),
        ("status 'rule' names no place", f'{CHAPTER}{REQUIREMENT}status = "rule"\nwhere = []\n'),
        ("status 'term' names no place", f'{CHAPTER}{REQUIREMENT}status = "term"\n'),
        ("status 'not built' names a place", f'{CHAPTER}{REQUIREMENT}status = "not built"\n{WHERE}'),
        ("is not a place", f'{CHAPTER}{REQUIREMENT}status = "rule"\nwhere = ["Sales orders"]\n'),
        ("information needs a note", f'{CHAPTER}{REQUIREMENT}status = "information"\n'),
        ("no chapter OC 3.1", f'{REQUIREMENT}status = "not built"\n'),
        ("no document EX", CHAPTER.replace("OC", "EX")),
        ("unknown strength 'advice'", CHAPTER.replace("law", "advice")),
        ("a chapter has neither status nor place", f'{CHAPTER}status = "rule"\n{WHERE}'),
        ("no title in fi", CHAPTER.replace('fi = "f", ', "")),
        ("no title in en", CHAPTER.replace('"e"', '""')),
        ("stands twice", f"{CHAPTER}{CHAPTER}"),
        ("not the form of a clause id", CHAPTER.replace("OC 3.1", "OC 3.01")),
        ("not the form of a clause id", CHAPTER.replace("OC 3.1", "OC3.1")),
        ("additions need the document", f'{CHAPTER}{REQUIREMENT}status = "not built"\naddition = true\n'),
    ],
)
def test_a_register_that_contradicts_itself_is_refused(defect: str, source: str) -> None:
    with pytest.raises(ClauseRegisterDefect, match=re.escape(defect)):
        read_register(DOCUMENT + source)


# --- citing ---


def test_the_decorator_marks_functions_and_classes_and_fills_the_list_of_citations() -> None:
    @clause("OC 3.10-a", "OC 3.10")
    def decide() -> str:
        return "decided"

    @clause("OC 3.10-a")
    class Machine:
        pass

    assert decide() == "decided"
    assert vars(decide)["__clauses__"] == ("OC 3.10-a", "OC 3.10")
    assert vars(Machine)["__clauses__"] == ("OC 3.10-a",)
    here = test_the_decorator_marks_functions_and_classes_and_fills_the_list_of_citations.__qualname__
    names = [f"{__name__}:{here}.<locals>.{name}" for name in ("decide", "Machine")]
    assert [name for name in cited()["OC 3.10-a"] if name in names] == names
    assert names[0] in cited()["OC 3.10"]
    assert names[1] not in cited()["OC 3.10"]


def test_a_second_decorator_adds_its_clauses() -> None:
    @clause("OC 4.1-a")
    @clause("OC 3.11-a")
    def decide() -> None: ...

    assert vars(decide)["__clauses__"] == ("OC 4.1-a", "OC 3.11-a")


def test_a_subclass_does_not_cite_for_its_parent() -> None:
    @clause("OC 4.1-a")
    class Parent: ...

    @clause("OC 3.11-a")
    class Child(Parent): ...

    assert vars(Parent)["__clauses__"] == ("OC 4.1-a",)
    assert vars(Child)["__clauses__"] == ("OC 3.11-a",)


@pytest.mark.parametrize("wrong", ["OC 3.2.1-z", "OC3.2.1-a", "OC 9.9", ""])
def test_the_decorator_refuses_an_unknown_clause_before_there_is_a_function(wrong: str) -> None:
    with pytest.raises(UnknownClause):
        clause("OC 3.10-a", wrong)


def test_the_decorator_refuses_no_clause_at_all() -> None:
    with pytest.raises(UnknownClause):
        clause()


def test_an_unknown_clause_suggests_those_that_look_alike() -> None:
    with pytest.raises(UnknownClause, match=re.escape("'OC 3.2.1a'; did you mean OC 3.2.1-a")) as refused:
        known("OC 3.2.1a")
    assert "OC 3.2.1-a" in refused.value.close
    with pytest.raises(UnknownClause) as refused:
        known("utter nonsense")
    assert refused.value.close == ()


def test_a_known_clause_is_given_back_as_it_stands() -> None:
    assert known("OC 3.2.1") == "OC 3.2.1"
    assert known("OC 3.2.1-b") == "OC 3.2.1-b"


@pytest.mark.parametrize(
    ("id", "language", "citation"),
    [
        ("OC 3.2.1", "sv", "OC 3.2.1, Godkännanderunda för försäljningsorder (VK/77796/00.00.00.01/2023)"),
        ("OC 3.10-a", "fi", "OC 3.10-a, Pienin laskutettava summa (VK/77796/00.00.00.01/2023)"),
        ("EX 8", "en", "EX 8, Distraint (VK/7632/00.00.01.06.01/2020)"),
        ("EX 8", "de", "EX 8, Distraint (VK/7632/00.00.01.06.01/2020)"),
        ("KI-b", "en", "KI-b, Consumer e-invoice and direct payment (The Treasury's process page, 2016)"),
    ],
)
def test_a_citation_names_clause_title_and_document(id: str, language: str, citation: str) -> None:
    assert cite(id, language) == citation


def test_an_addition_is_cited_as_ours_and_not_as_the_guidelines() -> None:
    assert register()["OC 3.5-b"].addition
    assert cite("OC 3.5-b", "sv").endswith("(Reskontras tillägg)")
    additions = [id for id, found in register().items() if found.addition]
    assert not any("VK/" in cite(id, "en") for id in additions)


def test_citing_an_unknown_clause_is_refused() -> None:
    with pytest.raises(UnknownClause):
        cite("OC 3.2.1-z", "sv")


# --- coverage ---


def test_the_coverage_counts_every_requirement_once() -> None:
    rows = coverage()
    requirements = [found for found in register().values() if found.status is not None]
    assert sum(row.total for row in rows) == len(requirements)
    for status in STATUSES:
        expected = sum(found.status == status for found in requirements)
        assert sum(row.counts[status] for row in rows) == expected
    by_chapter = {row.chapter: row for row in rows}
    assert len(by_chapter) == len(rows)
    assert by_chapter["OC 3.2.1"].total == 2
    assert by_chapter["EX P"].document == "EX"
    assert "OC P" not in by_chapter


# --- a built clause is cited by a test ---


def test_a_built_clause_is_cited_by_a_test() -> None:
    built = [id for id, found in register().items() if found.status in BUILT]
    own = {Path(__file__).resolve()}  # examples of clauses stand here, not tests of them
    sources = (path.read_text("utf-8") for path in (PROJECT / "tests").rglob("*.py") if path not in own)
    assert _uncited(built, sources) == [], "built, but no test under tests/ cites the clause"


def test_the_search_for_citations_does_not_take_one_clause_for_another() -> None:
    source = 'EXPECTED = "OC 3.2-a"  # OC 13.1-b, XOC 4.1-a, OC 3.5-bc, EX 1.2.1-a'
    asked = ["OC 3.2-a", "OC 3.1-b", "OC 4.1-a", "OC 3.5-b", "EX 1.2.1-a", "OC 2-a"]
    assert _uncited(asked, [source]) == ["OC 3.1-b", "OC 4.1-a", "OC 3.5-b", "OC 2-a"]


def _uncited(ids: Iterable[str], sources: Iterable[str]) -> list[str]:
    text = "\n".join(sources)
    return [id for id in ids if not re.search(rf"(?<![\w.]){re.escape(id)}(?!\w)", text)]


def _missing_places(places: Iterable[str]) -> Iterable[str]:
    for place in places:
        module, _, name = place.partition(":")
        if module == "guidelines.terms":
            if name not in all_terms():
                yield place
            continue
        path = PACKAGE.joinpath(*module.split("."))
        source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        if not source.is_file() or (name and not re.search(rf"\b{name}\b", source.read_text("utf-8"))):
            yield place


def _beside(path: Path) -> str:
    """The text of material that stands beside the project, where it stands at all."""
    if not path.is_file():
        pytest.skip(f"{path.parent.name}/{path.name} does not stand beside the project")
    return path.read_text("utf-8")
