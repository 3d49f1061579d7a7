"""Dated terms: every amount, day count, code and fixed text that a guideline, an act or a unit sets.

They stand in ``reskontra/guidelines/terms.toml`` with clause, unit of measure and source. A rule asks the
view for its day, ``terms_on(day, own)``; what is not known for the day stops the run, it is never guessed.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from itertools import pairwise
from string import Formatter
from types import MappingProxyType
from typing import Any, Literal, get_args

from reskontra.kernel.clauses import known
from reskontra.kernel.texts import LANGUAGES, text

Unit = Literal[
    "euro",
    "percent",
    "days",
    "hours",
    "minutes",
    "characters",
    "megabyte",
    "count",
    "years",
    "code",
    "codes",
    "text",
]
Tighten = Literal["no", "lower", "higher", "any", "missing"]
Value = Decimal | int | str | tuple[str, ...]


class TermsDefect(ValueError):
    """The file of terms contradicts itself: the message names the term and what is wrong with it."""


class UnknownTerm(AttributeError):
    """A key that no term has, or a text asked for as a value: a defect in the program that asks."""


class MissingTerm(LookupError):
    """A term without a value for the day. Whoever asked must stop; ``said(language)`` tells people why.

    ``key`` and ``day`` say what was asked for; ``known`` is False when no period of the term covers the day.
    """

    def __init__(self, term: "Term", day: date, *, known: bool) -> None:
        self.term, self.key, self.day, self.known = term, term.key, day, known
        super().__init__(self.said("en"))

    def said(self, language: str) -> str:
        """The sentence for people: which term, which day, its clause, and what to do."""
        rule = "terms.value_not_known" if self.known else "terms.no_period"
        language = language if language in LANGUAGES else "en"
        about = self.term.about[language]
        day = _written_day(self.day, language)
        return text(rule, language, key=self.key, about=about, day=day, clause=self.term.clause)


class TermNotAllowed(ValueError):
    """A unit's own value that the clause does not allow; ``said(language)`` tells people why.

    ``reason`` is ``fixed`` (units may not set their own, or not while the common value is known), ``only_lower``,
    ``only_higher`` (the value loosens what may only be tightened), ``not_a_value`` (not of the term's unit of
    measure) or ``not_one_of`` (none of the codes that the term can have; ``limit`` names them).
    """

    def __init__(self, term: "Term", own: str, reason: str, limit: str = "") -> None:
        self.term, self.key, self.own, self.reason, self.limit = term, term.key, own, reason, limit
        super().__init__(self.said("en"))

    def said(self, language: str) -> str:
        """The sentence for people: which value, which term, its clause, and what is allowed."""
        language = language if language in LANGUAGES else "en"
        return text(
            f"terms.own_{self.reason}",
            language,
            key=self.key,
            about=self.term.about[language],
            own=self.own,
            limit=self.limit,
            unit=text(f"terms.unit_{self.term.unit}", language),
            clause=self.term.clause,
            example=self.term.example(language),
        )


@dataclass(frozen=True, slots=True)
class Period:
    """What a term is worth from ``valid_from`` to ``valid_to``, both days included; None: still in force.

    ``value`` is as written in the file and empty when not known. A text term has ``texts`` by language and
    no value. ``sourced`` is False when the value was not read in the source: to be confirmed before use.
    """

    value: str
    texts: Mapping[str, str]
    valid_from: date
    valid_to: date | None
    source: str
    sourced: bool

    def covers(self, day: date) -> bool:
        """True when ``day`` lies in the period."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Term:
    """One term with its clause, its unit of measure, its periods in order of time, and who may change it.

    ``tighten`` says whether an accounting unit may set its own: ``no``, only ``lower`` or ``higher`` than
    the common value, ``any``, or only where the common value is ``missing``. ``choices`` are the only codes that a
    code can be; empty where any code will do.
    """

    key: str
    unit: Unit
    clause: str
    tighten: Tighten
    about: Mapping[str, str]
    periods: tuple[Period, ...]
    choices: tuple[str, ...] = ()

    @property
    def placeholders(self) -> frozenset[str]:
        """The placeholders that a text term may hold; empty for every other term."""
        return frozenset().union(
            *(_placeholders(one) for period in self.periods for one in period.texts.values())
        )

    def example(self, language: str) -> str:
        """The latest known value as written, a text in ``language``: how a value of this term looks."""
        written = [period.texts.get(language, period.value) for period in self.periods]
        return next((one for one in reversed(written) if one), "")

    def on(self, day: date) -> Period:
        """The period that covers ``day``; raises ``MissingTerm`` when there is none or its value is empty."""
        for period in self.periods:
            if period.covers(day):
                if period.value or period.texts:
                    return period
                raise MissingTerm(self, day, known=True)
        raise MissingTerm(self, day, known=False)


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """The terms of one day for one unit: ``terms.smallest_invoice_amount``, ``terms.text("key", "sv")``.

    Attributes are Decimal (euro, percent), int (days, characters, megabyte, count), str (code) or a tuple of
    str (codes). It remembers what was asked for, so that a run can keep the terms it used.
    """

    on: date
    own: Mapping[str, str] = field(default_factory=dict)
    _used: dict[str, dict[str, Any]] = field(default_factory=dict, repr=False)

    def __getattr__(self, key: str) -> Any:
        if key.startswith("_"):
            raise AttributeError(key)
        term = _term(key)
        if term.unit == "text":
            raise UnknownTerm(f"{key} is a text: ask terms.text({key!r}, language)")
        written = self._written(term, key, lambda period: period.value)
        return _READ[term.unit](written)

    def text(self, key: str, language: str, /, **values: object) -> str:
        """The text term ``key`` in ``language`` (English for one that we do not have), placeholders filled.

        Raises ``UnknownTerm`` for a term that is not a text, ``MissingTerm``, and ``TermsDefect`` when a
        placeholder of the text was not given: an unfilled amount must not reach an invoice.
        """
        term = _term(key)
        if term.unit != "text":
            raise UnknownTerm(f"{key} is not a text: ask terms.{key}")
        language = language if language in LANGUAGES else "en"
        written = self._written(term, f"{key}.{language}", lambda period: period.texts[language])
        if missing := _placeholders(written) - values.keys():
            raise TermsDefect(f"{key}: not filled: {', '.join(sorted(missing))}")
        return written.format_map(values)

    def used(self) -> dict[str, dict[str, Any]]:
        """What was asked for so far, by key (``key.language`` for a text), as it is stored in JSON.

        Each has ``value`` as written, ``valid_from`` (ISO date, None for a unit's own), ``source``,
        ``sourced``, ``own`` (True for a unit's own value) and ``clause``.
        """
        return {key: dict(found) for key, found in sorted(self._used.items())}

    def as_json(self) -> dict[str, Any]:
        """The day and the terms used so far: what a run freezes."""
        return {"on": self.on.isoformat(), "terms": self.used()}

    def _written(self, term: Term, place: str, written: Callable[[Period], str]) -> str:
        own = self.own.get(place, self.own.get(term.key))
        # A unit's own value of "any" size needs no common value beside it; a tightened one is compared first.
        period = None if own is not None and term.tighten in ("any", "missing") else term.on(self.on)
        if own is not None:
            found = {"value": own, "valid_from": None, "source": "own", "sourced": True, "own": True}
        else:
            assert period is not None
            found = {
                "value": written(period),
                "valid_from": period.valid_from.isoformat(),
                "source": period.source,
                "sourced": period.sourced,
                "own": False,
            }
        self._used[place] = {**found, "clause": term.clause}
        return str(found["value"])


