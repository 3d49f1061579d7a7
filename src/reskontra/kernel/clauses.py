"""The clause register: every clause of the guidelines by its number, and the code that answers to it.

The register stands in ``reskontra/guidelines/clauses.toml``. Two kinds of clauses: chapters, the numbered
headings of a guideline (``OC 3.2.1``), and requirements, what the chapter asks of the software
(``OC 3.2.1-a``). Code cites both; only requirements have a status.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal, TypeVar, get_args

from reskontra.kernel.texts import LANGUAGES

Strength = Literal["law", "order", "instruction", "recommendation"]
Status = Literal["rule", "term", "workflow", "information", "not built"]
STRENGTHS: tuple[Strength, ...] = get_args(Strength)
STATUSES: tuple[Status, ...] = get_args(Status)
BUILT: tuple[Status, ...] = ("rule", "term", "workflow")

# The document under which additions are cited: what a guideline does not say must not look as if it did.
ADDITIONS = "X"

_REQUIREMENT = re.compile(r"(?P<chapter>[A-Z]+(?: (?:[1-9]\d*(?:\.[1-9]\d*)*|P))?)-(?:[a-z]|[1-9]\d*)")
_CHAPTER = re.compile(r"[A-Z]+(?: (?:[1-9]\d*(?:\.[1-9]\d*)*|P))?")
_PLACE = re.compile(r"[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)*(:[A-Za-z_]\w*)?")

_Cited = TypeVar("_Cited", bound=Callable[..., Any])


class ClauseRegisterDefect(ValueError):
    """The register contradicts itself: the message names the clause and what is wrong with it."""


class UnknownClause(LookupError):
    """A clause that the register does not hold; the message suggests ids that look alike."""

    def __init__(self, id: str) -> None:
        self.id = id
        self.close = tuple(get_close_matches(id, register(), n=3))
        hint = f"; did you mean {' or '.join(self.close)}?" if self.close else ""
        super().__init__(f"the clause register holds no clause {id!r}{hint}")


@dataclass(frozen=True, slots=True)
class Document:
    """A guideline or a page of the Treasury.

    ``number`` is its register number, empty for a page without one. ``valid_from`` is the first day in
    force, None where it is not known. ``superseded``: the publisher itself marks it an old version.
    """

    key: str
    number: str
    title: Mapping[str, str]
    valid_from: date | None
    superseded: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Clause:
    """One chapter or one requirement of a document.

    ``title`` by language; ``strength`` says how binding it is. ``status`` is None for a chapter. ``where``
    names the code of a built requirement: ``income.order_handling.rules:decide_orders``, below the package
    ``reskontra``; a term is ``guidelines.terms:<key>``. ``chapter`` is the id of the chapter (a chapter's own
    id for a chapter). ``addition``: the law or practice asks for it, not the guideline's text.
    """

    id: str
    title: Mapping[str, str]
    strength: Strength
    status: Status | None
    where: tuple[str, ...]
    document: str
    chapter: str
    note: str = ""
    addition: bool = False

    @property
    def built(self) -> bool:
        """True for a requirement that a rule, a term or a workflow answers to."""
        return self.status in BUILT


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far the requirements of one chapter are built: the number of them by status, zeros included."""

    document: str
    chapter: str
    title: Mapping[str, str]
    counts: Mapping[Status, int]

    @property
    def total(self) -> int:
        """The number of requirements in the chapter."""
        return sum(self.counts.values())


def register() -> Mapping[str, Clause]:
    """Every clause by id, in the order of the documents.

    Raises ``ClauseRegisterDefect`` when the file contradicts itself.
    """
    return _shipped()[1]


def documents() -> Mapping[str, Document]:
    """The documents by the letters that begin their clauses' ids: ``OC``, ``EX``, ``KI``, ``X``."""
    return _shipped()[0]


def known(id: str) -> str:
    """``id`` itself when the register holds it; raises ``UnknownClause``. For clauses in decision tables."""
    if id not in register():
        raise UnknownClause(id)
    return id


def clause(*ids: str) -> Callable[[_Cited], _Cited]:
    """Mark a function or a class as the answer to the clauses ``ids``.

    The ids stand afterwards in its ``__clauses__`` and in ``cited()``. Raises ``UnknownClause`` when the
    module is imported, so that a wrong number never reaches a user.
    """
    if not ids:
        raise UnknownClause("")
    for id in ids:
        known(id)

    def mark(answer: _Cited) -> _Cited:
        earlier: tuple[str, ...] = vars(answer).get("__clauses__", ())
        answer.__clauses__ = tuple(dict.fromkeys((*ids, *earlier)))  # type: ignore[attr-defined]
        name = f"{answer.__module__}:{answer.__qualname__}"
        for id in ids:
            _cited.setdefault(id, {})[name] = None
        return answer

    return mark