def terms_on(day: date, own: Mapping[str, str] = MappingProxyType({})) -> Terms:
    """The terms of ``day`` with a unit's ``own`` values, by key, written as in the file (``"25.00"``).

    An own text is given for one language (``"default_legal_basis.sv"``) or, by the bare key, for all three.
    Raises ``UnknownTerm`` for a key that no term has, and ``TermNotAllowed`` for a value that the clause
    does not allow the unit. Terms that nobody asks for may be missing; asking raises ``MissingTerm``.
    """
    for place, value in own.items():
        key, _, language = place.partition(".")
        term = _term(key)
        if language and (term.unit != "text" or language not in LANGUAGES):
            raise UnknownTerm(place)
        _allow(term, value, day)
    return Terms(on=day, own=MappingProxyType(dict(own)))


@cache
def all_terms() -> Mapping[str, Term]:
    """Every term by key, in the order of the file.

    Raises ``TermsDefect`` when the file contradicts itself and ``UnknownClause`` for a clause that the
    register does not hold.
    """
    return read_terms((files("reskontra.guidelines") / "terms.toml").read_text("utf-8"))


def read_terms(source: str) -> Mapping[str, Term]:
    """Terms from the text of a file (TOML), one table a key.

    Raises ``TermsDefect`` for an unknown unit of measure, overlapping periods, a value that is not of its
    unit or none of its choices, a language left out and placeholders that differ between languages;
    ``UnknownClause`` for a clause that the register does not hold.
    """
    return MappingProxyType({key: _read(key, row) for key, row in tomllib.loads(source).items()})


def _term(key: str) -> Term:
    try:
        return all_terms()[key]
    except KeyError:
        close = get_close_matches(key, all_terms(), n=2)
        hint = f"; did you mean {' or '.join(close)}?" if close else ""
        raise UnknownTerm(f"no term {key!r}{hint}") from None


def _allow(term: Term, own: str, day: date) -> None:
    if _not_of_unit(term.unit, own) or (term.unit == "text" and _placeholders(own) - term.placeholders):
        raise TermNotAllowed(term, own, "not_a_value")
    if term.choices and own not in term.choices:
        raise TermNotAllowed(term, own, "not_one_of", ", ".join(term.choices))
    if term.tighten == "no":
        raise TermNotAllowed(term, own, "fixed")
    if term.tighten == "any":
        return
    try:
        limit = term.on(day).value
    except MissingTerm:  # nothing to compare with: whoever asks for the term is stopped
        return
    if term.tighten == "missing":
        raise TermNotAllowed(term, own, "fixed")
    if term.tighten == "lower" and Decimal(own) > Decimal(limit):
        raise TermNotAllowed(term, own, "only_lower", limit)
    if term.tighten == "higher" and Decimal(own) < Decimal(limit):
        raise TermNotAllowed(term, own, "only_higher", limit)


_FORMS: Mapping[Unit, re.Pattern[str]] = {
    "euro": re.compile(r"\d{1,13}(\.\d{2})?", re.ASCII),
    "percent": re.compile(r"\d{1,3}(\.\d{1,4})?", re.ASCII),
    **dict.fromkeys(
        ("days", "hours", "minutes", "characters", "megabyte", "count", "years"),
        re.compile(r"\d{1,9}", re.ASCII),
    ),
    "code": re.compile(r"\S+"),
    "codes": re.compile(r"\S+( \S+)*"),
    "text": re.compile(r"\S(.*\S)?"),
}
_READ: Mapping[Unit, Callable[[str], Value]] = {
    "euro": Decimal,
    "percent": Decimal,
    "days": int,
    "hours": int,
    "minutes": int,
    "characters": int,
    "megabyte": int,
    "count": int,
    "years": int,
    "code": str,
    "codes": lambda written: tuple(written.split(" ")),
}


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _written_day(day: date, language: str) -> str:
    month = f" {_MONTHS[day.month - 1]} " if language == "en" else f".{day.month}."
    return f"{day.day}{month}{day.year}"


def _not_of_unit(unit: Unit, written: str) -> bool:
    if not _FORMS[unit].fullmatch(written):
        return True
    if unit != "text":
        return False
    try:
        _placeholders(written)
    except ValueError:
        return True
    return False


def _placeholders(written: str) -> set[str]:
    """The names in braces; raises ``ValueError`` for a lone brace and for anything but a plain name.

    A unit's own text is data: ``{amount.attribute}`` must not reach into what fills it.
    """
    names = set()
    for _, name, form, conversion in Formatter().parse(written):
        if name is None:
            continue
        if form or conversion or not name.isidentifier():
            raise ValueError(written)
        names.add(name)
    return names


def _read(key: str, row: Mapping[str, Any]) -> Term:
    def demand(holds: object, defect: str) -> None:
        if not holds:
            raise TermsDefect(f"{key}: {defect}")

    unit, tighten, about = row.get("unit"), row.get("tighten"), row.get("about", {})
    demand(key.isidentifier() and not hasattr(Terms, key), "not a name that a term can have")
    demand(unit in get_args(Unit), f"unknown unit {unit!r}")
    demand(tighten in get_args(Tighten), f"tighten is {tighten!r}")
    demand(
        tighten in ("no", "any", "missing") or unit not in ("code", "codes", "text"),
        "only a number can be lower or higher",
    )
    demand(all(about.get(language) for language in LANGUAGES), "about lacks a language")
    demand(row.get("values"), "no values; an unknown one is an empty value with its day")
    assert unit is not None
    choices = tuple(row.get("choices", ()))
    demand(not choices or unit == "code", "only a code has choices")
    periods = sorted((_period(key, unit, given) for given in row["values"]), key=lambda one: one.valid_from)
    for before, after in pairwise(periods):
        demand(before.valid_to and before.valid_to < after.valid_from, f"overlap at {after.valid_from}")
    for period in periods:
        demand(not choices or period.value in ("", *choices), f"{period.value!r} is none of its choices")
    return Term(key, unit, known(row.get("clause", "")), row["tighten"], about, tuple(periods), choices)


def _period(key: str, unit: Unit, given: Mapping[str, Any]) -> Period:
    def demand(holds: object, defect: str) -> None:
        if not holds:
            raise TermsDefect(f"{key}: {defect}")

    value, start, end = given.get("value", ""), given.get("from"), given.get("to")
    written: dict[str, str] = {
        language: given[f"value_{language}"] for language in LANGUAGES if f"value_{language}" in given
    }
    demand(type(start) is date and (end is None or type(end) is date), "a period needs days")
    assert start is not None
    demand(end is None or start <= end, f"the period of {start} ends before it begins")
    demand(given.get("source"), f"the value of {start} has no source")
    demand(isinstance(given.get("sourced"), bool), f"the value of {start} does not say whether it is sourced")
    if unit == "text":
        demand(not value, "a text has value_sv, value_fi and value_en")
        demand(len(written) in (0, len(LANGUAGES)), f"the text of {start} lacks a language")
        demand(
            not any(_not_of_unit(unit, one) for one in written.values()), f"the text of {start} is no text"
        )
        demand(
            len({frozenset(_placeholders(one)) for one in written.values()}) <= 1,
            f"placeholders of {start} differ",
        )
    else:
        demand(not written, "only a text has a value for each language")
        demand(isinstance(value, str), f"the value of {start} is not written as a text")
        demand(not value or not _not_of_unit(unit, value), f"{value!r} is not {unit}")
    return Period(value, MappingProxyType(written), start, end, given["source"], given["sourced"])