def cited() -> Mapping[str, tuple[str, ...]]:
    """Clause id → ``module:name`` of everything imported so far that cites it, in the register's order."""
    return {id: tuple(_cited[id]) for id in register() if id in _cited}


def cite(id: str, language: str) -> str:
    """The clause as people cite it: id, title and document number, in ``sv``, ``fi`` or ``en``.

    A language that we do not have gives English; an addition is cited as our own, not as the document's.
    Raises ``UnknownClause``.
    """
    found = register()[known(id)]
    language = language if language in LANGUAGES else "en"
    document = documents()[ADDITIONS if found.addition else found.document]
    return f"{found.id}, {found.title[language]} ({document.number or document.title[language]})"


def coverage() -> list[Coverage]:
    """One row for every chapter that has requirements, in the register's order."""
    by_chapter: dict[str, Counter[Status]] = {}
    for entry in register().values():
        if entry.status is not None:
            by_chapter.setdefault(entry.chapter, Counter())[entry.status] += 1
    return [
        Coverage(
            document=register()[chapter].document,
            chapter=chapter,
            title=register()[chapter].title,
            counts={status: counts[status] for status in STATUSES},
        )
        for chapter, counts in by_chapter.items()
    ]


def read_register(source: str) -> tuple[Mapping[str, Document], Mapping[str, Clause]]:
    """Documents and clauses from the text of a register file (TOML).

    Raises ``ClauseRegisterDefect`` for an unknown status or strength, a language left out, an id twice, a
    built requirement without a place, a requirement without its chapter, and a chapter without its document.
    """
    data = tomllib.loads(source)
    papers = {paper.key: paper for paper in map(_document, data.get("document", []))}
    clauses: dict[str, Clause] = {}
    for found in map(_clause, data.get("clause", [])):
        if found.id in clauses:
            raise ClauseRegisterDefect(f"{found.id}: stands twice")
        clauses[found.id] = found
    for found in clauses.values():
        for defect in _contradictions(found, papers, clauses):
            raise ClauseRegisterDefect(f"{found.id}: {defect}")
    if any(found.addition for found in clauses.values()) and ADDITIONS not in papers:
        raise ClauseRegisterDefect(f"{ADDITIONS}: additions need the document under which they are cited")
    return MappingProxyType(papers), MappingProxyType(clauses)


_cited: dict[str, dict[str, None]] = {}


@cache
def _shipped() -> tuple[Mapping[str, Document], Mapping[str, Clause]]:
    return read_register((files("reskontra.guidelines") / "clauses.toml").read_text("utf-8"))


def _document(row: Mapping[str, Any]) -> Document:
    return Document(
        key=row["key"],
        number=row.get("number", ""),
        title=_titles(row["key"], row),
        valid_from=row.get("from"),
        superseded=row.get("superseded", False),
        note=row.get("note", ""),
    )


def _clause(row: Mapping[str, Any]) -> Clause:
    id = row.get("id", "")
    is_requirement = _REQUIREMENT.fullmatch(id)
    if not is_requirement and not _CHAPTER.fullmatch(id):
        raise ClauseRegisterDefect(f"{id or 'a clause without id'}: not the form of a clause id")
    return Clause(
        id=id,
        title=_titles(id, row),
        strength=row.get("strength", ""),
        status=row.get("status"),
        where=tuple(row.get("where", ())),
        document=id.split("-")[0].split(" ")[0],
        chapter=is_requirement["chapter"] if is_requirement else id,
        note=row.get("note", ""),
        addition=row.get("addition", False),
    )


def _titles(id: str, row: Mapping[str, Any]) -> Mapping[str, str]:
    title = row.get("title", {})
    if missing := [language for language in LANGUAGES if not title.get(language)]:
        raise ClauseRegisterDefect(f"{id}: no title in {', '.join(missing)}")
    return MappingProxyType({language: title[language] for language in LANGUAGES})


def _contradictions(
    found: Clause, papers: Mapping[str, Document], clauses: Mapping[str, Clause]
) -> Iterator[str]:
    if found.document not in papers:
        yield f"no document {found.document}"
    if found.strength not in STRENGTHS:
        yield f"unknown strength {found.strength!r}"
    if found.chapter == found.id:
        if found.status is not None or found.where:
            yield "a chapter has neither status nor place"
        return
    if found.status not in STATUSES:
        yield f"unknown status {found.status!r}"
    if found.chapter not in clauses:
        yield f"no chapter {found.chapter}"
    if found.built and not found.where:
        yield f"status {found.status!r} names no place"
    if not found.built and found.where:
        yield f"status {found.status!r} names a place"
    if found.status == "information" and not found.note:
        yield "information needs a note that says why nothing is built"
    for place in found.where:
        if not _PLACE.fullmatch(place):
            yield f"{place!r} is not a place such as income.order_handling.rules:decide_orders"
